import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nightOf } from '../../src/protocol/nights.ts';
import { priceOf, totalMinor } from '../../src/protocol/price.ts';
import { PriceTable } from '../../src/services/listings/price-table.ts';
import { openTerms } from '../support/terms.ts';
import { termsAround } from './arbitrary-terms.ts';

const NIGHT = nightOf('2027-01-15');

it('[I7] totals are those of the price, to the minor unit, for any terms and stay', () => {
  fc.assert(
    fc.property(
      fc.array(termsAround(NIGHT), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -60, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.record(
        { guests: fc.integer({ min: 2, max: 7 }), adults: fc.integer({ min: 1, max: 2 }) },
        { requiredKeys: ['guests'] },
      ),
      (all, start, nights, party) => {
        const table = new PriceTable();
        for (const [slot, terms] of all.entries()) table.set(slot, terms);
        const stay = { from: NIGHT + start, to: NIGHT + start + nights };
        for (const [slot, terms] of all.entries()) {
          expect(table.totalMinor(slot, stay, party)).toBe(totalMinor(priceOf(terms, stay, party)));
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('keeps every row right while terms grow, shrink and are written again', () => {
  const table = new PriceTable();
  const seasons = Array.from({ length: 40 }, (_, i) => ({
    name: 's',
    from: `2027-02-${String((i % 27) + 1).padStart(2, '0')}`,
    to: '2027-03-01',
    nightlyMinor: 1_000 + i,
  }));
  const termsOf = (slot: number, round: number) =>
    openTerms({ nightlyMinor: slot * 100 + round, seasons: seasons.slice(0, (slot * 7 + round * 13) % 40) });
  const stay = { from: nightOf('2027-02-20'), to: nightOf('2027-03-05') };
  for (let round = 0; round < 5; round++) {
    for (let slot = 0; slot < 300; slot++) table.set(slot, termsOf(slot, round));
    for (let slot = 0; slot < 300; slot++) {
      expect(table.totalMinor(slot, stay, { guests: 1 })).toBe(
        totalMinor(priceOf(termsOf(slot, round), stay, { guests: 1 })),
      );
      expect(table.nightlyMinor(slot)).toBe(slot * 100 + round);
    }
  }
});
