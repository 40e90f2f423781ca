import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/cluster/limits.ts';
import type { LeaseStore } from '../../src/cluster/membership/lease-store.ts';
import { MemoryLeases } from '../../src/cluster/membership/memory-leases.ts';
import { postgresLeases } from '../../src/cluster/membership/postgres-leases.ts';
import { LevelTooLow } from '../../src/persistence/statements/least-level.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { ALL_SHARDS } from './nodes.ts';

const here = { host: 'here boot-1 pid:[1]', pid: 1, started: '1' };
const elsewhere = { host: 'elsewhere boot-2 pid:[1]', pid: 1, started: '1' };
const CLOCK = { clockMs: 5_000, clockBehindMs: 0, uptimeMs: 1_000 };
const NOTHING_KNOWN = { generation: -1, ...CLOCK };

/** What both stores promise. @param open a store without nodes; @param close what it was opened with */
function contract(name: string, open: () => Promise<LeaseStore>, close: () => Promise<void>): void {
  describe(`the leases ${name}`, () => {
    let leases: LeaseStore;
    beforeEach(async () => {
      leases = await open();
    });
    afterEach(close);
    const join = (id: string, { level = 0, url = `http://${id}`, dead = [] as string[] } = {}) =>
      leases.join({ id, url, exclusive: false, level }, here, async () => ({ dead }));
    const look = (id: string) => leases.renew(id, NOTHING_KNOWN);
    /** As a takeover does: what is free, then the rest. */
    const claim = async (id: string, wanted: readonly number[]) => {
      const free = await leases.claimShards(id, wanted, 'pass over');
      const busy = wanted.filter((shard) => !free.has(shard));
      return new Map([...free, ...(await leases.claimShards(id, busy, 'wait'))]);
    };
    const stateOf = async (id: string, by: string) =>
      (await look(by)).nodes.find((node) => node.id === id)?.state;

    it('show every node to every other, with a lease that a renewal moves', async () => {
      await join('one');
      await join('two');
      const before = await look('one');
      expect(before.state).toBe('up');
      expect(before.nodes).toMatchObject([
        { id: 'one', url: 'http://one', state: 'up', exclusive: false, ...here },
        { id: 'two', url: 'http://two', state: 'up' },
      ]);
      expect(before.nodes[1]!.leaseLeftMs).toBeGreaterThan(0);
      expect(before.nodes[1]!.leaseLeftMs).toBeLessThanOrEqual(LEASE_MS);
      await look('two');
      const after = await look('one');
      expect(after.nodes[1]!.lease).not.toBe(before.nodes[1]!.lease);
    });

    it('tell the owners of all shards only to who knows another generation', async () => {
      await join('one');
      const { generation, shards } = await look('one');
      expect(shards).toEqual(ALL_SHARDS.map(() => [null, 0]));
      expect((await leases.renew('one', { ...CLOCK, generation })).shards).toBeNull();
      await claim('one', [3]);
      const changed = await leases.renew('one', { ...CLOCK, generation });
      expect(changed.generation).toBeGreaterThan(generation);
      expect(changed.shards?.[3]).toEqual(['one', 1]);
    });

    it('give a shard to the first that claims it, at the next epoch, and to nobody else while that one is there', async () => {
      await join('one');
      await join('two');
      const [a, b] = await Promise.all([claim('one', ALL_SHARDS), claim('two', ALL_SHARDS)]);
      expect(a.size + b.size).toBe(SHARDS);
      expect([...a.values(), ...b.values()].every((epoch) => epoch === 1)).toBe(true);
      expect(await claim('nobody', ALL_SHARDS)).toEqual(new Map());
    });

    it('declare dead only who has not renewed since, on behalf of a node that is up', async () => {
      await join('one');
      await join('two');
      const seen = (await look('one')).nodes[1]!.lease;
      await look('two');
      expect(await leases.declareDead('one', [{ id: 'two', lease: seen }])).toEqual([]);
      const lease = (await look('one')).nodes[1]!.lease;
      expect(await leases.declareDead('nobody', [{ id: 'two', lease }])).toEqual([]);
      expect(await leases.declareDead('one', [{ id: 'two', lease }])).toEqual(['two']);
      expect(await leases.declareDead('one', [{ id: 'two', lease: null }])).toEqual([]);
      expect((await look('two')).state).toBeNull();
      expect(await leases.declareDead('two', [{ id: 'one', lease: null }])).toEqual([]);
    });

    it('give the shards of a dead node to who claims them, each at the epoch after', async () => {
      await join('one');
      await join('two');
      await claim('one', [1, 2]);
      expect(await claim('two', [1, 2])).toEqual(new Map());
      await leases.declareDead('two', [{ id: 'one', lease: null }]);
      expect(await claim('two', [1, 2])).toEqual(
        new Map([
          [1, 2],
          [2, 2],
        ]),
      );
      expect(await claim('one', [3])).toEqual(new Map());
    });

    it('hand over what is still the giver’s at the epoch it knows, to a node that is up', async () => {
      await join('one');
      await join('two');
      await claim('one', [1, 2, 3]);
      const gift = (shard: number, epoch: number, takerId: string) => ({ shard, epoch, takerId });
      expect(
        await leases.handOverShards('one', [gift(1, 1, 'two'), gift(2, 9, 'two'), gift(3, 1, 'nobody')]),
      ).toEqual([1]);
      expect(await leases.handOverShards('one', [gift(1, 2, 'two')])).toEqual([]);
      const { shards } = await look('one');
      expect([shards?.[1], shards?.[2], shards?.[3]]).toEqual([
        ['two', 2],
        ['one', 1],
        ['one', 1],
      ]);
    });

    it('let a node leave: it keeps what it has, gets nothing, and ends as one that needs not be waited for', async () => {
      await join('one');
      await join('two');
      await claim('one', [1]);
      await leases.startLeaving('one');
      expect(await stateOf('one', 'two')).toBe('leaving');
      expect(await claim('one', [2])).toEqual(new Map());
      expect(await claim('two', [1])).toEqual(new Map());
      await leases.endLease('one');
      expect(await stateOf('one', 'two')).toBe('left');
      expect(await claim('two', [1])).toEqual(new Map([[1, 2]]));
      expect(await stateOf('one', 'two')).toBeUndefined();
    });

    it('let nodes join one at a time, by what they make of the others', async () => {
      await join('one');
      const inTheWay = await leases.join(
        { id: 'two', url: 'http://two', exclusive: true, level: 0 },
        here,
        async ([other]) => ({
          inTheWay: other!,
        }),
      );
      expect(inTheWay?.id).toBe('one');
      let judging = 0;
      const joinSlowly = (id: string) =>
        leases.join({ id, url: `http://${id}`, exclusive: false, level: 0 }, here, async (others) => {
          judging += 1;
          expect(judging).toBe(1);
          await leases.nowMs();
          judging -= 1;
          return { dead: others.map((other) => other.id) };
        });
      await Promise.all([joinSlowly('three'), joinSlowly('four')]);
      const { nodes } = await look('four');
      const states = await Promise.all(['one', 'three', 'four'].map((id) => look(id)));
      expect(states.filter(({ state }) => state === 'up')).toHaveLength(1);
      expect(nodes.filter(({ state }) => state === 'up')).toHaveLength(1);
    });

    it('[C10] tell what every node understands: the lowest of all that are there, and never less again', async () => {
      await join('one', { level: 3 });
      expect((await look('one')).leastLevel).toBe(0);
      await join('two', { level: 2 });
      await leases.startLeaving('two');
      expect(await leases.raiseLeastLevel()).toBe(2);
      const { leastLevel, nodes } = await look('one');
      expect([leastLevel, ...nodes.map(({ level }) => level)]).toEqual([2, 3, 2]);
      await leases.endLease('two');
      await join('two again', { level: 4, url: 'http://two' });
      expect(await leases.raiseLeastLevel()).toBe(3);
      await leases.endLease('one');
      await leases.endLease('two again');
      await join('three', { level: 3 });
      expect(await leases.raiseLeastLevel()).toBe(3);
    });

    it('[C10] refuse who joins and does not understand what the others may have written', async () => {
      await join('one', { level: 2 });
      await leases.raiseLeastLevel();
      const refused = await join('two', { level: 1 }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(LevelTooLow);
      expect(String(refused)).toMatch(/feature level 2 to understand, and this server has level 1; start/);
      expect(await stateOf('two', 'one')).toBeUndefined();
      expect(await join('three', { level: 2 })).toBeUndefined();
    });

    it.each(['was declared dead', 'has left'])(
      '[C10] count on a node that %s to come back, unless another has come to its place',
      async (how) => {
        await join('one', { level: 2 });
        await join('two', { level: 1 });
        if (how === 'has left') await leases.endLease('two');
        else await leases.declareDead('one', [{ id: 'two', lease: null }]);
        expect(await leases.raiseLeastLevel()).toBe(1);
        await join('two again', { level: 2, url: 'http://two' });
        expect(await leases.raiseLeastLevel()).toBe(2);
      },
    );

    it('tell who starts of the clock that was recorded last, and of the last one on its machine', async () => {
      const nowMs = await leases.nowMs();
      expect(await leases.clocksBefore(here)).toEqual({});
      await join('one');
      const other = { id: 'two', url: 'http://two', exclusive: false, level: 0 };
      await leases.join(other, elsewhere, async () => ({ dead: [] }));
      await leases.endLease('two');
      const one = { clockMs: nowMs + 60_000, clockBehindMs: 120, uptimeMs: 700 };
      const two = { clockMs: nowMs + 61_000, clockBehindMs: 119, uptimeMs: 9_000 };
      await leases.renew('one', { generation: -1, ...one });
      await leases.join({ ...other, id: 'three' }, elsewhere, async () => ({ dead: ['two'] }));
      await leases.renew('three', { generation: -1, ...two });
      const last = { clockMs: two.clockMs, behindMs: two.clockBehindMs };
      const mine = ({ clockMs, uptimeMs }: typeof one) => ({ clockMs, uptimeMs });
      expect(await leases.clocksBefore(here)).toMatchObject({ last, here: mine(one) });
      expect(await leases.clocksBefore(elsewhere)).toMatchObject({ last, here: mine(two) });
      // Another container of the same machine; and a machine that does not tell when it was started.
      const beside = { ...here, host: 'beside boot-1 pid:[2]' };
      expect(await leases.clocksBefore(beside)).toMatchObject({ here: mine(one) });
      expect((await leases.clocksBefore({ ...here, host: 'here' })).here).toBeUndefined();
    });
  });
}

let database: TestDatabase;
contract(
  'in PostgreSQL',
  async () => {
    database = await createTestDatabase();
    return postgresLeases(database.pool);
  },
  () => database.drop(),
);
let nowMs = 1_000;
contract(
  'in memory',
  async () => new MemoryLeases({ nowMs: () => ++nowMs }),
  async () => {},
);
