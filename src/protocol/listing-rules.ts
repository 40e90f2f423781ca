/** What must be true between the fields of an apartment's terms. Each sentence names the value, the rule and the way out. */
import { type ArrivalStretch, arrivalStretches, roomOf } from './arrival-stretches.ts';
import type { FieldError } from './errors.ts';
import { STAY_MINOR_MAX } from './limits.ts';
import { isTender } from './money.ts';
import { dateOf, nightOf, overlaps } from './nights.ts';
import { seasonRange } from './price.ts';
import type { Terms } from './terms.ts';

/** Each field's path is within the terms, such as `seasons.0.to`; empty where all is well. */
export function termsProblems(terms: Terms): FieldError[] {
  const usual = arrivalStretches({ ...terms, seasons: [] })[0]!;
  const stretches = arrivalStretches(terms);
  return [
    ...placeProblems(terms),
    ...lengthProblems(terms, usual),
    ...discountProblems(terms, [usual, ...stretches]),
    ...seasonProblems(terms, usual, stretches),
    ...gapProblems(terms),
    ...weekdayProblems(terms),
    ...guestProblems(terms),
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

function lengthProblems(terms: Terms, { shortest }: ArrivalStretch): FieldError[] {
  const { minNights, maxNights, noticeDays, horizonNights } = terms;
  const problems: FieldError[] = [];
  if (minNights > maxNights) {
    const message = `maxNights ${maxNights} is less than minNights ${minNights}; send at least ${minNights}`;
    problems.push({ path: 'maxNights', message });
  } else if (shortest === undefined) {
    const message = `no stay of ${minNights} to ${maxNights} nights begins on one of arrivalDays and ends on one of departureDays; allow more days or lengths`;
    problems.push({ path: 'departureDays', message });
  }
  const least = shortest ?? minNights;
  if (noticeDays + least > horizonNights) {
    const message = `horizonNights ${horizonNights} leave no stay of ${least} nights after ${noticeDays} days of notice; send at least ${noticeDays + least}`;
    problems.push({ path: 'horizonNights', message });
  }
  return problems;
}

function seasonProblems(
  terms: Terms,
  usual: ArrivalStretch,
  stretches: readonly ArrivalStretch[],
): FieldError[] {
  const problems: FieldError[] = [];
  for (const [i, { name, from, to }] of terms.seasons.entries()) {
    if (nightOf(to) > nightOf(from)) continue;
    const message = `season ${quoted(name)} ends on ${to} and begins on ${from}; send a last day after the first`;
    problems.push({ path: `seasons.${i}.to`, message });
  }
  const seen = new Set<string>();
  for (const stretch of stretches) {
    const problem = stretchProblem(terms, usual, stretch);
    if (problem === undefined || seen.has(problem.path)) continue;
    seen.add(problem.path);
    problems.push(problem);
  }
  return problems;
}

/** Why nobody may arrive in some part of the year, though it has days of arrival. */
function stretchProblem(
  terms: Terms,
  usual: ArrivalStretch,
  stretch: ArrivalStretch,
): FieldError | undefined {
  const { minNights, maxNights, deciding, shortest } = stretch;
  const room = roomOf(terms);
  const isOpen = shortest !== undefined && (shortest <= room || shortest <= (usual.shortest ?? 0));
  const last = deciding.at(-1);
  if (last === undefined) {
    if (isOpen || usual.shortest === undefined || !stretch.hasArrivals) return undefined;
    return closedBetween(terms, stretch);
  }
  const field = (['maxNights', 'minNights', 'arrivalDays'] as const).find(
    (rule) => terms.seasons[last]![rule] !== undefined,
  );
  const path = `seasons.${last}.${field}`;
  const names = deciding.map((i) => quoted(terms.seasons[i]!.name)).join(' and ');
  const who = deciding.length === 1 ? `season ${names} asks` : `seasons ${names} together ask`;
  if (minNights > maxNights) {
    const message = `${who} for at least ${minNights} and at most ${maxNights} nights; send a minimum that is not above the maximum`;
    return { path, message };
  }
  if (isOpen || !stretch.hasArrivals) return undefined;
  if (shortest === undefined) {
    const message = `${who} for ${minNights} to ${maxNights} nights, and no such stay begins on one of arrivalDays and ends on one of departureDays; allow more days or lengths`;
    return { path, message };
  }
  const message = `${who} for at least ${shortest} nights, and horizonNights and noticeDays leave ${room}; lower the minimum, or send a horizon of at least ${shortest + terms.noticeDays}`;
  return { path, message };
}

/** The usual rules let somebody arrive between seasons who could not leave then, or would have to stay for longer. */
function closedBetween(terms: Terms, { from, to, minNights, maxNights }: ArrivalStretch): FieldError {
  const isTouched = terms.seasonMinimum === 'touching';
  const closing = terms.seasons.findIndex(
    (season) =>
      overlaps(seasonRange(season), { from, to: to + maxNights }) &&
      (season.departureDays !== undefined || (isTouched && season.minNights !== undefined)),
  );
  const field = terms.seasons[closing]?.departureDays === undefined ? 'minNights' : 'departureDays';
  const message = `who arrives from ${dateOf(from)} to ${dateOf(to - 1)}, for ${minNights} to ${maxNights} nights, comes into season ${quoted(terms.seasons[closing]?.name ?? '')}, which lets none of these stays in; allow more days or lengths`;
  return { path: `seasons.${closing}.${field}`, message };
}

/** A season may ask for more nights than the apartment: what no minimum is above of would never count. */
function gapProblems({ gapMinNights, minNights, seasons }: Terms): FieldError[] {
  const most = Math.max(minNights, ...seasons.map((season) => season.minNights ?? 0));
  if (gapMinNights === undefined || gapMinNights <= most) return [];
  const message = `gapMinNights ${gapMinNights} is above every minimum, of which the longest is ${most}; send at most ${most}, or leave it out`;
  return [{ path: 'gapMinNights', message }];
}

/** A discount must be for a stay that is allowed at some time of the year. */
function discountProblems(terms: Terms, stretches: readonly ArrivalStretch[]): FieldError[] {
  const problems: FieldError[] = [];
  const longest = Math.max(...stretches.map((stretch) => stretch.longest));
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
function weekdayProblems({ weekendDays, seasons }: Terms): FieldError[] {
  return [
    ...weekdayListProblems('weekendDays', weekendDays),
    ...seasons.flatMap(({ arrivalDays, departureDays }, i) => [
      ...weekdayListProblems(`seasons.${i}.arrivalDays`, arrivalDays),
      ...weekdayListProblems(`seasons.${i}.departureDays`, departureDays),
    ]),
  ];
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

/** Extra guests are those beyond some number, for an amount each. */
function guestProblems({ includedGuests, extraGuestMinor, capacity }: Terms): FieldError[] {
  if ((includedGuests === undefined) !== (extraGuestMinor === undefined)) {
    const [there, missing] =
      includedGuests === undefined
        ? [`extraGuestMinor ${extraGuestMinor}`, 'includedGuests']
        : [`includedGuests ${includedGuests}`, 'extraGuestMinor'];
    return [{ path: missing, message: `${there} says nothing without ${missing}; send both, or neither` }];
  }
  if (includedGuests === undefined || includedGuests <= capacity) return [];
  const message = `includedGuests ${includedGuests} are more than the ${capacity} that the apartment sleeps; send at most ${capacity}`;
  return [{ path: 'includedGuests', message }];
}

/** An amount must be counted exactly, also times the 10,000 basis points of a tax. */
function priceProblems(terms: Terms): FieldError[] {
  const { nightlyMinor, weekendMinor = 0, seasons, maxNights, cleaningMinor, capacity, cityTax } = terms;
  const { includedGuests = capacity, extraGuestMinor = 0 } = terms;
  const nights = Math.max(maxNights, ...seasons.map((season) => season.maxNights ?? 0));
  const dearest = Math.max(
    ...[nightlyMinor, weekendMinor],
    ...seasons.flatMap((season) => [season.nightlyMinor ?? 0, season.weekendMinor ?? 0]),
  );
  const ofGuests =
    Math.max(0, capacity - includedGuests) * extraGuestMinor + capacity * (cityTax?.perPersonNightMinor ?? 0);
  if ((dearest + ofGuests) * nights + cleaningMinor <= STAY_MINOR_MAX) return [];
  const guests = ofGuests > 0 ? ` and ${ofGuests} for ${capacity} guests` : '';
  const message = `a stay of ${nights} nights at ${dearest}${guests} a night costs more than the ${STAY_MINOR_MAX} minor units that can be counted; lower the price or maxNights`;
  return [{ path: 'nightlyMinor', message }];
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
