import { expect, it } from 'vitest';
import type { Append, AppendResult } from '../../src/actors/ports.ts';
import { type BatchLane, GroupCommit } from '../../src/persistence/journal/group-commit.ts';

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
