/** Terms of every shape, with seasons around a night: for properties that must hold whatever a host sets. */
import fc from 'fast-check';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Season, Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

const amount = fc.integer({ min: 0, max: 100_000_000 });
const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 });

function seasonAround(night: number): fc.Arbitrary<Season> {
  return fc
    .record(
      {
        start: fc.integer({ min: -40, max: 60 }),
        nights: fc.integer({ min: 0, max: 50 }),
        nightlyMinor: amount,
        weekendMinor: amount,
        minNights: fc.integer({ min: 1, max: 6 }),
        maxNights: fc.integer({ min: 1, max: 20 }),
        arrivalDays: weekdays,
        departureDays: weekdays,
      },
      { requiredKeys: ['start', 'nights'] },
    )
    .map(({ start, nights, ...rest }) => ({
      name: 'season',
      from: dateOf(night + start),
      to: dateOf(night + start + nights),
      ...rest,
    }));
}

export function termsAround(night: number): fc.Arbitrary<Terms> {
  return fc
    .record(
      {
        nightlyMinor: amount,
        weekendMinor: amount,
        weekendDays: weekdays,
        seasons: fc.array(seasonAround(night), { maxLength: 5 }),
        cleaningMinor: amount,
        taxBasisPoints: fc.integer({ min: 0, max: 10_000 }),
        stayDiscounts: fc.array(
          fc.record({
            minNights: fc.integer({ min: 2, max: 30 }),
            basisPoints: fc.integer({ min: 0, max: 10_000 }),
          }),
          { maxLength: 4 },
        ),
        capacity: fc.integer({ min: 1, max: 6 }),
        minNights: fc.integer({ min: 1, max: 4 }),
        maxNights: fc.integer({ min: 4, max: 150 }),
        gapMinNights: fc.integer({ min: 1, max: 3 }),
        seasonMinimum: fc.constantFrom('arrival' as const, 'touching' as const),
        arrivalDays: weekdays,
        departureDays: weekdays,
        turnoverNights: fc.integer({ min: 0, max: 3 }),
        noticeDays: fc.integer({ min: 0, max: 5 }),
        currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
        timeZone: fc.constantFrom('UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'),
      },
      { requiredKeys: ['nightlyMinor', 'seasons', 'cleaningMinor', 'taxBasisPoints', 'stayDiscounts'] },
    )
    .chain((terms) => fc.tuple(fc.constant(terms), byGuests))
    .map(([terms, guests]) => openTerms({ ...terms, ...guests }));
}

const byGuests: fc.Arbitrary<Partial<Terms>> = fc
  .record(
    {
      extra: fc.record({ includedGuests: fc.integer({ min: 1, max: 4 }), extraGuestMinor: amount }),
      cityTax: fc.record(
        {
          perPersonNightMinor: amount,
          maxNights: fc.integer({ min: 1, max: 10 }),
          adultsOnly: fc.boolean(),
        },
        { requiredKeys: ['perPersonNightMinor'] },
      ),
    },
    { requiredKeys: [] },
  )
  .map(({ extra, ...rest }) => ({ ...extra, ...rest }));
