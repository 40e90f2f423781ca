import { expect, it } from 'vitest';
import { ActiveApartments } from '../../src/cluster/active-apartments.ts';

it('[I5] reads all young facts once, then what has come since, and misses none that were late', async () => {
  let nowMs = 10_000_000;
  const asked: number[] = [];
  let found = ['a1'];
  const journal = {
    activeSince: async (atMs: number) => {
      asked.push(nowMs - atMs);
      return found;
    },
  };
  const active = new ActiveApartments(journal, { nowMs: () => nowMs }, 5_000_000);
  expect([...(await active.read())]).toEqual(['a1']);
  nowMs += 1_000;
  found = ['a2'];
  expect([...(await active.read())]).toEqual(['a1', 'a2']);
  // A fact gets its instant before it waits for its commit, at most a command's deadline.
  expect(asked[0]).toBe(5_000_000);
  expect(asked[1]).toBeGreaterThan(1_000 + 10_000);
  expect(asked[1]).toBeLessThan(60_000);
  nowMs += 120_000;
  found = ['a3'];
  expect([...(await active.read())]).toEqual(['a3']);
  expect(asked[2]).toBe(5_000_000);
});
