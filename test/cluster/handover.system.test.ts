import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HANDOVER_SHARDS_MAX } from '../../src/cluster/limits.ts';
import { DatabaseInUse } from '../../src/cluster/membership/joining.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { ALL_SHARDS, areSettled, Nodes, recordOwners, type Told, until, wrongChanges } from './nodes.ts';

let database: TestDatabase;
let owner: pg.Pool;
let nodes: Nodes;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  await recordOwners(owner);
  nodes = new Nodes(database.url, { isLinked: true });
});
afterEach(async () => {
  await nodes.close();
  await owner.end();
  await database.drop();
});

/** What was told about each shard alternates: claimed by one, drained by that one, claimed by another at a higher epoch. */
function expectOneOwnerAtATime(told: readonly Told[]): void {
  for (const shard of ALL_SHARDS) {
    let lastEpoch = 0;
    let at: string | undefined;
    for (const { url, what, epoch = 0 } of told.filter((one) => one.shard === shard)) {
      if (what === 'claimed') {
        expect([shard, at]).toEqual([shard, undefined]);
        expect(epoch).toBeGreaterThan(lastEpoch);
        lastEpoch = epoch;
        at = url;
      } else {
        expect([shard, what, url]).toEqual([shard, 'draining', at]);
        at = undefined;
      }
    }
    expect([shard, at === undefined]).toEqual([shard, false]);
  }
}

/** A busy machine may be late with a renewal, which is told and mended by the next one. */
const faults = () => nodes.faults.filter(({ event }) => event !== 'node.lease_not_renewed');
const moved = () => nodes.told.filter(({ what }) => what === 'draining').length;

describe('several nodes', () => {
  it('share: who joins is given its part by the owners, each shard having one at a time', async () => {
    const first = await nodes.join('http://one');
    expect(areSettled([first])).toBe(true);
    const second = await nodes.join('http://two');
    await until(() => areSettled([first, second]));
    const third = await nodes.join('http://three');
    await until(() => areSettled([first, second, third]));
    // A half, then a third, give or take: no shard moved that need not.
    expect(moved()).toBeGreaterThan(SHARDS * 0.6);
    expect(moved()).toBeLessThan(SHARDS * 1.05);
    expectOneOwnerAtATime(nodes.told);
    expect(await wrongChanges(owner)).toEqual([]);
    expect(faults()).toEqual([]);

    const views = await Promise.all(
      [first, second, third].map(async (node) => {
        await until(() => node.nodes().length === 3);
        return node.nodes();
      }),
    );
    for (const view of views) {
      expect(view.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
      expect(view.reduce((sum, { shards }) => sum + shards, 0)).toBe(SHARDS);
    }
    expect(
      third
        .peers()
        .map(({ url }) => url)
        .sort(),
    ).toEqual(['http://one', 'http://two']);
  });

  it('hand over everything when they leave, and only that', async () => {
    const all = [
      await nodes.join('http://one'),
      await nodes.join('http://two'),
      await nodes.join('http://three'),
    ];
    const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    await until(() => areSettled(all));
    const before = moved();
    const share = ALL_SHARDS.filter((shard) => third.accepts(shard)).length;
    await third.leave();
    await third.stop();
    expect(ALL_SHARDS.some((shard) => third.epochOf(shard) !== undefined)).toBe(false);
    await until(() => areSettled([first, second]));
    expect(moved() - before).toBe(share);
    expectOneOwnerAtATime(nodes.told);
    expect(await wrongChanges(owner)).toEqual([]);
    await until(() => first.nodes().every(({ id }) => id !== third.nodeId));
    // The last one has nobody to give to.
    await second.leave();
    await second.stop();
    await until(() => areSettled([first]));
    await first.leave();
    await first.stop();
    const rows = await owner.query(`select state from nodes where state <> 'left'`);
    expect(rows.rows).toEqual([]);
  });

  it('come to the same shares when five join at once', async () => {
    const urls = ['http://1', 'http://2', 'http://3', 'http://4', 'http://5'];
    const all = await Promise.all(urls.map((url) => nodes.join(url)));
    await until(() => areSettled(all));
    expectOneOwnerAtATime(nodes.told);
    expect(await wrongChanges(owner)).toEqual([]);
    expect(faults()).toEqual([]);
  });

  it('find out without a link, at their next renewal', async () => {
    const apart = new Nodes(database.url, { isLinked: false });
    const first = await apart.join('http://one');
    const second = await apart.join('http://two');
    await until(() => areSettled([first, second]));
    await second.leave();
    await second.stop();
    await until(() => areSettled([first]));
    expectOneOwnerAtATime(apart.told);
    await apart.close();
  });

  it('hand over a few shards at a time, whose epoch holds until they are drained', async () => {
    const drains: { shards: readonly number[]; done: () => void }[] = [];
    const first = await nodes.join('http://one', {
      onDraining: (shards) => new Promise((done) => void drains.push({ shards, done })),
    });
    const second = await nodes.join('http://two');
    await until(() => drains.length === 1);
    const { shards, done } = drains[0]!;
    expect(shards).toHaveLength(HANDOVER_SHARDS_MAX);
    for (const shard of ALL_SHARDS) {
      expect(first.epochOf(shard)).toBe(1);
      expect(first.accepts(shard)).toBe(!shards.includes(shard));
    }
    done();
    await until(() => drains.length >= 2 && shards.every((shard) => second.accepts(shard)));
    for (const shard of shards) {
      expect([first.epochOf(shard), second.epochOf(shard)]).toEqual([undefined, 2]);
      expect(first.ownerOf(shard)).toMatchObject({ url: 'http://two', epoch: 2, isSelf: false });
    }
    for (let i = 1; !areSettled([first, second]); i++) {
      await until(() => drains.length > i || areSettled([first, second]));
      drains[i]?.done();
    }
  });

  it('hand over what does not drain in time, and say so', async () => {
    const first = await nodes.join('http://one', { onDraining: () => new Promise(() => {}) });
    const second = await nodes.join('http://two');
    await until(() => second.accepts(ALL_SHARDS.find((shard) => second.accepts(shard)) ?? 0));
    expect(nodes.faults.map(({ event }) => event)).toContain('shards.drained_late');
    expect(first.nodes()).toHaveLength(2);
  });

  it('keep a shard whose taker has died meanwhile, and load it again', async () => {
    let done = () => {};
    const first = await nodes.join('http://one', {
      onDraining: () =>
        new Promise((resolve) => {
          done = resolve;
        }),
    });
    const second = await nodes.join('http://two');
    await until(
      () => first.stateOf(ALL_SHARDS.find((s) => first.stateOf(s) === 'draining') ?? -1) === 'draining',
    );
    const draining = ALL_SHARDS.filter((shard) => first.stateOf(shard) === 'draining');
    await second.stop();
    await until(() => first.nodes().length === 1);
    done();
    await until(() => areSettled([first]));
    for (const shard of draining) expect(first.epochOf(shard)).toBe(1);
  });

  it('refuse one that shares with nobody, and are refused beside one', async () => {
    const first = await nodes.join('http://one');
    const alone = await nodes.open('http://alone', { exclusive: true });
    const error = await alone.join().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DatabaseInUse);
    expect(error.message).toContain('setting REDIS_URL and NIGHTLATCH_NODE_URL');
    await first.stop();
    await alone.join();
    expect(areSettled([alone])).toBe(true);
    const late = await nodes.open('http://late');
    await expect(late.join()).rejects.toThrow(`another server (${alone.nodeId}, http://alone)`);
    expect(areSettled([alone])).toBe(true);
  });
});
