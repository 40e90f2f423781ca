/** What a stay costs, line by line, in minor units that were worked out by hand. */
import { describe, expect, it } from 'vitest';
import { nightOf } from '../../src/protocol/nights.ts';
import type { Party } from '../../src/protocol/party.ts';
import { priceOf, quoteOf } from '../../src/protocol/price.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

const plain = openTerms({ nightlyMinor: 10_000, cleaningMinor: 0, taxBasisPoints: 0 });
/** A Monday. */
const MONDAY = nightOf('2027-06-07');
const nights = (from: number, to: number) => ({ from: MONDAY + from, to: MONDAY + to });
const week = nights(0, 7);

const quoteFor = (terms: Partial<Terms>, party: Party, stay = week) =>
  quoteOf(priceOf({ ...plain, ...terms }, stay, party));
const linesOf = (terms: Partial<Terms>, stay = week, party: Party = { guests: 1 }) =>
  quoteFor(terms, party, stay).lines.map(({ kind, amountMinor }) => [kind, amountMinor]);

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

describe('[P5] lines', () => {
  it('come one after the other, each rounded half up by itself, and add up', () => {
    const terms: Partial<Terms> = {
      ...{ nightlyMinor: 9_999, stayDiscounts: [{ minNights: 7, basisPoints: 1_050 }], cleaningMinor: 4_050 },
      ...{ includedGuests: 2, extraGuestMinor: 1_533, taxBasisPoints: 725 },
      cityTax: { perPersonNightMinor: 331 },
    };
    const quote = quoteFor(terms, { guests: 4 });
    expect(quote).toEqual({
      currency: 'EUR',
      // 7 × 99.99; 10.5 % of 699.93 is 73.49265; 2 × 7 × 15.33; 7.25 % of 881.56 is 63.9131; 4 × 7 × 3.31.
      lines: [
        { kind: 'nights', label: '7 nights', amountMinor: 69_993 },
        { kind: 'discount', label: 'Length-of-stay discount 10.5 %', amountMinor: -7_349 },
        { kind: 'extra_guests', label: '2 extra guests', amountMinor: 21_462 },
        { kind: 'cleaning', label: 'Cleaning fee', amountMinor: 4_050 },
        { kind: 'tax', label: 'Tax 7.25 %', amountMinor: 6_391 },
        { kind: 'city_tax', label: 'City tax, 28 person-nights', amountMinor: 9_268 },
      ],
      totalMinor: 69_993 - 7_349 + 21_462 + 4_050 + 6_391 + 9_268,
    });
  });

  it('are not there where they come to nothing', () => {
    const free = { includedGuests: 2, extraGuestMinor: 0, cityTax: { perPersonNightMinor: 0 } };
    expect(linesOf(free, week, { guests: 4 })).toEqual([['nights', 70_000]]);
  });
});

describe('[P6] extra guests', () => {
  const terms = { includedGuests: 2, extraGuestMinor: 1_500 };

  it('cost something each and night beyond those that are included', () => {
    const extra = (guests: number) =>
      linesOf(terms, week, { guests }).find(([kind]) => kind === 'extra_guests');
    expect(extra(2)).toBeUndefined();
    expect(extra(3)).toEqual(['extra_guests', 1_500 * 7]);
    expect(extra(4)).toEqual(['extra_guests', 2 * 1_500 * 7]);
  });

  it('are taxed, and no discount is taken off them', () => {
    const discounted = {
      ...terms,
      taxBasisPoints: 1_000,
      stayDiscounts: [{ minNights: 7, basisPoints: 5_000 }],
    };
    expect(linesOf(discounted, week, { guests: 3 })).toEqual([
      ['nights', 70_000],
      ['discount', -35_000],
      ['extra_guests', 10_500],
      ['tax', 4_550],
    ]);
  });
});

describe('[P7] city tax', () => {
  const due = (cityTax: NonNullable<Terms['cityTax']>, party: Party, stay = week) =>
    linesOf({ cityTax, taxBasisPoints: 1_000 }, stay, party).find(([kind]) => kind === 'city_tax')?.[1];

  it('is due for each person and night, and is not taxed', () => {
    expect(due({ perPersonNightMinor: 300 }, { guests: 2 })).toBe(2 * 7 * 300);
    expect(linesOf({ cityTax: { perPersonNightMinor: 300 }, taxBasisPoints: 1_000 })).toEqual([
      ['nights', 70_000],
      ['tax', 7_000],
      ['city_tax', 2_100],
    ]);
  });

  it('is due for so many nights at most', () => {
    const capped = { perPersonNightMinor: 300, maxNights: 5 };
    expect(due(capped, { guests: 2 })).toBe(2 * 5 * 300);
    expect(due(capped, { guests: 2 }, nights(0, 4))).toBe(2 * 4 * 300);
  });

  it('is not due for children where the apartment says so and the guest says who they are', () => {
    const ofAdults = { perPersonNightMinor: 300, adultsOnly: true };
    expect(due(ofAdults, { guests: 3, adults: 2 })).toBe(2 * 7 * 300);
    expect(due(ofAdults, { guests: 3 })).toBe(3 * 7 * 300);
    expect(due({ perPersonNightMinor: 300 }, { guests: 3, adults: 2 })).toBe(3 * 7 * 300);
  });
});
