import { beforeEach, describe, expect, it } from 'vitest';
import { HANDOVER_DRAIN_MS } from '../../src/cluster/limits.ts';
import { ShardKeeping } from '../../src/cluster/shard-keeping.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const A = 'a1';
const SHARD = shardOf(A);
const hold = { kind: 'hold', stay: { from: TODAY, to: TODAY + 2 }, guests: 1 } as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;
let isOurs: boolean;
let keeping: ShardKeeping;

function keeper(of: House): ShardKeeping {
  return new ShardKeeping({
    registry: of.registry,
    scheduler: time,
    restless: (...args) => journal.restless(...args),
    introduced: async () => {},
    onFault() {},
  });
}

beforeEach(() => {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  isOurs = true;
  house = new House({ journal, time, epochOf: (shard) => (isOurs ? journal.epochOf(shard) : undefined) });
  keeping = keeper(house);
});

describe('a shard', () => {
  it('[I5] that is claimed gets its open holds running, and speaks for them only then', async () => {
    house.ask(ana, A, hold);
    await turnOfEvents();
    const next = new House({ journal, time, epochOf: (shard) => journal.epochOf(shard) });
    const claimed = keeper(next);
    const epoch = journal.takeOver(SHARD);
    await claimed.onClaimed(new Map([[SHARD, epoch]]));
    expect([claimed.isAwake(SHARD), next.openHolds.count]).toEqual([false, 0]);
    await claimed.awake();
    expect([claimed.isAwake(SHARD), next.openHolds.count]).toEqual([true, 1]);
    await time.pass(601_000);
    expect(next.changes.map(({ cause }) => cause)).toEqual(['expired']);
  });

  it('[H5] that could not be woken, as the lease was not trusted, is not spoken for before it is', async () => {
    house.ask(ana, A, hold);
    await turnOfEvents();
    const next = new House({
      ...{ journal, time },
      epochOf: (shard) => (isOurs ? journal.epochOf(shard) : undefined),
    });
    const claimed = keeper(next);
    isOurs = false;
    await claimed.onClaimed(new Map([[SHARD, journal.takeOver(SHARD)]]));
    await time.pass(1_000);
    expect(claimed.isAwake(SHARD)).toBe(false);
    isOurs = true;
    await time.pass(1_000);
    expect([claimed.isAwake(SHARD), next.openHolds.count]).toEqual([true, 1]);
  });

  it('[H5] that is claimed is served once the others have told what they know', async () => {
    let tell = () => {};
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const waiting = new ShardKeeping({
      ...{ registry: house.registry, scheduler: time, onFault() {} },
      restless: (...args) => journal.restless(...args),
      introduced: () => told,
    });
    let isClaimed = false;
    const claimed = waiting.onClaimed(new Map([[SHARD, 1]])).then(() => {
      isClaimed = true;
    });
    await waiting.awake();
    expect(isClaimed).toBe(false);
    tell();
    await claimed;
  });

  it('[I2] that is drained finishes what is on its way to the disk, and lets go', async () => {
    journal.stall();
    const answer = house.ask(ana, A, hold);
    await turnOfEvents();
    let isOver = false;
    const draining = keeping.onDraining([SHARD]).then(() => {
      isOver = true;
    });
    await time.pass(20);
    expect([answer.code, isOver]).toEqual([undefined, false]);
    journal.resume();
    await time.pass(20);
    await draining;
    expect([answer.code, house.registry.size]).toEqual(['ok', 0]);
    expect(house.openHolds.countOf(ana.id, time.nowMs)).toBe(1);
    expect(house.openHolds.apartmentsOf(ana.id).size).toBe(0);
  });

  it('that is handed over before its last facts are known to be on disk leaves no hold listed', async () => {
    house.ask(ana, A, hold);
    await turnOfEvents();
    const [holdId] = (await house.holdsOf(ana.id)).map(({ id }) => id);
    journal.stall();
    house.ask(ana, A, { kind: 'release', holdId: holdId! });
    await turnOfEvents();
    // Its shard takes no more commands.
    isOurs = false;
    const draining = keeping.onDraining([SHARD]);
    await time.pass(HANDOVER_DRAIN_MS + 100);
    await draining;
    expect(house.openHolds.apartmentsOf(ana.id).size).toBe(0);
  });

  it('[I5] that is claimed is woken page by page, and goes on where it was after a failure', async () => {
    const ids = Array.from({ length: 2_500 }, (_, i) => `a${10_000 + i}`);
    const asked: (string | undefined)[] = [];
    const woken: string[] = [];
    const paged = new ShardKeeping({
      registry: {
        wake: async (page: readonly string[]) => {
          woken.push(...page);
          return [];
        },
      } as never,
      ...{ scheduler: time, introduced: async () => {}, onFault() {} },
      restless: async (_, { afterId, limit }) => {
        asked.push(afterId);
        if (asked.length === 2) throw new Error('away');
        const from = afterId === undefined ? 0 : ids.indexOf(afterId) + 1;
        return ids.slice(from, from + limit);
      },
    });
    await paged.onClaimed(new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 1])));
    await time.pass(1_000);
    expect(woken).toEqual(ids);
    expect(asked[0]).toBeUndefined();
    expect(asked[1]).toBeDefined();
    expect(asked[2]).toBe(asked[1]);
    expect(paged.isAwake(SHARD)).toBe(true);
  });

  it('stops trying to start what it cannot read when it is stopped', async () => {
    let tries = 0;
    const failing = new ShardKeeping({
      registry: house.registry,
      scheduler: time,
      restless: () => Promise.reject(new Error('away')),
      introduced: async () => {},
      onFault: () => void tries++,
    });
    await failing.onClaimed(new Map([[SHARD, 1]]));
    await time.pass(1_000);
    const before = tries;
    expect(before).toBeGreaterThan(1);
    failing.stop();
    await time.pass(1_000);
    await failing.awake();
    expect(tries).toBe(before);
  });

  it('that was handed over leaves nothing behind, also of what was being loaded', async () => {
    await keeping.onClaimed(new Map([[SHARD, 1]]));
    await keeping.onDraining([SHARD]);
    const late = house.ask(ana, A, hold);
    await turnOfEvents();
    expect([late.code, house.registry.size, house.openHolds.count]).toEqual(['ok', 1, 1]);
    journal.takeOver(SHARD);
    isOurs = false;
    keeping.ownersChanged((shard) => shard === SHARD);
    expect([house.registry.size, house.openHolds.count]).toEqual([0, 0]);
    await time.pass(2_000);
    expect(house.faults.filter(({ event }) => event === 'apartment.not_loaded')).toEqual([]);
  });
});
