import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApp } from '../../src/app/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLog, type Log } from '../../src/observability/log.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { TestRedis } from '../support/redis.ts';

let database: TestDatabase;
let redis: TestRedis;
beforeEach(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), TestRedis.start()]);
});
afterEach(async () => {
  await redis.kill();
  await database.drop();
});

it('a start that fails after it joined gives its shards to who is there before it ends', async () => {
  await database.pool.query(
    `insert into nodes (id, url, state, lease_until)
     values ('other', 'http://127.0.0.1:9', 'up', now() + interval '1 hour')`,
  );
  const config = readConfig({
    ...{ PORT: '0', DATABASE_URL: database.url, REDIS_URL: redis.url },
    ...{ NIGHTLATCH_NODE_URL: 'http://127.0.0.1:1', NIGHTLATCH_ADMIN_PASSWORD: 'a password for tests' },
  });
  const cut = new AbortController();
  const log: Log = createLog('silent');
  // The last step before it joins.
  log.debug = ({ event }: { event?: string }) => {
    if (event === 'gateway.listening') cut.abort(new Error('it cannot go on'));
  };
  await expect(createApp(config, log, { signal: cut.signal })).rejects.toThrow('it cannot go on');
  const { rows } = await database.pool.query(
    'select node_id, count(*)::int as shards, max(epoch)::int as epoch from shards group by node_id',
  );
  // Some are nobody's yet: those that are the other's by right it would have claimed.
  expect(rows.filter(({ node_id }) => node_id !== null)).toEqual([
    { node_id: 'other', shards: expect.any(Number), epoch: 2 },
  ]);
  expect(rows.find(({ node_id }) => node_id === 'other').shards).toBeLessThan(SHARDS);
});
