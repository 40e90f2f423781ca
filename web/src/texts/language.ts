/** Which language the pages speak: the reader's choice, else the first of the browser's languages that there are texts for. */
export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB' },
  de: { name: 'Deutsch', locale: 'de-DE' },
} as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'nightlatch.language';
const isLanguage = (text: string | null | undefined): text is Language => text != null && text in LANGUAGES;

let current: Language = chosen() ?? 'en';

/** The language of every text and format on the page. */
export const language = (): Language => current;
/** BCP 47, with the region whose way of writing dates and amounts is meant. */
export const locale = (): string => LANGUAGES[current].locale;

/** Only for `texts/index.ts`, which loads the texts first. */
export function speak(next: Language): void {
  current = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Forbidden by the browser: chosen again on the next visit.
  }
}

function chosen(): Language | undefined {
  if (!('document' in globalThis)) return undefined;
  try {
    const kept = localStorage.getItem(KEY);
    if (isLanguage(kept)) return kept;
  } catch {
    // Nothing is kept where the browser forbids it.
  }
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLanguage);
}
