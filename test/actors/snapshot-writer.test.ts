import { beforeEach, describe, expect, it } from 'vitest';
import { SNAPSHOTS_LAST_MS } from '../../src/actors/limits.ts';
import type { StoredSnapshot } from '../../src/actors/ports.ts';
import { SnapshotWriter } from '../../src/actors/snapshot-writer.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { ManualTime, turnOfEvents } from '../support/apartment-house.ts';

const SNAPSHOTS = 1_000;

let journal: MemoryJournal;
let time: ManualTime;
let writer: SnapshotWriter;
let lost: unknown[];
beforeEach(() => {
  journal = new MemoryJournal();
  time = new ManualTime(0);
  lost = [];
  writer = new SnapshotWriter(
    journal,
    time,
    (_, { count }) => lost.push(count),
    () => {},
  );
  for (let i = 0; i < SNAPSHOTS; i++) writer.write({ apartmentId: `a${i}` } as StoredSnapshot);
});

describe('the last snapshots of a server that stops', () => {
  it('are given up with the first statement that fails', async () => {
    let tries = 0;
    journal.saveSnapshots = async () => {
      tries += 1;
      throw new Error('away');
    };
    await writer.close();
    expect([tries, lost]).toEqual([1, [SNAPSHOTS]]);
  });

  it('are given up at the deadline', async () => {
    journal.saveSnapshots = () => new Promise(() => {});
    let isClosed = false;
    void writer.close().then(() => {
      isClosed = true;
    });
    await turnOfEvents();
    expect(isClosed).toBe(false);
    await time.pass(SNAPSHOTS_LAST_MS);
    expect([isClosed, lost]).toEqual([true, [SNAPSHOTS]]);
  });
});
