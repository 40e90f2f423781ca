/** Bugs that show in what commands are answered: acks, refusals, repeats. */
import { dateOf } from '../../../src/protocol/nights.ts';
import type { Hold, Range } from '../../../src/protocol/resources.ts';
import type { History, Invoke, Ok } from '../history.ts';
import {
  askedAgain,
  type EntryOf,
  endOf,
  entriesOf,
  lastOf,
  okOf,
  onlyOkOf,
  pairsOf,
  refusal,
  refusedAt,
  refusedOf,
  withEntry,
  withEvent,
  withEvents,
  withoutEntry,
} from './edit.ts';
import type { Mutation } from './table.ts';

type Answered = { readonly asked: Invoke; readonly end: Ok };

/** The first hold answered ok, with another answer. */
function otherHold(
  bug: string,
  change: (hold: Hold) => Partial<Hold>,
  command: 'hold' | 'extend' | 'release' = 'hold',
): Mutation {
  return {
    bug,
    apply(history) {
      const { end } = okOf(history, command)[0] ?? {};
      if (end === undefined || !('hold' in end.data)) return undefined;
      const { hold } = end.data;
      return withEvent(history, end, { data: { hold: { ...hold, ...change(hold) } } });
    },
  };
}

/** The entry of the last version of its apartment, where a client was answered ok by it. */
function ackedLast(history: History, ...commands: ('hold' | 'release' | 'block' | 'cancel')[]) {
  return okOf(history, ...commands).flatMap(({ asked }) => {
    const last = lastOf(history, asked.args.apartmentId);
    return last?.requestId === asked.requestId ? [last] : [];
  })[0];
}

interface Standing extends Answered {
  readonly held: EntryOf<'held'>;
}

/** A hold answered ok that then stood for a while: long enough to be asked about without doubt. */
function standing(history: History): Standing | undefined {
  for (const { asked, end } of onlyOkOf(history, 'hold')) {
    const held = entriesOf(history, 'held').find(({ requestId }) => requestId === asked.requestId);
    if (held === undefined) continue;
    const next = history.journal.find(
      ({ apartmentId, version }) => apartmentId === held.apartmentId && version === held.version + 1,
    );
    if (next === undefined || next.atMs > held.atMs + 1_000) return { asked, end, held };
  }
  return undefined;
}

/** A question about such a hold, refused. */
function refusedAbout(
  bug: string,
  command: 'extend' | 'release' | 'confirm',
  error: Parameters<typeof refusal>[0],
): Mutation {
  return {
    bug,
    apply(history) {
      const found = standing(history);
      if (found === undefined) return undefined;
      const { asked, end, held } = found;
      const args = { apartmentId: held.apartmentId, holdId: held.fact.hold };
      return refusedAt(history, end.atMs + 10, { ...asked, command, args } as Invoke, refusal(error));
    },
  };
}

/** A refusal of a hold by taken nights, told otherwise. */
function otherConflicts(bug: string, change: (range: Range) => readonly Range[]): Mutation {
  return {
    bug,
    apply(history) {
      const { end } = refusedOf(history, 'nights_unavailable', 'hold')[0] ?? {};
      if (end === undefined) return undefined;
      const [first, ...rest] = end.error.conflicts ?? [];
      if (first === undefined) return undefined;
      return withEvent(history, end, { error: { ...end.error, conflicts: [...change(first), ...rest] } });
    },
  };
}

/** An effect that somebody was told of before a question could be asked after everything. */
function askAgain(
  history: History,
  pair: { asked: Invoke } | undefined,
  error: Parameters<typeof refusal>[0],
) {
  return pair && askedAgain(history, pair.asked, { error: refusal(error) });
}

export const ANSWERS = {
  'history-broken': [
    {
      bug: 'a command is answered twice',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        return pair && withEvents(history, { ...pair.end });
      },
    },
    {
      bug: 'an answer comes to nobody',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        return pair && withEvents(history, { ...pair.end, op: 77_777 });
      },
    },
    {
      bug: 'an operation is begun twice',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        return pair && withEvents(history, { ...pair.asked, atMs: pair.end.atMs + 1 });
      },
    },
    {
      bug: 'an answer is of another command',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        return pair && withEvent(history, pair.end, { data: { holds: [], bookings: [] } });
      },
    },
  ],
  'acked-lost': [
    {
      bug: 'an append is lost after its ack',
      apply(history) {
        const last = ackedLast(history, 'hold', 'release', 'block', 'cancel');
        return last && withoutEntry(history, last);
      },
    },
    {
      bug: 'an ack leaves before the commit, the owner crashes, and the version is given to something else',
      apply(history) {
        const last = ackedLast(history, 'hold', 'release', 'block', 'cancel');
        if (last === undefined) return undefined;
        const fact = { kind: 'paused' } as const;
        return withEntry(history, last, { fact, subjectId: 'host', requestId: 'another' });
      },
    },
  ],
  'acked-confirm-lost': [
    {
      bug: 'a confirm is answered ok and the journal says expired',
      apply(history) {
        const [pair] = okOf(history, 'confirm');
        if (pair === undefined || !('booking' in pair.end.data)) return undefined;
        const { id } = pair.end.data.booking;
        const confirmed = entriesOf(history, 'confirmed').find(({ fact }) => fact.booking === id);
        if (confirmed === undefined) return undefined;
        return withEntry(history, confirmed, { fact: { kind: 'expired', hold: confirmed.fact.hold } });
      },
    },
    {
      bug: 'a confirm is answered with the booking of another request',
      apply(history) {
        const [pair] = okOf(history, 'confirm');
        const confirming = entriesOf(history, 'confirming').find(
          ({ requestId }) => requestId === pair?.asked.requestId,
        );
        return confirming && withEntry(history, confirming, { requestId: 'another' });
      },
    },
  ],
  'answer-mismatch': [
    otherHold('an answer has another deadline than the fact', () => ({
      expiresAt: '2027-01-01T00:00:00.000Z',
    })),
    otherHold('an answer has other nights', ({ checkOut }) => ({ checkIn: checkOut })),
    otherHold('an answer has another number of guests', ({ guests }) => ({ guests: guests + 1 })),
    otherHold('an answer has another status', () => ({ status: 'confirming' })),
    otherHold('an answer has another apartment', () => ({ apartmentId: 'a-none' })),
    otherHold('an answer has another id', () => ({ id: 'h-other' })),
    otherHold('an answer has another version', ({ version }) => ({
      version: version === 1 ? 2 : version - 1,
    })),
    otherHold('an answer says extendable where it is not', () => ({ extendable: true }), 'extend'),
    otherHold('an answer says not extendable where it is', () => ({ extendable: false })),
    otherHold('a release is answered as a hold', () => ({ status: 'held' }), 'release'),
    {
      bug: 'other nights are held than were asked for',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        if (pair === undefined) return undefined;
        const args = { ...pair.asked.args, checkIn: dateOf(21_000), checkOut: dateOf(21_001) };
        return withEvent(history, pair.asked, { args });
      },
    },
    {
      bug: '[C2] a request id that is used for other nights is answered with the first ones',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        if (pair === undefined) return undefined;
        const args = { ...pair.asked.args, checkIn: dateOf(21_000), checkOut: dateOf(21_001) };
        return askedAgain(history, { ...pair.asked, args } as Invoke, { data: pair.end.data });
      },
    },
    {
      bug: 'another hold is released than was asked for',
      apply(history) {
        const [pair] = okOf(history, 'release');
        return pair && withEvent(history, pair.asked, { args: { ...pair.asked.args, holdId: 'h-other' } });
      },
    },
    {
      bug: 'another hold is booked than was asked for',
      apply(history) {
        const [pair] = okOf(history, 'confirm');
        return pair && withEvent(history, pair.asked, { args: { ...pair.asked.args, holdId: 'h-other' } });
      },
    },
    ...(['checkIn', 'guests', 'createdAt', 'status'] as const).map(
      (field): Mutation => ({
        bug: `a booking is answered with another ${field}`,
        apply(history) {
          const [pair] = okOf(history, 'confirm');
          if (pair === undefined || !('booking' in pair.end.data)) return undefined;
          const { booking } = pair.end.data;
          const other = {
            checkIn: '2027-12-31',
            guests: 17,
            createdAt: booking.checkIn,
            status: 'cancelled',
          }[field];
          return withEvent(history, pair.end, { data: { booking: { ...booking, [field]: other } } });
        },
      }),
    ),
    {
      bug: 'a cancellation promises another refund than is written',
      apply(history) {
        const [pair] = okOf(history, 'cancel');
        if (pair === undefined || !('booking' in pair.end.data)) return undefined;
        const { booking } = pair.end.data;
        const refund = { currency: 'EUR', amountMinor: (booking.refund?.amountMinor ?? 0) + 1 };
        return withEvent(history, pair.end, { data: { booking: { ...booking, refund } } });
      },
    },
    {
      bug: 'a cancellation is answered with another booking',
      apply(history) {
        const [pair] = okOf(history, 'cancel');
        if (pair === undefined || !('booking' in pair.end.data)) return undefined;
        return withEvent(history, pair.end, {
          data: { booking: { ...pair.end.data.booking, id: 'b-other' } },
        });
      },
    },
    {
      bug: 'another booking is cancelled than was asked for',
      apply(history) {
        const [pair] = okOf(history, 'cancel');
        return pair && withEvent(history, pair.asked, { args: { ...pair.asked.args, bookingId: 'b-other' } });
      },
    },
    {
      bug: 'other nights are closed than were answered',
      apply(history) {
        const [pair] = okOf(history, 'block');
        if (pair === undefined || !('block' in pair.end.data)) return undefined;
        const { block } = pair.end.data;
        return withEvent(history, pair.end, { data: { block: { ...block, to: '2027-12-31' } } });
      },
    },
  ],
  'two-answers': [
    {
      bug: 'a repeat is answered with the state of now',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        if (pair === undefined || !('hold' in pair.end.data)) return undefined;
        const hold = { ...pair.end.data.hold, expiresAt: '2027-01-01T00:00:00.000Z' };
        return askedAgain(history, pair.asked, { data: { hold } });
      },
    },
    {
      bug: 'a repeat is refused after the first was answered ok',
      apply: (history) => askAgain(history, okOf(history, 'hold')[0], 'nights_unavailable'),
    },
    {
      bug: 'a confirm is refused after it was answered ok',
      apply: (history) => askAgain(history, okOf(history, 'confirm')[0], 'hold_not_open'),
    },
  ],
  'unknown-both': [
    {
      bug: 'a command that nobody heard of took effect, and its repeat is refused',
      apply(history) {
        const told = new Set(
          history.events.flatMap((event) => (event.type === 'hold' ? [event.hold.id] : [])),
        );
        const count = Map.groupBy(pairsOf(history, 'hold'), ({ asked }) => asked.requestId);
        const unknown = pairsOf(history, 'hold').find(({ asked, end }) => {
          if (end.type !== 'unknown' || count.get(asked.requestId)?.length !== 1) return false;
          const held = entriesOf(history, 'held').find(({ requestId }) => requestId === asked.requestId);
          return held !== undefined && told.has(held.fact.hold);
        });
        return askAgain(history, unknown, 'nights_unavailable');
      },
    },
  ],
  'refused-took-effect': [
    {
      bug: 'a refused command is carried out',
      apply(history) {
        const [pair] = onlyOkOf(history, 'hold', 'release');
        const error = refusal('rule_violation');
        return pair && withEvent(history, pair.end, { type: 'fail', error });
      },
    },
  ],
  'served-refused': [
    {
      bug: 'servers go on with what they have in memory after they have refused the history',
      apply(history) {
        const { journal, events } = history;
        const [first] = okOf(history, 'hold');
        if (first === undefined) return undefined;
        const fromMs = first.end.atMs - 1;
        const acceptedMs = events.at(-1)!.atMs + 1;
        return {
          ...history,
          lost: [{ copyMs: fromMs, fromMs, untilMs: fromMs, acceptedMs, journal, heads: {} }],
        };
      },
    },
  ],
  'told-unreadable': [
    {
      bug: 'an apartment that cannot be read is answered from what was known of it',
      apply(history) {
        const [pair] = refusedOf(history, 'nights_unavailable', 'hold');
        if (pair === undefined) return undefined;
        const { apartmentId } = pair.asked.args;
        const after = okOf(history, 'hold').find(
          ({ asked }) => asked.args.apartmentId === apartmentId && asked.atMs > pair.end.atMs,
        );
        if (after === undefined) return undefined;
        const damages = [{ fromMs: pair.asked.atMs, toMs: after.end.atMs + 1, apartmentIds: [apartmentId] }];
        const refused = withEvent(history, pair.end, { error: refusal('unreadable') });
        return { ...refused, run: { ...refused.run, damages } };
      },
    },
  ],
  'internal-error': [
    {
      bug: 'a defect while deciding',
      apply(history) {
        const [pair] = refusedOf(history, 'nights_unavailable', 'hold');
        return pair && withEvent(history, pair.end, { error: refusal('internal') });
      },
    },
  ],
  'refusal-unjustified': [
    {
      bug: 'nights that nobody ever claimed are refused',
      apply(history) {
        const [pair] = refusedOf(history, 'nights_unavailable', 'hold');
        if (pair === undefined) return undefined;
        const args = { ...pair.asked.args, checkIn: '2027-06-01', checkOut: '2027-06-03' };
        return withEvent(history, pair.asked, { args });
      },
    },
    {
      bug: 'a refusal rests on a claim that has been released',
      apply(history) {
        const [pair] = refusedOf(history, 'nights_unavailable', 'hold');
        const released = onlyOkOf(history, 'release').find(({ asked }) => {
          const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === asked.args.holdId);
          return held !== undefined && isQuietAfter(history, held);
        });
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === released?.asked.args.holdId);
        if (pair === undefined || released === undefined || held === undefined) return undefined;
        const [checkIn, checkOut] = [dateOf(held.fact.from), dateOf(held.fact.to)];
        const args = { apartmentId: held.apartmentId, checkIn, checkOut };
        const asked = { ...pair.asked, args, subject: 'somebody' };
        const heldUntil = new Date(held.fact.expiresAtMs).toISOString();
        const conflicts = [{ from: checkIn, to: checkOut, status: 'held', heldUntil }];
        return refusedAt(
          history,
          released.end.atMs + 10,
          asked,
          refusal('nights_unavailable', { conflicts }),
        );
      },
    },
    {
      bug: "a guest's own open hold is named against them",
      apply(history) {
        const found = standing(history);
        if (found === undefined) return undefined;
        return refusedAt(history, found.end.atMs + 10, found.asked, refusal('nights_unavailable'));
      },
    },
    refusedAbout('a hold is said to have expired while it is open', 'release', 'hold_expired'),
    refusedAbout('a hold is said not to be open while it is', 'release', 'hold_not_open'),
    refusedAbout('a hold is said not to be extendable while it is', 'extend', 'hold_not_open'),
    refusedAbout('a hold is not found right after it was answered', 'confirm', 'not_found'),
    refusedAbout('a payment is said to be declined that was not asked for', 'confirm', 'payment_declined'),
    refusedAbout('a release is refused for nights', 'release', 'nights_unavailable'),
    {
      bug: 'a repeat is said to be another use of its request id',
      apply: (history) => askAgain(history, onlyOkOf(history, 'hold')[0], 'idempotency_conflict'),
    },
    refusedAbout('a new request id is said to be used', 'release', 'idempotency_conflict'),
    {
      bug: 'a guest without holds is told to have too many',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        const asked = pair && { ...pair.asked, subject: 'somebody' };
        return asked && refusedAt(history, pair.end.atMs + 10, asked, refusal('too_many_holds'));
      },
    },
    {
      bug: 'a hold is refused for a cap that has not come',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        return pair && refusedAt(history, pair.end.atMs + 1, pair.asked, refusal('hold_not_open'));
      },
    },
    {
      bug: 'a booking is said to be cancelled while it stands',
      apply(history) {
        const cancelled = new Set(entriesOf(history, 'cancelled').map(({ fact }) => fact.booking));
        const [pair] = okOf(history, 'confirm').filter(
          ({ end }) => 'booking' in end.data && !cancelled.has(end.data.booking.id),
        );
        if (pair === undefined || !('booking' in pair.end.data)) return undefined;
        const { id: bookingId, apartmentId } = pair.end.data.booking;
        const asked = { ...pair.asked, command: 'cancel', args: { apartmentId, bookingId } } as Invoke;
        return refusedAt(history, history.events.at(-1)!.atMs + 10, asked, refusal('hold_not_open'));
      },
    },
    {
      bug: 'a block that stands is not found',
      apply(history) {
        const opened = new Set(entriesOf(history, 'unblocked').map(({ fact }) => fact.block));
        const [pair] = okOf(history, 'block').filter(
          ({ end }) => 'block' in end.data && !opened.has(end.data.block.id),
        );
        if (pair === undefined || !('block' in pair.end.data)) return undefined;
        const { id: blockId, apartmentId } = pair.end.data.block;
        const asked = { ...pair.asked, command: 'unblock', args: { apartmentId, blockId } } as Invoke;
        return refusedAt(history, history.events.at(-1)!.atMs + 10, asked, refusal('not_found'));
      },
    },
    {
      bug: "another guest's hold is told apart from none",
      apply(history) {
        const found = standing(history);
        if (found === undefined) return undefined;
        const args = { apartmentId: found.held.apartmentId, holdId: found.held.fact.hold };
        const asked = { ...found.asked, subject: 'mallory', command: 'release', args } as Invoke;
        return refusedAt(history, found.end.atMs + 10, asked, refusal('hold_not_open'));
      },
    },
    {
      bug: "another guest's expired hold is told apart from none",
      apply(history) {
        const [expired] = entriesOf(history, 'expired');
        const [pair] = okOf(history, 'hold');
        if (expired === undefined || pair === undefined) return undefined;
        const args = { apartmentId: expired.apartmentId, holdId: expired.fact.hold };
        const asked = { ...pair.asked, subject: 'mallory', command: 'release', args } as Invoke;
        return refusedAt(history, history.events.at(-1)!.atMs + 10, asked, refusal('hold_expired'));
      },
    },
  ],
  'refusal-misnamed': [
    otherConflicts('a refusal names a claim of another kind', (range) => [
      { ...range, status: 'blocked', heldUntil: '2027-01-01T00:00:00.000Z' },
    ]),
    otherConflicts('a refusal names other nights', (range) => [{ ...range, to: '2027-12-31' }]),
    otherConflicts('a refusal leaves out a claim', () => []),
  ],
  'alternative-taken': [
    {
      bug: 'a refusal offers the very nights that it refuses',
      apply(history) {
        const [pair] = refusedOf(history, 'nights_unavailable', 'hold');
        if (pair === undefined) return undefined;
        const { checkIn, checkOut } = pair.asked.args;
        const error = { ...pair.end.error, alternatives: [{ checkIn, checkOut }] };
        return withEvent(history, pair.end, { error });
      },
    },
  ],
} satisfies Partial<Record<string, readonly Mutation[]>>;

/** Nobody claims the nights of an ended hold within a second of its end. */
function isQuietAfter(history: History, held: EntryOf<'held'>): boolean {
  const end = endOf(history, held);
  if (end === undefined) return false;
  const { from, to } = held.fact;
  return !history.journal.some(({ apartmentId, version, fact, atMs }) => {
    if (apartmentId !== held.apartmentId || version <= end.version || atMs > end.atMs + 1_000) return false;
    if (fact.kind === 'confirmed') return true;
    return (fact.kind === 'held' || fact.kind === 'blocked') && fact.from < to && from < fact.to;
  });
}
