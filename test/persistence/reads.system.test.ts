/** What others read: a guest's bookings, the taken nights for the search index, everything for `verify`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { STREAM_ROWS } from '../../src/persistence/limits.ts';
import {
  bookingById,
  countConfirmedSince,
  listBookings,
  upcomingBookings,
} from '../../src/persistence/statements/bookings.ts';
import { takenRanges } from '../../src/persistence/statements/occupancy.ts';
import { recordedRows } from '../../src/persistence/statements/recorded-apartments.ts';
import type { RecordedRow } from '../../src/verify/ports.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { AT_MS, appendTo, cancelled, confirmed, confirming, entry, pendingBooking } from './facts.ts';

let database: TestDatabase;
let journal: PostgresJournal;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  journal = createPostgresJournal({ pool: database.pool, url: database.url });
  const stays = [
    pendingBooking('past', { from: 100, to: 103 }),
    pendingBooking('next', { from: 200, to: 203 }),
    pendingBooking('later', { from: 300, to: 303, guestId: 'guest_2' }),
    pendingBooking('off', { from: 400, to: 403 }),
    pendingBooking('open', { from: 500, to: 503 }),
  ];
  let version = 0;
  for (const stay of stays) {
    await appendTo(journal, 1, confirming('a', ++version, stay));
    if (stay.id === 'open') continue;
    const { booking, ...fact } = confirmed('a', ++version, stay);
    await appendTo(journal, 1, { ...fact, atMs: AT_MS + version, ...(booking && { booking }) });
  }
  await appendTo(journal, 1, cancelled('a', ++version, 'off', 10));
  await appendTo(
    journal,
    1,
    ...[600, 700, 50].map((from, i) =>
      entry('b', i + 1, { kind: 'blocked', block: `block_${from}`, from, to: from + 2 }),
    ),
  );
  await appendTo(journal, 1, entry('b', 4, { kind: 'unblocked', block: 'block_700' }));
});
afterAll(async () => {
  await journal.close();
  await database.drop();
});

const ids = (bookings: readonly { id: string }[]) => bookings.map(({ id }) => id);

describe('bookings', () => {
  it('of a guest that are still to come, the next first', async () => {
    expect(ids(await upcomingBookings(database.pool, 'guest_1', 0, 10))).toEqual(['past', 'next']);
    expect(ids(await upcomingBookings(database.pool, 'guest_1', 203, 10))).toEqual(['next']);
    expect(ids(await upcomingBookings(database.pool, 'guest_1', 204, 10))).toEqual([]);
  });

  it('newest first, by pages, without attempts that are still open', async () => {
    expect(ids(await listBookings(database.pool, { guestId: 'guest_1', limit: 2 }))).toEqual(['off', 'next']);
    expect(ids(await listBookings(database.pool, { guestId: 'guest_1', before: 'next', limit: 2 }))).toEqual([
      'past',
    ]);
    expect(ids(await listBookings(database.pool, { limit: 10 }))).toEqual(['off', 'later', 'next', 'past']);
    expect(await listBookings(database.pool, { before: 'unknown', limit: 10 })).toEqual([]);
  });

  it('one by its id, and how many were confirmed since', async () => {
    expect(await bookingById(database.pool, 'later')).toMatchObject({
      guestId: 'guest_2',
      status: 'confirmed',
    });
    expect(await bookingById(database.pool, 'open')).toBeUndefined();
    expect(await bookingById(database.pool, 'none')).toBeUndefined();
    expect(await countConfirmedSince(database.pool, AT_MS + 4)).toBe(2);
  });
});

describe('the taken nights', () => {
  it('are the confirmed bookings and the blocks that end after a night', async () => {
    const taken = [];
    for await (const chunk of takenRanges(database.pool, 103)) taken.push(...chunk);
    expect(taken.map(({ apartmentId, from, to, status }) => [apartmentId, from, to, status])).toEqual([
      ['a', 200, 203, 'booked'],
      ['a', 300, 303, 'booked'],
      ['b', 600, 602, 'blocked'],
    ]);
  });
});

const isInOrder = (rows: readonly RecordedRow[]) =>
  rows.every(({ apartmentId, nr }, i) => {
    const before = rows[i - 1];
    return before?.apartmentId !== apartmentId || before.nr <= nr;
  });

describe('what verify reads', () => {
  it('is every apartment by rows, its facts in order and what the other tables say beside them', async () => {
    await appendTo(
      journal,
      1,
      ...Array.from({ length: STREAM_ROWS + 5 }, (_, i) => entry('c', i + 1, { kind: 'paused' })),
    );
    await journal.saveSnapshots([
      ...[
        {
          apartmentId: 'b',
          version: 4,
          machineVersion: 1,
          windowFromVersion: 0,
          restless: false,
          hash: (await journal.entry('b', 4))?.hash,
          state: { s: 1 },
        },
      ],
    ]);
    const rows: RecordedRow[] = [];
    for await (const page of recordedRows(database.pool)) rows.push(...page);
    const of = (apartmentId: string, what: RecordedRow['what']) =>
      rows.filter((row) => row.apartmentId === apartmentId && row.what === what);
    expect([...new Set(rows.map(({ apartmentId }) => apartmentId))]).toEqual(['a', 'b', 'c']);
    expect(isInOrder(rows)).toBe(true);
    const entries = (await journal.entries('a', 0, 100)).map(
      ({ apartmentId: _, hash = null, fact, ...place }) => {
        const { kind, ...content } = fact;
        return { ...place, kind, fact: JSON.stringify(content), hash };
      },
    );
    expect(of('a', 'entry').map(({ value }) => value)).toEqual(entries);
    const bookings = of('a', 'booking').map(({ nr, value }) => ({ nr, ...(value as { id: string }) }));
    expect(bookings.find(({ id }) => id === 'off')).toMatchObject({
      ...{ nr: 10, version: 10, confirmedVersion: 8, status: 'cancelled', refundOwed: true, from: 400 },
    });
    expect(bookings.find(({ id }) => id === 'open')).toMatchObject({ nr: 9, status: 'pending', from: 500 });
    expect(of('b', 'block').map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        { id: 'block_600', from: 600, to: 602, reason: null },
        { id: 'block_50', from: 50, to: 52, reason: null },
      ]),
    );
    expect(of('b', 'snapshot')).toMatchObject([
      { value: { version: 4, machineVersion: 1, windowFromVersion: 0, state: { s: 1 } } },
    ]);
    expect(of('c', 'entry').map(({ nr }) => nr)).toEqual(
      Array.from({ length: STREAM_ROWS + 5 }, (_, i) => i + 1),
    );
  });

  it('lets go of its connection when the reader has seen enough', async () => {
    for (let i = 0; i < 30; i++) {
      for await (const [first] of recordedRows(database.pool)) {
        expect(first?.apartmentId).toBe('a');
        break;
      }
    }
    expect(database.pool.totalCount - database.pool.idleCount).toBe(0);
  });
});
