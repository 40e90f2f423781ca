/**
 * Bugs, each in place of the part that keeps it out of the product, and under which rules a run must find it. `pins.ts`
 * knows at which seed; where the first is far, the bug is one that few faults bring to light.
 */

import type { Calendar as PersistedCalendar } from '../../src/actors/calendar/calendar.ts';
import { Deadlines } from '../../src/actors/deadlines.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import type { Append, Journal, PaymentProvider } from '../../src/actors/ports.ts';
import type { Peers } from '../../src/cluster/cluster.ts';
import { OWNED } from '../../src/cluster/membership/shard-machine.ts';
import type { ApartmentAnswer } from '../../src/protocol/apartment-command.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import type { Calendar } from '../../src/protocol/resources.ts';
import type { Rule } from '../history/report.ts';
import type { Bug, Place } from './bug.ts';
import type { Kind } from './faults.ts';
import type { EndRule } from './run.ts';

export interface SeededBug {
  readonly is: string;
  readonly parts: Bug;
  /** One of these at least. */
  readonly caughtAs: readonly (Rule | EndRule)[];
  /** Where it takes certain faults to bring it to light: these, in haste. */
  readonly faults?: readonly Kind[];
  /** It takes servers of two feature levels. */
  readonly isMixed?: boolean;
}

const ALL_SHARDS = 'f'.repeat(SHARDS / 4);
/** A part that does what it did, but for these. */
const but = <T extends object>(part: T, changed: Partial<T>): T =>
  new Proxy(part, {
    get: (target, name) => {
      const value = Reflect.get(Object.hasOwn(changed, name) ? changed : target, name);
      return typeof value === 'function' && !Object.hasOwn(changed, name) ? value.bind(target) : value;
    },
  });
const journal = (change: (real: Journal, place: Place) => Partial<Journal>): Bug => ({
  journal: (real, place) => but(real, change(real, place)),
});
const provider = (change: (real: PaymentProvider, place: Place) => Partial<PaymentProvider>): Bug => ({
  provider: (real, place) => but(real, change(real, place)),
});
const moved = ({ hash: _, ...entry }: JournalEntry, by: number): JournalEntry => ({
  ...entry,
  version: entry.version + by,
});
const settledAs = (append: Append, done: Append['done']): Append => but(append, { done });

/** A loaded apartment whose snapshot is not what its facts make. */
const loaded = (change: (calendar: PersistedCalendar) => PersistedCalendar): Bug =>
  journal((real) => ({
    load: async (...args) => {
      const stored = await real.load(...args);
      if (stored?.snapshot === undefined) return stored;
      const { snapshot } = stored;
      const { calendar } = snapshot.state as { calendar: PersistedCalendar };
      const state = { ...(snapshot.state as object), calendar: change(calendar) };
      return { ...stored, snapshot: { ...snapshot, state } };
    },
  }));
/** What owners answer to a command that came over a peer, told otherwise. */
const answering = (change: (outcome: Outcome<ApartmentAnswer>) => Outcome<ApartmentAnswer>): Bug => ({
  peers: (real) => ({
    note: (...args) => real.note(...args),
    request(peer, method, body, deadlineMs, done) {
      real.request(peer, method, body, deadlineMs, (reply) => {
        const outcome =
          reply.ok && method === 'command' ? (reply.body as Outcome<ApartmentAnswer>) : undefined;
        done(typeof outcome?.ok === 'boolean' ? { ok: true, body: change(outcome) } : reply);
      });
    },
  }),
});
/** Entries on their way to the disk, changed each. */
const written = (change: (entry: JournalEntry) => JournalEntry): Bug =>
  journal((real) => ({
    append: (append) => real.append(but(append, { entries: append.entries.map(change) })),
  }));

export const BUGS: Readonly<Record<string, SeededBug>> = {
  'unfenced append': {
    is: 'a former owner’s append is written when its versions happen to fit',
    parts: { appendsUnfenced: true },
    caughtAs: ['mine-omits', 'watcher-went-back', 'epoch-fell', 'acked-lost', 'read-stale'],
    faults: ['cut from database', 'pause'],
  },
  'ack before commit': {
    is: 'the output gate opens when facts are queued, not when they are on disk',
    parts: journal((real, { process }) => ({
      append(append) {
        process.after(0, () => append.done({ status: 'committed' }));
        real.append(settledAs(append, () => {}));
      },
    })),
    caughtAs: ['acked-lost', 'acked-confirm-lost', 'ahead-of-journal', 'answer-mismatch', 'read-stale'],
  },
  'ack of an unknown outcome': {
    is: 'a commit whose connection broke is taken for one that succeeded',
    parts: journal((real) => ({
      append: (append) =>
        real.append(
          settledAs(append, (result) =>
            append.done(result.status === 'unknown' ? { status: 'committed' } : result),
          ),
        ),
    })),
    caughtAs: ['acked-lost', 'acked-confirm-lost', 'ahead-of-journal', 'answer-mismatch'],
  },
  'ack of a fenced append': {
    is: 'a fence is taken for a commit',
    parts: journal((real) => ({
      append: (append) =>
        real.append(
          settledAs(append, (result) =>
            append.done(result.status === 'fenced' ? { status: 'committed' } : result),
          ),
        ),
    })),
    caughtAs: ['acked-lost', 'acked-confirm-lost', 'ahead-of-journal', 'answer-mismatch', 'told-before-fact'],
  },
  'commit lost': {
    is: 'one batch in fifty is acknowledged by the disk and not on it',
    parts: { commits: (prng) => !prng.chance(0.02) },
    caughtAs: ['acked-lost', 'version-gap'],
  },
  'time told late': {
    is: "PostgreSQL's time is asked for by the renewal of a lease, which is answered once it is on disk",
    parts: { tellsTimeFlushed: true },
    caughtAs: ['clock-wrong'],
    faults: ['slow disk'],
  },
  'older history not noticed': {
    is: 'nobody compares what PostgreSQL has with what was acknowledged',
    parts: { history: (real) => but(real, { recognise: async () => true }) },
    caughtAs: ['acked-lost', 'acked-confirm-lost', 'ahead-of-journal'],
    faults: ['older history'],
  },
  'acknowledged facts forgotten': {
    is: 'a server looks for its own row, its log and its epochs, and not for the facts that it acknowledged',
    parts: { history: (real) => but(real, { acknowledged: () => {} }) },
    caughtAs: ['acked-lost', 'acked-confirm-lost', 'ahead-of-journal', 'version-gap'],
    faults: ['older history'],
  },
  'refused and served': {
    is: 'a server that refuses a history goes on with the apartments that it has in memory',
    parts: { staysIn: true },
    caughtAs: ['served-refused'],
    faults: ['older history'],
  },
  'accepted by nobody': {
    is: 'servers begin anew on an older history before an operator has accepted it',
    parts: {
      history: (real) =>
        real.refusal === undefined
          ? but(real, { refuse: (pool) => real.refuse(pool).then(() => true) })
          : but(real, { refusal: undefined, refused: new Promise(() => {}), recognise: async () => true }),
    },
    caughtAs: ['served-refused'],
    faults: ['older history'],
  },
  'commit torn': {
    is: 'a crash in the middle of a commit leaves the journal’s rows and takes back the others',
    parts: { tears: true },
    caughtAs: ['table-differs', 'payment-open'],
    faults: ['database down'],
  },
  'unknown taken for failed': {
    is: 'facts whose connection broke are taken for not written, and written once more',
    parts: journal((real) => ({
      append: (append) =>
        real.append(
          settledAs(append, (result) => {
            if (result.status !== 'unknown') return append.done(result);
            const { entries } = append;
            const again = entries.map((entry) => moved(entry, entries.length));
            real.append(but(append, { entries: again, done: () => append.done(result) }));
          }),
        ),
    })),
    caughtAs: ['version-gap', 'two-effects'],
    faults: ['database down'],
  },
  'row written twice': {
    is: 'the last row of a batch is there once more, a version later',
    parts: {
      copies: (rows) => rows.flatMap((row, i) => (i < rows.length - 1 ? [row] : [row, moved(row, 1)])),
    },
    caughtAs: ['two-effects', 'fact-impossible'],
  },
  'commit in part': {
    is: 'of a batch of several apartments only the first is written',
    parts: { copies: (rows) => rows.filter(({ apartmentId }) => apartmentId === rows[0]!.apartmentId) },
    caughtAs: ['acked-lost', 'version-gap'],
  },
  'lost request id': {
    is: 'a loaded apartment does not know which requests took effect before',
    parts: journal((real) => ({
      load: async (...args) => {
        const stored = await real.load(...args);
        if (stored === undefined) return undefined;
        // Nor does it know of the chain, which says so.
        const unchained = { hash: undefined };
        return {
          ...stored,
          snapshot: stored.snapshot && { ...stored.snapshot, ...unchained },
          base: stored.base && unchained,
          entries: stored.entries.map((entry) => ({ ...entry, ...unchained, requestId: null })),
        };
      },
    })),
    caughtAs: ['two-effects', 'two-answers', 'unknown-both'],
  },
  'answer made again wrongly': {
    is: 'the answer to a retry is made with the present time, not from the fact',
    parts: journal((real, { clock }) => ({
      entry: async (...args) => {
        const entry = await real.entry(...args);
        if (entry?.fact.kind !== 'held') return entry;
        return { ...entry, fact: { ...entry.fact, expiresAtMs: clock.nowMs() + 60_000 } };
      },
    })),
    caughtAs: ['two-answers', 'answer-mismatch'],
  },
  'booking read as it was': {
    is: 'a booking is read as pending for a second after it was confirmed',
    parts: journal((real, { clock }) => ({
      booking: async (...args) => {
        const found = await real.booking(...args);
        const isYoung = found?.status === 'confirmed' && clock.nowMs() - found.createdAtMs < 1_000;
        return isYoung ? { ...found, status: 'pending' } : found;
      },
    })),
    caughtAs: ['two-answers', 'unknown-both'],
  },
  'cap forgotten': {
    is: 'a loaded apartment does not know which holds have ended lately',
    parts: loaded(({ past: _, ...calendar }) => calendar),
    caughtAs: ['held-past-cap', 'extended-past-cap'],
  },
  'bookings forgotten': {
    is: 'a loaded apartment does not know what has been booked in it',
    parts: loaded((calendar) => ({
      ...calendar,
      claims: calendar.claims.filter(({ kind }) => kind !== 'booking'),
    })),
    caughtAs: ['claims-overlap'],
  },
  'extension forgotten': {
    is: 'a loaded apartment does not know which holds have been extended',
    parts: loaded((calendar) => ({
      ...calendar,
      claims: calendar.claims.map((claim) => (claim.kind === 'hold' ? { ...claim, extended: false } : claim)),
    })),
    caughtAs: ['mine-mismatch', 'event-mismatch'],
  },
  'deadline moved': {
    is: 'a loaded apartment keeps its holds a minute longer than they are',
    parts: loaded((calendar) => ({
      ...calendar,
      claims: calendar.claims.map((claim) =>
        claim.kind === 'hold' ? { ...claim, expiresAtMs: claim.expiresAtMs + 60_000 } : claim,
      ),
    })),
    caughtAs: ['acted-after-end', 'ended-late'],
  },
  'step of a payment left out': {
    is: 'that a payment is authorised is not written before it is captured',
    parts: written((entry) =>
      entry.fact.kind === 'authorised' ? { ...entry, fact: { kind: 'resumed' } } : entry,
    ),
    caughtAs: ['fact-impossible'],
  },
  'cancelled in the journal alone': {
    is: 'a cancellation is not written to the bookings table',
    parts: written((entry) => (entry.fact.kind === 'cancelled' ? { ...entry, booking: undefined } : entry)),
    caughtAs: ['table-differs'],
  },
  'refused and carried out': {
    is: 'a hold that an owner has placed for a peer is answered as refused',
    parts: answering((outcome) =>
      outcome.ok && 'hold' in outcome.data && outcome.data.hold.status === 'held'
        ? { ok: false, error: { code: 'rule_violation', message: 'no', retryable: false } }
        : outcome,
    ),
    caughtAs: ['two-answers', 'unknown-both'],
  },
  'conflict left out': {
    is: 'of several claims in the way a peer names all but the first',
    parts: answering((outcome) => {
      if (outcome.ok || outcome.error.conflicts === undefined) return outcome;
      return { ok: false, error: { ...outcome.error, conflicts: outcome.error.conflicts.slice(1) } };
    }),
    caughtAs: ['refusal-misnamed'],
  },
  'taken nights offered': {
    is: 'a peer offers the nights that it has just refused',
    parts: answering((outcome) => {
      if (outcome.ok || outcome.error.conflicts === undefined) return outcome;
      const alternatives = outcome.error.conflicts.map(({ from, to }) => ({ checkIn: from, checkOut: to }));
      return { ok: false, error: { ...outcome.error, alternatives: alternatives.slice(0, 1) } };
    }),
    caughtAs: ['alternative-taken'],
  },
  'new request id on retry': {
    is: 'the router asks a peer under a request id of its own',
    parts: {
      peers: (real) => ({
        note: (...args) => real.note(...args),
        request(peer, method, body, deadlineMs, done) {
          let asked = body;
          if (method === 'command') {
            const [subject, command] = body as [unknown, { requestId: string }];
            asked = [subject, { ...command, requestId: command.requestId.replace('4000', '5000') }];
          }
          real.request(peer, method, asked, deadlineMs, done);
        },
      }),
    },
    caughtAs: ['acked-lost', 'answer-mismatch'],
  },
  'new request id by the client': {
    is: 'the client library makes a request id for each try instead of each intent',
    parts: {
      asks: (payload, attempt) =>
        typeof payload.requestId === 'string'
          ? { ...payload, requestId: payload.requestId.replace('4000', String(4_001 + (attempt % 900))) }
          : payload,
    },
    caughtAs: ['acked-lost', 'answer-mismatch'],
  },
  'trust without end': {
    is: 'a node that was frozen past its lease answers reads from what it has in memory',
    parts: {
      membership: (real) => {
        const last = new Map<number, number>();
        return but(real, {
          accepts: (shard) => real.stateOf(shard) === 'serving',
          epochOf(shard) {
            const epoch = real.epochOf(shard);
            if (epoch !== undefined) last.set(shard, epoch);
            return epoch ?? (OWNED.has(real.stateOf(shard)) ? last.get(shard) : undefined);
          },
        });
      },
    },
    caughtAs: [
      'mine-omits',
      'mine-mismatch',
      'read-stale',
      'read-lost-ack',
      'watcher-went-back',
      'refusal-unjustified',
    ],
    faults: ['cut from database', 'cut'],
  },
  'load at any epoch': {
    is: 'the loader and the registry take the newest epoch of a shard for their own',
    parts: {
      ownership: (_, { epochOf }) => ({ epochOf }),
    },
    caughtAs: [
      'read-stale',
      'watcher-went-back',
      'epoch-fell',
      'mine-mismatch',
      'refusal-unjustified',
      'ended-late',
    ],
  },
  'stale load': {
    is: 'an apartment is loaded without its last fact',
    parts: journal((real) => ({
      load: async (...args) => {
        const stored = await real.load(...args);
        return stored && { ...stored, entries: stored.entries.slice(0, -1) };
      },
    })),
    caughtAs: ['read-stale', 'read-lost-ack', 'refusal-unjustified', 'mine-mismatch'],
  },
  'deadlines late': {
    is: 'timers are looked at five seconds late',
    parts: {
      deadlines: (scheduler, nowMs) =>
        new Deadlines({ after: (ms, call) => scheduler.after(ms + 5_000, call) }, nowMs),
    },
    caughtAs: ['ended-late'],
  },
  'deadlines not restored': {
    is: 'after a takeover nobody starts the apartments whose holds must end',
    parts: journal(() => ({ restless: async () => [] })),
    caughtAs: ['ended-late', 'not-running', 'payment-open'],
    faults: ['crash', 'pause'],
  },
  'mark forgotten': {
    is: 'an apartment makes no mark with the facts that need one',
    parts: journal((real) => ({
      append: (append) =>
        real.append(append.mark?.to === 'made' ? but<Append>(append, { mark: undefined }) : append),
    })),
    caughtAs: ['ended-late', 'not-running', 'payment-open'],
    faults: ['crash', 'pause'],
  },
  'mark taken from under a hold': {
    is: 'a mark is taken away right after it was made',
    parts: journal((real) => ({
      append(append) {
        real.append(append);
        if (append.mark?.to !== 'made') return;
        const mark = { ...append.mark, to: 'taken' } as const;
        real.append(but<Append>(append, { entries: [], mark, done: () => {} }));
      },
    })),
    caughtAs: ['ended-late', 'not-running', 'not-marked', 'payment-open'],
    faults: ['crash', 'pause'],
  },
  'clock ahead': {
    is: 'one node’s clock is two seconds ahead of the system’s',
    parts: {
      clock: (real, { isFirst }) => (isFirst ? { nowMs: () => real.nowMs() + 2_000 } : real),
    },
    caughtAs: ['clock-off', 'ended-early', 'refusal-unjustified'],
  },
  'clock behind': {
    is: 'one node’s clock jumps back by three seconds now and then',
    parts: {
      clock: (real, { isFirst, process }) =>
        isFirst ? { nowMs: () => real.nowMs() - (process.monotonicMs() % 10_000 < 4_000 ? 3_000 : 0) } : real,
    },
    caughtAs: ['clock-off', 'ended-late', 'confirmed-after-end'],
  },
  'delta lost unseen': {
    is: 'every tenth change is told to no watcher, and beacons say nothing',
    parts: {
      publisher: (real) => {
        let told = 0;
        return {
          committed(change) {
            told += 1;
            if (told % 10 !== 0) real.committed(change);
          },
        };
      },
      versions: () => new Map(),
    },
    caughtAs: ['watcher-missed'],
    faults: ['leave'],
  },
  'delta of another change': {
    is: 'what is told to watchers is the change before',
    parts: {
      publisher: (real) => {
        let before: readonly never[] | undefined;
        return {
          committed(change) {
            real.committed({ ...change, changes: before ?? change.changes });
            before = change.changes as never;
          },
        };
      },
    },
    caughtAs: ['delta-mismatch'],
  },
  'event of another status': {
    is: 'a guest is told of a hold as it was not',
    parts: {
      publisher: (real) => ({
        committed: (change) =>
          real.committed(
            change.hold === undefined ? change : { ...change, hold: { ...change.hold, guests: 9 } },
          ),
      }),
    },
    caughtAs: ['event-mismatch'],
  },
  'fact left out': {
    is: 'of several facts of one decision only the last is written',
    parts: { copies: (rows) => rows.filter((row, i) => row.apartmentId !== rows[i + 1]?.apartmentId) },
    caughtAs: ['version-gap'],
  },
  'refund under another policy': {
    is: 'every booking is cancelled under the policy that gives back all',
    parts: journal((real) => ({
      booking: async (...args) => {
        const booking = await real.booking(...args);
        return booking && { ...booking, policy: 'flexible' };
      },
    })),
    caughtAs: ['refund-wrong'],
  },
  'calendar cut short': {
    is: 'a calendar that comes from a peer lacks its last claim',
    parts: {
      peers: (real) => ({
        note: (...args) => real.note(...args),
        request(peer, method, body, deadlineMs, done) {
          real.request(peer, method, body, deadlineMs, (reply) => {
            const read = reply.ok && method === 'calendar' ? (reply.body as Outcome<Calendar>) : undefined;
            if (read?.ok !== true || typeof read !== 'object') return done(reply);
            done({
              ok: true,
              body: { ok: true, data: { ...read.data, taken: read.data.taken.slice(0, -1) } },
            });
          });
        },
      }),
    },
    caughtAs: ['read-mismatch'],
  },
  'survey in part': {
    is: '`mine` takes the answers of those nodes that could be asked for all',
    parts: {
      peers: (real) => ({
        note: (...args) => real.note(...args),
        request(peer, method, body, deadlineMs, done) {
          real.request(peer, method, body, deadlineMs, (reply) =>
            done(
              reply.ok || method !== 'holds' ? reply : { ok: true, body: { shards: ALL_SHARDS, found: [] } },
            ),
          );
        },
      }),
    },
    caughtAs: ['mine-omits'],
  },
  'survey of sleepers': {
    is: 'a node answers for shards whose apartments it has not started yet',
    parts: { isAwake: () => () => true },
    caughtAs: ['mine-omits'],
    faults: ['crash', 'pause'],
  },
  'own node only': {
    is: '`mine` has the holds of the node that is asked alone',
    parts: {
      peers: (real: Peers) => ({
        note: (...args) => real.note(...args),
        request(peer, method, body, deadlineMs, done) {
          if (method === 'holds') done({ ok: true, body: { shards: ALL_SHARDS, found: [] } });
          else real.request(peer, method, body, deadlineMs, done);
        },
      }),
    },
    caughtAs: ['mine-omits'],
  },
  'charged otherwise': {
    is: 'the price is computed anew when it is charged',
    parts: provider((real) => ({
      authorise: async (request) => {
        const { amountMinor } = request;
        return { ...(await real.authorise({ ...request, amountMinor: amountMinor + 1 })), amountMinor };
      },
      capture: async (request) => {
        const { amountMinor, currency } = await real.capture(request);
        return { amountMinor: amountMinor - 1, currency };
      },
      lookUp: async (request) => {
        const record = await real.lookUp(request);
        return { ...record, amountMinor: record.amountMinor - 1 };
      },
    })),
    caughtAs: ['price-changed'],
  },
  'captured twice': {
    is: 'a capture is made under a second key as well',
    parts: provider((real) => ({
      capture: async (request) => {
        const taken = await real.capture(request);
        const again = { ...request, key: `${request.key}-again` };
        await real.authorise({ ...again, amountMinor: 100, currency: 'EUR', method: 'sandbox_ok' });
        await real.capture(again);
        return taken;
      },
    })),
    caughtAs: ['captured-twice', 'captured-unbooked'],
  },
  'never captured': {
    is: 'the saga reports a capture that it has not asked for',
    parts: provider((real) => ({ capture: (request) => real.lookUp(request) })),
    caughtAs: ['booked-uncaptured'],
  },
  'refund forgotten': {
    is: 'a refund is reported and not made',
    parts: provider(() => ({ refund: async () => {} })),
    caughtAs: ['refund-missing', 'captured-unbooked'],
  },
  'refund twice': {
    is: 'a refund is made again under another key when it is asked for again',
    parts: provider((real) => ({
      refund: async (request) => {
        await real.refund(request);
        const again = { ...request, refundKey: `${request.refundKey}-again` };
        await real.refund(again).catch(() => {});
      },
    })),
    caughtAs: ['refund-excess'],
  },
  'answer lost inside': {
    is: 'an owner that is asked by a peer answers one command in twenty never',
    parts: {
      peers: (real) => ({
        note: (...args) => real.note(...args),
        request(peer, method, body, deadlineMs, done) {
          let asked = 0;
          for (const letter of JSON.stringify(body)) asked = (asked * 31 + letter.charCodeAt(0)) % 1_009;
          if (method !== 'command' || asked % 20 !== 0) real.request(peer, method, body, deadlineMs, done);
        },
      }),
    },
    caughtAs: ['left-waiting', 'never-answered'],
  },
  'booking left behind': {
    is: 'what an account takes along is not written to the bookings table',
    parts: written((entry) => (entry.fact.kind === 'adopted' ? { ...entry, booking: undefined } : entry)),
    caughtAs: ['table-differs'],
  },
  'guest left with the requests': {
    is: 'whoever repeats as the account what they began as a guest is somebody else',
    parts: { heirOf: () => async () => undefined },
    caughtAs: ['two-effects', 'two-answers', 'unknown-both'],
  },
  'taken along in one look': {
    is: 'what a guest has on its way when the account signs in is not looked for afterwards',
    parts: { adoptions: (real) => but(real, { passed: (guestId) => real.end(guestId) }) },
    caughtAs: ['left-behind'],
  },
  'nobody goes on': {
    is: 'what a server has not taken along when it ends no other takes up',
    parts: { adoptions: (real) => but(real, { take: async () => [] }) },
    caughtAs: ['left-behind', 'never-adopted'],
  },
  'taken along twice': {
    is: 'what is an account’s is taken for the guest’s still, and taken along once more',
    parts: journal((real) => ({
      bookingsOfGuest: async (apartmentId, guestId, limit) => {
        const theirs = await real.bookingsOfGuest(apartmentId, guestId, limit);
        return theirs.length > 0 ? theirs : real.bookingsOfGuest(apartmentId, `account of ${guestId}`, limit);
      },
    })),
    caughtAs: ['adopted-wrongly'],
    faults: ['row locked', 'slow disk'],
  },
  'taken along by another': {
    is: 'one account gets what another has taken along',
    parts: {
      adoptions: (real) =>
        but(real, {
          take: async (some) =>
            (await real.take(some)).map((adoption) => ({ ...adoption, accountId: 'another' })),
        }),
    },
    caughtAs: ['adopted-wrongly'],
  },
  'written too early': {
    is: 'a server writes and sends what an older one, which is there still, does not understand',
    parts: { membership: (real) => but(real, { mayWrite: () => true }) },
    caughtAs: ['not-understood'],
    isMixed: true,
  },
};
