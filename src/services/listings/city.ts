/** Cities are compared without case, accents and surrounding space: `SAO PAULO` finds `São Paulo`. */
export function cityKey(city: string): string {
  return city
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LETTERS, (letter) => PLAIN[letter] ?? letter)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The start of a name as it is sorted; short, because it travels in cursors. */
export function nameKey(name: string): string {
  return cityKey(name).replace(/\p{C}/gu, '').slice(0, NAME_KEY_LENGTH).toWellFormed();
}

const NAME_KEY_LENGTH = 60;
const MARKS = /\p{M}/gu;
const LETTERS = /[ßøłđæœıþð]/g;
/** Letters that Unicode does not take apart. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  þ: 'th',
  ð: 'd',
};
