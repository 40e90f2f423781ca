/** What a refusal advises is had by who asks for it: of the same calendar, at the same instant, whatever the terms. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideBlock } from '../../src/actors/calendar/decide-block.ts';
import type { ErrorBody } from '../../src/protocol/errors.ts';
import { type NightRange, nightOf, overlaps } from '../../src/protocol/nights.ts';
import { termsAround } from '../services/arbitrary-terms.ts';
import type { BareApartment } from '../support/bare-apartment.ts';
import {
  apartmentWith,
  bounds,
  claim,
  HORIZON_NIGHTS,
  ids,
  NOW_MS,
  refusalOf,
  TODAY,
} from '../support/claimed-apartment.ts';

const wish = fc.record({
  from: fc.integer({ min: -5, max: HORIZON_NIGHTS + 9 }),
  nights: fc.integer({ min: -2, max: 12 }),
  guests: fc.integer({ min: 1, max: 8 }),
});

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
