/** A row or a table that somebody else has locked: it delays the apartments whose it is, and nobody else. */
import type pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/actors/facts.ts';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { appendTo, cancelled, confirmed, confirming, entry, held, pendingBooking } from './facts.ts';

let database: TestDatabase;
let journal: PostgresJournal;
let owners: pg.Pool;
const faults: string[] = [];
const holders = new Set<pg.PoolClient>();

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  await database.pool.query(
    `insert into listings (id, name, city, latitude, longitude, terms)
     select id, id, 'Porto', 41, -8, '{}' from unnest('{a,b,c}'::text[]) as given (id)`,
  );
  faults.length = 0;
  owners = createPool(database.ownerUrl);
  journal = createPostgresJournal({
    ...{ pool: database.pool, url: database.url },
    onFault: (event, { apartmentId }) => void faults.push([event, apartmentId].join(' ').trim()),
  });
});
afterEach(async () => {
  for (const client of holders) client.release(true);
  holders.clear();
  await journal.close();
  await owners.end();
  await database.drop();
});

/** A transaction of somebody else, as in a psql that was left open. @returns how it ends */
async function locked(sql: string): Promise<() => Promise<void>> {
  const client = await owners.connect();
  holders.add(client);
  await client.query(`begin; set local idle_in_transaction_session_timeout = 0; ${sql}`);
  return async () => {
    await client.query('rollback');
    holders.delete(client);
    client.release();
  };
}

/** Appends to it, and in the same turn to others; then more to others, whose every answer is awaited. */
async function besides(...entries: readonly JournalEntry[]) {
  const answers: string[] = [];
  const own = entries.map((one) =>
    appendTo(journal, 1, one).then(({ status }) => void answers.push(`${one.version} ${status}`)),
  );
  for (let version = 1; version <= 5; version++) {
    const others = Array.from({ length: 20 }, (_, i) => entry(`other_${i}`, version));
    const results = await Promise.all(others.map((other) => appendTo(journal, 1, other)));
    expect(results.filter(({ status }) => status !== 'committed')).toEqual([]);
  }
  return { answers, all: Promise.all(own) };
}

const waits: [what: string, sql: string, before: JournalEntry[], entries: JournalEntry[]][] = [
  [
    'row of listings',
    `select from listings where id = 'a' for update`,
    [],
    [entry('a', 1, { kind: 'paused' }), entry('a', 2), entry('a', 3)],
  ],
  [
    'row of bookings',
    `select from bookings where apartment_id = 'a' for update`,
    [confirming('a', 1, pendingBooking('b')), confirmed('a', 2, pendingBooking('b'))],
    [cancelled('a', 3, 'b', 100), entry('a', 4)],
  ],
  [
    'row of pending_bookings',
    `select from pending_bookings where apartment_id = 'a' for update`,
    [confirming('a', 1, pendingBooking('b'))],
    [confirmed('a', 2, pendingBooking('b')), entry('a', 3)],
  ],
  [
    'row of blocks',
    `select from blocks where apartment_id = 'a' for update`,
    [entry('a', 1, { kind: 'blocked', block: 'x', from: 10, to: 12 })],
    [entry('a', 2, { kind: 'unblocked', block: 'x' }), entry('a', 3)],
  ],
  [
    'booking of the same nights that is not committed',
    `insert into bookings (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key,
       created_at, version)
     values ('z', 'a', 'h', 'g', daterange('2026-12-12', '2026-12-14'), 1, '{}', '{}', 'strict', 'k', now(), 1)`,
    [confirming('a', 1, pendingBooking('b'))],
    [confirmed('a', 2, pendingBooking('b')), entry('a', 3)],
  ],
  [
    'row of shards',
    `select from shards where shard = ${shardOf('a')} for update`,
    [],
    [entry('a', 1, { kind: 'paused' }), entry('a', 2)],
  ],
  [
    'table of bookings',
    'lock table bookings in share mode',
    [confirming('a', 1, pendingBooking('b'))],
    [confirmed('a', 2, pendingBooking('b')), entry('a', 3)],
  ],
];

for (const [what, sql, before, entries] of waits) {
  it(`a locked ${what} delays its own apartment alone, which goes on in order when it is let go`, async () => {
    for (const one of before) expect(await appendTo(journal, 1, one)).toEqual({ status: 'committed' });
    const letGo = await locked(sql);
    const { answers, all } = await besides(...entries);
    expect(answers).toEqual([]);
    await letGo();
    await all;
    expect(answers).toEqual(entries.map(({ version }) => `${version} committed`));
    expect((await journal.entries('a', 0, 10)).map(({ version }) => version)).toEqual(
      [...before, ...entries].map(({ version }) => version),
    );
    // What was refused before it was carried out has left nothing behind on the lane.
    expect(await appendTo(journal, 1, entry('b', 1, { kind: 'paused' }))).toEqual({ status: 'committed' });
    expect(faults).toEqual([]);
  });
}

it('while a table is locked everything that needs it waits, and holds go on between many of them', async () => {
  const many = Array.from({ length: 30 }, (_, i) => pendingBooking(`b_${i}`, { guestId: `g_${i}` }));
  const started = many.map((booking, i) => appendTo(journal, 1, confirming(`flat_${i}`, 1, booking)));
  expect((await Promise.all(started)).every(({ status }) => status === 'committed')).toBe(true);
  const letGo = await locked('lock table bookings in access exclusive mode');
  let answered = 0;
  const booked = many.map((booking, i) =>
    appendTo(journal, 1, confirmed(`flat_${i}`, 2, booking)).finally(() => {
      answered += 1;
    }),
  );
  const { all } = await besides();
  expect(answered).toBe(0);
  await letGo();
  await all;
  expect((await Promise.all(booked)).every(({ status }) => status === 'committed')).toBe(true);
});

it('a row that cannot be written keeps its own apartment alone from committing', async () => {
  await asOwner(
    database.ownerUrl,
    `create function broken() returns trigger language plpgsql as $$
     begin raise exception 'this row is broken'; end $$;
     create trigger broken before update on listings for each row when (old.id = 'a') execute function broken()`,
    new URL(database.ownerUrl).pathname.slice(1),
  );
  const { answers, all } = await besides(entry('a', 1, { kind: 'paused' }), entry('a', 2, held('h')));
  const others = ['b', 'c'].map((id) => appendTo(journal, 1, entry(id, 1, { kind: 'paused' })));
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual(['committed', 'committed']);
  await all;
  expect(answers.map((answer) => answer.split(' ')[1])).not.toContain('committed');
  const { rows } = await database.pool.query(`select id from listings where status = 'paused' order by 1`);
  expect(rows.map(({ id }) => id)).toEqual(['b', 'c']);
});

it('an apartment whose row stays locked is given up at its deadline, and its next command is decided', async () => {
  const letGo = await locked(`select from listings where id = 'a' for update`);
  const results = await Promise.all([
    appendTo(journal, 1, entry('a', 1, { kind: 'paused' })),
    appendTo(journal, 1, entry('a', 2)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['unknown', 'conflict']);
  expect(faults).toEqual(['journal.locked a', 'journal.commit_failed a']);
  expect((await appendTo(journal, 1, entry('a', 1))).status).toBe('committed');
  await letGo();
});

it('a journal that is closed waits for no lock', async () => {
  const letGo = await locked(`select from listings where id = 'a' for update`);
  const { answers, all } = await besides(entry('a', 1, { kind: 'paused' }), entry('a', 2));
  await journal.close();
  await all;
  expect(answers).toEqual(['1 unknown', '2 conflict']);
  await letGo();
});
