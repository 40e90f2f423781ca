/**
 * Whether an apartment's own rules allow a stay. Search, the calendar page, hold and confirm all ask here, so
 * that the list never shows what the hold refuses. Which nights are taken is the calendar's to say, not a rule's.
 */
import { dateOf, type NightRange, weekdayOf } from './nights.ts';
import { seasonRange } from './price.ts';
import type { Terms } from './terms.ts';

export type Rule =
  | 'stay_order'
  | 'past'
  | 'notice'
  | 'horizon'
  | 'min_nights'
  | 'max_nights'
  | 'arrival_day'
  | 'departure_day'
  | 'capacity'
  | 'turnover';

export interface RuleViolation {
  readonly rule: Rule;
  /** Names the value, the rule and the way out, in one sentence. */
  readonly message: string;
  /** The field of the command to change. */
  readonly path: 'checkIn' | 'checkOut' | 'guests';
}

/**
 * The first rule that forbids the stay, undefined where none does.
 * @param today night number of the local day at the apartment (`localNight(terms.timeZone, now)`)
 */
export function checkStay(
  terms: Terms,
  stay: NightRange,
  guests: number,
  today: number,
): RuleViolation | undefined {
  const { from, to } = stay;
  const nights = to - from;
  if (nights < 1) {
    return violation(
      'stay_order',
      'checkOut',
      `checkOut ${dateOf(to)} is not after checkIn ${dateOf(from)}; send a stay of at least 1 night`,
    );
  }
  if (from < today) {
    return violation(
      'past',
      'checkIn',
      `checkIn ${dateOf(from)} is in the past at the apartment; choose ${dateOf(today)} or later`,
    );
  }
  if (from < today + terms.noticeDays) return noticeViolation(terms, from, today);
  if (to > today + terms.horizonNights) return horizonViolation(terms, to, today);

  const minNights = seasonal(terms, 'minNights', from);
  if (nights < minNights) {
    return violation(
      'min_nights',
      'checkOut',
      `a stay of ${nightsText(nights)} from ${dateOf(from)} is shorter than the minimum of ${minNights}; check out on ${dateOf(from + minNights)} or later`,
    );
  }
  const maxNights = seasonal(terms, 'maxNights', from);
  if (nights > maxNights) {
    return violation(
      'max_nights',
      'checkOut',
      `a stay of ${nightsText(nights)} from ${dateOf(from)} is longer than the maximum of ${maxNights}; check out on ${dateOf(from + maxNights)} or earlier`,
    );
  }
  if (!terms.arrivalDays.includes(weekdayOf(from))) {
    return weekdayViolation('arrival_day', 'checkIn', from, terms.arrivalDays);
  }
  if (!terms.departureDays.includes(weekdayOf(to))) {
    return weekdayViolation('departure_day', 'checkOut', to, terms.departureDays);
  }
  if (guests > terms.capacity) {
    return violation(
      'capacity',
      'guests',
      `${guests} guests are more than the ${terms.capacity} that the apartment sleeps; bring at most ${terms.capacity}`,
    );
  }
  return undefined;
}

/**
 * The nights that no other stay (hold or booking) may touch if this one is to have its turnover nights on both
 * sides. Blocks need no turnover: for them only the stay's own nights count.
 */
export function turnoverRange(terms: Terms, stay: NightRange): NightRange {
  return { from: stay.from - terms.turnoverNights, to: stay.to + terms.turnoverNights };
}

/** @param other a stay that overlaps `turnoverRange(terms, stay)` but not the stay itself */
export function turnoverViolation(terms: Terms, stay: NightRange, other: NightRange): RuleViolation {
  const turnover = nightsText(terms.turnoverNights);
  return other.from >= stay.to
    ? violation(
        'turnover',
        'checkOut',
        `checkOut ${dateOf(stay.to)} leaves less than the ${turnover} kept empty before the stay from ${dateOf(other.from)}; check out on ${dateOf(other.from - terms.turnoverNights)} or earlier`,
      )
    : violation(
        'turnover',
        'checkIn',
        `checkIn ${dateOf(stay.from)} leaves less than the ${turnover} kept empty after the stay until ${dateOf(other.to)}; check in on ${dateOf(other.to + terms.turnoverNights)} or later`,
      );
}

/** Minimum or maximum nights for a stay that begins on this night: the first season that has one, else the apartment's. */
export function seasonal(terms: Terms, limit: 'minNights' | 'maxNights', checkIn: number): number {
  for (const season of terms.seasons) {
    const nights = season[limit];
    if (nights === undefined) continue;
    const range = seasonRange(season);
    if (checkIn >= range.from && checkIn < range.to) return nights;
  }
  return terms[limit];
}

const WEEKDAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function weekdayViolation(
  rule: 'arrival_day' | 'departure_day',
  path: 'checkIn' | 'checkOut',
  night: number,
  open: readonly number[],
): RuleViolation {
  const verb = rule === 'arrival_day' ? 'arrive' : 'leave';
  const days = [...open]
    .sort((a, b) => a - b)
    .map((day) => WEEKDAYS[day])
    .join(', ');
  return violation(
    rule,
    path,
    `${path} ${dateOf(night)} is a ${WEEKDAYS[weekdayOf(night)]}; ${verb} on one of: ${days}`,
  );
}

function noticeViolation(terms: Terms, from: number, today: number): RuleViolation {
  const days = terms.noticeDays === 1 ? '1 day' : `${terms.noticeDays} days`;
  return violation(
    'notice',
    'checkIn',
    `checkIn ${dateOf(from)} is less than the ${days} of notice away; choose ${dateOf(today + terms.noticeDays)} or later`,
  );
}

function horizonViolation(terms: Terms, to: number, today: number): RuleViolation {
  return violation(
    'horizon',
    'checkOut',
    `checkOut ${dateOf(to)} is more than ${terms.horizonNights} nights ahead; check out on ${dateOf(today + terms.horizonNights)} or earlier`,
  );
}

function nightsText(nights: number): string {
  return nights === 1 ? '1 night' : `${nights} nights`;
}

function violation(rule: Rule, path: RuleViolation['path'], message: string): RuleViolation {
  return { rule, message, path };
}
