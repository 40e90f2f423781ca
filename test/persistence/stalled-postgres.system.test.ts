/** A PostgreSQL that falls silent, as one on a machine that vanished: connections stay, and no byte comes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { createPool, endPool } from '../../src/persistence/pool.ts';
import { isOutage } from '../../src/persistence/sqlstate.ts';
import { cursorRows } from '../../src/persistence/statements/cursor.ts';
import { Relay } from '../chaos/relay.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let relay: Relay;
let url: string;
beforeEach(async () => {
  database = await createTestDatabase();
  const behind = new URL(database.url);
  relay = await new Relay(Number(behind.port)).open();
  behind.port = String(relay.port);
  url = behind.href;
});
afterEach(async () => {
  relay.close();
  await database.drop();
});

describe('where PostgreSQL falls silent', () => {
  it('a statement without an answer is an outage, and its connection is never used again', async () => {
    const pool = createPool(url, { max: 1, statementTimeoutMs: 200 });
    const backend = async () => (await pool.query('select pg_backend_pid() as pid')).rows[0].pid as number;
    const before = await backend();
    await relay.become('stall');
    const error = await backend().catch((cause) => cause);
    expect(isOutage(error), String(error)).toBe(true);
    await relay.become('pass');
    expect(await backend()).not.toBe(before);
    await pool.end();
  });

  it('a pool and a lane end all the same', async () => {
    const pool = createPool(url);
    const journal = createPostgresJournal({ pool, url });
    while (!journal.isConnected) await pool.query('select');
    const client = await pool.connect();
    await relay.become('stall');
    const asked = client.query('select').catch((cause) => cause);
    await Promise.all([journal.close(), endPool(pool)]);
    expect(isOutage(await asked)).toBe(true);
    client.release(true);
  });
});

it('a connection that breaks fails who is reading from it, and nobody else', async () => {
  const pool = createPool(url);
  const rows = cursorRows<[number]>(pool, 'select generate_series(1, 10)', 2);
  expect((await rows.next()).value).toEqual([[1], [2]]);
  relay.cut();
  const error = await rows.next().catch((cause) => cause);
  expect(isOutage(error), String(error)).toBe(true);
  await pool.end();
});
