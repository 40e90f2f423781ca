import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEASE_TRUSTED_MS } from '../../src/cluster/limits.ts';
import { DatabaseInUse } from '../../src/cluster/membership/joining.ts';
import { Membership, type MembershipOptions } from '../../src/cluster/membership/membership.ts';
import { postgresLeases } from '../../src/cluster/membership/postgres-leases.ts';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { FEATURE_LEVEL } from '../../src/protocol/feature-levels.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { appendTo, entry } from '../persistence/facts.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const MEMBERSHIP = fileURLToPath(new URL('../../src/cluster/membership/membership.ts', import.meta.url));
const LEASES = fileURLToPath(new URL('../../src/cluster/membership/postgres-leases.ts', import.meta.url));
const POOL = fileURLToPath(new URL('../../src/persistence/pool.ts', import.meta.url));

let database: TestDatabase;
const joined: Membership[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const membership of joined.splice(0)) await membership.stop();
  await database.drop();
});

async function join(pool = database.pool, extra: Partial<MembershipOptions> = {}) {
  const membership = await Membership.open({
    leases: postgresLeases(pool),
    url: 'http://127.0.0.1:3000',
    exclusive: true,
    ...extra,
  });
  joined.push(membership);
  await membership.join();
  return membership;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whoever waits for a lease to end now waits in vain. */
const lengthen = () =>
  database.pool.query(`update nodes set lease_until = clock_timestamp() + interval '1 hour'`);
const forget = () => database.pool.query(`update nodes set host = 'elsewhere'`);

describe('a node', () => {
  it('owns every shard from its start, by the database’s clock', async () => {
    const node = await join();
    for (let shard = 0; shard < SHARDS; shard++) expect(node.epochOf(shard)).toBe(1);
    expect(node.nodes()).toEqual([{ id: node.nodeId, state: 'up', level: FEATURE_LEVEL, shards: SHARDS }]);
    const before = Date.now();
    expect(Math.abs(node.clock.nowMs() - before)).toBeLessThan(250);
  });

  it('leaves at once for its successor, whose epoch is higher and whose appends count', async () => {
    const first = await join();
    const journal = createPostgresJournal({ pool: database.pool, url: database.url });
    const shard = shardOf('a');
    const old = first.epochOf(shard) ?? 0;
    expect((await appendTo(journal, old, entry('a', 1))).status).toBe('committed');
    await first.stop();
    expect(first.epochOf(shard)).toBeUndefined();
    await lengthen();
    const second = await join();
    expect(second.epochOf(shard)).toBe(old + 1);
    expect((await appendTo(journal, old, entry('a', 2))).status).toBe('fenced');
    expect((await appendTo(journal, old + 1, entry('a', 2))).status).toBe('committed');
    await journal.close();
  });

  it('is refused where another server is alive, in one sentence that names it', async () => {
    const first = await join();
    await forget();
    const error = await join().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DatabaseInUse);
    expect(error.message).toContain(
      `another server (${first.nodeId}, http://127.0.0.1:3000) is using this database`,
    );
    expect(first.epochOf(0)).toBe(1);
  });

  it('[I5] begins with the clock of who was there before, where PostgreSQL’s has been set meanwhile', async () => {
    await database.pool.query(
      `insert into nodes (id, url, state, lease_until, clock_behind_ms)
       values ('before', 'http://before', 'left', clock_timestamp() - interval '30 seconds', 3600000),
              ('long ago', 'http://long-ago', 'dead', clock_timestamp() - interval '1 hour', -9000000)`,
    );
    const node = await join();
    expect(Math.abs(node.clock.nowMs() - (Date.now() - 3_600_000))).toBeLessThan(250);
    await until(async () => {
      const { rows } = await database.pool.query('select clock_behind_ms from nodes where id = $1', [
        node.nodeId,
      ]);
      return Math.abs(rows[0].clock_behind_ms - 3_600_000) < 1_000;
    });
  });

  it.each([3_600_000, -3_600_000])(
    '[I5] begins with the system’s clock, where PostgreSQL’s was set by %i ms in 75 s without a server',
    async (setMs) => {
      const first = await join();
      const systemMs = first.clock.nowMs() - performance.now();
      await first.stop();
      // As if that had happened meanwhile: all that was written is older by PostgreSQL's clock and by the machine's.
      await database.pool.query(
        `update nodes set lease_until = lease_until - ($1 + 75000) * interval '1 millisecond',
           clock_ms = clock_ms - $1 - 75000, uptime_ms = uptime_ms - 75000`,
        [setMs],
      );
      const told: string[] = [];
      const node = await join(database.pool, {
        onFault: (event, { cause }) => void told.push(`${event}: ${(cause as Error).message}`),
      });
      expect(Math.abs(node.clock.nowMs() - performance.now() - systemMs + setMs)).toBeLessThan(250);
      expect(told).toEqual([
        expect.stringMatching(/^clock.in_doubt: PostgreSQL's clock says .*; set the clock/),
      ]);
      // Who joins beside it has no doubt of its own.
      const second = await Membership.open({
        leases: postgresLeases(database.pool),
        url: 'http://127.0.0.1:3001',
        exclusive: true,
        onFault: (event) => void told.push(event),
      });
      expect(Math.abs(second.clock.nowMs() - node.clock.nowMs())).toBeLessThan(250);
      expect(told).toHaveLength(1);
    },
  );

  it('waits for the lease of a server that died elsewhere, and takes over', async () => {
    const startedMs = performance.now();
    await database.pool.query(
      `insert into nodes (id, url, state, lease_until, host, pid)
       values ('gone', 'http://gone', 'up', clock_timestamp() + interval '700 milliseconds', 'elsewhere', 1)`,
    );
    const node = await join();
    expect(performance.now() - startedMs).toBeGreaterThan(650);
    expect(node.epochOf(0)).toBe(1);
  });

  it('does not wait for a server that was killed on this machine', async () => {
    const script = `const { Membership } = await import(${JSON.stringify(MEMBERSHIP)});
      const { createPool } = await import(${JSON.stringify(POOL)});
      const { postgresLeases } = await import(${JSON.stringify(LEASES)});
      const pool = createPool(${JSON.stringify(database.url)});
      await (await Membership.open({ leases: postgresLeases(pool), url: 'http://killed', exclusive: true })).join();
      process.stdout.write('up');`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await lengthen();
    const node = await join();
    expect(node.epochOf(0)).toBe(2);
  });

  it('renews its lease for as long as it runs', async () => {
    const node = await join();
    const lease = async () =>
      (await database.pool.query('select lease_until::text as lease from nodes where id = $1', [node.nodeId]))
        .rows[0].lease as string;
    const first = await lease();
    await until(async () => (await lease()) !== first);
    expect(node.isTrusted).toBe(true);
  });

  it('falls silent before its lease ends when it cannot renew, and speaks again when it can', async () => {
    // One connection, so that holding it keeps the renewals from getting through.
    const pool = createPool(database.url, { max: 1 });
    const node = await join(pool);
    const held = await pool.connect();
    const sinceMs = performance.now();
    let lastSpokeMs = sinceMs;
    await until(() => {
      // Before the look: from one to the next it may be long.
      const lookedMs = performance.now();
      if (node.epochOf(7) === undefined) return true;
      lastSpokeMs = lookedMs;
      return false;
    });
    expect(lastSpokeMs - sinceMs).toBeLessThan(LEASE_TRUSTED_MS);
    expect(node.nodes()[0]?.state).toBe('silent');
    held.release();
    await until(() => node.epochOf(7) !== undefined);
    // Nobody took over: it is still the same incarnation.
    expect(node.epochOf(7)).toBe(1);
    await node.stop();
    await pool.end();
  });

  it('comes back as a new incarnation after it was declared dead', async () => {
    const faults: string[] = [];
    const lost: [number, string][] = [];
    const node = await join(database.pool, {
      onFault: (event) => void faults.push(event),
      onLost: (shards, reason) => void lost.push([shards.length, reason]),
    });
    const first = node.nodeId;
    await database.pool.query(`update nodes set state = 'dead'; update shards set epoch = epoch + 1`);
    await until(() => node.nodeId !== first && node.accepts(0));
    expect(lost).toEqual([[SHARDS, 'this node was declared dead']]);
    expect(node.epochOf(0)).toBe(3);
    expect(faults).toContain('node.declared_dead');
  });

  it('answers its epoch while it loads, and takes commands when that is done', async () => {
    const loads: ReadonlyMap<number, number>[] = [];
    let loaded = () => {};
    const faults: string[] = [];
    let isBroken = true;
    const node = await Membership.open({
      leases: postgresLeases(database.pool),
      url: 'http://127.0.0.1:3000',
      exclusive: true,
      onFault: (event) => void faults.push(event),
      onClaimed: (shards) => {
        loads.push(shards);
        if (isBroken) return Promise.reject(new Error('could not be loaded'));
        return new Promise((resolve) => {
          loaded = resolve;
        });
      },
    });
    joined.push(node);
    await node.join();
    expect(faults).toEqual(['shards.not_loaded']);
    isBroken = false;
    await until(() => loads.length === 2);
    expect(loads[1]?.size).toBe(SHARDS);
    expect([node.stateOf(9), node.epochOf(9), node.accepts(9)]).toEqual(['loading', 1, false]);
    loaded();
    await until(() => node.accepts(9));
    expect([node.stateOf(9), node.epochOf(9)]).toEqual(['serving', 1]);
    expect(node.ownerOf(9)).toEqual({
      nodeId: node.nodeId,
      url: 'http://127.0.0.1:3000',
      epoch: 1,
      isSelf: true,
      state: 'up',
    });
  });
});
