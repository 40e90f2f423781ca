/**
 * What a lane hears from PostgreSQL, in its own bytes: held against the real one and against the one that the simulation has
 * in its place, which must answer the same.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BookingRecord, Fact, JournalEntry } from '../../src/actors/facts.ts';
import type { Journal } from '../../src/actors/ports.ts';
import type { Lane, LaneOptions } from '../../src/persistence/journal/lane.ts';
import { sqlStateOf } from '../../src/persistence/sqlstate.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { appendOf, cancelled, confirmed, confirming, entry, held, pendingBooking } from './facts.ts';

export interface PostgresUnderTest {
  open(options: Pick<LaneOptions, 'ready' | 'lost'>): Lane;
  readonly journal: Pick<Journal, 'entries' | 'booking' | 'load'>;
  addListing(apartmentId: string): Promise<void>;
  /** Another owner: the shard's epoch goes up by one. Returns the new one; the first owner's is 1. */
  takeOver(shard: number): Promise<number>;
  /** The same in a transaction that is committed by the returned call. */
  takingOver(shard: number): Promise<() => Promise<void>>;
  /** Somebody else's transaction has a row to itself until the returned call. */
  lock(row: { readonly listing: string }): Promise<() => Promise<void>>;
  /** `pg_terminate_backend` of every session in which a lane appends for a node. Returns how many. */
  terminate(nodeId: string): Promise<number>;
  /** The time that it takes for something to happen passes. */
  pass<T>(happens: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const A = 'apartment_a';
const B = 'apartment_b';
const NODE = 'node_12345678';

interface Answer {
  readonly code: string | undefined;
  readonly message: string;
  readonly detail: string | undefined;
}

export function laneContract(name: string, open: () => Promise<PostgresUnderTest>): void {
  describe(`${name} as a lane sees it`, () => {
    let under: PostgresUnderTest;
    let lane: Lane;
    let onReady = () => {};
    const lost: unknown[] = [];
    const ready = () => under.pass(new Promise<void>((resolve) => (onReady = resolve)));
    beforeEach(async () => {
      under = await open();
      lost.length = 0;
      lane = under.open({ ready: () => onReady(), lost: (cause) => void lost.push(cause) });
      lane.become(NODE);
      await Promise.all([under.addListing(A), under.addListing(B), ready()]);
    });
    afterEach(async () => {
      await under.pass(lane.close());
      await under.close();
    });

    /** What a batch of appends, an append for each list of entries, is answered. */
    const sent = (...appends: readonly (readonly JournalEntry[])[]) => sentAt(1, ...appends);
    const sentAt = (epoch: number, ...appends: readonly (readonly JournalEntry[])[]) =>
      new Promise<Answer | undefined>((resolve) => {
        lane.send(
          appends.map((entries) => appendOf(epoch, entries, () => {})),
          (error) => resolve(error === undefined ? undefined : answerOf(error)),
        );
      });
    const send = (...appends: readonly (readonly JournalEntry[])[]) => under.pass(sent(...appends));
    const versions = async (apartmentId: string) =>
      (await under.pass(under.journal.entries(apartmentId, 0, 100))).map(({ version }) => version);
    const booking = (id: string): Promise<BookingRecord | undefined> =>
      under.pass(under.journal.booking(A, id));

    it('commits a batch, as it was given', async () => {
      const reason = 'two\n\u001f\u0001 "lines", \\ ✓';
      const blocked: Fact = { kind: 'blocked', block: 'b', from: 20_900, to: 20_901, reason };
      const entries = [entry(A, 1), entry(A, 2, blocked), entry(A, 4, undefined, { requestId: null })];
      expect(await send(entries, [entry(B, 7, held('x'), { subjectId: null })])).toBeUndefined();
      expect(await under.pass(under.journal.entries(A, 0, 100))).toEqual(entries);
      expect(await versions(B)).toEqual([7]);
    });

    it('writes nothing of a batch that it refuses, and takes the next', async () => {
      await send([entry(A, 1)]);
      const refused = await send([entry(B, 1)], [entry(A, 2), entry(A, 1)]);
      expect(refused?.code).toBe('23505');
      expect((await send([entry(B, 1), entry(B, 1)]))?.code).toBe('23505');
      expect([await versions(A), await versions(B)]).toEqual([[1], []]);
      // Its key notices no gap, and no order: that is the group commit's to keep.
      expect(await send([entry(A, 5)])).toBeUndefined();
      expect(await send([entry(A, 3)])).toBeUndefined();
      expect(await versions(A)).toEqual([1, 3, 5]);
      expect(lost).toEqual([]);
    });

    it('names whom the fence refuses', async () => {
      const epoch = await under.takeOver(shardOf(A));
      const answer = await send([entry(A, 1)], [entry(B, 1)]);
      expect(answer).toMatchObject({ code: 'NL001', detail: `${shardOf(A)}:1` });
      expect(await versions(B)).toEqual([]);
      expect(await under.pass(sentAt(epoch, [entry(A, 1)]))).toBeUndefined();
    });

    it('waits for no takeover that is under way, and says which shards it has', async () => {
      const commit = await under.takingOver(shardOf(A));
      const answer = await send([entry(B, 1)], [entry(A, 1)]);
      expect(answer).toMatchObject({ code: 'NL004', detail: String(shardOf(A)) });
      expect(await send([entry(B, 1)])).toBeUndefined();
      await commit();
      expect((await send([entry(A, 1)]))?.code).toBe('NL001');
    });

    it.each([
      ['a version below 1', [entry(A, 0)], '23514'],
      ['a request id that is no uuid', [entry(A, 1, undefined, { requestId: 'mine' })], '22P02'],
      [
        'nights that end before they begin',
        [confirming(A, 1, pendingBooking('b', { from: 9, to: 8 }))],
        '22000',
      ],
      ['no nights', [confirming(A, 1, pendingBooking('b', { from: 9, to: 9 }))], '23514'],
      [
        'a confirm under way that is there already',
        [confirming(A, 1, pendingBooking('b')), confirming(A, 2, pendingBooking('b'))],
        '23505',
      ],
    ])('refuses %s', async (_, entries, code) => {
      expect((await send(entries))?.code).toBe(code);
      expect(await versions(A)).toEqual([]);
    });

    it('refuses a change to a booking that is not there, or not in that state', async () => {
      const one = pendingBooking('one');
      const missing = (what: string) => ({
        code: 'NL002',
        message: `0 rows of ${what} bookings where 1 were expected`,
      });
      expect(await send([confirmed(A, 1, one)])).toMatchObject(missing('pending'));
      expect(await send([cancelled(A, 1, 'one', 0)])).toMatchObject(missing('confirmed'));
      expect(await send([confirming(A, 1, one)])).toBeUndefined();
      expect(await send([cancelled(A, 2, 'one', 0)])).toMatchObject(missing('confirmed'));
      expect(await send([refunded(A, 2, 'one')])).toMatchObject(missing('cancelled'));
      expect(await send([confirmed(A, 2, one)])).toBeUndefined();
      expect(await send([confirmed(A, 3, one)])).toMatchObject(missing('pending'));
      expect(await send([cancelled(A, 3, 'one', 5)], [cancelled(B, 1, 'one', 5)])).toMatchObject({
        code: 'NL002',
        message: '1 rows of confirmed bookings where 2 were expected',
      });
      expect(await send([abandoned(A, 3, 'one')])).toMatchObject(missing('pending'));
      expect(await booking('one')).toMatchObject({ status: 'confirmed', version: 2, confirmedVersion: 2 });
      expect(await versions(A)).toEqual([1, 2]);
    });

    it('[I1] refuses a second booking of a night, by whatever batch', async () => {
      const one = pendingBooking('one', { from: 100, to: 103 });
      const two = pendingBooking('two', { from: 102, to: 105 });
      const next = pendingBooking('next', { from: 103, to: 105 });
      await send([confirming(A, 1, one), confirming(A, 2, two), confirming(A, 3, next)]);
      expect((await send([confirmed(A, 4, one), confirmed(A, 5, two)]))?.code).toBe('23P01');
      expect(await send([confirmed(A, 4, one)])).toBeUndefined();
      expect((await send([confirmed(A, 5, two)]))?.code).toBe('23P01');
      expect(await send([confirmed(A, 5, next)])).toBeUndefined();
    });

    it('frees nights before it takes them, in whatever order they come', async () => {
      const one = pendingBooking('one', { from: 100, to: 103 });
      const two = pendingBooking('two', { from: 101, to: 104 });
      await send([confirming(A, 1, one), confirming(A, 2, two)]);
      await send([confirmed(A, 3, one)]);
      expect(await send([confirmed(A, 4, two), cancelled(A, 5, 'one', 7)])).toBeUndefined();
      expect(await booking('one')).toMatchObject({ status: 'cancelled', refundMinor: 7, version: 5 });
      expect(await booking('two')).toMatchObject({ status: 'confirmed', version: 4 });
      // So a booking that is made and abandoned by one append is abandoned before it is there.
      const three = pendingBooking('three');
      expect((await send([confirming(A, 6, three), abandoned(A, 7, 'three')]))?.code).toBe('NL002');
    });

    it('takes of several changes of a listing the last', async () => {
      await send([
        entry(A, 1, { kind: 'paused' }),
        entry(A, 2, { kind: 'resumed' }),
        entry(A, 3, { kind: 'paused' }),
      ]);
      expect((await under.pass(under.journal.load(A, 1, 100)))?.status).toBe('paused');
      expect(await send([entry('apartment_unknown', 1, { kind: 'retired' })])).toBeUndefined();
    });

    it('lifts blocks before it makes them, refuses one that is there already, and misses none that is gone', async () => {
      const block: Fact = { kind: 'blocked', block: 'b', from: 20_900, to: 20_901 };
      expect(await send([entry(A, 1, { kind: 'unblocked', block: 'b' })])).toBeUndefined();
      expect(await send([entry(A, 2, block)])).toBeUndefined();
      expect((await send([entry(A, 3, block)]))?.code).toBe('23505');
      expect(
        await send([entry(A, 3, block), entry(A, 4, { kind: 'unblocked', block: 'b' })]),
      ).toBeUndefined();
    });

    it('gives up a row that stays locked, writes nothing of the batch, and works again', async () => {
      const unlock = await under.lock({ listing: A });
      const answer = await under.pass(sent([entry(A, 1, { kind: 'paused' })], [entry(B, 1)]));
      expect(answer?.code).toBe('55P03');
      expect(await send([entry(B, 1)])).toBeUndefined();
      await unlock();
      expect(await versions(A)).toEqual([]);
      expect(await send([entry(A, 1, { kind: 'paused' })])).toBeUndefined();
      expect(lost).toEqual([]);
    });

    it('keeps a row locked for who has it, whatever becomes of a session that gave it up before', async () => {
      expect(await send([entry(B, 1)])).toBeUndefined();
      const pausing = [entry(A, 1, { kind: 'paused' })];
      const unlock = await under.lock({ listing: A });
      expect((await send(pausing))?.code).toBe('55P03');
      await unlock();
      const unlockAgain = await under.lock({ listing: A });
      const again = ready();
      expect(await under.terminate(NODE)).toBe(1);
      await again;
      expect((await send(pausing))?.code).toBe('55P03');
      await unlockAgain();
      expect(await send(pausing)).toBeUndefined();
    });

    it('ends a session by the name of its node, which it has with its first commit, and lets another begin', async () => {
      expect((await send([entry(A, 0)]))?.code).toBe('23514');
      expect(await under.terminate(NODE)).toBe(0);
      expect(await send([entry(A, 1)])).toBeUndefined();
      expect(await under.terminate('node_another')).toBe(0);
      for (const version of [2, 3]) {
        const again = ready();
        expect(await under.terminate(NODE)).toBe(1);
        await again;
        expect(await send([entry(A, version)])).toBeUndefined();
      }
      expect(lost.length).toBe(2);
      expect(await versions(A)).toEqual([1, 2, 3]);
    });
  });
}

function answerOf(error: unknown): Answer {
  const { message, detail } = error as { message: string; detail?: string };
  return { code: sqlStateOf(error), message, detail };
}

function refunded(apartmentId: string, version: number, id: string): JournalEntry {
  const settled: Fact = { kind: 'settled', key: 'k', outcome: 'refunded' };
  return entry(apartmentId, version, settled, { booking: { op: 'refunded', id } });
}

function abandoned(apartmentId: string, version: number, id: string): JournalEntry {
  const declined: Fact = { kind: 'declined', hold: 'h', key: 'k', reason: 'declined' };
  return entry(apartmentId, version, declined, { booking: { op: 'abandoned', id } });
}
