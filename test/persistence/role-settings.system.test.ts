/** What an operator may set on the role or the database at any time; every connection made afterwards would follow. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresLeases } from '../../src/cluster/membership/postgres-leases.ts';
import { openStorage, type Storage } from '../../src/persistence/index.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { appendTo, entry } from './facts.ts';

let database: TestDatabase;
let storage: Storage;
beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  storage = await openStorage({ databaseUrl: database.ownerUrl, dataDir: './never' });
});
afterEach(async () => {
  await storage.close();
  await database.drop();
});

/** For our role in this database alone: others share the server. Whoever is connected must connect anew. */
async function set(what: string, value: string): Promise<void> {
  const { username, pathname } = new URL(database.ownerUrl);
  const name = pathname.slice(1);
  await asOwner(database.ownerUrl, `alter role ${username} in database ${name} set ${what} = '${value}'`);
  await asOwner(
    database.ownerUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = '${name}' and application_name like 'nightlatch%'`,
  );
}

const SETTINGS = [
  ['statement_timeout', '30ms'],
  ['lock_timeout', '1ms'],
  ['idle_in_transaction_session_timeout', '30ms'],
  ['idle_session_timeout', '30ms'],
  ['transaction_timeout', '30ms'],
  ['default_transaction_isolation', 'serializable'],
  ['synchronous_commit', 'off'],
  ['datestyle', 'German'],
  ['search_path', 'elsewhere'],
] as const;

describe.each(SETTINGS)('%s set on the role to %s', (what, value) => {
  it('changes nothing for a server that runs', async () => {
    await set(what, value);
    const leases = createPool(storage.url, { max: 3, name: 'leases' });
    for (const pool of [storage.pool, leases]) {
      const { rows } = await pool.query(`select current_setting('${what}') as value`);
      expect(rows[0].value).not.toBe(value);
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select pg_sleep(0.06)');
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect((await client.query(`select date '2026-12-31' as day from listings`)).fields).toHaveLength(1);
      expect((await client.query(`select date '2026-12-31' as day`)).rows).toEqual([{ day: '2026-12-31' }]);
      await client.query('commit');
      client.release();
    }
    // The connection that was ended may take the first with it.
    let version = 1;
    while ((await appendTo(storage.journal, 1, entry('a', version))).status !== 'committed');
    while (version < 5)
      expect(await appendTo(storage.journal, 1, entry('a', ++version))).toEqual({ status: 'committed' });
    expect(await postgresLeases(leases).claimShards('nobody', [1, 2], 'wait')).toEqual(new Map());
    expect((await storage.journal.entries('a', 0, 10)).length).toBe(5);
    await leases.end();
  });
});
