/** What must be true between the fields of an apartment's terms. Each sentence names the value, the rule and the way out. */
import type { FieldError } from './errors.ts';
import { STAY_MINOR_MAX } from './limits.ts';
import { isTender } from './money.ts';
import { nightOf, overlaps, weekdayOf } from './nights.ts';
import { seasonRange } from './price.ts';
import { seasonal } from './rules.ts';
import type { Terms } from './terms.ts';

/** Each field's path is within the terms, such as `seasons.0.to`; empty where all is well. */
export function termsProblems(terms: Terms): FieldError[] {
  return [
    ...placeProblems(terms),
    ...lengthProblems(terms),
    ...discountProblems(terms),
    ...seasonProblems(terms),
    ...weekdayProblems(terms),
    ...priceProblems(terms),
  ];
}

function placeProblems({ timeZone, currency }: Terms): FieldError[] {
  const problems: FieldError[] = [];
  if (!isTimeZone(timeZone)) {
    const message = `${quoted(timeZone)} is no time zone of the IANA database; send one such as Europe/Lisbon`;
    problems.push({ path: 'timeZone', message });
  }
  if (!isTender(currency)) {
    const message = `${currency} is no currency of ISO 4217 that is paid in; send one such as EUR`;
    problems.push({ path: 'currency', message });
  }
  return problems;
}

function lengthProblems(terms: Terms): FieldError[] {
  const { minNights, maxNights, noticeDays, horizonNights } = terms;
  const problems: FieldError[] = [];
  if (minNights > maxNights) {
    const message = `maxNights ${maxNights} is less than minNights ${minNights}; send at least ${minNights}`;
    problems.push({ path: 'maxNights', message });
  } else if (longestStay(terms, terms) === 0) {
    const message = `no stay of ${minNights} to ${maxNights} nights begins on one of arrivalDays and ends on one of departureDays; allow more days or lengths`;
    problems.push({ path: 'departureDays', message });
  }
  if (noticeDays + minNights > horizonNights) {
    const message = `horizonNights ${horizonNights} leave no stay of ${minNights} nights after ${noticeDays} days of notice; send at least ${noticeDays + minNights}`;
    problems.push({ path: 'horizonNights', message });
  }
  return problems;
}

function seasonProblems(terms: Terms): FieldError[] {
  const problems: FieldError[] = [];
  for (const [i, { name, from, to }] of terms.seasons.entries()) {
    if (nightOf(to) > nightOf(from)) continue;
    const message = `season ${quoted(name)} ends on ${to} and begins on ${from}; send a last day after the first`;
    problems.push({ path: `seasons.${i}.to`, message });
  }
  const seen = new Set<string>();
  for (const stretch of stretchesOf(terms)) {
    const problem = stretchProblem(terms, stretch);
    if (problem === undefined || seen.has(problem.path)) continue;
    seen.add(problem.path);
    problems.push(problem);
  }
  return problems;
}

/** Why nobody may arrive in some part of the year, though it has days of arrival. */
function stretchProblem(terms: Terms, stretch: Stretch): FieldError | undefined {
  const { minNights, maxNights, deciding } = stretch;
  const last = terms.seasons[deciding.at(-1)!]!;
  const path = `seasons.${deciding.at(-1)}.${last.maxNights === undefined ? 'minNights' : 'maxNights'}`;
  const names = deciding.map((i) => quoted(terms.seasons[i]!.name)).join(' and ');
  const who = deciding.length === 1 ? `season ${names} asks` : `seasons ${names} together ask`;
  if (minNights > maxNights) {
    const message = `${who} for at least ${minNights} and at most ${maxNights} nights; send a minimum that is not above the maximum`;
    return { path, message };
  }
  const days = { ...terms, arrivalDays: terms.arrivalDays.filter((day) => stretch.weekdays.has(day)) };
  if (days.arrivalDays.length === 0) return undefined;
  if (longestStay(days, stretch) === 0) {
    const message = `${who} for ${minNights} to ${maxNights} nights, and no such stay begins on one of arrivalDays and ends on one of departureDays; allow more days or lengths`;
    return { path, message };
  }
  const room = terms.horizonNights - terms.noticeDays;
  if (minNights > terms.minNights && minNights > room) {
    const message = `${who} for at least ${minNights} nights, and horizonNights and noticeDays leave ${room}; lower the minimum, or send a horizon of at least ${minNights + terms.noticeDays}`;
    return { path, message };
  }
  return undefined;
}

/** A discount must be for a stay that is allowed at some time of the year. */
function discountProblems(terms: Terms): FieldError[] {
  const problems: FieldError[] = [];
  const room = terms.horizonNights - terms.noticeDays;
  const longest = [terms, ...stretchesOf(terms)].reduce(
    (most, lengths) =>
      Math.max(most, longestStay(terms, { ...lengths, maxNights: Math.min(lengths.maxNights, room) })),
    0,
  );
  const lengths = new Set<number>();
  for (const [i, { minNights }] of terms.stayDiscounts.entries()) {
    const path = `stayDiscounts.${i}.minNights`;
    if (lengths.has(minNights)) {
      const message = `there are two discounts from ${minNights} nights on; keep one of them`;
      problems.push({ path, message });
    } else if (minNights > longest && longest > 0) {
      const message = `no stay is as long as the ${minNights} nights of this discount, as the longest that maxNights, seasons and weekdays allow has ${longest}; lower it, or take the discount away`;
      problems.push({ path, message });
    }
    lengths.add(minNights);
  }
  return problems;
}

/** Lists that may be left out say something where they are there, and each day once. */
function weekdayProblems({ weekendDays }: Terms): FieldError[] {
  return weekdayListProblems('weekendDays', weekendDays);
}

function weekdayListProblems(path: string, days: readonly number[] | undefined): FieldError[] {
  if (days?.length === 0) {
    return [{ path, message: `${path} names no day; send at least one, or leave it out` }];
  }
  const twice = days?.find((day, i) => days.indexOf(day) !== i);
  return twice === undefined
    ? []
    : [{ path, message: `${path} names day ${twice} twice; send each day once` }];
}

/** An amount must be counted exactly, also times the 10,000 basis points of a tax. */
function priceProblems(terms: Terms): FieldError[] {
  const { nightlyMinor, weekendMinor = 0, seasons, maxNights, cleaningMinor } = terms;
  const nights = Math.max(maxNights, ...seasons.map((season) => season.maxNights ?? 0));
  const dearest = Math.max(
    ...[nightlyMinor, weekendMinor],
    ...seasons.flatMap((season) => [season.nightlyMinor ?? 0, season.weekendMinor ?? 0]),
  );
  if (dearest * nights + cleaningMinor <= STAY_MINOR_MAX) return [];
  const message = `a stay of ${nights} nights at ${dearest} a night costs more than the ${STAY_MINOR_MAX} minor units that can be counted; lower the price or maxNights`;
  return [{ path: 'nightlyMinor', message }];
}

type Lengths = Pick<Terms, 'minNights' | 'maxNights'>;

/** Days of arrival in a row that ask for the same lengths of stay, other than the apartment's own. */
interface Stretch extends Lengths {
  /** Indices of the seasons that say so, one or two: one may name the minimum and another the maximum. */
  readonly deciding: readonly number[];
  /** ISO weekdays in it. */
  readonly weekdays: ReadonlySet<number>;
}

/** Where seasons overlap, what counts on a day is what `seasonal` says of it: neither season alone. */
function stretchesOf(terms: Terms): Stretch[] {
  const ranges = terms.seasons.map(seasonRange);
  const edges = [...new Set(ranges.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return edges.flatMap((from, i) => {
    const to = edges[i + 1] ?? from;
    const decides = (limit: keyof Lengths) =>
      terms.seasons.findIndex(
        (season, at) => season[limit] !== undefined && overlaps(ranges[at]!, { from, to }),
      );
    const deciding = new Set([decides('minNights'), decides('maxNights')].filter((at) => at >= 0));
    if (deciding.size === 0 || from === to) return [];
    const days = Math.min(7, to - from);
    return {
      minNights: seasonal(terms, 'minNights', from),
      maxNights: seasonal(terms, 'maxNights', from),
      deciding: [...deciding].sort((a, b) => a - b),
      weekdays: new Set(Array.from({ length: days }, (_, day) => weekdayOf(from + day))),
    };
  });
}

/** In nights: from some arrival day to some departure day; 0 where no permitted length leads from one to another. */
function longestStay(
  { arrivalDays, departureDays }: Pick<Terms, 'arrivalDays' | 'departureDays'>,
  { minNights, maxNights }: Lengths,
): number {
  let longest = 0;
  for (const arrival of arrivalDays) {
    for (const departure of departureDays) {
      // The longest stay of at most maxNights that ends on that weekday.
      const short = (((maxNights - (departure - arrival)) % 7) + 7) % 7;
      if (maxNights - short >= minNights) longest = Math.max(longest, maxNights - short);
    }
  }
  return longest;
}

function isTimeZone(name: string): boolean {
  // An offset such as +01:00 is no zone: it knows no summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
