import { expect, it } from 'vitest';
import { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from '../support/terms.ts';

it('[H2] an apartment may say for how long it is held: 30 s to 60 min, in whole seconds, or nothing', () => {
  const isAllowed = (holdTtlSeconds?: number) =>
    Terms.safeParse({ ...openTerms(), ...(holdTtlSeconds !== undefined && { holdTtlSeconds }) }).success;
  expect([undefined, 30, 3_600].map(isAllowed)).toEqual([true, true, true]);
  expect([29, 3_601, 45.5, 0, -60].map(isAllowed)).toEqual([false, false, false, false, false]);
});
