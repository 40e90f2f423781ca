/** What an apartment's page says of a stay is what its server says to whoever holds it, whatever the terms and the claims. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { calendarView, openHoldsView } from '../../src/actors/calendar/views.ts';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { NightRange } from '../../src/protocol/nights.ts';
import { nearestStays } from '../../web/src/guest/find/nearest.ts';
import { openingsOf } from '../../web/src/guest/stay/openings.ts';
import { termsAround } from '../services/arbitrary-terms.ts';
import type { BareApartment } from '../support/bare-apartment.ts';
import { apartmentWith, claim, HORIZON_NIGHTS, refusalOf, TODAY } from '../support/claimed-apartment.ts';

const WINDOW = { from: TODAY, to: TODAY + HORIZON_NIGHTS };
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const strict = {
  ...{ minNights: 6, gapMinNights: 1, turnoverNights: 1, seasons: [] },
  ...{ arrivalDays: EVERY_DAY, departureDays: EVERY_DAY, noticeDays: 0 },
};
/** Gaps are rare in what is thrown together: half of it is made for them. */
const someTerms = fc
  .tuple(termsAround(TODAY), fc.boolean())
  .map(([terms, hasGaps]) => ({ ...terms, timeZone: 'UTC', ...(hasGaps && strict) }));
/** What lies past the horizon no page knows. */
const claims = fc.array(
  claim.filter(({ from, nights }) => from + nights <= HORIZON_NIGHTS),
  { maxLength: 14 },
);

const calendarOf = ({ calendar }: BareApartment) => modelOf(calendarView('a1', calendar, WINDOW));

/** All that begin within the horizon and a little outside of it. */
function* stays(lengthMax: number): Generator<NightRange> {
  for (let from = TODAY - 1; from <= WINDOW.to; from++) {
    for (let nights = 1; nights <= lengthMax; nights++) yield { from, to: from + nights };
  }
}

it('[A2] [A9] may be held where the page says so, and nowhere else', () => {
  let gaps = 0;
  fc.assert(
    fc.property(someTerms, claims, (terms, made) => {
      const apartment = apartmentWith(made, terms);
      const own = { holds: openHoldsView('a1', apartment.calendar, 'ana'), bookings: [] };
      const openings = openingsOf(apartment.terms, calendarOf(apartment), own, TODAY);
      const { gapMinNights: _, ...usual } = apartment.terms;
      const withoutGaps = openingsOf(usual, calendarOf(apartment), own, TODAY);
      const arrivals = new Set<number>();
      for (const stay of stays(8)) {
        const isHeld = refusalOf(apartment, stay, 1) === undefined;
        expect(openings.obstacleTo(stay, 1) === undefined, JSON.stringify(stay)).toBe(isHeld);
        if (!isHeld) continue;
        arrivals.add(stay.from);
        if (withoutGaps.obstacleTo(stay, 1) !== undefined) gaps += 1;
      }
      for (const night of arrivals) expect(openings.arrivalObstacle(night)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
  expect(gaps).toBeGreaterThan(20);
});

it('[A2] [A9] what is offered beside a search may be held', () => {
  fc.assert(
    fc.property(someTerms, claims, fc.integer({ min: 1, max: 5 }), (terms, made, nights) => {
      const apartment = apartmentWith(made, terms);
      const stay = { from: TODAY + 20, to: TODAY + 20 + nights };
      const wish = { terms: apartment.terms, stay, guests: 1, today: TODAY };
      for (const one of nearestStays(calendarOf(apartment), wish, 5)) {
        // To somebody who has nothing here yet.
        expect(refusalOf(apartment, one, 1, 'eve')).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
});
