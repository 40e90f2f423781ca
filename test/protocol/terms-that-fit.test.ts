/** Terms are refused exactly where somebody who may arrive finds no stay, or a discount has none: held against all stays. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { termsProblems } from '../../src/protocol/listing-rules.ts';
import { dateOf, nightOf, weekdayOf } from '../../src/protocol/nights.ts';
import { brokenRule, decidingSeason, seasonal } from '../../src/protocol/rules.ts';
import type { Season, Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

const DAY = nightOf('2027-05-31');
/** Longer than any stay of these terms, and a week more. */
const AROUND = 32;
const SEASONS_DAYS = 40;

const weekdays = fc.oneof(
  fc.constant<number[]>([1, 2, 3, 4, 5, 6, 7]),
  fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 2 }),
);
const season: fc.Arbitrary<Season> = fc
  .record(
    {
      start: fc.integer({ min: 0, max: SEASONS_DAYS - 20 }),
      days: fc.integer({ min: 1, max: 20 }),
      nightlyMinor: fc.constant(1),
      minNights: fc.integer({ min: 1, max: 9 }),
      maxNights: fc.integer({ min: 4, max: 14 }),
      arrivalDays: weekdays,
      departureDays: weekdays,
    },
    { requiredKeys: ['start', 'days'] },
  )
  .map(({ start, days, ...says }) => ({
    name: 's',
    from: dateOf(DAY + start),
    to: dateOf(DAY + start + days),
    ...says,
  }));
const someTerms: fc.Arbitrary<Terms> = fc
  .record({
    minNights: fc.integer({ min: 1, max: 5 }),
    maxNights: fc.integer({ min: 4, max: 14 }),
    seasonMinimum: fc.constantFrom('arrival' as const, 'touching' as const),
    arrivalDays: weekdays,
    departureDays: weekdays,
    noticeDays: fc.integer({ min: 0, max: 2 }),
    horizonNights: fc.integer({ min: 6, max: 25 }),
    seasons: fc.array(season, { maxLength: 4 }),
    stayDiscounts: fc.array(
      fc.integer({ min: 2, max: 15 }).map((minNights) => ({ minNights, basisPoints: 500 })),
      { maxLength: 1 },
    ),
  })
  .map(openTerms);

it('[A4] terms are refused where nobody who may arrive in some stretch finds a stay, and nowhere else', () => {
  let refused = 0;
  fc.assert(
    fc.property(someTerms, (terms) => {
      const problems = termsProblems(terms);
      if (problems.length > 0) refused += 1;
      expect(problems.length > 0, JSON.stringify(problems)).toBe(isWrong(terms));
    }),
    { numRuns: 1_500 },
  );
  expect(refused).toBeGreaterThan(200);
});

function isWrong(terms: Terms): boolean {
  const { minNights, maxNights, stayDiscounts } = terms;
  const usual = longestStays({ ...terms, seasons: [] });
  const inSeasons = longestStays(terms);
  const longest = Math.max(0, ...usual.values(), ...inSeasons.values());
  return (
    minNights > maxNights ||
    [...usual.values(), ...inSeasons.values()].includes(0) ||
    crosses(terms) ||
    (longest > 0 && stayDiscounts.some((one) => one.minNights > longest))
  );
}

/** By stretch of days for which the same seasons decide, of those that have a day of arrival: the longest stay from one of them. */
function longestStays(terms: Terms): Map<number, number> {
  const longest = new Map<number, number>();
  let stretch = 0;
  for (let day = DAY - AROUND, before = ''; day < DAY + SEASONS_DAYS + AROUND; day++) {
    const decides = (['minNights', 'maxNights', 'arrivalDays'] as const).map((rule) =>
      decidingSeason(terms, rule, day),
    );
    if (String(decides) !== before) stretch += 1;
    before = String(decides);
    if (!seasonal(terms, 'arrivalDays', day).includes(weekdayOf(day))) continue;
    let most = 0;
    // Whoever books as late as notice allows has the most of the horizon left.
    const today = day - terms.noticeDays;
    for (let nights = 1; nights <= AROUND; nights++) {
      if (brokenRule(terms, { from: day, to: day + nights }, 1, today, undefined) === undefined)
        most = nights;
    }
    longest.set(stretch, Math.max(longest.get(stretch) ?? 0, most));
  }
  return longest;
}

/** Some day has a minimum above its maximum: also where nobody may arrive on it. */
function crosses(terms: Terms): boolean {
  for (let day = DAY; day < DAY + SEASONS_DAYS; day++) {
    const [least, most] = [seasonal(terms, 'minNights', day), seasonal(terms, 'maxNights', day)];
    if (
      least > most &&
      decidingSeason(terms, 'minNights', day) + decidingSeason(terms, 'maxNights', day) > -2
    )
      return true;
  }
  return false;
}
