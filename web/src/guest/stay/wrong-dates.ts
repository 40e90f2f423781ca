/**
 * Dates in an address that no stay can have. Anybody may have typed them, or kept a link for too long: the page tells
 * which and why, and never looks for others in their place without a word.
 */
import { HORIZON_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { isDate, longDate, plusDays, todayIn } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';

/** ISO dates: the first day on which a stay may begin, and the last on which one may end. */
export interface OpenDays {
  readonly first: string;
  readonly last: string;
}

export type WrongDates =
  | { readonly is: 'no-day'; readonly said: string }
  | { readonly is: 'order'; readonly checkIn: string; readonly checkOut: string }
  | { readonly is: 'past'; readonly date: string }
  | { readonly is: 'beyond'; readonly date: string; readonly last: string };

/** More of what was typed says no more. */
const SAID_MAX = 24;
/** Where a day begins first and last: UTC+14 and UTC-12. */
const FIRST_ZONE = 'Etc/GMT-14';
const LAST_ZONE = 'Etc/GMT+12';

/** Of all apartments together, wherever they are: the server refuses a search outside of these. */
export function daysOpenAnywhere(nowMs: number): OpenDays {
  return {
    first: todayIn(LAST_ZONE, nowMs),
    last: plusDays(todayIn(FIRST_ZONE, nowMs), HORIZON_NIGHTS_MAX),
  };
}

/** The first thing that is wrong; undefined where the address says nothing of dates, or what may be. */
export function wrongDatesIn(query: URLSearchParams, { first, last }: OpenDays): WrongDates | undefined {
  const [checkIn, checkOut] = [query.get('checkIn') ?? '', query.get('checkOut') ?? ''];
  const dates = [checkIn, checkOut].filter((said) => said !== '');
  const noDay = dates.find((said): boolean => !isDate(said));
  if (noDay !== undefined) return { is: 'no-day', said: noDay.slice(0, SAID_MAX) };
  if (checkIn !== '' && checkOut !== '' && checkOut <= checkIn) return { is: 'order', checkIn, checkOut };
  const over = dates.find((date) => date < first);
  if (over !== undefined) return { is: 'past', date: over };
  // A stay that begins on the last day has no night left.
  if (checkIn >= last) return { is: 'beyond', date: checkIn, last };
  return checkOut > last ? { is: 'beyond', date: checkOut, last } : undefined;
}

export function wrongDatesText(wrong: WrongDates): string {
  const says = t.common.wrongDates;
  switch (wrong.is) {
    case 'no-day':
      return says.noDay(isolated(wrong.said));
    case 'order':
      return says.order(longDate(wrong.checkIn), longDate(wrong.checkOut));
    case 'past':
      return says.past(longDate(wrong.date));
    case 'beyond':
      return says.beyond(longDate(wrong.date), longDate(wrong.last));
  }
}
