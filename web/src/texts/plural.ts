/** Plural forms as Unicode CLDR names them; `#` stands for the number, written as the language does. */
export interface Forms {
  readonly one: string;
  readonly other: string;
}

/** @returns what writes a count with the form that `locale` has for it: `nights(3)` */
export function pluralIn(locale: string): (forms: Forms) => (count: number) => string {
  const rules = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (forms) => (count) => {
    const form = rules.select(count) === 'one' ? forms.one : forms.other;
    return form.replace('#', number.format(count));
  };
}
