import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CalendarModel,
  covers,
  isCheckOutOnly,
  isFree,
  modelOf,
  nightAt,
  step,
  takenOf,
} from '../../src/client/calendar-model.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Calendar, Range } from '../../src/protocol/resources.ts';

const FIRST = 20_000;
const LENGTH = 30;

const range = (from: number, to: number, status: Range['status'], heldUntil?: string): Range => ({
  from: dateOf(from),
  to: dateOf(to),
  status,
  ...(heldUntil === undefined ? {} : { heldUntil }),
});

/** Ranges may stick out of the window on both sides. */
const anyRange = fc
  .record({
    from: fc.integer({ min: FIRST - 5, max: FIRST + LENGTH + 5 }),
    length: fc.integer({ min: 1, max: 9 }),
    status: fc.constantFrom('held' as const, 'booked' as const, 'blocked' as const, 'free' as const),
    until: fc.constantFrom(undefined, '2026-01-01T00:00:00.000Z', '2026-01-01T00:10:00.000Z'),
  })
  .map(({ from, length, status, until }) =>
    range(from, from + length, status, status === 'held' ? until : undefined),
  );

/** The oracle: one string a night in a Map, nothing clever. */
class Oracle {
  readonly #nights = new Map<number, string>();
  apply(changes: readonly Range[]): void {
    for (const change of changes) {
      for (let night = FIRST - 50; night < FIRST + LENGTH + 50; night++) {
        const date = dateOf(night);
        if (date < change.from || date >= change.to) continue;
        if (change.status === 'free') this.#nights.delete(night);
        else this.#nights.set(night, `${change.status} ${change.heldUntil ?? ''}`);
      }
    }
  }
  at(night: number): string | undefined {
    return this.#nights.get(night);
  }
}

const empty = (version = 0): Calendar => ({
  apartmentId: 'apt-1',
  version,
  from: dateOf(FIRST),
  to: dateOf(FIRST + LENGTH),
  taken: [],
});
const seen = (model: CalendarModel, night: number): string | undefined => {
  const known = nightAt(model, night);
  return known === undefined ? undefined : `${known.status} ${known.heldUntil ?? ''}`;
};

describe('calendar model', () => {
  it('[I4] [N3] equals the oracle after any deltas in order, with repeats of old ones in between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyRange, { minLength: 1, maxLength: 4 }), { maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        (deltas, picks) => {
          const oracle = new Oracle();
          let model = modelOf(empty());
          deltas.forEach((changes, i) => {
            const next = step(model, { apartmentId: 'apt-1', version: i + 1, changes });
            if (next.kind !== 'applied') throw new Error(next.kind);
            model = next.model;
            oracle.apply(changes);
            const old = (picks.next().value as number) % (i + 1);
            const again = step(model, { apartmentId: 'apt-1', version: old, changes: deltas[old] ?? [] });
            expect(again.kind).toBe('known');
          });
          expect(model.version).toBe(deltas.length);
          for (let night = FIRST; night < FIRST + LENGTH; night++) {
            expect(seen(model, night)).toBe(oracle.at(night));
            expect(isFree(model, night, night + 1)).toBe(oracle.at(night) === undefined);
            expect(isCheckOutOnly(model, night)).toBe(
              night > FIRST && oracle.at(night) !== undefined && oracle.at(night - 1) === undefined,
            );
          }
        },
      ),
    );
  });

  it('[I4] is behind, and unchanged, at any jump of more than one version', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 2, max: 1_000 }), anyRange, (version, jump, change) => {
        const model = modelOf(empty(version));
        expect(step(model, { apartmentId: 'apt-1', version: version + jump, changes: [change] })).toEqual({
          kind: 'behind',
        });
      }),
    );
  });

  it('[I4] never takes a beacon for a change: a newer one without changes means behind', () => {
    const model = modelOf(empty(7));
    expect(step(model, { apartmentId: 'apt-1', version: 8, changes: [] }).kind).toBe('behind');
    expect(step(model, { apartmentId: 'apt-1', version: 7, changes: [] }).kind).toBe('known');
  });

  it('survives the way to ranges and back', () => {
    fc.assert(
      fc.property(fc.array(anyRange, { minLength: 1, maxLength: 8 }), (changes) => {
        const next = step(modelOf(empty()), { apartmentId: 'apt-1', version: 1, changes });
        if (next.kind !== 'applied') throw new Error(next.kind);
        const taken = takenOf(next.model);
        for (const [i, one] of taken.entries()) {
          expect(one.status).not.toBe('free');
          expect(one.from < one.to).toBe(true);
          const before = taken[i - 1];
          if (before !== undefined) expect(before.to <= one.from).toBe(true);
        }
        expect(modelOf({ ...empty(1), taken })).toEqual(next.model);
      }),
    );
  });

  it('changes nothing of the model it was given', () => {
    const model = modelOf(empty());
    const before = structuredClone(model);
    step(model, { apartmentId: 'apt-1', version: 1, changes: [range(FIRST, FIRST + 3, 'held')] });
    expect(model).toEqual(before);
  });

  it('knows nothing outside of its window', () => {
    const model = modelOf(empty());
    expect(covers(model, FIRST - 1)).toBe(false);
    expect(covers(model, FIRST + LENGTH)).toBe(false);
    expect(isFree(model, FIRST + LENGTH - 1, FIRST + LENGTH + 1)).toBe(false);
    expect(isFree(model, FIRST, FIRST)).toBe(false);
  });
});
