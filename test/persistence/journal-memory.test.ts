import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { appendTo, entry } from './facts.ts';
import { journalContract } from './journal-contract.ts';

journalContract('memory', async () => {
  const journal = new MemoryJournal();
  return {
    journal,
    addListing: async (apartmentId, terms) => journal.addListing(apartmentId, terms),
    takeOver: async (shard) => journal.takeOver(shard),
    close: async () => {},
  };
});

describe('faults of the memory journal', () => {
  it('stalls until it is resumed, and fences what waited through a takeover', async () => {
    const journal = new MemoryJournal();
    journal.stall();
    const waiting = appendTo(journal, 1, entry('a', 1));
    expect(journal.depth).toBe(1);
    journal.takeOver(shardOf('a'));
    journal.resume();
    expect((await waiting).status).toBe('fenced');
  });

  it('loses an answer though it wrote, or neither writes nor knows', async () => {
    const journal = new MemoryJournal();
    journal.failNext('lost');
    expect((await appendTo(journal, 1, entry('a', 1))).status).toBe('unknown');
    journal.failNext('unknown', ({ apartmentId }) => apartmentId === 'b');
    expect((await appendTo(journal, 1, entry('a', 2))).status).toBe('committed');
    expect((await appendTo(journal, 1, entry('b', 1))).status).toBe('unknown');
    expect((await appendTo(journal, 1, entry('b', 1))).status).toBe('committed');
    expect((await journal.entries('a', 0, 9)).length).toBe(2);
  });
});
