import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/actors/facts.ts';
import type { Append, AppendResult } from '../../src/actors/ports.ts';
import { GroupCommit } from '../../src/persistence/journal/group-commit.ts';
import type { BatchLane, LaneOptions } from '../../src/persistence/journal/lane.ts';
import { LANE_STUCK_MS, LOCK_GIVEN_UP_MS, LOCK_TOLD_MS, LOCK_WARY_MS } from '../../src/persistence/limits.ts';
import { ManualTime } from '../support/apartment-house.ts';
import { appendOf, entry } from './facts.ts';

/** A lane that commits, or refuses, what it is told to when the test says so. */
class TestLane implements BatchLane {
  isIdle = true;
  isConnected = true;
  readonly batches: Append[][] = [];
  #done: ((error?: unknown) => void) | undefined;

  send(batch: Append[], done: (error?: unknown) => void): void {
    this.isIdle = false;
    this.batches.push(batch);
    this.#done = done;
  }
  answer(error?: unknown): void {
    this.isIdle = true;
    this.#done?.(error);
  }
  dropped = 0;
  drop(): void {
    this.dropped += 1;
  }
  become(): void {}
  async close(): Promise<void> {}
}

it('a defect of whoever hears of its commit keeps neither the rest of the batch nor the lane from going on', () => {
  const lane = new TestLane();
  const faults: unknown[] = [];
  const commit = new GroupCommit({
    ...{ url: '', lanes: 1, open: () => lane, soon: (call: () => void) => call() },
    onFault: (event, { apartmentId, status }) => void faults.push([event, apartmentId, status]),
  });
  const heard: string[] = [];
  const append = (apartmentId: string, done: (result: AppendResult) => void = () => {}) =>
    commit.append({ apartmentId, shard: 0, epoch: 1, entries: [], chain: { head: undefined }, done });
  const hears = (name: string) => (result: AppendResult) => void heard.push(`${name} ${result.status}`);
  const broken = () => {
    throw new Error('a defect');
  };

  append('first');
  append('broken', broken);
  append('other', hears('other'));
  lane.answer();
  expect(lane.batches.map((batch) => batch.length)).toEqual([1, 2]);
  lane.answer();
  append('broken', broken);
  lane.answer(new Error('the connection is gone'));
  append('next', hears('next'));
  lane.answer();
  expect(heard).toEqual(['other committed', 'next committed']);
  expect(faults).toEqual([
    ['journal.not_heard', 'broken', 'committed'],
    ['journal.commit_failed', undefined, undefined],
    ['journal.not_heard', 'broken', 'unknown'],
  ]);
});

/** A lane and what waits aside of it, on a clock of the test's. Appends are named `apartment version`. */
class Yard {
  readonly time: ManualTime;
  readonly lane = new TestLane();
  /** There once something waits. */
  aside: TestLane | undefined;
  readonly heard: string[] = [];
  readonly faults: string[] = [];
  readonly #commit: GroupCommit;

  constructor(sinceMs = 0) {
    this.time = new ManualTime(sinceMs);
    this.#commit = new GroupCommit({
      ...{ url: '', lanes: 1, scheduler: this.time, monotonicMs: () => this.time.nowMs },
      soon: (call) => call(),
      open: ({ name }: LaneOptions) => {
        if (!name.endsWith('-aside')) return this.lane;
        this.aside = new TestLane();
        return this.aside;
      },
      onFault: (event, { apartmentId }) => void this.faults.push(`${event} ${apartmentId}`),
    });
  }

  append(apartmentId: string, version: number, fact?: Fact, shard = 0): void {
    const done = ({ status }: AppendResult) => void this.heard.push(`${apartmentId} ${version} ${status}`);
    this.#commit.append({ ...appendOf(1, [entry(apartmentId, version, fact)], done), shard });
  }

  get depth(): number {
    return this.#commit.depth;
  }
}
const under = (lane: TestLane | undefined) =>
  lane?.batches.at(-1)?.map(({ apartmentId, entries }) => `${apartmentId} ${entries[0]?.version}`);
const PAUSED: Fact = { kind: 'paused' };
const LOCKED = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
const refused = (code: string, detail?: string) => Object.assign(new Error(code), { code, detail });

describe('a lane that is connected and does nothing, though something waits', () => {
  it('gets another connection, and that is told', async () => {
    const yard = new Yard(10 * LANE_STUCK_MS);
    yard.lane.isIdle = false;
    yard.append('a', 1);
    await yard.time.pass(LANE_STUCK_MS - 2_000);
    expect([yard.lane.dropped, yard.faults]).toEqual([0, []]);
    await yard.time.pass(3_000);
    expect([yard.lane.dropped, yard.faults]).toEqual([1, ['journal.lane_stuck undefined']]);
    // Once for each connection.
    await yard.time.pass(LANE_STUCK_MS - 2_000);
    expect(yard.lane.dropped).toBe(1);
  });

  it('is left alone while it writes, or has no connection', async () => {
    const yard = new Yard();
    for (let version = 1; version <= 5; version++) {
      yard.append('a', version);
      await yard.time.pass(LANE_STUCK_MS - 2_000);
      yard.lane.answer();
    }
    yard.lane.isIdle = false;
    yard.lane.isConnected = false;
    yard.append('a', 6);
    await yard.time.pass(3 * LANE_STUCK_MS);
    expect([yard.lane.dropped, yard.faults]).toEqual([0, []]);
  });
});

describe('a batch that meets a lock of somebody else', () => {
  function met(): Yard {
    const yard = new Yard();
    yard.append('first', 1);
    yard.append('locked', 1, PAUSED);
    yard.append('by chance', 1);
    yard.lane.answer();
    yard.append('locked', 2);
    yard.append('by chance', 2);
    yard.append('other', 1);
    yard.lane.answer(LOCKED);
    return yard;
  }

  it('waits aside with what is queued behind it, while the lane goes on', () => {
    const yard = met();
    expect(under(yard.lane)).toEqual(['other 1']);
    // Who is there by chance is not kept waiting by who is not.
    expect(under(yard.aside)).toEqual(['by chance 1', 'by chance 2']);
    yard.append('locked', 3);
    yard.append('other', 2);
    yard.lane.answer();
    expect(under(yard.lane)).toEqual(['other 2']);
    yard.aside?.answer();
    expect(under(yard.aside)).toEqual(['locked 1']);
    yard.append('by chance', 3);
    yard.lane.answer();
    expect(under(yard.lane)).toEqual(['by chance 3']);
    yard.aside?.answer();
    expect(under(yard.aside)).toEqual(['locked 2', 'locked 3']);
    yard.aside?.answer();
    expect(yard.heard).toEqual([
      ...[
        'first 1',
        'other 1',
        'by chance 1',
        'by chance 2',
        'other 2',
        'locked 1',
        'locked 2',
        'locked 3',
      ].map((name) => `${name} committed`),
    ]);
    expect(yard.depth).toBe(1);
  });

  it('is tried alone ever more rarely, told of once, and given up with what is behind it', async () => {
    const yard = met();
    yard.aside?.answer();
    const refuse = async () => {
      if (yard.aside?.isIdle === false) yard.aside.answer(LOCKED);
    };
    while (yard.time.nowMs < LOCK_TOLD_MS + 300) {
      await refuse();
      await yard.time.pass(5);
    }
    expect(yard.faults).toEqual(['journal.locked locked']);
    const tries = yard.aside?.batches.length ?? 0;
    expect(tries).toBeLessThan(15);
    while (yard.time.nowMs < LOCK_GIVEN_UP_MS + 300) {
      await refuse();
      await yard.time.pass(5);
    }
    expect(yard.heard.slice(-2)).toEqual(['locked 1 unknown', 'locked 2 conflict']);
    expect(yard.faults).toEqual(['journal.locked locked', 'journal.commit_failed locked']);
    yard.lane.answer();
    yard.append('locked', 1);
    expect(under(yard.lane)).toEqual(['locked 1']);
  });

  it('makes the lane wary for a while of what may need the same lock, but not for good', async () => {
    const yard = met();
    yard.append('plain', 1);
    yard.append('booked', 1);
    yard.append('booked', 2, PAUSED);
    yard.lane.answer();
    expect(under(yard.lane)).toEqual(['plain 1']);
    yard.aside?.answer();
    expect(under(yard.aside)).toEqual(['booked 1']);
    yard.aside?.answer();
    expect(under(yard.aside)).toEqual(['locked 1', 'booked 2']);
    yard.aside?.answer(LOCKED);
    expect(under(yard.aside)).toEqual(['locked 1']);
    yard.aside?.answer(LOCKED);
    expect(under(yard.aside)).toEqual(['booked 2']);
    yard.aside?.answer();
    yard.lane.answer();
    await yard.time.pass(LOCK_WARY_MS);
    yard.append('booked', 3, PAUSED);
    expect(under(yard.lane)).toEqual(['booked 3']);
  });

  it('waits without the others where the fence names whose shards are locked', () => {
    const yard = new Yard();
    yard.append('first', 1);
    yard.append('taken over', 1, undefined, 7);
    yard.append('other', 1);
    yard.append('taken over', 2, undefined, 7);
    yard.lane.answer();
    yard.lane.answer(refused('NL004', '7'));
    expect(under(yard.lane)).toEqual(['other 1']);
    expect(under(yard.aside)).toEqual(['taken over 1', 'taken over 2']);
    yard.aside?.answer(refused('NL001', '7:1'));
    yard.lane.answer();
    expect(yard.heard).toEqual([
      'first 1 committed',
      'taken over 1 fenced',
      'taken over 2 conflict',
      'other 1 committed',
    ]);
  });

  it('that is refused for its values, or finds something broken, is so alone', () => {
    const yard = met();
    yard.aside?.answer(refused('23505'));
    expect(under(yard.aside)).toEqual(['by chance 1']);
    yard.aside?.answer(refused('23505'));
    expect(yard.heard.slice(-2)).toEqual(['by chance 1 conflict', 'by chance 2 conflict']);
    expect(under(yard.aside)).toEqual(['locked 1']);
    yard.aside?.answer(refused('P0001'));
    expect(yard.heard.slice(-2)).toEqual(['locked 1 unknown', 'locked 2 conflict']);
  });
});

it('a batch that finds something broken is split until who needs that stands alone', () => {
  const yard = new Yard();
  yard.append('first', 1);
  yard.append('broken', 1, PAUSED);
  yard.append('other', 1);
  yard.lane.answer();
  yard.lane.answer(refused('XX001'));
  expect(under(yard.lane)).toEqual(['broken 1']);
  yard.lane.answer(refused('XX001'));
  expect(under(yard.lane)).toEqual(['other 1']);
  yard.lane.answer();
  expect(yard.heard).toEqual(['first 1 committed', 'broken 1 unknown', 'other 1 committed']);
});
