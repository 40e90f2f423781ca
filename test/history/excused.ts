/**
 * For each excuse a history that needs it, and beside it the bug that is nearest to it: one millisecond, one version, one
 * subject further. What an excuse lets pass and what it must not lie as close together as they can.
 */
import { dateOf } from '../../src/protocol/nights.ts';
import type { Excuse } from './excuses.ts';
import type { Asked, Fail, History, HistoryEvent, LostHistory, RecordedEntry, Run } from './history.ts';
import type { Rule } from './report.ts';

export interface Excused {
  readonly legal: History;
  /** The seeded bug, what it leaves behind, and the rule that it breaks. */
  readonly bug: string;
  readonly broken: History;
  readonly rule: Rule;
}

const ZERO_MS = Date.UTC(2027, 0, 1);
const TODAY = ZERO_MS / 86_400_000;
const NIGHT = TODAY + 100;
const ENDS_MS = 60_000;
const DAY_MS = 86_400_000;
const PRICE = { currency: 'EUR', lines: [[0, 1, 100]] } as const;
const WINDOW = { apartmentId: 'a', from: dateOf(NIGHT - 3), to: dateOf(NIGHT + 30) };

type By = Partial<Pick<RecordedEntry, 'apartmentId' | 'subjectId' | 'requestId'>>;
/** Facts in order, each at an instant of the run. */
function journal(...facts: readonly (readonly [ms: number, fact: RecordedEntry['fact'], by?: By])[]) {
  const heads = new Map<string, number>();
  return facts.map(([ms, fact, by = {}]): RecordedEntry => {
    const { apartmentId = 'a', subjectId = 'ana', requestId = null } = by;
    const version = (heads.get(apartmentId) ?? 0) + 1;
    heads.set(apartmentId, version);
    return { apartmentId, version, fact, subjectId, requestId, atMs: ZERO_MS + ms };
  });
}
const held = (fromMs = 0, hold = 'h1', from = NIGHT): RecordedEntry['fact'] => ({
  ...{ kind: 'held', hold, from, to: from + 1, guests: 1, price: PRICE },
  expiresAtMs: ZERO_MS + fromMs + ENDS_MS,
});
const blocked = (block: string, from: number) => ({ kind: 'blocked', block, from, to: from + 1 }) as const;
const confirming = (deadlineMs: number): Extract<RecordedEntry['fact'], { kind: 'confirming' }> => ({
  ...{ kind: 'confirming', hold: 'h1', booking: 'b1', key: 'k1', method: 'card' },
  deadlineMs: ZERO_MS + deadlineMs,
});
const authorised = { kind: 'authorised', hold: 'h1', key: 'k1' } as const;
const confirmed = { kind: 'confirmed', hold: 'h1', booking: 'b1', key: 'k1' } as const;
const expired = { kind: 'expired', hold: 'h1' } as const;
const released = { kind: 'released', hold: 'h1' } as const;
const settled = { kind: 'settled', key: 'k1', outcome: 'refunded' } as const;
const ofTime = { subjectId: null };

let ops = 0;
interface How {
  readonly subject?: string;
  readonly requestId?: string;
  readonly sentOnce?: boolean;
}
type End =
  | { readonly error: string; readonly conflicts?: readonly object[] }
  | { readonly data: object }
  | undefined;
/** A question and its answer; undefined: none came. */
function asked(fromMs: number, toMs: number, question: Asked, end: End, how: How = {}): HistoryEvent[] {
  const by = { process: 'c', op: ++ops };
  const { subject = 'ana', ...rest } = how;
  const invoke = { type: 'invoke', atMs: fromMs, ...by, subject, ...rest, ...question } as HistoryEvent;
  if (end === undefined) return [invoke, { type: 'unknown', atMs: toMs, ...by }];
  if ('data' in end) return [invoke, { type: 'ok', atMs: toMs, ...by, data: end.data } as HistoryEvent];
  const { error: code, ...more } = end;
  const error = { code, message: '', retryable: false, ...more } as Fail['error'];
  return [invoke, { type: 'fail', atMs: toMs, ...by, error }];
}
const hold = (apartmentId = 'a', nights = 1, from = NIGHT): Asked => ({
  command: 'hold',
  args: { apartmentId, checkIn: dateOf(from), checkOut: dateOf(from + nights), guests: 1 },
});
const confirm: Asked = {
  command: 'confirm',
  args: {
    ...{ apartmentId: 'a', holdId: 'h1', guest: { name: 'Ana', email: 'ana@example.com' } },
    payment: { method: 'card' },
  },
};
const mine: Asked = { command: 'mine', args: {} };

const heldRange = {
  ...{ from: dateOf(NIGHT), to: dateOf(NIGHT + 1), status: 'held' },
  heldUntil: new Date(ZERO_MS + ENDS_MS).toISOString(),
} as const;
const read = (version: number, fromMs: number, toMs: number) =>
  asked(
    fromMs,
    toMs,
    { command: 'calendar', args: WINDOW },
    {
      data: {
        calendar: { ...WINDOW, version, taken: version === 1 ? [{ ...heldRange, checkOutOnly: true }] : [] },
      },
    },
  );
/** What a watch is told: its calendar, or a frame. */
const shown = (atMs: number, version: number, taken: readonly object[] = []) =>
  ({
    ...{ type: 'calendar', atMs, process: 'w', watch: 1 },
    calendar: { ...WINDOW, version, taken },
  }) as unknown as HistoryEvent;
const frame = (atMs: number, version: number, changes: readonly object[] = [], applied?: true) =>
  ({
    ...{ type: 'availability', atMs, process: 'w', watch: 1, apartmentId: 'a', version, changes },
    ...(applied && { applied }),
  }) as unknown as HistoryEvent;
const closed = (from: number, nights = 1) =>
  ({ from: dateOf(from), to: dateOf(from + nights), status: 'blocked' }) as const;
const left = (atMs: number): HistoryEvent => ({
  type: 'unwatch',
  atMs,
  process: 'w',
  watch: 1,
  apartmentId: 'a',
});

function history(more: Partial<History>, run: Partial<Run> = {}): History {
  return { events: [], journal: [], ...more, run: { systemAtZeroMs: ZERO_MS, skewMs: 0, ...run } };
}

const heldBy = (requestId: string, ms = 5): RecordedEntry[] => journal([ms, held(ms), { requestId }]);
const r = { requestId: 'r' };
/** A confirm without an answer, whose payment is found after its hold has expired; sent again at an instant. */
const foundLate = (againMs: number) =>
  history({
    journal: journal(
      [0, held()],
      [10, confirming(10_000), r],
      [20, authorised, ofTime],
      [10_000, expired, ofTime],
      [12_000, confirmed, ofTime],
    ),
    events: [
      ...asked(5, 100, confirm, undefined, r),
      ...asked(againMs, againMs + 5, confirm, { error: 'hold_expired' }, r),
    ],
  });
const blocks = (count: number) =>
  journal(
    ...Array.from(
      { length: count },
      (_, i) => [0, blocked(`x${i}`, NIGHT + i), { subjectId: 'host' }] as const,
    ),
  );
const conflicts = (count: number) => Array.from({ length: count }, (_, i) => closed(NIGHT + i));
/** A booking of one night, known to somebody by its version. */
const bookingOf = (night: number) =>
  journal(
    [0, held(0, 'h1', night)],
    [10, confirming(10_000)],
    [20, authorised, ofTime],
    [30, confirmed, ofTime],
  );
/** One block, in a history in whose place a copy came at 1,000, which was refused by 2,000 and accepted at 3,000. */
const older = (more: Partial<History>, { heads }: Pick<LostHistory, 'heads'>) =>
  history({
    ...more,
    lost: [{ copyMs: 0, fromMs: 1_000, untilMs: 2_000, acceptedMs: 3_000, journal: blockedBy('r'), heads }],
  });
const blockedBy = (requestId: string) => journal([5, blocked('x0', NIGHT), { subjectId: 'host', requestId }]);
const blockedOk = (fromMs: number, toMs: number) =>
  asked(
    fromMs,
    toMs,
    { command: 'block', args: { apartmentId: 'a', from: dateOf(NIGHT), to: dateOf(NIGHT + 1) } },
    { data: { block: { id: 'x0', apartmentId: 'a', ...closed(NIGHT), version: 1 } } },
    { subject: 'host', requestId: 'r' },
  );
const readBlocked = (fromMs: number, toMs: number) =>
  asked(
    fromMs,
    toMs,
    { command: 'calendar', args: WINDOW },
    { data: { calendar: { ...WINDOW, version: 1, taken: [{ ...closed(NIGHT), checkOutOnly: true }] } } },
  );
const capturedBy = (state: readonly (readonly [number, RecordedEntry['fact'], By?])[]): History =>
  history({
    journal: journal([0, held()], [10, confirming(10_000)], ...state),
    payments: [{ key: 'k1', status: 'captured', amountMinor: 100, refundedMinor: 0 }],
    bookings: [],
  });

/** A payment that was under way in a lost history, of which the copy has the hold alone, and one that was captured. */
const paidBefore = (captured: string): History => {
  const whole = journal([0, held()], [10, confirming(10_000)]);
  return history({
    journal: journal([0, held()], [40_000, released]),
    lost: [{ copyMs: 5, fromMs: 1_000, untilMs: 2_000, acceptedMs: 3_000, journal: whole, heads: { a: 1 } }],
    payments: [{ key: captured, status: 'captured', amountMinor: 100, refundedMinor: 0 }],
    bookings: [],
  });
};
/** Refused at an instant; damaged for five seconds that end at 7,000. */
const damaged = (atMs: number) =>
  history(
    { events: asked(atMs, atMs + 1, hold(), { error: 'unreadable' }) },
    { damages: [{ fromMs: 2_000, toMs: 7_000, apartmentIds: ['a'] }] },
  );

/** `mine` without a hold of an apartment that was damaged for five seconds that end at 7,000. */
const untold = (atMs: number) =>
  history(
    {
      journal: journal([0, held()]),
      events: [frame(10, 1), ...asked(atMs, atMs + 1, mine, { data: { holds: [], bookings: [] } })],
    },
    { damages: [{ fromMs: 2_000, toMs: 7_000, apartmentIds: ['a'] }] },
  );

export const EXCUSED: Record<Excuse, Excused> = {
  skew: {
    legal: history(
      { journal: heldBy('r', 80), events: asked(100, 110, hold(), undefined, r) },
      { skewMs: 20 },
    ),
    bug: 'a fact is older than its command by more than clocks are apart',
    broken: history(
      { journal: heldBy('r', 79), events: asked(100, 110, hold(), undefined, r) },
      { skewMs: 20 },
    ),
    rule: 'clock-off',
  },
  late: {
    legal: history({ journal: journal([0, held()], [ENDS_MS + 1_000, expired, ofTime]) }),
    bug: 'a timer goes off a second and a millisecond after the deadline',
    broken: history({ journal: journal([0, held()], [ENDS_MS + 1_001, expired, ofTime]) }),
    rule: 'ended-late',
  },
  'nobody-served': {
    legal: history(
      { journal: journal([0, held()], [ENDS_MS + 9_000, expired, ofTime]) },
      { outages: [{ fromMs: ENDS_MS - 500, toMs: ENDS_MS + 8_000, apartmentIds: ['a'] }] },
    ),
    bug: 'a deadline is forgotten while the owner of another apartment is down',
    broken: history(
      { journal: journal([0, held()], [ENDS_MS + 9_000, expired, ofTime]) },
      { outages: [{ fromMs: ENDS_MS - 500, toMs: ENDS_MS + 8_000, apartmentIds: ['b'] }] },
    ),
    rule: 'ended-late',
  },
  'declined-late': {
    legal: history({
      journal: journal(
        [0, held()],
        [50_000, confirming(170_000)],
        [100_000, { kind: 'declined', hold: 'h1', key: 'k1', reason: 'declined' }, ofTime],
        [101_000, expired, ofTime],
      ),
    }),
    bug: 'a hold goes on after a payment that was declined past its deadline',
    broken: history({
      journal: journal(
        [0, held()],
        [50_000, confirming(170_000)],
        [100_000, { kind: 'declined', hold: 'h1', key: 'k1', reason: 'declined' }, ofTime],
        [101_001, expired, ofTime],
      ),
    }),
    rule: 'ended-late',
  },
  'came-in-time': {
    legal: history({
      journal: journal([0, held()], [ENDS_MS + 500, confirming(ENDS_MS + 500), r]),
      events: asked(ENDS_MS - 1, ENDS_MS + 400, confirm, undefined, r),
    }),
    bug: 'a confirm is taken that was sent at the deadline',
    broken: history({
      journal: journal([0, held()], [ENDS_MS + 500, confirming(ENDS_MS + 500), r]),
      events: asked(ENDS_MS, ENDS_MS + 400, confirm, undefined, r),
    }),
    rule: 'confirmed-after-end',
  },
  'paid-late': {
    legal: history({
      journal: journal(
        ...([
          [0, held()],
          [10, confirming(10_000)],
          [20, authorised, ofTime],
        ] as const),
        ...([
          [10_000, expired, ofTime],
          [12_000, confirmed, ofTime],
        ] as const),
      ),
    }),
    bug: 'a payment that was found late and given back makes a booking',
    broken: history({
      journal: journal(
        ...([
          [0, held()],
          [10, confirming(10_000)],
          [20, authorised, ofTime],
        ] as const),
        ...([
          [10_000, expired, ofTime],
          [11_000, settled, ofTime],
          [12_000, confirmed, ofTime],
        ] as const),
      ),
    }),
    rule: 'confirmed-after-end',
  },
  'declined-anew': {
    legal: history({
      journal: journal(
        ...([
          [0, held()],
          [10, confirming(10_000), r],
        ] as const),
        [20, { kind: 'declined', hold: 'h1', key: 'k1', reason: 'declined' }, ofTime],
        [30, { ...confirming(10_000), booking: 'b2', key: 'k2' }, r],
      ),
    }),
    bug: 'a confirm whose hold expired is paid again when it is sent again',
    broken: history({
      journal: journal(
        ...([
          [0, held()],
          [10, confirming(10_000), r],
          [10_000, expired, ofTime],
        ] as const),
        [10_010, held(10_010, 'h2', NIGHT)],
        [10_020, { ...confirming(20_000), hold: 'h2', booking: 'b2', key: 'k2' }, r],
      ),
    }),
    rule: 'two-effects',
  },
  'day-passed': {
    legal: history({
      journal: journal([0, held(), r], [10, released], [DAY_MS, held(DAY_MS, 'h2'), r]),
    }),
    bug: 'a request is forgotten a millisecond before its day is over',
    broken: history({
      journal: journal([0, held(), r], [10, released], [DAY_MS - 1, held(DAY_MS - 1, 'h2'), r]),
    }),
    rule: 'two-effects',
  },
  admin: {
    legal: history(
      { journal: journal([0, held()], [10, released, { subjectId: 'adm' }]) },
      { admins: ['adm'] },
    ),
    bug: 'a host releases the hold of a guest',
    broken: history(
      { journal: journal([0, held()], [10, released, { subjectId: 'host' }]) },
      { admins: ['adm'] },
    ),
    rule: 'not-owner',
  },
  unknown: {
    legal: history({
      journal: heldBy('r'),
      events: asked(0, 10, hold(), { error: 'unavailable' }, { ...r, sentOnce: true }),
    }),
    bug: 'a command is refused for a rate and carried out',
    broken: history({
      journal: heldBy('r'),
      events: asked(0, 10, hold(), { error: 'rate_limited' }, { ...r, sentOnce: true }),
    }),
    rule: 'refused-took-effect',
  },
  unsent: {
    legal: history({ journal: heldBy('r'), events: asked(0, 10, hold(), { error: 'rate_limited' }, r) }),
    bug: 'a command is refused at its only try and carried out',
    broken: history({
      journal: heldBy('r'),
      events: asked(0, 10, hold(), { error: 'rate_limited' }, { ...r, sentOnce: true }),
    }),
    rule: 'refused-took-effect',
  },
  'at-the-door': {
    legal: history({
      journal: heldBy('r'),
      events: [...asked(0, 10, hold(), undefined, r), ...asked(20, 30, hold(), { error: 'rate_limited' }, r)],
    }),
    bug: 'a repeat is decided anew and refused for a rule',
    broken: history({
      journal: heldBy('r'),
      events: [
        ...asked(0, 10, hold(), undefined, r),
        ...asked(20, 30, hold(), { error: 'rule_violation' }, r),
      ],
    }),
    rule: 'unknown-both',
  },
  'before-effect': {
    legal: history({
      journal: heldBy('r', 20),
      events: [
        ...asked(0, 40, hold(), undefined, r),
        ...asked(20, 30, hold(), { error: 'rule_violation' }, r),
      ],
    }),
    bug: 'a repeat that comes right after the decision is decided anew',
    broken: history({
      journal: heldBy('r', 20),
      events: [
        ...asked(0, 40, hold(), undefined, r),
        ...asked(21, 30, hold(), { error: 'rule_violation' }, r),
      ],
    }),
    rule: 'unknown-both',
  },
  'told-expired': {
    legal: foundLate(11_999),
    bug: 'a repeat is told that its hold has expired after its payment was found',
    broken: foundLate(12_001),
    rule: 'unknown-both',
  },
  'other-content': {
    legal: history({
      journal: heldBy('r'),
      events: [
        ...asked(0, 10, hold(), undefined, r),
        ...asked(20, 30, hold('a', 2), { error: 'idempotency_conflict' }, r),
      ],
    }),
    bug: 'a repeat is said to be another use of its request id',
    broken: history({
      journal: heldBy('r'),
      events: [
        ...asked(0, 10, hold(), undefined, r),
        ...asked(20, 30, hold('a', 1), { error: 'idempotency_conflict' }, r),
      ],
    }),
    rule: 'unknown-both',
  },
  raced: {
    legal: history({
      journal: journal([0, held()], [ENDS_MS, expired, ofTime]),
      events: [...read(2, ENDS_MS, ENDS_MS + 20), ...read(1, ENDS_MS + 20, ENDS_MS + 30)],
    }),
    bug: 'a read is older than what somebody was told a millisecond before it',
    broken: history({
      journal: journal([0, held()], [ENDS_MS, expired, ofTime]),
      events: [...read(2, ENDS_MS, ENDS_MS + 20), ...read(1, ENDS_MS + 21, ENDS_MS + 30)],
    }),
    rule: 'read-stale',
  },
  'not-judged': {
    legal: history({ events: asked(0, 10, hold(), { error: 'rule_violation' }, r) }),
    bug: 'free nights are refused as taken',
    broken: history({ events: asked(0, 10, hold(), { error: 'nights_unavailable' }, r) }),
    rule: 'refusal-unjustified',
  },
  'lost-hold': {
    legal: history(
      {
        events: [
          ...asked(0, 10, hold('b'), undefined, r),
          ...asked(20, 30, hold(), { error: 'too_many_holds' }, { requestId: 's' }),
        ],
      },
      { holdsPerGuest: 1 },
    ),
    bug: 'a hold that was refused counts as an open one',
    broken: history(
      {
        events: [
          ...asked(0, 10, hold('b'), { error: 'rule_violation' }, r),
          ...asked(20, 30, hold(), { error: 'too_many_holds' }, { requestId: 's' }),
        ],
      },
      { holdsPerGuest: 1 },
    ),
    rule: 'refusal-unjustified',
  },
  'end-unheard': {
    legal: history(
      {
        journal: journal([0, held()], [ENDS_MS, expired, ofTime]),
        events: asked(ENDS_MS + 300, ENDS_MS + 310, hold('b'), { error: 'too_many_holds' }, r),
      },
      { holdsPerGuest: 1, outages: [{ fromMs: ENDS_MS - 100, toMs: ENDS_MS + 300 }] },
    ),
    bug: 'an end is counted out a millisecond after the outage in which it was decided',
    broken: history(
      {
        journal: journal([0, held()], [ENDS_MS, expired, ofTime]),
        events: asked(ENDS_MS + 301, ENDS_MS + 310, hold('b'), { error: 'too_many_holds' }, r),
      },
      { holdsPerGuest: 1, outages: [{ fromMs: ENDS_MS - 100, toMs: ENDS_MS + 300 }] },
    ),
    rule: 'refusal-unjustified',
  },
  unheard: {
    legal: history(
      { journal: journal([0, held()], [99, held(99, 'h2'), { apartmentId: 'b' }]) },
      { holdsPerGuest: 1, toldMs: 100 },
    ),
    bug: 'a hold is not counted that all have heard of',
    broken: history(
      { journal: journal([0, held()], [100, held(100, 'h2'), { apartmentId: 'b' }]) },
      { holdsPerGuest: 1, toldMs: 100 },
    ),
    rule: 'too-many-open',
  },
  deaf: {
    legal: history(
      { journal: journal([0, held()], [200, held(200, 'h2'), { apartmentId: 'b' }]) },
      { holdsPerGuest: 1, deafs: [{ fromMs: 100, toMs: 200 }] },
    ),
    bug: 'a hold is not counted a millisecond after all have heard each other again',
    broken: history(
      { journal: journal([0, held()], [201, held(201, 'h2'), { apartmentId: 'b' }]) },
      { holdsPerGuest: 1, deafs: [{ fromMs: 100, toMs: 200 }] },
    ),
    rule: 'too-many-open',
  },
  'many-conflicts': {
    legal: history({
      journal: blocks(21),
      events: [
        frame(5, 21),
        ...asked(10, 20, hold('a', 21), { error: 'nights_unavailable', conflicts: conflicts(20) }, r),
      ],
    }),
    bug: 'a refusal names all but one of twenty claims',
    broken: history({
      journal: blocks(20),
      events: [
        frame(5, 20),
        ...asked(10, 20, hold('a', 20), { error: 'nights_unavailable', conflicts: conflicts(19) }, r),
      ],
    }),
    rule: 'refusal-misnamed',
  },
  'ended-meanwhile': {
    legal: history({
      journal: journal([0, held()], [ENDS_MS, expired, ofTime]),
      events: [frame(10, 1), ...asked(100, ENDS_MS, mine, { data: { holds: [], bookings: [] } })],
    }),
    bug: '`mine` leaves out a hold a millisecond before its end',
    broken: history({
      journal: journal([0, held()], [ENDS_MS, expired, ofTime]),
      events: [frame(10, 1), ...asked(100, ENDS_MS - 1, mine, { data: { holds: [], bookings: [] } })],
    }),
    rule: 'mine-omits',
  },
  'past-stay': {
    legal: history({
      journal: bookingOf(TODAY),
      events: [frame(40, 4), ...asked(100, 110, mine, { data: { holds: [], bookings: [] } })],
    }),
    bug: '`mine` leaves out a booking whose stay ends tomorrow night',
    broken: history({
      journal: bookingOf(TODAY + 1),
      events: [frame(40, 4), ...asked(100, 110, mine, { data: { holds: [], bookings: [] } })],
    }),
    rule: 'mine-omits',
  },
  'run-together': {
    legal: history({ journal: blocks(2), events: [shown(10, 2, [closed(NIGHT, 2)])] }),
    bug: 'a server answers two claims as one range',
    broken: history({
      journal: blocks(2),
      events: asked(
        10,
        20,
        { command: 'calendar', args: WINDOW },
        {
          data: { calendar: { ...WINDOW, version: 2, taken: [{ ...closed(NIGHT, 2), checkOutOnly: true }] } },
        },
      ),
    }),
    rule: 'read-mismatch',
  },
  'other-words': {
    legal: history({
      journal: blocks(2),
      events: [shown(1, 1, [closed(NIGHT)]), frame(2, 2, [closed(NIGHT, 2)])],
    }),
    bug: 'a delta says one night more than is closed',
    broken: history({
      journal: blocks(2),
      events: [shown(1, 1, [closed(NIGHT)]), frame(2, 2, [closed(NIGHT, 3)])],
    }),
    rule: 'delta-mismatch',
  },
  beacon: {
    legal: history({ journal: blocks(1), events: [shown(1, 1, [closed(NIGHT)]), frame(2, 1)] }),
    bug: 'a watcher is told that a version changed nothing, and it closed a night',
    broken: history({ journal: blocks(1), events: [shown(1, 0), frame(2, 1, [], true)] }),
    rule: 'delta-mismatch',
  },
  'before-first': {
    legal: history({ journal: blocks(2), events: [frame(1, 2), shown(6_000, 2, [closed(NIGHT, 2)])] }),
    bug: 'a watcher that has a calendar and notices a jump is left without another',
    broken: history({
      journal: blocks(2),
      events: [shown(0, 0), frame(1, 2), shown(6_000, 2, [closed(NIGHT, 2)])],
    }),
    rule: 'watcher-missed',
  },
  'heard-before': {
    legal: history({
      journal: blocks(2),
      events: [shown(0, 2, [closed(NIGHT, 2)]), frame(1, 1, [closed(NIGHT)]), frame(6_000, 2)],
    }),
    bug: 'a watcher is left behind a version that it has not heard of',
    broken: history({
      journal: blocks(2),
      events: [shown(0, 0), frame(1, 2, [closed(NIGHT + 1)]), frame(6_000, 2)],
    }),
    rule: 'watcher-missed',
  },
  resync: {
    legal: history({
      journal: blocks(2),
      events: [shown(0, 0), frame(1, 2), shown(5_001, 2, [closed(NIGHT, 2)])],
    }),
    bug: 'a watcher waits for its calendar a millisecond too long',
    broken: history({
      journal: blocks(2),
      events: [shown(0, 0), frame(1, 2), shown(5_002, 2, [closed(NIGHT, 2)])],
    }),
    rule: 'watcher-missed',
  },
  'on-its-way': {
    legal: history({
      journal: blocks(1),
      events: [shown(0, 0), { ...frame(10, 1), process: 'v' } as HistoryEvent, left(20_010)],
    }),
    bug: 'a watcher is not told what another knows for twenty seconds and a millisecond',
    broken: history({
      journal: blocks(1),
      events: [shown(0, 0), { ...frame(10, 1), process: 'v' } as HistoryEvent, left(20_011)],
    }),
    rule: 'watcher-missed',
  },
  'under-way': {
    legal: capturedBy([[20, authorised, ofTime]]),
    bug: 'a payment that is said to be given back is kept',
    broken: capturedBy([
      [20, authorised, ofTime],
      [10_000, expired, ofTime],
      [11_000, settled, ofTime],
    ]),
    rule: 'captured-unbooked',
  },
  'lost-history': {
    legal: older({ journal: [], events: blockedOk(0, 10) }, { heads: {} }),
    bug: 'what was acknowledged is gone after an older copy came, which had it',
    broken: older({ journal: [], events: blockedOk(0, 10) }, { heads: { a: 1 } }),
    rule: 'acked-lost',
  },
  'two-histories': {
    legal: older({ journal: [], events: readBlocked(1_900, 2_000) }, { heads: {} }),
    bug: 'a server answers a millisecond after every server knew that the history is refused',
    broken: older({ journal: [], events: readBlocked(1_900, 2_001) }, { heads: {} }),
    rule: 'served-refused',
  },
  'provider-remembers': {
    legal: paidBefore('k1'),
    bug: 'the provider keeps what no fact of any history called for',
    broken: paidBefore('k2'),
    rule: 'captured-unbooked',
  },
  'refused-for-good': {
    legal: capturedBy([
      [20, authorised, ofTime],
      [10_000, expired, ofTime],
      [11_000, { ...settled, outcome: 'refused' }, ofTime],
    ]),
    bug: 'a payment that is said to be given back is kept',
    broken: capturedBy([
      [20, authorised, ofTime],
      [10_000, expired, ofTime],
      [11_000, settled, ofTime],
    ]),
    rule: 'captured-unbooked',
  },
  damaged: {
    legal: damaged(14_000),
    bug: 'an apartment is said to be unreadable a millisecond after it must have been tried again',
    broken: damaged(14_001),
    rule: 'refusal-unjustified',
  },
  untold: {
    legal: untold(14_000),
    bug: '`mine` leaves out a hold a millisecond after its apartment must have been tried again',
    broken: untold(14_001),
    rule: 'mine-omits',
  },
};
