/** Two servers at one url: peers would reach only one of them, and nobody the shards of the other. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/cluster/limits.ts';
import { UrlInUse } from '../../src/cluster/membership/joining.ts';
import { thisProcess } from '../../src/cluster/membership/process-identity.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { areSettled, Nodes } from './nodes.ts';

let database: TestDatabase;
let nodes: Nodes;
beforeEach(async () => {
  database = await createTestDatabase();
  nodes = new Nodes(database.url, { isLinked: true });
});
afterEach(async () => {
  await nodes.close();
  await database.drop();
});

/** A node that never renews its lease. */
async function insert(leaseMs: number, { host, pid, started } = { host: 'elsewhere', pid: 1, started: '1' }) {
  await database.pool.query(
    `insert into nodes (id, url, state, lease_until, host, pid, process_started)
     values ('before', 'http://one', 'up', clock_timestamp() + $1 * interval '1 millisecond', $2, $3, $4)`,
    [leaseMs, host, pid, started],
  );
}
const stateOfBefore = async () =>
  (await database.pool.query(`select state from nodes where id = 'before'`)).rows[0].state;

it('the second is refused while the first renews its lease, in one sentence with both and the way out', async () => {
  const first = await nodes.join('http://one');
  await database.pool.query(`update nodes set host = 'elsewhere boot pid:[1]', pid = 7`);
  // However it is written: peers go to the same place.
  const second = await nodes.open('ws://one:80/');
  const error = await second.join().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UrlInUse);
  expect(error.message).toContain(`another server (${first.nodeId}, process 7 on elsewhere)`);
  expect(error.message).toContain('http://one');
  expect(error.message).toContain(`process ${process.pid} on `);
  expect(error.message).toContain('give each server one');
  expect(areSettled([first])).toBe(true);
  const other = await nodes.join('http://two');
  while (!areSettled([first, other])) await new Promise((resolve) => setTimeout(resolve, 5));
});

it('one that died elsewhere is no server: its successor declares it dead', async () => {
  await insert(LEASE_MS);
  const node = await nodes.join('http://one');
  expect(await stateOfBefore()).toBe('dead');
  expect(areSettled([node])).toBe(true);
});

it('nor is what this process was when it did not hear that it had joined', async () => {
  await insert(3_600_000, await thisProcess());
  const node = await nodes.join('http://one');
  expect(await stateOfBefore()).toBe('dead');
  expect(areSettled([node])).toBe(true);
});
