/**
 * Whether an apartment's own rules allow a stay. Search, the calendar page, hold and confirm all ask here, so
 * that the list never shows what the hold refuses. Which nights are taken is the calendar's to say, not a rule's.
 */
import { dateOf, type NightRange, weekdayOf } from './nights.ts';
import { seasonRange } from './price.ts';
import type { Season, Terms } from './terms.ts';

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
  /** Names the value and the rule. The way out takes all rules and all that is taken: advice.ts knows it. */
  readonly why: string;
  /** The field of the command to change. */
  readonly path: 'checkIn' | 'checkOut' | 'guests';
}

/**
 * What has a night beside a stay: a hold or a booking, from which turnover is kept, or a block. Undefined where it is free,
 * also where the stay would replace the hold that has it (H4).
 */
export type ClaimBeside = (night: number, stay: NightRange) => 'stay' | 'block' | undefined;

/**
 * The first rule that forbids the stay, undefined where none does.
 * @param today night number of the local day at the apartment (`localNight(terms.timeZone, now)`)
 * @param claimBeside undefined where no calendar is at hand: then no stay is taken to fill a gap
 */
export function checkStay(
  terms: Terms,
  stay: NightRange,
  guests: number,
  today: number,
  claimBeside: ClaimBeside | undefined,
): RuleViolation | undefined {
  const rule = brokenRule(terms, stay, guests, today, claimBeside);
  return rule === undefined ? undefined : explain(rule, terms, stay, guests);
}

/** `checkStay` without its words: a search asks about thousands of apartments and shows no reason. */
export function brokenRule(
  terms: Terms,
  stay: NightRange,
  guests: number,
  today: number,
  claimBeside: ClaimBeside | undefined,
): Exclude<Rule, 'turnover'> | undefined {
  const { from, to } = stay;
  const nights = to - from;
  if (nights < 1) return 'stay_order';
  if (from < today) return 'past';
  if (from < today + terms.noticeDays) return 'notice';
  if (to > today + terms.horizonNights) return 'horizon';
  if (nights < minimumNights(terms, stay)) {
    const { gapMinNights = Number.POSITIVE_INFINITY } = terms;
    if (nights < gapMinNights || claimBeside === undefined) return 'min_nights';
    if (!fillsGap(terms, stay, today, claimBeside)) return 'min_nights';
  }
  if (nights > seasonal(terms, 'maxNights', from)) return 'max_nights';
  if (!seasonal(terms, 'arrivalDays', from).includes(weekdayOf(from))) return 'arrival_day';
  if (!seasonal(terms, 'departureDays', to).includes(weekdayOf(to))) return 'departure_day';
  if (guests > terms.capacity) return 'capacity';
  return undefined;
}

/**
 * Whether a stay leaves nothing to be sold between the claims on both sides of it: it ends where the next one begins, or
 * as many nights before as are kept empty between two stays. What lies before today or past the horizon is no claim here,
 * as not every calendar that is asked knows it.
 */
function fillsGap(terms: Terms, stay: NightRange, today: number, claimBeside: ClaimBeside): boolean {
  const { turnoverNights, horizonNights } = terms;
  const isClaimed = (night: number, keptEmpty: number) => {
    const isKnown = (one: number) => one >= today && one < today + horizonNights;
    return (
      (isKnown(night) && claimBeside(night, stay) !== undefined) ||
      (isKnown(night + keptEmpty) && claimBeside(night + keptEmpty, stay) === 'stay')
    );
  };
  return isClaimed(stay.from - 1, -turnoverNights) && isClaimed(stay.to, turnoverNights);
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
        `checkOut ${dateOf(stay.to)} leaves less than the ${turnover} kept empty before the stay from ${dateOf(other.from)}`,
      )
    : violation(
        'turnover',
        'checkIn',
        `checkIn ${dateOf(stay.from)} leaves less than the ${turnover} kept empty after the stay until ${dateOf(other.to)}`,
      );
}

/** What a season may say otherwise of the stays that begin, or for `departureDays` end, on one of its days. */
export type SeasonalRule = 'minNights' | 'maxNights' | 'arrivalDays' | 'departureDays';

/** What counts on a day: what the first season says that has it and says so, else the apartment. */
export function seasonal<R extends SeasonalRule>(terms: Terms, rule: R, day: number): Terms[R] {
  const deciding = decidingSeason(terms, rule, day);
  return (deciding < 0 ? undefined : OF_SEASON[rule](terms.seasons[deciding]!)) ?? terms[rule];
}

/** A function each, as every stay that is asked for passes here and a property by a changing name is looked up slowly. */
const OF_SEASON: { readonly [R in SeasonalRule]: (season: Season) => Terms[R] | undefined } = {
  minNights: ({ minNights }) => minNights,
  maxNights: ({ maxNights }) => maxNights,
  arrivalDays: ({ arrivalDays }) => arrivalDays,
  departureDays: ({ departureDays }) => departureDays,
};

/**
 * The fewest nights that a stay must have: what counts on the day of its arrival or, where the minimum of a season counts
 * for stays that touch it, the most that a season asks for which decides about one of its nights.
 */
export function minimumNights(terms: Terms, stay: NightRange): number {
  let least = seasonal(terms, 'minNights', stay.from);
  if (terms.seasonMinimum !== 'touching') return least;
  for (const [i, { minNights = 0 }] of terms.seasons.entries()) {
    if (minNights > least && decidesAMinimum(terms, i, stay)) least = minNights;
  }
  return least;
}

/** The fewest nights of a stay that begins on a day, as far as minimums go. */
export function fewestNights(terms: Terms, from: number): number {
  for (let nights = 1; ; ) {
    const least = minimumNights(terms, { from, to: from + nights });
    if (least <= nights) return nights;
    nights = least;
  }
}

/** Whether the season at `index` decides about the minimum on some night of the stay. */
function decidesAMinimum(terms: Terms, index: number, stay: NightRange): boolean {
  const { from, to } = seasonRange(terms.seasons[index]!);
  let night = Math.max(stay.from, from);
  while (night < Math.min(stay.to, to)) {
    const deciding = decidingSeason(terms, 'minNights', night);
    if (deciding === index) return true;
    // One above it does, or another above that one, up to its end.
    night = seasonRange(terms.seasons[deciding]!).to;
  }
  return false;
}

/** Index of the season that decides a rule on a day; -1 where the apartment does. */
export function decidingSeason({ seasons }: Terms, rule: SeasonalRule, day: number): number {
  const says = OF_SEASON[rule];
  for (let i = 0; i < seasons.length; i++) {
    const season = seasons[i]!;
    if (says(season) === undefined) continue;
    const { from, to } = seasonRange(season);
    if (day >= from && day < to) return i;
  }
  return -1;
}

function explain(
  rule: Exclude<Rule, 'turnover'>,
  terms: Terms,
  { from, to }: NightRange,
  guests: number,
): RuleViolation {
  const checkIn = dateOf(from);
  const checkOut = dateOf(to);
  const nights = nightsText(to - from);
  switch (rule) {
    case 'stay_order':
      return violation(rule, 'checkOut', `checkOut ${checkOut} is not after checkIn ${checkIn}`);
    case 'past':
      return violation(rule, 'checkIn', `checkIn ${checkIn} is in the past at the apartment`);
    case 'notice':
      return violation(
        rule,
        'checkIn',
        `checkIn ${checkIn} is less than the ${terms.noticeDays === 1 ? '1 day' : `${terms.noticeDays} days`} of notice away`,
      );
    case 'horizon':
      return violation(
        rule,
        'checkOut',
        `checkOut ${checkOut} is more than ${nightsText(terms.horizonNights)} ahead`,
      );
    case 'min_nights': {
      const minimum = minimumNights(terms, { from, to });
      return violation(
        rule,
        'checkOut',
        `a stay of ${nights} from ${checkIn} is shorter than the minimum of ${minimum}`,
      );
    }
    case 'max_nights': {
      const maximum = seasonal(terms, 'maxNights', from);
      return violation(
        rule,
        'checkOut',
        `a stay of ${nights} from ${checkIn} is longer than the maximum of ${maximum}`,
      );
    }
    case 'arrival_day':
      return violation(
        rule,
        'checkIn',
        `checkIn ${checkIn} is a ${WEEKDAYS[weekdayOf(from)]}, and guests arrive on ${weekdaysText(seasonal(terms, 'arrivalDays', from))}`,
      );
    case 'departure_day':
      return violation(
        rule,
        'checkOut',
        `checkOut ${checkOut} is a ${WEEKDAYS[weekdayOf(to)]}, and guests leave on ${weekdaysText(seasonal(terms, 'departureDays', to))}`,
      );
    case 'capacity':
      return violation(
        rule,
        'guests',
        `${guests} guests are more than the ${terms.capacity} that the apartment sleeps`,
      );
  }
}

const WEEKDAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function weekdaysText(days: readonly number[]): string {
  return [...days]
    .sort((a, b) => a - b)
    .map((day) => WEEKDAYS[day])
    .join(' or ');
}

function nightsText(nights: number): string {
  return nights === 1 ? '1 night' : `${nights} nights`;
}

function violation(rule: Rule, path: RuleViolation['path'], why: string): RuleViolation {
  return { rule, why, path };
}
