/** What a refusal advises is had by who asks for it: of the same calendar, at the same instant, whatever the terms. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideBlock } from '../../src/actors/calendar/decide-block.ts';
import { decideHold } from '../../src/actors/calendar/decide-hold.ts';
import type { ErrorBody } from '../../src/protocol/errors.ts';
import { type NightRange, nightOf, overlaps } from '../../src/protocol/nights.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { termsAround } from '../services/arbitrary-terms.ts';
import { BareApartment } from '../support/bare-apartment.ts';

const NOW_MS = Date.UTC(2027, 4, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
/** Short, so that all stays there are can be tried. */
const HORIZON_NIGHTS = 45;

const claim = fc.record({
  as: fc.constantFrom('ana', 'ben', 'paying', 'closed'),
  from: fc.integer({ min: 0, max: HORIZON_NIGHTS }),
  nights: fc.integer({ min: 1, max: 9 }),
});
type Claim = typeof claim extends fc.Arbitrary<infer T> ? T : never;
const wish = fc.record({
  from: fc.integer({ min: -5, max: HORIZON_NIGHTS + 9 }),
  nights: fc.integer({ min: -2, max: 12 }),
  guests: fc.integer({ min: 1, max: 8 }),
});

/** Claims that come about while anything goes: the host writes the terms afterwards. */
function apartmentWith(claims: Claim[], terms: Terms): BareApartment {
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

const ids = { requestId: 'r', apartmentId: 'a1' };
const bounds = { entropy: 'e', holdTtlMs: 600_000, holdsPerGuest: 100, openHolds: 0, mayWrite: () => true };

/** Ana's wish, decided and not taken. */
function refusalOf({ calendar, terms }: BareApartment, stay: NightRange, guests: number) {
  const at = { terms, nowMs: NOW_MS, subject: { id: 'ana', kind: 'guest' }, ...bounds } as const;
  return decideHold(calendar, { kind: 'hold', ...ids, stay, guests }, at).refusal;
}

function closingRefusalOf({ calendar, terms }: BareApartment, range: NightRange) {
  const at = { terms, nowMs: NOW_MS, subject: { id: 'h', kind: 'host' }, ...bounds } as const;
  return decideBlock(calendar, { kind: 'block', ...ids, range }, at).refusal;
}

/** The stay and the guests that a refusal's sentence says to ask for; undefined where it says that there is none. */
function adviceIn({ message }: ErrorBody, stay: NightRange, guests: number) {
  const [, says = ''] = message.split('; ');
  if (says.startsWith('no other stay')) return undefined;
  const instead = /^(\S+) to (\S+) is free$/.exec(says);
  const from = instead?.[1] ?? /check in on (\S+)/.exec(says)?.[1];
  const to = instead?.[2] ?? /out on (\S+)/.exec(says)?.[1];
  const most = /bring at most (\d+)/.exec(says)?.[1];
  expect(from ?? to ?? most, message).toBeDefined();
  return {
    stay: {
      from: from === undefined ? stay.from : nightOf(from),
      to: to === undefined ? stay.to : nightOf(to),
    },
    guests: most === undefined ? guests : Number(most),
  };
}

it('[A2] [H9] what a refusal advises is not refused', () => {
  fc.assert(
    fc.property(termsAround(TODAY), fc.array(claim, { maxLength: 14 }), wish, (terms, claims, asked) => {
      const apartment = apartmentWith(claims, terms);
      const stay = { from: TODAY + asked.from, to: TODAY + asked.from + asked.nights };
      const refusal = refusalOf(apartment, stay, asked.guests);
      if (refusal === undefined) return;
      const advice = adviceIn(refusal, stay, asked.guests);
      if (advice !== undefined) expect(refusalOf(apartment, advice.stay, advice.guests)).toBeUndefined();
      for (const { checkIn, checkOut } of refusal.alternatives ?? []) {
        const other = { from: nightOf(checkIn), to: nightOf(checkOut) };
        expect(refusalOf(apartment, other, asked.guests)).toBeUndefined();
      }
    }),
    { numRuns: 1_000 },
  );
});

it('[H9] no stay is nearer than the one that a refusal advises, and where it says that there is none there is none', () => {
  fc.assert(
    fc.property(termsAround(TODAY), fc.array(claim, { maxLength: 14 }), wish, (terms, claims, asked) => {
      const apartment = apartmentWith(claims, terms);
      const stay = { from: TODAY + asked.from, to: TODAY + asked.from + asked.nights };
      const refusal = refusalOf(apartment, stay, asked.guests);
      if (refusal === undefined || (refusal.alternatives ?? []).length > 0) return;
      const farness = ({ from, to }: NightRange) =>
        Math.abs(from - stay.from) + Math.abs(to - from - asked.nights);
      const advice = adviceIn(refusal, stay, asked.guests);
      const most = advice === undefined ? Number.POSITIVE_INFINITY : farness(advice.stay);
      const party = Math.min(asked.guests, apartment.terms.capacity);
      for (let from = TODAY - 1; from < TODAY + HORIZON_NIGHTS; from++) {
        for (let to = from + 1; to <= TODAY + HORIZON_NIGHTS + 1; to++) {
          if (farness({ from, to }) >= most) continue;
          expect(refusalOf(apartment, { from, to }, party), `${from - TODAY} to ${to - TODAY}`).toBeDefined();
        }
      }
    }),
    { numRuns: 60 },
  );
});

it('[A3] the nights that a refused closing names can be closed, and no others of those asked for', () => {
  fc.assert(
    fc.property(termsAround(TODAY), fc.array(claim, { maxLength: 14 }), wish, (terms, claims, asked) => {
      const apartment = apartmentWith(claims, terms);
      const range = { from: TODAY + asked.from, to: TODAY + asked.from + asked.nights };
      const refusal = closingRefusalOf(apartment, range);
      if (refusal === undefined) return;
      const named = [...refusal.message.matchAll(/(?:close|,) (\S+) to ([\d-]+)/g)].map(([, from, to]) => ({
        from: nightOf(from!),
        to: nightOf(to!),
      }));
      for (const run of named) expect(closingRefusalOf(apartment, run)).toBeUndefined();
      for (let night = range.from; night < range.to; night++) {
        const one = { from: night, to: night + 1 };
        const canBe = closingRefusalOf(apartment, one) === undefined;
        expect(named.some((run) => overlaps(run, one))).toBe(canBe);
      }
    }),
    { numRuns: 300 },
  );
});
