/** Bugs that show in the journal alone: versions, epochs, claims, deadlines, limits. */
import type { History } from '../history.ts';
import {
  appended,
  endOf,
  entriesOf,
  lastOf,
  okOf,
  pairsOf,
  withEntry,
  withFact,
  withoutEntry,
} from './edit.ts';
import type { Mutation } from './table.ts';

const MINUTE_MS = 60_000;

function isExtended(history: History, hold: string): boolean {
  return entriesOf(history, 'extended').some(({ fact }) => fact.hold === hold);
}

export const JOURNAL = {
  'version-gap': [
    {
      bug: 'an append is lost and the next one is not refused',
      apply(history) {
        const lost = history.journal.find(
          (entry) => entry.version < lastOf(history, entry.apartmentId).version,
        );
        return lost && withoutEntry(history, lost);
      },
    },
  ],
  'version-repeated': [
    {
      bug: 'two owners write the same version',
      apply(history) {
        const [entry] = history.journal;
        return entry && { ...history, journal: [...history.journal, { ...entry }] };
      },
    },
  ],
  'epoch-fell': [
    {
      bug: 'a former owner appends after a takeover, unfenced',
      apply(history) {
        const stale = history.journal.find(({ version }) => version > 1);
        return stale && withEntry(history, stale, { epoch: 0 });
      },
    },
  ],
  'claims-overlap': [
    {
      bug: "a hold is placed over another's open hold",
      apply(history) {
        const held = entriesOf(history, 'held');
        for (const first of held) {
          const until = endOf(history, first)?.version ?? Number.POSITIVE_INFINITY;
          const second = held.find(
            ({ apartmentId, version, subjectId }) =>
              apartmentId === first.apartmentId &&
              version > first.version &&
              version < until &&
              subjectId !== first.subjectId,
          );
          if (second !== undefined)
            return withFact(history, second, { from: first.fact.from, to: first.fact.to });
        }
        return undefined;
      },
    },
    {
      bug: 'a host closes booked nights',
      apply(history) {
        const cancelled = new Set(entriesOf(history, 'cancelled').map(({ fact }) => fact.booking));
        const confirmed = entriesOf(history, 'confirmed').find(({ fact }) => !cancelled.has(fact.booking));
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === confirmed?.fact.hold);
        if (held === undefined) return undefined;
        const { from, to } = held.fact;
        return appended(history, held.apartmentId, { kind: 'blocked', block: 'k-over', from, to });
      },
    },
  ],
  'fact-impossible': [
    {
      bug: 'a hold that was never there is released',
      apply(history) {
        const [released] = entriesOf(history, 'released');
        return released && withFact(history, released, { hold: 'h-none' });
      },
    },
    {
      bug: 'money is captured before the authorisation is on disk',
      apply(history) {
        const booked = new Set(entriesOf(history, 'confirmed').map(({ fact }) => fact.key));
        const authorised = entriesOf(history, 'authorised').find(({ fact }) => booked.has(fact.key));
        return authorised && withEntry(history, authorised, { fact: { kind: 'paused' } });
      },
    },
    {
      bug: 'an answer of the provider is taken for a payment that is not under way',
      apply(history) {
        const [declined] = entriesOf(history, 'declined');
        return declined && withFact(history, declined, { key: 'another' });
      },
    },
    {
      bug: 'an authorisation is written twice',
      apply(history) {
        const [authorised] = entriesOf(history, 'authorised');
        const next = history.journal.find(
          ({ apartmentId, version }) =>
            apartmentId === authorised?.apartmentId && version === authorised.version + 1,
        );
        return authorised && next && withEntry(history, next, { fact: authorised.fact });
      },
    },
    {
      bug: 'a payment is settled that was not owed',
      apply(history) {
        const [confirmed] = entriesOf(history, 'confirmed');
        const [other] = entriesOf(history, 'cancelled');
        if (confirmed === undefined || other?.apartmentId === confirmed.apartmentId) return undefined;
        return appended(history, confirmed.apartmentId, {
          kind: 'settled',
          key: confirmed.fact.key,
          outcome: 'voided',
        });
      },
    },
    {
      bug: 'a booking is cancelled twice',
      apply(history) {
        const [cancelled] = entriesOf(history, 'cancelled');
        return cancelled && appended(history, cancelled.apartmentId, cancelled.fact);
      },
    },
    {
      bug: 'a block is opened twice',
      apply(history) {
        const [unblocked] = entriesOf(history, 'unblocked');
        return unblocked && appended(history, unblocked.apartmentId, unblocked.fact);
      },
    },
    {
      bug: 'an extension shortens a hold',
      apply(history) {
        const [extended] = entriesOf(history, 'extended');
        return extended && withFact(history, extended, { expiresAtMs: extended.atMs + 1 });
      },
    },
    {
      bug: 'a hold is released while it is being paid',
      apply(history) {
        const [declined] = entriesOf(history, 'declined');
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === declined?.fact.hold);
        if (declined === undefined || held === undefined) return undefined;
        const { subjectId } = held;
        return withEntry(history, declined, { fact: { kind: 'released', hold: held.fact.hold }, subjectId });
      },
    },
    {
      bug: 'two attempts to pay share a key',
      apply(history) {
        const [confirming] = entriesOf(history, 'confirming');
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === confirming?.fact.hold);
        if (confirming === undefined || held === undefined) return undefined;
        const { apartmentId, subjectId } = held;
        const { atMs } = lastOf(history, apartmentId);
        const by = { subjectId, requestId: null };
        const again = {
          ...{ ...held.fact, hold: 'h-again', from: held.fact.from + 40, to: held.fact.to + 40 },
          ...{ expiresAtMs: atMs + 10 * MINUTE_MS, firstHeldAtMs: atMs, replaces: [] },
        };
        const twice = { ...confirming.fact, hold: 'h-again', deadlineMs: atMs + MINUTE_MS };
        return appended(appended(history, apartmentId, again, by), apartmentId, twice, by);
      },
    },
    {
      bug: 'a payment makes a booking of another hold',
      apply(history) {
        const [confirmed] = entriesOf(history, 'confirmed');
        return confirmed && withFact(history, confirmed, { booking: 'b-other' });
      },
    },
    {
      bug: 'a paused apartment is held',
      apply(history) {
        const [held] = entriesOf(history, 'held');
        if (held === undefined) return undefined;
        const { apartmentId, subjectId } = held;
        const { atMs } = lastOf(history, apartmentId);
        const again = {
          ...{ ...held.fact, hold: 'h-paused', from: held.fact.from + 40, to: held.fact.to + 40 },
          ...{ expiresAtMs: atMs + 10 * MINUTE_MS, firstHeldAtMs: atMs, replaces: [] },
        };
        const paused = appended(history, apartmentId, { kind: 'paused' });
        return appended(paused, apartmentId, again, { subjectId, requestId: null });
      },
    },
    {
      bug: 'an id is given twice',
      apply(history) {
        const [first, second] = entriesOf(history, 'held');
        if (first?.apartmentId !== second?.apartmentId || second === undefined) return undefined;
        return withFact(history, second, { hold: first!.fact.hold });
      },
    },
    {
      bug: 'a claim is of no night',
      apply(history) {
        const [held] = entriesOf(history, 'held');
        return held && withFact(history, held, { to: held.fact.from });
      },
    },
  ],
  'not-owner': [
    {
      bug: 'anybody can release a hold',
      apply(history) {
        const [released] = entriesOf(history, 'released');
        return released && withEntry(history, released, { subjectId: 'mallory' });
      },
    },
    {
      bug: "a hold replaces another guest's",
      apply(history) {
        const replacing = entriesOf(history, 'held').find(({ fact }) => fact.replaces !== undefined);
        return replacing && withEntry(history, replacing, { subjectId: 'mallory' });
      },
    },
  ],
  'ended-early': [
    {
      bug: 'a timer ends a hold before its deadline',
      apply(history) {
        const [expired] = entriesOf(history, 'expired');
        return expired && withEntry(history, expired, { atMs: expired.atMs - MINUTE_MS });
      },
    },
    {
      bug: 'a hold expires while it is being paid',
      apply(history) {
        const [confirming] = entriesOf(history, 'authorised');
        const { hold } = confirming?.fact ?? {};
        return confirming && withEntry(history, confirming, { fact: { kind: 'expired', hold: hold! } });
      },
    },
  ],
  'ended-late': [
    {
      bug: 'a deadline is forgotten for a while',
      apply(history) {
        const [expired] = entriesOf(history, 'expired');
        const without = { ...history, run: { ...history.run, outages: [] } };
        return expired && withEntry(without, expired, { atMs: expired.atMs + 5_000 });
      },
    },
    {
      bug: 'a deadline is forgotten for good',
      apply(history) {
        const expired = entriesOf(history, 'expired').find(
          (entry) => lastOf(history, entry.apartmentId) === entry,
        );
        return expired && withoutEntry({ ...history, run: { ...history.run, outages: [] } }, expired);
      },
    },
  ],
  'acted-after-end': [
    {
      bug: 'a hold is released after its deadline',
      apply(history) {
        const released = entriesOf(history, 'released').find(({ fact }) => !isExtended(history, fact.hold));
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === released?.fact.hold);
        return held && withFact(history, held, { expiresAtMs: released!.atMs - 1 });
      },
    },
  ],
  'confirmed-after-end': [
    {
      bug: 'a confirm that was sent after the deadline is taken',
      apply(history) {
        const confirming = entriesOf(history, 'confirming').find(
          ({ fact }) => !isExtended(history, fact.hold),
        );
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === confirming?.fact.hold);
        const sent = history.events.find(
          (event) => event.type === 'invoke' && event.requestId === confirming?.requestId,
        );
        if (held === undefined || sent === undefined) return undefined;
        const { systemAtZeroMs, skewMs } = history.run;
        return withFact(history, held, { expiresAtMs: systemAtZeroMs + sent.atMs - skewMs - 1 });
      },
    },
    {
      bug: 'a confirm that was sent in time is taken when nobody waits for its answer any more',
      apply(history) {
        const confirming = entriesOf(history, 'confirming').find(
          ({ fact }) => !isExtended(history, fact.hold),
        );
        const held = entriesOf(history, 'held').find(({ fact }) => fact.hold === confirming?.fact.hold);
        return held && withFact(history, held, { expiresAtMs: confirming!.atMs - 10_001 });
      },
    },
    {
      bug: 'a payment that was given back makes a booking',
      apply(history) {
        for (const { fact, apartmentId } of entriesOf(history, 'settled')) {
          const of = entriesOf(history, 'confirming').find((confirming) => confirming.fact.key === fact.key);
          const isBooked = entriesOf(history, 'confirmed').some(
            (confirmed) => confirmed.fact.key === fact.key,
          );
          if (of === undefined || isBooked) continue;
          const { hold, booking, key } = of.fact;
          return appended(history, apartmentId, { kind: 'confirmed', hold, booking, key });
        }
        return undefined;
      },
    },
  ],
  'held-past-cap': [
    {
      bug: 'a hold lives longer than its lifetime',
      apply(history) {
        const [held] = entriesOf(history, 'held');
        return held && withFact(history, held, { expiresAtMs: held.fact.expiresAtMs + 1_000 });
      },
    },
    {
      bug: 'holding again restarts the countdown of the cap',
      apply(history) {
        const again = entriesOf(history, 'held').find(
          ({ fact, atMs }) => (fact.firstHeldAtMs ?? atMs) < atMs,
        );
        return again && withFact(history, again, { firstHeldAtMs: again.atMs });
      },
    },
    {
      bug: 'a payment keeps a hold for ever',
      apply(history) {
        const [confirming] = entriesOf(history, 'confirming');
        return (
          confirming && withFact(history, confirming, { deadlineMs: confirming.fact.deadlineMs + 1_000 })
        );
      },
    },
  ],
  'extended-past-cap': [
    {
      bug: 'an extension goes past the cap of 30 minutes',
      apply(history) {
        const [extended] = entriesOf(history, 'extended');
        return (
          extended && withFact(history, extended, { expiresAtMs: extended.fact.expiresAtMs + 20 * MINUTE_MS })
        );
      },
    },
  ],
  'extended-twice': [
    {
      bug: 'a hold is extended again and again',
      apply(history) {
        for (const released of entriesOf(history, 'released')) {
          const before = entriesOf(history, 'extended').find(({ fact }) => fact.hold === released.fact.hold);
          if (before === undefined) continue;
          return withEntry(history, released, {
            fact: { ...before.fact, expiresAtMs: before.fact.expiresAtMs + 1 },
          });
        }
        return undefined;
      },
    },
  ],
  'too-many-open': [
    {
      bug: 'the limit of open holds is not looked at',
      apply(history) {
        const held = entriesOf(history, 'held');
        const isOver = held.some((first) => {
          const untilMs = endOf(history, first)?.atMs ?? Number.POSITIVE_INFINITY;
          return held.some(
            ({ subjectId, atMs }) =>
              subjectId === first.subjectId && atMs > first.atMs && atMs < untilMs - 1_000,
          );
        });
        return isOver ? { ...history, run: { ...history.run, holdsPerGuest: 1 } } : undefined;
      },
    },
  ],
  'two-effects': [
    {
      bug: 'a request that is sent again takes effect again',
      apply(history) {
        const [held] = entriesOf(history, 'held');
        if (held === undefined) return undefined;
        const { subjectId, requestId } = held;
        const fact = { ...held.fact, hold: 'h-again', from: held.fact.from + 40, to: held.fact.to + 40 };
        return appended(history, held.apartmentId, fact, { subjectId, requestId });
      },
    },
    {
      bug: 'a command of unknown outcome takes effect with its first try and with its second',
      apply(history) {
        const { asked } =
          pairsOf(history, 'release', 'confirm').find(({ end }) => end.type === 'unknown') ?? {};
        const entry = history.journal.find(
          ({ requestId, fact }) => requestId === asked?.requestId && fact.kind !== 'confirming',
        );
        if (entry === undefined) return undefined;
        const { subjectId, requestId } = entry;
        return appended(history, entry.apartmentId, entry.fact, { subjectId, requestId });
      },
    },
  ],
  'clock-off': [
    {
      bug: "an owner's clock jumps by an hour",
      apply(history) {
        const [acked] = okOf(history, 'hold');
        if (acked === undefined || !('hold' in acked.end.data)) return undefined;
        const { apartmentId, version } = acked.end.data.hold;
        const entry = history.journal.find(
          (one) => one.apartmentId === apartmentId && one.version === version,
        );
        return entry && withEntry(history, entry, { atMs: entry.atMs + 60 * MINUTE_MS });
      },
    },
    {
      bug: "an owner's clock is behind",
      apply(history) {
        const { requestId } = okOf(history, 'hold')[0]?.asked ?? {};
        const entry = history.journal.find((one) => one.requestId === requestId);
        return entry && withEntry(history, entry, { atMs: entry.atMs - 60 * MINUTE_MS });
      },
    },
  ],
  'adopted-wrongly': [
    {
      bug: "what a guest has becomes an account's that nobody has signed in to",
      apply(history) {
        const [held] = entriesOf(history, 'held');
        if (held?.subjectId == null) return undefined;
        const fact = { kind: 'adopted', guest: held.subjectId, account: 'acc' } as const;
        return appended(history, held.apartmentId, fact, { subjectId: 'acc', requestId: null });
      },
    },
    {
      bug: 'two accounts take one guest along',
      apply(history) {
        const [held] = entriesOf(history, 'held');
        if (held?.subjectId == null) return undefined;
        const guest = held.subjectId;
        let shared: History = { ...history, run: { ...history.run, adopted: { [guest]: 'one' } } };
        for (const account of ['one', 'two']) {
          const fact = { kind: 'adopted', guest, account } as const;
          shared = appended(shared, held.apartmentId, fact, { subjectId: account, requestId: null });
        }
        return shared;
      },
    },
  ],
  'left-behind': [
    {
      bug: 'an account takes a guest along, and no apartment is asked',
      apply(history) {
        const booking = history.bookings?.find(({ status }) => status === 'confirmed');
        if (booking === undefined) return undefined;
        return { ...history, run: { ...history.run, adopted: { [booking.guestId]: 'acc' } } };
      },
    },
  ],
} satisfies Partial<Record<string, readonly Mutation[]>>;
