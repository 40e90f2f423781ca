/** Opening storage that is there already: what is refused, and in which words. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage } from '../../src/persistence/index.ts';
import { migrate, SchemaTooNew } from '../../src/persistence/migrate.ts';
import { createPool, StorageUnreachable } from '../../src/persistence/pool.ts';
import { checkStorage } from '../../src/persistence/requirements.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';

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

  it('refuses a database of a newer program', async () => {
    await using newer = await createTestDatabase();
    const name = new URL(newer.ownerUrl).pathname.slice(1);
    await asOwner(newer.ownerUrl, `insert into migrations (name, run_on) values ('999_later', now())`, name);
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
