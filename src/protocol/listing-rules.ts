/** What must be true between the fields of an apartment's terms. Each sentence names the value, the rule and the way out. */
import type { FieldError } from './errors.ts';
import { STAY_MINOR_MAX } from './limits.ts';
import { isTender } from './money.ts';
import { nightOf } from './nights.ts';
import type { Terms } from './terms.ts';

/** Each field's path is within the terms, such as `seasons.0.to`; empty where all is well. */
export function termsProblems(terms: Terms): FieldError[] {
  return [
    ...placeProblems(terms),
    ...lengthProblems(terms),
    ...seasonProblems(terms),
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
  const { minNights, maxNights, noticeDays, horizonNights, stayDiscounts } = terms;
  const problems: FieldError[] = [];
  if (minNights > maxNights) {
    const message = `maxNights ${maxNights} is less than minNights ${minNights}; send at least ${minNights}`;
    problems.push({ path: 'maxNights', message });
  } else if (!anyStayFits(terms)) {
    const message = `no stay of ${minNights} to ${maxNights} nights begins on one of arrivalDays and ends on one of departureDays; allow more days or lengths`;
    problems.push({ path: 'departureDays', message });
  }
  if (noticeDays + minNights > horizonNights) {
    const message = `horizonNights ${horizonNights} leave no stay of ${minNights} nights after ${noticeDays} days of notice; send at least ${noticeDays + minNights}`;
    problems.push({ path: 'horizonNights', message });
  }
  const lengths = new Set<number>();
  for (const [i, discount] of stayDiscounts.entries()) {
    const path = `stayDiscounts.${i}.minNights`;
    if (lengths.has(discount.minNights)) {
      const message = `there are two discounts from ${discount.minNights} nights on; keep one of them`;
      problems.push({ path, message });
    } else if (discount.minNights > maxNights) {
      const message = `no stay is as long as the ${discount.minNights} nights of this discount, as maxNights is ${maxNights}; lower it, or take the discount away`;
      problems.push({ path, message });
    }
    lengths.add(discount.minNights);
  }
  return problems;
}

function seasonProblems({ seasons, minNights, maxNights }: Terms): FieldError[] {
  const problems: FieldError[] = [];
  for (const [i, season] of seasons.entries()) {
    const { from, to } = season;
    if (nightOf(to) <= nightOf(from)) {
      const message = `season ${quoted(season.name)} ends on ${to} and begins on ${from}; send a last day after the first`;
      problems.push({ path: `seasons.${i}.to`, message });
    }
    const [least, most] = [season.minNights ?? minNights, season.maxNights ?? maxNights];
    const isOwn = season.minNights !== undefined || season.maxNights !== undefined;
    if (isOwn && least > most) {
      const message = `season ${quoted(season.name)} asks for at least ${least} and at most ${most} nights; send a minimum that is not above the maximum`;
      const path = `seasons.${i}.${season.maxNights === undefined ? 'minNights' : 'maxNights'}`;
      problems.push({ path, message });
    }
  }
  return problems;
}

/** An amount must be counted exactly, also times the 10,000 basis points of a tax. */
function priceProblems(terms: Terms): FieldError[] {
  const { nightlyMinor, weekendMinor = 0, seasons, maxNights, cleaningMinor } = terms;
  const nights = Math.max(maxNights, ...seasons.map((season) => season.maxNights ?? 0));
  const dearest = Math.max(nightlyMinor, weekendMinor, ...seasons.map((season) => season.nightlyMinor ?? 0));
  if (dearest * nights + cleaningMinor <= STAY_MINOR_MAX) return [];
  const message = `a stay of ${nights} nights at ${dearest} a night costs more than the ${STAY_MINOR_MAX} minor units that can be counted; lower the price or maxNights`;
  return [{ path: 'nightlyMinor', message }];
}

/** Whether some arrival day, and a departure day a permitted number of nights later, are both open. */
function anyStayFits({ arrivalDays, departureDays, minNights, maxNights }: Terms): boolean {
  return arrivalDays.some((arrival) =>
    departureDays.some((departure) => {
      // The shortest stay of at least minNights that ends on that weekday.
      const beyond = (((departure - arrival - minNights) % 7) + 7) % 7;
      return minNights + beyond <= maxNights;
    }),
  );
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
