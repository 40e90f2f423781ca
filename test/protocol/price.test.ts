/** What a stay costs, line by line, in minor units that were worked out by hand. */
import { describe, expect, it } from 'vitest';
import { nightOf } from '../../src/protocol/nights.ts';
import { priceOf, quoteOf } from '../../src/protocol/price.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

const plain = openTerms({ nightlyMinor: 10_000, cleaningMinor: 0, taxBasisPoints: 0 });
/** A Monday. */
const MONDAY = nightOf('2027-06-07');
const nights = (from: number, to: number) => ({ from: MONDAY + from, to: MONDAY + to });
const week = nights(0, 7);

const linesOf = (terms: Partial<Terms>, stay = week) =>
  quoteOf(priceOf({ ...plain, ...terms }, stay)).lines.map(({ kind, amountMinor }) => [kind, amountMinor]);

describe('[P4] nights', () => {
  const rent = (terms: Partial<Terms>, stay = week) => linesOf(terms, stay)[0]?.[1];
  /** From Tuesday to Saturday night. */
  const fair = { name: 'Fair', from: '2027-06-08', to: '2027-06-13' };

  it('cost more on Friday and Saturday where there is a weekend price', () => {
    expect(rent({})).toBe(70_000);
    expect(rent({ weekendMinor: 13_000 })).toBe(5 * 10_000 + 2 * 13_000);
    expect(rent({ weekendMinor: 13_000 }, nights(4, 6))).toBe(26_000);
  });

  it('are weekend on the days that the apartment says', () => {
    const terms = { weekendMinor: 13_000, weekendDays: [4, 5, 6] };
    expect(rent(terms)).toBe(4 * 10_000 + 3 * 13_000);
    expect(rent(terms, nights(3, 4))).toBe(13_000);
    expect(rent({ ...terms, weekendDays: [7] }, nights(4, 7))).toBe(2 * 10_000 + 13_000);
  });

  it("cost a season's price on all days where it has no weekend price", () => {
    expect(rent({ weekendMinor: 13_000, seasons: [{ ...fair, nightlyMinor: 20_000 }] })).toBe(
      2 * 10_000 + 5 * 20_000,
    );
  });

  it("cost a season's own weekend price on the apartment's weekend days", () => {
    const seasons = [{ ...fair, nightlyMinor: 20_000, weekendMinor: 25_000 }];
    expect(rent({ weekendMinor: 13_000, seasons })).toBe(2 * 10_000 + 3 * 20_000 + 2 * 25_000);
    expect(rent({ weekendDays: [2], seasons })).toBe(2 * 10_000 + 4 * 20_000 + 25_000);
  });

  it('cost on other days what they would otherwise where a season has a weekend price alone', () => {
    const seasons = [{ ...fair, weekendMinor: 25_000 }];
    expect(rent({ weekendMinor: 13_000, seasons })).toBe(5 * 10_000 + 2 * 25_000);
    // What the season below says of the other days counts.
    const below = { ...fair, nightlyMinor: 20_000, weekendMinor: 30_000 };
    expect(rent({ seasons: [...seasons, below] })).toBe(2 * 10_000 + 3 * 20_000 + 2 * 25_000);
  });

  it('cost what the first season says that says something', () => {
    const seasons = [
      { ...fair, minNights: 2 },
      { ...fair, nightlyMinor: 20_000 },
      { ...fair, nightlyMinor: 90_000, weekendMinor: 90_000 },
    ];
    expect(rent({ seasons })).toBe(2 * 10_000 + 5 * 20_000);
  });
});
