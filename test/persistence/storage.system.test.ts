/** Opening storage that is there already: what is refused, and in which words. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage } from '../../src/persistence/index.ts';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { migrate, SchemaNotOurs, SchemaTooNew } from '../../src/persistence/migrate.ts';
import { createPool, StorageUnreachable } from '../../src/persistence/pool.ts';
import { checkStorage } from '../../src/persistence/postgres/requirements.ts';
import { bookingOfApartment, bookingOfHold } from '../../src/persistence/statements/bookings.ts';
import { LevelTooLow } from '../../src/persistence/statements/least-level.ts';
import { asOwner, createTestDatabase, schemaAsOf, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('openStorage', () => {
  it('opens a database it is given, and leaves it running', async () => {
    const storage = await openStorage({ databaseUrl: database.ownerUrl, dataDir: './never' });
    expect([storage.state, storage.isEmbedded]).toEqual(['given', false]);
    await storage.close();
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('says in one sentence that an address does not answer, without the password', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const error = await openStorage({
      databaseUrl: `postgres://ana:s3cret@127.0.0.1:${port}/stays`,
      dataDir: './never',
    }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StorageUnreachable);
    expect(error.message).toMatch(
      new RegExp(`^cannot use PostgreSQL at 127.0.0.1:${port}/stays: .*ECONNREFUSED.*; correct DATABASE_URL`),
    );
    expect(error.message).not.toContain('s3cret');
  });

  it('says in one sentence that its role may not change the schema', async () => {
    await using older = await createTestDatabase();
    const name = new URL(older.ownerUrl).pathname.slice(1);
    await asOwner(older.ownerUrl, 'drop schema public cascade; create schema public', name);
    const error = await migrate(older.url).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(SchemaNotOurs);
    expect(error.message).toMatch(
      /^the role nightlatch may not change the schema of PostgreSQL at 127.0.0.1:\d+\//,
    );
  });

  it('keeps the journal as it is from the role that it gives no more than the program needs', async () => {
    await using empty = await createTestDatabase();
    const name = new URL(empty.ownerUrl).pathname.slice(1);
    await asOwner(empty.ownerUrl, 'drop schema public cascade; create schema public', name);
    const said: unknown[] = [];
    const onFault = (event: string, details: object) => said.push({ event, ...details });
    const two = { databaseUrl: empty.url, ownerUrl: empty.ownerUrl, dataDir: './never', onFault };
    for (const storage of [await openStorage(two), await openStorage(two)]) await storage.close();
    expect(said).toEqual([]);
    await empty.pool.query(
      `insert into journal (apartment_id, version, kind, at, fact) values ('a', 1, 'paused', now(), '{}')`,
    );
    for (const attack of [
      `update journal set kind = 'resumed'`,
      'delete from journal',
      'truncate journal',
      'alter table journal disable trigger all',
      'drop trigger journal_is_append_only on journal',
      'create or replace function journal_is_append_only() returns trigger language sql return null',
      'drop table journal',
      'alter table journal owner to current_user',
      `set session_replication_role = 'replica'`,
      'set role postgres',
      'delete from migrations',
    ]) {
      await expect(empty.pool.query(attack), attack).rejects.toMatchObject({ code: '42501' });
    }
    const { rows } = await empty.pool.query('select kind from journal');
    expect(rows).toEqual([{ kind: 'paused' }]);

    const one = await openStorage({ databaseUrl: empty.ownerUrl, dataDir: './never', onFault });
    await one.close();
    const advice = expect.stringMatching(
      /^the role postgres of DATABASE_URL owns the journal .*name the owner in DATABASE_OWNER_URL$/,
    );
    expect(said).toEqual([{ event: 'storage.role_may_rewrite', advice }]);
  });

  it('says in one sentence that its role finds no tables where their owner made them', async () => {
    await using empty = await createTestDatabase();
    const name = new URL(empty.ownerUrl).pathname.slice(1);
    await asOwner(
      empty.ownerUrl,
      `drop schema public cascade; create schema public; create schema stays; alter database ${name} set search_path = stays`,
      name,
    );
    const elsewhere = new URL(empty.url);
    elsewhere.searchParams.set('options', '-c search_path=public');
    const opened = openStorage({ databaseUrl: elsewhere.href, ownerUrl: empty.ownerUrl, dataDir: './never' });
    await expect(opened).rejects.toThrow(
      /^the role nightlatch finds no tables in PostgreSQL at 127.0.0.1:\d+\/\w+, as their owner's search_path leads elsewhere/,
    );
    const there = await openStorage({ databaseUrl: empty.url, ownerUrl: empty.ownerUrl, dataDir: './never' });
    expect((await there.pool.query('select count(*)::int as rows from journal')).rows).toEqual([{ rows: 0 }]);
    await there.close();
  });

  it('brings a database of the first schema to this one, with the confirms that were under way', async () => {
    await using older = await createTestDatabase();
    const row = (id: string, status: string, from: number) =>
      `('${id}', 'a', 'h_${id}', 'g', daterange(date '1970-01-01' + ${from}, date '1970-01-01' + ${from + 2}),
        2, '${status}', '{"name": "Ana", "email": "ana@example.com"}', '{}', 'strict', 'k_${id}', now(), 3)`;
    await schemaAsOf(
      older,
      '001_core',
      `insert into bookings (id, apartment_id, hold_id, guest_id, stay, guests, status, contact, price, policy,
         payment_key, created_at, version)
       values ${row('b1', 'pending', 100)}, ${row('b2', 'confirmed', 100)}, ${row('b3', 'cancelled', 100)}`,
    );
    expect(await migrate(older.ownerUrl, { grantTo: new URL(older.url).username })).toContain(
      '002_pending_bookings',
    );
    const status = async (id: string) => (await bookingOfApartment(older.pool, 'a', id))?.status;
    expect([await status('b1'), await status('b2'), await status('b3')]).toEqual([
      'pending',
      'confirmed',
      'cancelled',
    ]);
    const attempt = await bookingOfHold(older.pool, 'a', 'h_b1');
    expect(attempt?.contact).toEqual({ name: 'Ana', email: 'ana@example.com' });
  });

  it('[S8] tells which listings of an older schema were never listed, leaving their revisions as they are', async () => {
    await using older = await createTestDatabase();
    const statuses = { listed: 'listed', fresh: 'paused', closed: 'paused', once: 'paused', held: 'paused' };
    const all = { ...statuses, again: 'listed', archived: 'paused', gone: 'retired' };
    const listing = ([id, status]: [string, string]) =>
      `('${id}', 'test', '${id}', '${status}', 'N', 'C', 0, 0, '{}')`;
    const facts = [
      ...[
        `'closed', 1, 'blocked'`,
        `'closed', 2, 'unblocked'`,
        `'once', 1, 'blocked'`,
        `'once', 2, 'paused'`,
      ],
      ...[`'held', 1, 'held'`, `'again', 1, 'resumed'`],
    ];
    await schemaAsOf(
      older,
      '017_imported-listings',
      `insert into listings (id, source, source_id, status, name, city, latitude, longitude, terms)
       values ${Object.entries(all).map(listing).join(', ')};
       insert into journal (apartment_id, version, kind, at, fact)
       select *, now(), '{}' from (values ${facts.map((fact) => `(${fact})`).join(', ')}) as f;
       insert into baselines (apartment_id, version, volume, at, crc, state) values ('archived', 9, 0, now(), 1, '{}')`,
    );
    const revisions = async () =>
      (await older.pool.query('select id, tx::text, updated_at from listings order by id')).rows;
    const owner = createPool(older.ownerUrl);
    await owner.query(`grant all on listings to ${new URL(older.url).username}`);
    const before = await revisions();
    expect(await migrate(older.ownerUrl, { grantTo: new URL(older.url).username })).toContain(
      '018_never-listed',
    );
    await owner.end();
    expect(await revisions()).toEqual(before);

    const never = async () =>
      (await older.pool.query('select id from listings where listed_at is null order by id')).rows.map(
        ({ id }) => id,
      );
    expect(await never()).toEqual(['closed', 'fresh']);
    await older.pool.query(
      `insert into listings (id, source, source_id, status, name, city, latitude, longitude, terms)
       values ${[listing(['draft', 'paused']), listing(['open', 'listed'])].join(', ')}`,
    );
    await older.pool.query(`update listings set status = 'listed' where id = 'fresh'`);
    await older.pool.query(`update listings set status = 'paused'`);
    expect(await never()).toEqual(['closed', 'draft']);
  });

  it('keeps the snapshots of an older schema, and those that servers from before still write', async () => {
    await using older = await createTestDatabase();
    // As they write and read them.
    const write = (version: number) =>
      older.pool.query(
        `insert into snapshots as s (apartment_id, version, machine_version, window_from_version, restless, state)
         values ('a', $1, 1, 0, false, '{"at": ${version}}')
         on conflict (apartment_id) do update
           set version = excluded.version, machine_version = excluded.machine_version,
               window_from_version = excluded.window_from_version, restless = excluded.restless,
               state = excluded.state, taken_at = clock_timestamp()
           where (s.version, s.machine_version) <= (excluded.version, excluded.machine_version)`,
        [version],
      );
    await schemaAsOf(
      older,
      '001_core',
      `insert into listings (id, name, city, latitude, longitude, terms) values ('a', 'a', 'Porto', 41, -8, '{}');
       insert into journal (apartment_id, version, kind, at, fact)
         select 'a', v, 'paused', now(), '{}' from generate_series(1, 8) v;
       insert into snapshots (apartment_id, version, machine_version, window_from_version, restless, state)
       values ('a', 5, 1, 0, false, '{"at": 5}')`,
    );
    const ran = await migrate(older.ownerUrl, { grantTo: new URL(older.url).username });
    expect(ran).toContain('008_two-snapshots');
    const journal = createPostgresJournal({ pool: older.pool, url: older.url });
    const loaded = async (machineVersion: number) =>
      (await journal.load('a', machineVersion, 1))?.snapshot?.state;
    expect(await loaded(1)).toEqual({ at: 5 });
    await write(7);
    expect(await loaded(1)).toEqual({ at: 7 });
    const newer = { apartmentId: 'a', version: 6, windowFromVersion: 0, restless: false, hash: undefined };
    await journal.saveSnapshots([{ ...newer, machineVersion: 2, state: { at: 6 } }]);
    await write(8);
    expect([await loaded(1), await loaded(2)]).toEqual([{ at: 8 }, { at: 6 }]);
    const theirs = await older.pool.query('select version, state from snapshots where machine_version = 1');
    expect(theirs.rows).toEqual([{ version: 8, state: { at: 8 } }]);
    await journal.close();
  });

  it('lets others have the tables between two tries to change them, and ends when nobody reads them for long', async () => {
    await using older = await createTestDatabase();
    await schemaAsOf(older, '001_core');
    const owner = createPool(older.ownerUrl);
    const reader = await owner.connect();
    await reader.query('begin; select from bookings');
    const migrated = migrate(older.ownerUrl, { grantTo: new URL(older.url).username });
    const isWaiting = `select from pg_locks where relation = 'bookings'::regclass and not granted`;
    while ((await owner.query(isWaiting)).rowCount === 0);
    await owner.query('update bookings set version = version');
    expect((await owner.query(`select to_regclass('pending_bookings') as found`)).rows).toEqual([
      { found: null },
    ]);
    await reader.query('commit');
    reader.release();
    expect(await migrated).toContain('002_pending_bookings');
    await owner.end();
  });

  it('[C10] opens a database of a newer program as long as it understands what was written', async () => {
    await using newer = await createTestDatabase();
    const name = new URL(newer.ownerUrl).pathname.slice(1);
    await asOwner(newer.ownerUrl, `insert into migrations (name, run_on) values ('999_later', now())`, name);
    expect(await migrate(newer.ownerUrl)).toEqual([]);
    await newer.pool.query(`update settings set value = '99' where key = 'least_level'`);
    await expect(migrate(newer.ownerUrl)).rejects.toThrow(LevelTooLow);
    await expect(migrate(newer.ownerUrl)).rejects.toThrow(/takes feature level 99 to understand/);
  });

  it('refuses a database of another history', async () => {
    await using newer = await createTestDatabase();
    const name = new URL(newer.ownerUrl).pathname.slice(1);
    await asOwner(newer.ownerUrl, `insert into migrations (name, run_on) values ('999_later', now())`, name);
    await newer.pool.query(`delete from settings where key = 'least_level'`);
    await expect(migrate(newer.ownerUrl)).rejects.toThrow(SchemaTooNew);
    await expect(migrate(newer.ownerUrl)).rejects.toThrow(
      /written by a newer nightlatch \(999_later unknown here\)/,
    );
  });

  it('refuses a PostgreSQL that may forget, unless told in so many words', async () => {
    const url = `${database.url}?options=-c%20synchronous_commit%3Doff`;
    const pool = createPool(url);
    await expect(checkStorage(pool, url, false)).rejects.toThrow(
      /synchronous_commit is off, so it may forget what it acknowledged; turn it on, or say NIGHTLATCH_UNSAFE_STORAGE=accept-data-loss/,
    );
    await checkStorage(pool, url, true);
    await checkStorage(database.pool, database.url, false);
    await pool.end();
  });

  it('reads dates as text, int8 as a number, and refuses one that is none', async () => {
    const { rows } = await database.pool.query(
      `select date '2026-03-29' as night, 9007199254740991::int8 as most`,
    );
    expect(rows).toEqual([{ night: '2026-03-29', most: 9_007_199_254_740_991 }]);
    await expect(database.pool.query('select 9007199254740993::int8')).rejects.toThrow(/past 2\^53/);
  });
});
