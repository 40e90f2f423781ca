/** Bugs that show in what is read or told unasked: calendars, `mine`, deltas, beacons, a guest's own events. */
import { dateOf, nightOf } from '../../../src/protocol/nights.ts';
import type { Calendar, Range } from '../../../src/protocol/resources.ts';
import type { Delta, History, Invoke, Ok } from '../history.ts';
import { askedAgain, entriesOf, lastOf, okOf, withEvent, withEvents, withoutEvents } from './edit.ts';
import type { Mutation } from './table.ts';

const LATER = '2027-12-31T00:00:00.000Z';

/** A read that shows something, shown otherwise. */
function otherRead(
  bug: string,
  change: (taken: readonly Range[], calendar: Calendar) => readonly Range[] | undefined,
): Mutation {
  return {
    bug,
    apply(history) {
      for (const { end } of okOf(history, 'calendar')) {
        if (!('calendar' in end.data) || end.data.calendar.taken.length === 0) continue;
        const taken = change(end.data.calendar.taken, end.data.calendar);
        if (taken === undefined) continue;
        return withEvent(history, end, { data: { calendar: { ...end.data.calendar, taken } } });
      }
      return undefined;
    },
  };
}

function deltasOf({ events }: History, isApplied: boolean): Delta[] {
  return events.filter(
    (event): event is Delta =>
      event.type === 'availability' && event.changes.length > 0 && (event.applied === true) === isApplied,
  );
}

/** The first delta that fits, told otherwise. */
function otherDelta(bug: string, change: (range: Range) => readonly Range[] | undefined): Mutation {
  return {
    bug,
    apply(history) {
      for (const delta of deltasOf(history, false)) {
        const [first, ...rest] = delta.changes;
        const changes = first && change(first);
        if (changes !== undefined) return withEvent(history, delta, { changes: [...changes, ...rest] });
      }
      return undefined;
    },
  };
}

interface Mine {
  readonly end: Ok;
  readonly data: Extract<Ok['data'], { holds: unknown }>;
  readonly atMs: number;
}
function minesOf(history: History): Mine[] {
  return okOf(history, 'mine').flatMap(({ asked, end }) =>
    'holds' in end.data ? [{ end, data: end.data, atMs: asked.atMs }] : [],
  );
}

export const VIEWS = {
  'read-stale': [
    {
      bug: 'a read goes back in time',
      apply(history) {
        const reads = okOf(history, 'calendar');
        for (const [i, { asked, end }] of reads.entries()) {
          if (!('calendar' in end.data)) continue;
          const { apartmentId, version } = end.data.calendar;
          const newer = reads.slice(i + 1).find(({ asked: later, end: newerEnd }) => {
            if (later.args.apartmentId !== apartmentId || !('calendar' in newerEnd.data)) return false;
            const isTold = history.events.some(
              (event) =>
                event.atMs < later.atMs &&
                event.type === 'availability' &&
                event.apartmentId === apartmentId &&
                event.version > version,
            );
            return isTold && later.atMs > asked.atMs;
          });
          if (newer !== undefined) return withEvent(history, newer.end, { data: end.data });
        }
        return undefined;
      },
    },
  ],
  'read-lost-ack': [
    otherRead('a booking is gone from a read', (taken) =>
      taken.some(({ status }) => status === 'booked')
        ? taken.filter(({ status }) => status !== 'booked')
        : undefined,
    ),
  ],
  'read-mismatch': [
    otherRead('a held night is shown as booked', ([first, ...rest]) => [
      { ...first!, status: 'blocked', heldUntil: LATER },
      ...rest,
    ]),
    otherRead('a hold is shown until another time', ([first, ...rest]) =>
      first!.heldUntil === undefined ? undefined : [{ ...first!, heldUntil: LATER }, ...rest],
    ),
    otherRead('a free night is shown as taken', (taken, { to }) => [
      ...taken,
      { from: '2027-02-20', to: to < '2027-02-21' ? to : '2027-02-21', status: 'booked' },
    ]),
    otherRead('a free night between claims is shown as taken', (taken) => {
      const i = taken.findIndex((range, n) => n > 0 && taken[n - 1]!.to < range.from);
      if (i < 1) return undefined;
      const gap = { from: taken[i - 1]!.to, to: taken[i]!.from, status: 'blocked' } as const;
      return [...taken.slice(0, i), gap, ...taken.slice(i)];
    }),
    otherRead('a hold is gone from a read', (taken) =>
      taken[0]!.status === 'held' ? taken.slice(1) : undefined,
    ),
    otherRead('ranges are not in order', (taken) => (taken.length > 1 ? [...taken].reverse() : undefined)),
    otherRead('check-out is offered where it is not possible', ([first, ...rest]) => [
      { ...first!, checkOutOnly: first!.checkOutOnly !== true },
      ...rest,
    ]),
    otherRead('a claim is shown twice', ([first, ...rest]) => [first!, first!, ...rest]),
    otherRead('a claim is shown as two', ([first, ...rest]) => {
      const [from, to] = [nightOf(first!.from), nightOf(first!.to)];
      if (to - from < 2) return undefined;
      return [{ ...first!, to: dateOf(from + 1) }, { ...first!, from: dateOf(from + 1) }, ...rest];
    }),
    {
      bug: 'another window is answered than was asked for',
      apply(history) {
        const [pair] = okOf(history, 'calendar');
        return pair && withEvent(history, pair.asked, { args: { ...pair.asked.args, to: '2027-01-20' } });
      },
    },
  ],
  'mine-omits': [
    {
      bug: '`mine` leaves out a hold',
      apply(history) {
        for (const { end, data, atMs } of minesOf(history)) {
          const gone = data.holds.find((hold) => {
            const isKnown = history.events.some(
              (event) =>
                event.atMs < atMs &&
                event.type === 'ok' &&
                'hold' in event.data &&
                event.data.hold.id === hold.id,
            );
            return isKnown && endsAtMs(history, hold.id) > end.atMs + history.run.systemAtZeroMs + 1_000;
          });
          if (gone === undefined) continue;
          const holds = data.holds.filter((hold) => hold !== gone);
          return withEvent(history, end, { data: { ...data, holds } });
        }
        return undefined;
      },
    },
    {
      bug: '`mine` leaves out a booking',
      apply(history) {
        for (const { end, data, atMs } of minesOf(history)) {
          const gone = data.bookings.find(({ id, checkOut }) => {
            const isKnown = history.events.some(
              (event) => event.atMs < atMs && event.type === 'booking' && event.booking.id === id,
            );
            const isCancelled = entriesOf(history, 'cancelled').some(({ fact }) => fact.booking === id);
            return isKnown && !isCancelled && checkOut > '2027-01-04';
          });
          if (gone === undefined) continue;
          const bookings = data.bookings.filter((booking) => booking !== gone);
          return withEvent(history, end, { data: { ...data, bookings } });
        }
        return undefined;
      },
    },
  ],
  'mine-mismatch': [
    ...(
      [
        ['shows a hold that has ended', (version: number) => ({ version: version + 1_000 })],
        ['shows a hold as it was', () => ({ version: 0 })],
        ['shows a hold until another time', () => ({ expiresAt: LATER })],
        ['shows a hold at another price', () => ({ quote: { currency: 'EUR', totalMinor: 1, lines: [] } })],
        ['shows the hold of another', () => ({ id: 'h-none' })],
      ] as const
    ).map(
      ([bug, change]): Mutation => ({
        bug: `\`mine\` ${bug}`,
        apply(history) {
          const mine = minesOf(history).find(({ data }) => data.holds.length > 0);
          if (mine === undefined) return undefined;
          const [first, ...rest] = mine.data.holds;
          const holds = [{ ...first!, ...change(first!.version) }, ...rest];
          return withEvent(history, mine.end, { data: { ...mine.data, holds } });
        },
      }),
    ),
    ...(
      [
        ['at another price', { price: { currency: 'EUR', totalMinor: 1, lines: [] } }],
        ['as it was', { version: 0 }],
        ['of another', { id: 'b-none' }],
      ] as const
    ).map(
      ([bug, change]): Mutation => ({
        bug: `\`mine\` shows a booking ${bug}`,
        apply(history) {
          const mine = minesOf(history).find(({ data }) => data.bookings.length > 0);
          if (mine === undefined) return undefined;
          const [first, ...rest] = mine.data.bookings;
          const bookings = [{ ...first!, ...change }, ...rest];
          return withEvent(history, mine.end, { data: { ...mine.data, bookings } });
        },
      }),
    ),
    {
      bug: '`mine` shows a hold long after its end',
      apply(history) {
        const ended = okOf(history, 'hold').find(
          ({ end }) => 'hold' in end.data && endsAtMs(history, end.data.hold.id) < Number.POSITIVE_INFINITY,
        );
        if (ended === undefined || !('hold' in ended.end.data)) return undefined;
        const { hold } = ended.end.data;
        const { version } = lastOf(history, hold.apartmentId);
        return mineAtEnd(history, ended.asked, { holds: [{ ...hold, version }], bookings: [] });
      },
    },
    {
      bug: '`mine` shows a booking that is cancelled',
      apply(history) {
        const cancelled = new Set(entriesOf(history, 'cancelled').map(({ fact }) => fact.booking));
        const booked = okOf(history, 'confirm').find(
          ({ end }) => 'booking' in end.data && cancelled.has(end.data.booking.id),
        );
        if (booked === undefined || !('booking' in booked.end.data)) return undefined;
        return mineAtEnd(history, booked.asked, { holds: [], bookings: [booked.end.data.booking] });
      },
    },
  ],
  'told-before-fact': [
    {
      bug: 'a watcher is told what is then lost, and its version goes to a later command',
      apply(history) {
        const [pair] = okOf(history, 'hold');
        if (pair === undefined || !('hold' in pair.end.data)) return undefined;
        const { apartmentId, version } = pair.end.data.hold;
        const atMs = pair.asked.atMs - 1;
        return withEvents(history, { ...beaconOf(apartmentId, version), atMs });
      },
    },
  ],
  'ahead-of-journal': [
    {
      bug: 'a beacon is ahead of the journal',
      apply(history) {
        const [entry] = history.journal;
        if (entry === undefined) return undefined;
        const { version, apartmentId } = lastOf(history, entry.apartmentId);
        return withEvents(history, {
          ...beaconOf(apartmentId, version + 1),
          atMs: history.events.at(-1)!.atMs,
        });
      },
    },
    {
      bug: 'a read shows what has not been decided',
      apply(history) {
        for (const { end } of okOf(history, 'calendar')) {
          if (!('calendar' in end.data)) continue;
          const { calendar } = end.data;
          const last = history.journal.findLast(({ apartmentId }) => apartmentId === calendar.apartmentId);
          if (last === undefined || last.atMs - history.run.systemAtZeroMs < end.atMs + 1_000) continue;
          return withEvent(history, end, { data: { calendar: { ...calendar, version: last.version } } });
        }
        return undefined;
      },
    },
  ],
  'watcher-missed': [
    {
      bug: 'a watcher is told a later version as the next',
      apply(history) {
        const lost = deltasOf(history, true).find((delta) => {
          const next = history.events.slice(history.events.indexOf(delta) + 1).find((event) => {
            if (event.process !== delta.process) return false;
            if (event.type === 'calendar') return event.calendar.apartmentId === delta.apartmentId;
            return event.type === 'availability' && event.apartmentId === delta.apartmentId;
          });
          return next?.type === 'availability';
        });
        return lost && withoutEvents(history, (event) => event === lost);
      },
    },
    {
      bug: 'a watcher that noticed a jump is left without a calendar',
      apply(history) {
        const first = history.events.find((event) => event.type === 'calendar' && event.process === 'w1');
        if (first?.type !== 'calendar') return undefined;
        const { apartmentId } = first.calendar;
        const { version } = lastOf(history, apartmentId) ?? { version: 0 };
        if (version < 3) return undefined;
        const bare = { ...history, run: { ...history.run, outages: [] } };
        return withoutEvents(
          bare,
          (event) => event !== first && event.type === 'calendar' && event.process === 'w1',
        );
      },
    },
    {
      bug: 'a watcher is told nothing any more, not even beacons',
      apply(history) {
        const known = history.events.find((event) => event.type === 'calendar' && event.process === 'w1');
        if (known?.type !== 'calendar') return undefined;
        const { apartmentId, version } = known.calendar;
        const next = history.events.find(
          (event) =>
            event.type === 'availability' && event.apartmentId === apartmentId && event.version > version,
        );
        const bare = { ...history, run: { ...history.run, outages: [] } };
        return (
          next &&
          withoutEvents(
            bare,
            (event) =>
              event !== known &&
              event.process === 'w1' &&
              (event.type === 'calendar' || event.type === 'availability'),
          )
        );
      },
    },
  ],
  'watcher-went-back': [
    {
      bug: 'a watcher is told a version again',
      apply(history) {
        const [delta] = deltasOf(history, true);
        return delta && withEvents(history, { ...delta, atMs: history.events.at(-1)!.atMs });
      },
    },
    {
      bug: 'a resync is older than what the watcher had',
      apply(history) {
        const resync = history.events.find(
          (event) =>
            event.type === 'calendar' &&
            history.events.some(
              (later) =>
                later.type === 'availability' &&
                later.applied === true &&
                later.process === event.process &&
                later.apartmentId === event.calendar.apartmentId &&
                later.version > event.calendar.version,
            ),
        );
        return resync && withEvents(history, { ...resync, atMs: history.events.at(-1)!.atMs });
      },
    },
  ],
  'delta-mismatch': [
    otherDelta('a delta frees nights that were taken', (range) =>
      range.status === 'free' ? undefined : [{ from: range.from, to: range.to, status: 'free' }],
    ),
    otherDelta('a delta takes nights that were freed', (range) =>
      range.status === 'free' ? [{ ...range, status: 'booked' }] : undefined,
    ),
    otherDelta('a delta has another deadline', (range) =>
      range.heldUntil === undefined ? undefined : [{ ...range, heldUntil: LATER }],
    ),
    otherDelta('a delta is about other nights', (range) => [
      { from: '2027-02-20', to: '2027-02-22', status: range.status },
    ]),
    otherDelta('a delta leaves out what changed', () => [
      { from: '2027-02-20', to: '2027-02-22', status: 'free' },
    ]),
    {
      bug: 'a version is told twice with different content',
      apply(history) {
        const delta = deltasOf(history, false).find(({ changes }) => changes[0]!.status !== 'free');
        if (delta === undefined) return undefined;
        const changes = delta.changes.map(({ from, to }) => ({ from, to, status: 'free' as const }));
        return withEvents(history, { ...delta, atMs: delta.atMs + 1, changes });
      },
    },
  ],
  'event-mismatch': [
    {
      bug: 'a guest is told of another status of their hold',
      apply(history) {
        const event = history.events.find((one) => one.type === 'hold' && one.hold.status === 'held');
        return event?.type === 'hold'
          ? withEvent(history, event, { hold: { ...event.hold, status: 'expired' } })
          : undefined;
      },
    },
    {
      bug: 'a guest is told of a hold at a version that is not about it',
      apply(history) {
        const event = history.events.find((one) => one.type === 'hold');
        return event?.type === 'hold'
          ? withEvent(history, event, { hold: { ...event.hold, id: 'h-none' } })
          : undefined;
      },
    },
    {
      bug: 'a guest is told of another price of their booking',
      apply(history) {
        const event = history.events.find((one) => one.type === 'booking');
        if (event?.type !== 'booking') return undefined;
        const price = { ...event.booking.price, totalMinor: 1 };
        return withEvent(history, event, { booking: { ...event.booking, price } });
      },
    },
  ],
} satisfies Partial<Record<string, readonly Mutation[]>>;

/** `mine`, asked by the same guest after everything. */
function mineAtEnd(history: History, asked: Invoke, data: Mine['data']): History {
  return askedAgain(history, { ...asked, command: 'mine', args: {} } as Invoke, { data });
}

function beaconOf(apartmentId: string, version: number): Omit<Delta, 'atMs'> {
  return { type: 'availability', process: 'w9', watch: 9, apartmentId, version, changes: [] };
}

/** By the system's clock; infinite for a hold that is open at the end. */
function endsAtMs({ journal }: History, holdId: string): number {
  const end = journal.find(({ fact }) => {
    if (fact.kind === 'held') return fact.replaces?.includes(holdId) === true;
    const ends = fact.kind === 'released' || fact.kind === 'expired' || fact.kind === 'confirmed';
    return ends && fact.hold === holdId;
  });
  return end?.atMs ?? Number.POSITIVE_INFINITY;
}
