import { describe, expect, it } from 'vitest';
import { apply } from '../../src/actors/calendar/apply.ts';
import { type Calendar, emptyCalendar, type HoldClaim } from '../../src/actors/calendar/calendar.ts';
import {
  HOLD_EVENTS,
  HOLD_LIFE,
  HOLD_STATES,
  type HoldEvent,
  type HoldState,
  refusalIn,
  stateOf,
} from '../../src/actors/calendar/hold-machine.ts';
import type { Fact } from '../../src/actors/facts.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const HOLD = 'h1-x';
const KEY = 'h1-x-1';

/** A state it goes to, `no` with the rest of the refusal, or `late`: passed over. A missing cell does not compile. */
type Expected = HoldState | 'late' | `no: ${string}`;

const PAYING: Record<'extended' | 'replaced' | 'released' | 'confirming', Expected> = {
  extended: 'no: is being paid; wait for the answer to its confirm',
  replaced: 'no: is being paid; wait for the answer to its confirm',
  released: 'no: is being paid; cancel the booking once it is confirmed',
  confirming: 'no: is being paid already; wait for the answer to that confirm',
};
const askedOf = (why: string): typeof PAYING => {
  const no = `no: ${why}` as const;
  return { extended: no, replaced: no, released: no, confirming: no };
};
const PAST = {
  authorised: 'late',
  declined: 'late',
  confirmed: 'late',
  expired: 'late',
  settled: 'late',
} as const;
const EXPIRED = askedOf('has expired; hold the nights again if they are still free');
const over = (how: string) => askedOf(`is ${how} already; look at \`mine\` for what is open`);

const TABLE: Record<HoldState, Record<HoldEvent, Expected>> = {
  held: {
    ...PAST,
    extended: 'held',
    replaced: 'replaced',
    released: 'released',
    confirming: 'confirming',
    expired: 'expired',
  },
  confirming: {
    ...PAYING,
    authorised: 'authorised',
    declined: 'held',
    confirmed: 'confirmed',
    expired: 'owing',
    settled: 'late',
  },
  authorised: {
    ...PAYING,
    authorised: 'late',
    declined: 'held',
    confirmed: 'confirmed',
    expired: 'owing',
    settled: 'late',
  },
  owing: { ...PAST, ...EXPIRED, confirmed: 'confirmed', settled: 'expired' },
  confirmed: { ...PAST, ...over('confirmed') },
  released: { ...PAST, ...over('released') },
  replaced: { ...PAST, ...over('replaced') },
  expired: { ...PAST, ...EXPIRED },
};

/** The fact of each event, about the hold or, for `replaced`, about the one that comes after it. */
const FACTS: Record<HoldEvent, Fact> = {
  extended: { kind: 'extended', hold: HOLD, expiresAtMs: NOW_MS + 900_000 },
  replaced: held('h9-y', [HOLD]),
  released: { kind: 'released', hold: HOLD },
  confirming: {
    ...{ kind: 'confirming', hold: HOLD, booking: 'b2-x', key: KEY },
    ...{ method: 'sandbox_ok', deadlineMs: NOW_MS + 120_000 },
  },
  authorised: { kind: 'authorised', hold: HOLD, key: KEY },
  declined: { kind: 'declined', hold: HOLD, key: KEY, reason: 'declined' },
  confirmed: { kind: 'confirmed', hold: HOLD, booking: 'b2-x', key: KEY },
  expired: { kind: 'expired', hold: HOLD },
  settled: { kind: 'settled', key: KEY, outcome: 'voided' },
};
/** How a hold comes into each state. */
const WAYS: Record<HoldState, readonly HoldEvent[]> = {
  held: [],
  confirming: ['confirming'],
  authorised: ['confirming', 'authorised'],
  owing: ['confirming', 'expired'],
  confirmed: ['confirming', 'authorised', 'confirmed'],
  released: ['released'],
  replaced: ['replaced'],
  expired: ['expired'],
};

function held(hold: string, replaces?: string[]): Fact {
  const price = {
    currency: 'EUR',
    lines: [[0, 2, 20_000] as const],
  };
  return {
    ...{ kind: 'held', hold, from: 20_500, to: 20_502, guests: 1, price, expiresAtMs: NOW_MS + 600_000 },
    ...(replaces && { replaces }),
  };
}

function record(calendar: Calendar, fact: Fact): void {
  const [apartmentId, subjectId, requestId] = ['a1', 'ana', null];
  apply(calendar, { apartmentId, version: calendar.version + 1, fact, subjectId, requestId, atMs: NOW_MS });
}

/** An apartment with one hold in that state. */
function calendarWith(state: HoldState): Calendar {
  const calendar = emptyCalendar();
  record(calendar, held(HOLD));
  for (const event of WAYS[state]) record(calendar, FACTS[event]);
  return calendar;
}

/** Where the calendar has the hold; what has ended is not in it. */
function found(calendar: Calendar): HoldState | 'ended' {
  const hold = calendar.claims.find(
    (claim): claim is HoldClaim => claim.kind === 'hold' && claim.id === HOLD,
  );
  if (hold !== undefined) return stateOf(hold);
  return calendar.settlements.some(({ key }) => key === KEY) ? 'owing' : 'ended';
}

const ENDED: readonly HoldState[] = ['confirmed', 'released', 'replaced', 'expired'];

describe('[H1] [B3] the life of a hold, state by fact', () => {
  for (const state of HOLD_STATES) {
    for (const event of HOLD_EVENTS) {
      const expected = TABLE[state][event];
      it(`${state} × ${event}: ${expected}`, () => {
        const cell = HOLD_LIFE[state][event];
        const refusal = refusalIn(state, event, HOLD);
        if (expected === 'late') expect(cell).toEqual({ kind: 'late' });
        else if (expected.startsWith('no: '))
          expect(refusal?.message).toBe(`hold ${HOLD} ${expected.slice(4)}`);
        else expect(cell).toEqual({ kind: 'goes', to: expected });
        expect(refusal === undefined).toBe(!expected.startsWith('no: '));
        if (refusal !== undefined)
          expect(refusal.code).toBe(
            state === 'owing' || state === 'expired' ? 'hold_expired' : 'hold_not_open',
          );

        const calendar = calendarWith(state);
        expect(found(calendar)).toBe(ENDED.includes(state) ? 'ended' : state);
        const apply = () => record(calendar, FACTS[event]);
        if (cell.kind !== 'goes')
          return expect(apply).toThrow(
            /is held; |is confirming; |is authorised; |is not open|nothing is owed/,
          );
        apply();
        expect(found(calendar)).toBe(ENDED.includes(cell.to) ? 'ended' : cell.to);
      });
    }
  }

  it('a fact that its life does not allow changes nothing', () => {
    const calendar = calendarWith('confirming');
    const before = structuredClone(calendar);
    expect(() => record(calendar, FACTS.released)).toThrow(
      'hold h1-x is confirming; released cannot come next',
    );
    expect(() => record(calendar, FACTS.replaced)).toThrow(
      'hold h1-x is confirming; replaced cannot come next',
    );
    expect(calendar).toEqual(before);
  });
});
