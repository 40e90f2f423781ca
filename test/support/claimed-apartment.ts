/** An apartment on which all sorts of people have claims, under whatever terms, and what it says to Ana. */
import fc from 'fast-check';
import { decideHold } from '../../src/actors/calendar/decide-hold.ts';
import type { NightRange } from '../../src/protocol/nights.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { BareApartment } from './bare-apartment.ts';

export const NOW_MS = Date.UTC(2027, 4, 1, 12);
export const TODAY = Math.floor(NOW_MS / 86_400_000);
/** Short, so that all stays there are can be tried. */
export const HORIZON_NIGHTS = 45;

export const claim = fc.record({
  as: fc.constantFrom('ana', 'ben', 'paying', 'closed'),
  from: fc.integer({ min: 0, max: HORIZON_NIGHTS }),
  nights: fc.integer({ min: 1, max: 9 }),
});
type Claim = typeof claim extends fc.Arbitrary<infer T> ? T : never;
/** Claims that come about while anything goes: the host writes the terms afterwards. */
export function apartmentWith(claims: Claim[], terms: Terms): BareApartment {
  const apartment = new BareApartment(NOW_MS);
  apartment.holdsPerGuest = 100;
  for (const { as, from, nights } of claims) {
    const range = { from: TODAY + from, to: TODAY + from + nights };
    if (as === 'closed') {
      apartment.command({ id: 'h', kind: 'host' }, { kind: 'block', range });
      continue;
    }
    const guest = { id: as === 'ben' ? 'ben' : 'ana', kind: 'guest' } as const;
    const { outcome } = apartment.command(guest, { kind: 'hold', stay: range, guests: 1 });
    if (as !== 'paying' || !outcome?.ok || !('hold' in outcome.data)) continue;
    const contact = { name: 'Ana', email: 'ana@example.com' };
    const confirm = { kind: 'confirm', holdId: outcome.data.hold.id, contact, method: 'any' } as const;
    apartment.command(guest, confirm);
  }
  apartment.terms = { ...terms, horizonNights: HORIZON_NIGHTS };
  return apartment;
}

export const ids = { requestId: 'r', apartmentId: 'a1' };
export const bounds = {
  entropy: 'e',
  holdTtlMs: 600_000,
  holdsPerGuest: 100,
  openHolds: 0,
  mayWrite: () => true,
};

/** Ana's wish, decided and not taken. */
export function refusalOf(
  { calendar, terms }: BareApartment,
  stay: NightRange,
  guests: number,
  guestId = 'ana',
) {
  const at = { terms, nowMs: NOW_MS, subject: { id: guestId, kind: 'guest' }, ...bounds } as const;
  return decideHold(calendar, { kind: 'hold', ...ids, stay, guests }, at).refusal;
}
