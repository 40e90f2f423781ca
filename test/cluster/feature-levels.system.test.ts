/** Servers of two feature levels on one database: what the older does not understand is not written while it is there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOIN_TIMEOUT_MS, LEASE_RETRY_MS } from '../../src/cluster/limits.ts';
import { LevelTooLow, raiseLeastLevel } from '../../src/persistence/statements/least-level.ts';
import { FEATURE_LEVEL, type Feature, levelOf } from '../../src/protocol/feature-levels.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Nodes, until } from './nodes.ts';

const NEWEST: Feature = 'a journal in volumes';
const OLDER = levelOf(NEWEST) - 1;

let database: TestDatabase;
let nodes: Nodes;
beforeEach(async () => {
  database = await createTestDatabase();
  nodes = new Nodes(database.url, { isLinked: false });
});
afterEach(async () => {
  await nodes.close();
  await database.drop();
});

/** As a program does that knows nothing of levels. */
const OLD_JOIN = `insert into nodes (id, url, state, lease_until)
  values ('old', 'http://old', 'up', clock_timestamp() + interval '2 seconds')`;
/** Resolves when this many sessions wait for a lock. */
const waiting = (count: number) =>
  until(async () => {
    const { rows } = await database.pool.query(
      `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0].waiting === count;
  });

describe('[C10] what one feature level brought', () => {
  it('may be written from the start where all servers are of it', async () => {
    const node = await nodes.join('http://one');
    expect([node.mayWrite(NEWEST), node.leastLevel]).toEqual([true, FEATURE_LEVEL]);
  });

  it('may not be written before the last older one has been replaced, and no other is let in after that', async () => {
    const older = await nodes.join('http://one', { level: OLDER });
    const newer = await nodes.join('http://two');
    expect([older.mayWrite(NEWEST), newer.mayWrite(NEWEST)]).toEqual([false, false]);
    expect(newer.nodes().map(({ level }) => level)).toEqual(
      newer.nodes().map(({ id }) => (id === older.nodeId ? OLDER : FEATURE_LEVEL)),
    );
    const third = await nodes.join('http://three');
    await older.leave();
    expect(third.mayWrite(NEWEST)).toBe(false);
    await older.stop();
    await nodes.join('http://one');
    await until(() => newer.mayWrite(NEWEST) && third.mayWrite(NEWEST));
    const again = await nodes.open('http://four', { level: OLDER });
    await expect(again.join()).rejects.toThrow(LevelTooLow);
  });

  it('may not be written while an older one that was declared dead may come back, and it may', async () => {
    const older = await nodes.join('http://one', { level: OLDER });
    const newer = await nodes.join('http://two');
    const before = older.nodeId;
    await database.pool.query(`update nodes set state = 'dead' where id = $1`, [before]);
    await until(() => older.nodeId !== before);
    expect(newer.mayWrite(NEWEST)).toBe(false);
    expect(newer.leastLevel).toBe(OLDER);
  });

  it('keeps out an older one that comes back when its place had been taken, and says so now and then', async () => {
    const older = await nodes.join('http://one', { level: OLDER });
    const newer = await nodes.join('http://two');
    // One transaction: nobody looks in between.
    await database.pool.query(
      `update nodes set state = 'dead', url = 'http://two' where id = '${older.nodeId}'; select raise_least_level()`,
    );
    await until(() => newer.mayWrite(NEWEST));
    const refusals = () => nodes.faults.filter(({ cause }) => cause instanceof LevelTooLow).length;
    await until(() => refusals() === 1);
    const sinceMs = performance.now();
    await until(() => refusals() === 2);
    expect(performance.now() - sinceMs).toBeGreaterThan(JOIN_TIMEOUT_MS - LEASE_RETRY_MS);
    expect(older.isTrusted).toBe(false);
  });
});

describe('[C10] an older server that joins in the moment in which the level is raised', () => {
  it('is waited for, and seen', async () => {
    await nodes.join('http://one', { level: 0 });
    await database.pool.query('update nodes set feature_level = $1', [FEATURE_LEVEL]);
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query(OLD_JOIN);
    const raised = raiseLeastLevel(database.pool);
    await waiting(1);
    await client.query('commit');
    client.release();
    expect(await raised).toBe(0);
  });

  it('waits, and is refused in one sentence that its own program can show', async () => {
    await nodes.join('http://one', { level: 0 });
    await database.pool.query('update nodes set feature_level = $1', [FEATURE_LEVEL]);
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('select raise_least_level()');
    const refused = database.pool.query(OLD_JOIN).catch((error: Error) => error.message);
    await waiting(1);
    await client.query('commit');
    client.release();
    expect(await refused).toBe(
      `what was written here takes feature level ${FEATURE_LEVEL} to understand, and this server has level 0; start a newer nightlatch, or use another database`,
    );
  });
});
