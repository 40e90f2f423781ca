/** Nights of a season, which may be of any year: `15 Jun – 14 Sept 2026`, in the language of the page. */
import { plusDays } from '../format.ts';
import { locale } from '../texts/language.ts';

/** Half-open dates, as people say them: from the first to the last night. */
export function nightsRangeText(from: string, to: string): string {
  const format = new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' });
  const last = plusDays(to, -1);
  // A season that ends before it begins is shown as it was given.
  if (last <= from) return format.format(dayOf(from));
  return format.formatRange(dayOf(from), dayOf(last));
}

const dayOf = (date: string) => new Date(`${date}T00:00:00Z`);
