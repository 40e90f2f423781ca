/** What every journal promises, whatever it is made of. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChainHead, follow } from '../../src/actors/chain.ts';
import type { Fact, JournalEntry } from '../../src/actors/facts.ts';
import type { AppendResult, Journal, MarkChange, StoredSnapshot } from '../../src/actors/ports.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';
import {
  AT_MS,
  appendOf,
  appendTo,
  cancelled,
  confirmed,
  confirming,
  entry,
  held,
  pendingBooking,
} from './facts.ts';

export interface JournalUnderTest {
  readonly journal: Journal;
  addListing(apartmentId: string, terms: Terms): Promise<void>;
  /** Another owner: the shard's epoch goes up by one. Returns the new one; the first owner's is 1. */
  takeOver(shard: number): Promise<number>;
  close(): Promise<void>;
}

const A = 'apartment_a';
const B = 'apartment_b';

export function journalContract(name: string, open: () => Promise<JournalUnderTest>): void {
  describe(`${name} as a journal`, () => {
    let under: JournalUnderTest;
    let journal: Journal;
    beforeEach(async () => {
      under = await open();
      journal = under.journal;
      await under.addListing(A, openTerms());
      await under.addListing(B, openTerms({ nightlyMinor: 7 }));
    });
    afterEach(() => under.close());

    it('[I2] keeps what it said was committed, in order and as it was given', async () => {
      const facts: Fact[] = [
        held('h1'),
        { kind: 'extended', hold: 'h1', expiresAtMs: AT_MS + 1 },
        { kind: 'released', hold: 'h1' },
        {
          kind: 'blocked',
          block: 'b1',
          from: 20_900,
          to: 20_905,
          reason: 'painters, "two" \\ of them\n\u001f\u0001 ✓',
        },
        { kind: 'paused' },
      ];
      const entries = facts.map((fact, i) => entry(A, i + 1, fact));
      const silent = entry(A, 6, { kind: 'resumed' }, { subjectId: null, requestId: null, atMs: AT_MS + 7 });
      expect(await appendTo(journal, 1, ...entries)).toEqual({ status: 'committed' });
      expect(await appendTo(journal, 1, silent)).toEqual({ status: 'committed' });
      expect(await journal.entries(A, 0, 100)).toEqual([...entries, silent]);
      expect(await journal.entries(A, 2, 2)).toEqual(entries.slice(2, 4));
      expect(await journal.entry(A, 6)).toEqual(silent);
      expect(await journal.entry(A, 7)).toBeUndefined();
      expect(await journal.entries(B, 0, 100)).toEqual([]);
    });

    it('calls done once, after append has returned, in the order of the appends of an apartment', async () => {
      const heard: string[] = [];
      const results: Promise<void>[] = [];
      for (let version = 1; version <= 300; version++) {
        for (const apartmentId of [A, B]) {
          results.push(
            new Promise((resolve) =>
              journal.append(
                appendOf(1, [entry(apartmentId, version)], ({ status }) => {
                  heard.push(`${apartmentId} ${version} ${status}`);
                  resolve();
                }),
              ),
            ),
          );
        }
      }
      expect(heard).toEqual([]);
      await Promise.all(results);
      for (const apartmentId of [A, B]) {
        const own = heard.filter((line) => line.startsWith(apartmentId));
        expect(own).toEqual(Array.from({ length: 300 }, (_, i) => `${apartmentId} ${i + 1} committed`));
      }
      expect((await journal.entries(A, 0, 1_000)).map(({ version }) => version)).toEqual(
        Array.from({ length: 300 }, (_, i) => i + 1),
      );
    });

    it('writes an append whole or not at all, and only the offender of a batch fails', async () => {
      await appendTo(journal, 1, entry(A, 1), entry(A, 2));
      const results = await Promise.all([
        appendTo(journal, 1, entry(B, 1)),
        // Version 3 is free, version 2 is not.
        appendTo(journal, 1, entry(A, 3), entry(A, 2)),
        ...Array.from({ length: 20 }, (_, i) => appendTo(journal, 1, entry(`other_${i}`, 1))),
        appendTo(journal, 1, entry(B, 2)),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'committed',
        'conflict',
        ...Array.from({ length: 20 }, () => 'committed'),
        'committed',
      ]);
      expect((await journal.entries(A, 0, 10)).map(({ version }) => version)).toEqual([1, 2]);
    });

    it('[I4] lets nothing through behind an append that failed, so that no version is left out', async () => {
      await appendTo(journal, 1, entry(A, 1));
      const results = await Promise.all([
        appendTo(journal, 1, entry(A, 1)),
        appendTo(journal, 1, entry(A, 2)),
        appendTo(journal, 1, entry(B, 1)),
        appendTo(journal, 1, entry(A, 3)),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['conflict', 'conflict', 'committed', 'conflict']);
      expect((await journal.entries(A, 0, 10)).length).toBe(1);
      expect(await appendTo(journal, 1, entry(A, 2))).toEqual({ status: 'committed' });
    });

    it('[I1] fences a former owner, and nobody else', async () => {
      await appendTo(journal, 1, entry(A, 1), entry(A, 2));
      const epoch = await under.takeOver(shardOf(A));
      expect(epoch).toBe(2);
      expect(shardOf(A)).not.toBe(shardOf(B));
      const [stale, behind, other, fresh] = await Promise.all([
        appendTo(journal, 1, entry(A, 3, held('stale'))),
        appendTo(journal, 1, entry(A, 4, held('stale'))),
        appendTo(journal, 1, entry(B, 1)),
        appendTo(journal, epoch, entry(A, 3, held('fresh'))),
      ]);
      expect(stale.status).toBe('fenced');
      expect(['fenced', 'conflict']).toContain(behind.status);
      expect([other.status, fresh.status]).toEqual(['committed', 'committed']);
      expect((await journal.entry(A, 3))?.fact).toEqual(held('fresh'));
    });

    it('keeps bookings in step with the facts, through their whole life', async () => {
      const booking = pendingBooking('book_1');
      const base = { ...booking, apartmentId: A, cancelledAtMs: null, refundMinor: null, createdAtMs: AT_MS };
      await appendTo(journal, 1, confirming(A, 1, booking));
      const pending = { ...base, status: 'pending', version: 1, confirmedVersion: 0 };
      expect(await journal.booking(A, 'book_1')).toEqual(pending);
      expect(await journal.bookingOfHold(A, booking.holdId)).toEqual(pending);
      expect(await journal.booking(B, 'book_1')).toBeUndefined();

      await appendTo(journal, 1, confirmed(A, 2, booking));
      expect(await journal.booking(A, 'book_1')).toEqual({
        ...base,
        status: 'confirmed',
        version: 2,
        confirmedVersion: 2,
      });

      await appendTo(journal, 1, cancelled(A, 3, 'book_1', 500));
      expect(await journal.booking(A, 'book_1')).toEqual({
        ...base,
        status: 'cancelled',
        version: 3,
        confirmedVersion: 2,
        cancelledAtMs: AT_MS,
        refundMinor: 500,
      });

      const settled: Fact = { kind: 'settled', key: booking.paymentKey, outcome: 'refunded' };
      await appendTo(journal, 1, entry(A, 4, settled, { booking: { op: 'refunded', id: 'book_1' } }));
      expect((await journal.booking(A, 'book_1'))?.version).toBe(4);
    });

    it('[G9] gives an account every booking that was a guest’s on one apartment, sealed as it was', async () => {
      const [sealed, clear, pending, others, elsewhere] = [
        pendingBooking('book_1', { contact: { sealed: '1.key.text' } }),
        pendingBooking('book_2', { from: 20_810, to: 20_812 }),
        pendingBooking('book_3', { from: 20_820, to: 20_822, contact: { sealed: '1.key.other' } }),
        pendingBooking('book_4', { from: 20_830, to: 20_832, guestId: 'guest_2' }),
        pendingBooking('book_5'),
      ];
      for (const [i, booking] of [sealed, clear, others].entries()) {
        await appendTo(journal, 1, confirming(A, 2 * i + 1, booking));
        await appendTo(journal, 1, confirmed(A, 2 * i + 2, booking));
      }
      await appendTo(journal, 1, cancelled(A, 7, 'book_2', 0), confirming(A, 8, pending));
      await appendTo(journal, 1, confirming(B, 1, elsewhere));
      const fact = { kind: 'adopted', guest: 'guest_1', account: 'account_1' } as const;
      const { kind: op, ...write } = fact;
      expect(await appendTo(journal, 1, entry(A, 9, fact, { booking: { op, ...write } }))).toEqual({
        status: 'committed',
      });
      const adopted = await journal.bookingsOfGuest(A, 'account_1', 9);
      expect(adopted).toMatchObject([
        {
          id: 'book_3',
          version: 8,
          status: 'pending',
          contact: { sealed: '1.key.other', guestId: 'guest_1' },
        },
        { id: 'book_2', version: 7, status: 'cancelled', contact: clear.contact },
        {
          id: 'book_1',
          version: 2,
          status: 'confirmed',
          contact: { sealed: '1.key.text', guestId: 'guest_1' },
        },
      ]);
      expect(await journal.bookingsOfGuest(A, 'guest_1', 9)).toEqual([]);
      expect(await journal.bookingsOfGuest(B, 'guest_1', 9)).toMatchObject([{ id: 'book_5' }]);
      expect((await journal.booking(A, 'book_4'))?.guestId).toBe('guest_2');
    });

    describe('and its marks', () => {
      const all = new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 1]));
      const marked = (shards: ReadonlyMap<number, number> = all) =>
        journal.restless(shards, { afterId: undefined, limit: 1_000 });
      const made = (version: number): MarkChange => ({ to: 'made', version });
      const taken = (version: number): MarkChange => ({ to: 'taken', version });
      const append = (mark: MarkChange, epoch: number, ...entries: JournalEntry[]) =>
        new Promise<AppendResult>((done) =>
          journal.append({ ...appendOf(epoch, entries, done), apartmentId: A, shard: shardOf(A), mark }),
        );

      it('[I5] keeps a mark with the facts that it came with, and makes none with facts that it refuses', async () => {
        expect(await marked()).toEqual([]);
        expect((await append(made(1), 1, entry(A, 1))).status).toBe('committed');
        expect(await marked()).toEqual([A]);
        expect((await append(taken(1), 1)).status).toBe('committed');
        expect(await marked()).toEqual([]);
        expect((await append(made(1), 1, entry(A, 1))).status).toBe('conflict');
        expect(await marked()).toEqual([]);
        // One that is made again stays one.
        await append(made(2), 1, entry(A, 2));
        await append(made(3), 1, entry(A, 3));
        expect(await marked()).toEqual([A]);
        await append(taken(3), 1, entry(A, 4));
        expect(await marked()).toEqual([]);
      });

      it('[I5] lets no former owner take the mark that a new owner’s hold rests on', async () => {
        await append(made(1), 1, entry(A, 1));
        const epoch = await under.takeOver(shardOf(A));
        expect((await append(taken(9), 1)).status).toBe('fenced');
        expect(await marked()).toEqual([A]);
        expect((await append(taken(1), epoch)).status).toBe('committed');
        expect(await marked()).toEqual([]);
      });

      it('[I5] leaves a mark alone that was made later than what takes it knew', async () => {
        await append(made(2), 1, entry(A, 1), entry(A, 2));
        expect((await append(taken(1), 1)).status).toBe('committed');
        expect(await marked()).toEqual([A]);
        await Promise.all([append(taken(2), 1), append(made(3), 1, entry(A, 3))]);
        expect(await marked()).toEqual([A]);
        await Promise.all([
          append(taken(3), 1),
          appendTo(journal, 1, entry(A, 4)),
          append(made(5), 1, entry(A, 5)),
        ]);
        expect(await marked()).toEqual([A]);
      });

      it('fails nothing behind a mark that could not be taken', async () => {
        await appendTo(journal, 1, entry(A, 1));
        const results = await Promise.all([append(taken(1), 7), appendTo(journal, 1, entry(A, 2))]);
        expect(results.map(({ status }) => status)).toEqual(['fenced', 'committed']);
      });

      it('tells the marked ones of the shards asked for alone, in pages', async () => {
        const ids = Array.from({ length: 50 }, (_, i) => `apartment_${i}`);
        await Promise.all(
          ids.map(
            (id) =>
              new Promise((done) => journal.append({ ...appendOf(1, [entry(id, 1)], done), mark: made(1) })),
          ),
        );
        const shards = new Map([...all].filter(([shard]) => shard % 2 === 0));
        const expected = ids.filter((id) => shardOf(id) % 2 === 0).sort();
        expect(expected.length).toBeGreaterThan(10);
        const found: string[] = [];
        for (let afterId: string | undefined; ; afterId = found.at(-1)) {
          const page = await journal.restless(shards, { afterId, limit: 7 });
          found.push(...page);
          if (page.length < 7) break;
        }
        expect(found.toSorted()).toEqual(expected);
      });
    });

    it('deletes the contact of an attempt that came to nothing, and finds the hold’s next attempt', async () => {
      const first = pendingBooking('book_1', { holdId: 'h' });
      const second = pendingBooking('book_2', { holdId: 'h' });
      await appendTo(journal, 1, confirming(A, 1, first));
      const declined: Fact = { kind: 'declined', hold: 'h', key: first.paymentKey, reason: 'declined' };
      await appendTo(journal, 1, entry(A, 2, declined, { booking: { op: 'abandoned', id: 'book_1' } }));
      await appendTo(journal, 1, confirming(A, 3, second));
      expect(await journal.booking(A, 'book_1')).toBeUndefined();
      expect((await journal.bookingOfHold(A, 'h'))?.id).toBe('book_2');
    });

    it('[I1] refuses a second booking of a night, even where the calendar let it through', async () => {
      const one = pendingBooking('book_1', { from: 100, to: 103 });
      const two = pendingBooking('book_2', { from: 102, to: 105 });
      const next = pendingBooking('book_3', { from: 103, to: 105 });
      for (const [i, booking] of [one, two, next].entries())
        await appendTo(journal, 1, confirming(A, i + 1, booking));
      const results: AppendResult[] = [];
      results.push(await appendTo(journal, 1, confirmed(A, 4, one)));
      results.push(await appendTo(journal, 1, confirmed(A, 5, two)));
      results.push(await appendTo(journal, 1, confirmed(A, 5, next)));
      expect(results.map(({ status }) => status)).toEqual(['committed', 'conflict', 'committed']);
      expect((await journal.booking(A, 'book_2'))?.status).toBe('pending');
      expect((await journal.entry(A, 5))?.fact).toMatchObject({ booking: 'book_3' });
    });

    it('frees nights before it takes them, also when both wait for the same commit', async () => {
      const one = pendingBooking('book_1', { from: 100, to: 103 });
      const two = pendingBooking('book_2', { from: 101, to: 104 });
      await appendTo(journal, 1, confirming(A, 1, one), confirming(A, 2, two));
      await appendTo(journal, 1, confirmed(A, 3, one));
      const results = await Promise.all([
        appendTo(journal, 1, entry(B, 1)),
        appendTo(journal, 1, cancelled(A, 4, 'book_1', 0)),
        appendTo(journal, 1, confirmed(A, 5, two)),
        appendTo(journal, 1, cancelled(A, 6, 'book_2', 3)),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'committed',
        'committed',
        'committed',
        'committed',
      ]);
      expect(await journal.booking(A, 'book_1')).toMatchObject({ status: 'cancelled', refundMinor: 0 });
      expect(await journal.booking(A, 'book_2')).toMatchObject({ status: 'cancelled', refundMinor: 3 });
    });

    it('refuses a change to a booking that is not there', async () => {
      const results = await Promise.all([
        appendTo(journal, 1, entry(B, 1)),
        appendTo(journal, 1, confirmed(A, 1, pendingBooking('nobody'))),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['committed', 'conflict']);
      expect(await journal.entries(A, 0, 10)).toEqual([]);
    });

    it('[I3] loads terms, status, the newest usable snapshot and what came after it, and pages of requests before it', async () => {
      expect(await journal.load('nowhere', 1, 10)).toBeUndefined();
      expect(await journal.load(B, 1, 10)).toEqual({
        terms: openTerms({ nightlyMinor: 7 }),
        status: 'listed',
        snapshot: undefined,
        base: undefined,
        entries: [],
        lastVersion: 0,
      });
      const entries = [1, 2, 3, 4, 5, 6].map((version) =>
        entry(A, version, held(`h${version}`), version === 3 ? { requestId: null } : {}),
      );
      await appendTo(journal, 1, ...entries, entry(A, 7, { kind: 'paused' }));
      const snapshot: StoredSnapshot = {
        apartmentId: A,
        version: 4,
        machineVersion: 2,
        windowFromVersion: 1,
        restless: false,
        hash: entries[3]!.hash,
        state: { claims: [1, 'two', null], nested: { ok: true } },
      };
      await journal.saveSnapshots([snapshot]);
      const loaded = await journal.load(A, 2, 10);
      expect(loaded?.status).toBe('paused');
      expect(loaded?.snapshot).toEqual(snapshot);
      expect(loaded?.base).toEqual({ hash: entries[3]!.hash });
      expect(loaded?.entries.map(({ version }) => version)).toEqual([5, 6, 7]);
      expect(loaded?.entries.slice(0, 2)).toEqual(entries.slice(4));
      const other = await journal.load(A, 3, 10);
      expect(other?.snapshot).toBeUndefined();
      expect(other?.entries.slice(0, 6)).toEqual(entries);
      expect([loaded?.lastVersion, other?.lastVersion]).toEqual([7, 7]);

      const requests = (afterVersion: number, toVersion: number, limit: number) =>
        journal.requests(A, { afterVersion, toVersion, limit });
      const bare = entries.map(({ fact: _, apartmentId: __, hash: ___, ...request }) => request);
      expect(await requests(1, 4, 10)).toEqual([bare[1], bare[3]]);
      expect(await requests(0, 9, 2)).toEqual([bare[0], bare[1]]);
      expect(await requests(2, 9, 2)).toEqual([bare[3], bare[4]]);
      expect(await requests(4, 4, 10)).toEqual([]);
      expect(await journal.requests(B, { afterVersion: 0, toVersion: 9, limit: 10 })).toEqual([]);
    });

    it('loads no more than a page of what came after the snapshot, whatever its length; the pages after it make it whole', async () => {
      const entries = Array.from({ length: 25 }, (_, i) => entry(A, i + 1));
      await appendTo(journal, 1, ...entries);
      const first = await journal.load(A, 1, 10);
      expect(first?.entries).toEqual(entries.slice(0, 10));
      expect(first?.lastVersion).toBe(25);
      const read = [...(first?.entries ?? [])];
      for (let page = read; page.length === 10; ) {
        page = await journal.entries(A, read.length, 10);
        read.push(...page);
        // The end moves while it is read.
        if (page.length === 10) await appendTo(journal, 1, entry(A, 26));
      }
      expect(read.map(({ version }) => version)).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
      await journal.saveSnapshots([snapshotOf(1, entries[19]!, 'twenty')]);
      const later = await journal.load(A, 1, 3);
      expect(later?.entries).toEqual(entries.slice(20, 23));
      expect((await journal.load(A, 1, 0))?.entries).toEqual([]);
    });

    it('finds how a hold ended: released, expired, or replaced by another', async () => {
      const replacing: Fact = { ...held('h4'), replaces: ['h0', 'h3'] } as Fact;
      const facts: Fact[] = [
        held('h1'),
        held('h2'),
        held('h3'),
        { kind: 'released', hold: 'h2' },
        { kind: 'expired', hold: 'h1' },
        replacing,
      ];
      await appendTo(journal, 1, ...facts.map((fact, i) => entry(A, i + 1, fact)));
      const endOf = (hold: string, born: number, limit = 10) => journal.endOf(A, hold, born, limit);
      expect((await endOf('h1', 1))?.version).toBe(5);
      expect((await endOf('h2', 2))?.fact).toEqual({ kind: 'released', hold: 'h2' });
      expect((await endOf('h3', 3))?.fact).toEqual(replacing);
      expect(await endOf('h4', 6)).toBeUndefined();
      expect(await endOf('h2', 4)).toBeUndefined();
      // It looks through so many facts, whichever of them are about it.
      expect(await endOf('h1', 1, 3)).toBeUndefined();
      expect((await endOf('h1', 1, 4))?.version).toBe(5);
    });

    it('finds several bookings at once, whatever became of them', async () => {
      const stays = ['one', 'two', 'three'].map((id, i) =>
        pendingBooking(id, { from: 100 + 10 * i, to: 103 + 10 * i }),
      );
      for (const [i, stay] of stays.entries()) await appendTo(journal, 1, confirming(A, i + 1, stay));
      await appendTo(journal, 1, confirmed(A, 4, stays[0]!));
      const found = await journal.bookingsOf(A, ['one', 'two', 'nobody']);
      expect(found.map(({ id, status }) => `${id} ${status}`).sort()).toEqual([
        'one confirmed',
        'two pending',
      ]);
      expect(await journal.bookingsOf(B, ['one'])).toEqual([]);
      expect(await journal.bookingsOf(A, [])).toEqual([]);
    });

    it('[I2] chains what it writes, and writes no snapshot that does not rest on it', async () => {
      const chain: ChainHead = { head: undefined };
      const entries = [1, 2, 3].map((version) => entry(A, version));
      for (const one of entries)
        await new Promise((done) => journal.append({ ...appendOf(1, [one], done), chain }));
      expect(chain.head).toBe(follow(undefined, await journal.entries(A, 0, 10)));
      const at = (version: number, hash: number | undefined): StoredSnapshot => ({
        ...{ apartmentId: A, version, machineVersion: 1, windowFromVersion: 0, restless: false, state: {} },
        hash,
      });
      for (const wrong of [at(3, entries[1]!.hash), at(3, undefined), at(4, chain.head)])
        expect(await journal.saveSnapshots([wrong])).toEqual([A]);
      expect((await journal.load(A, 1, 9))?.snapshot).toBeUndefined();
      expect(await journal.saveSnapshots([at(3, chain.head)])).toEqual([]);
      expect((await journal.load(A, 1, 9))?.snapshot?.hash).toBe(chain.head);
      // A gap beneath it.
      await appendTo(journal, 1, entry(A, 5));
      expect(await journal.saveSnapshots([at(5, (await journal.entry(A, 5))?.hash)])).toEqual([A]);
      expect((await journal.load(A, 1, 9))?.snapshot?.version).toBe(3);
    });

    it('never replaces a snapshot by an older one', async () => {
      const all = await eightFacts();
      await journal.saveSnapshots([snapshotOf(1, all[5 - 1]!, 'five'), snapshotOf(1, all[4 - 1]!, 'four')]);
      await journal.saveSnapshots([snapshotOf(1, all[3 - 1]!, 'three')]);
      expect(await stateOf(1)).toBe('five');
    });

    it('keeps snapshots of two machine versions, that of the last writer and the last of all others', async () => {
      const all = await eightFacts();
      await journal.saveSnapshots([snapshotOf(1, all[5 - 1]!, 'one')]);
      const ofB = entry(B, 1);
      await appendTo(journal, 1, ofB);
      // The newer program begins from the first fact, and is there again before it has come as far.
      await journal.saveSnapshots([snapshotOf(2, all[3 - 1]!, 'two')]);
      expect([await stateOf(1), await stateOf(2)]).toEqual(['one', 'two']);
      await journal.saveSnapshots([snapshotOf(1, all[6 - 1]!, 'one again')]);
      expect([await stateOf(1), await stateOf(2)]).toEqual(['one again', 'two']);
      await journal.saveSnapshots([snapshotOf(3, all[4 - 1]!, 'three')]);
      expect([await stateOf(1), await stateOf(2), await stateOf(3)]).toEqual([
        'one again',
        undefined,
        'three',
      ]);
      await journal.saveSnapshots([snapshotOf(3, all[7 - 1]!, 'three'), snapshotOf(4, ofB, 'four')]);
      await journal.saveSnapshots([snapshotOf(2, all[1 - 1]!, 'two')]);
      expect([await stateOf(1), await stateOf(2), await stateOf(3)]).toEqual([undefined, 'two', 'three']);
    });

    async function eightFacts(): Promise<JournalEntry[]> {
      const entries = Array.from({ length: 8 }, (_, i) => entry(A, i + 1, { kind: 'paused' }));
      await appendTo(journal, 1, ...entries);
      return entries;
    }

    async function stateOf(machineVersion: number): Promise<unknown> {
      return (await journal.load(A, machineVersion, 0))?.snapshot?.state;
    }
  });
}

function snapshotOf(
  machineVersion: number,
  { apartmentId, version, hash }: JournalEntry,
  state: string,
): StoredSnapshot {
  return { apartmentId, version, machineVersion, windowFromVersion: 0, restless: true, hash, state };
}
