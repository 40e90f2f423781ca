import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { plan } from './legal/plan.ts';
import { play } from './legal/run.ts';

const RUNS = 60;
/** Too rare for so few runs; check.test.ts has an outage of its own. */
const RARE = ['holdsEndedAfterOutage', 'refusalsNotJudged'];

describe('legal histories', () => {
  it('are found legal, and looked at', async () => {
    const total = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const { violations, counts } = check(await play(steps));
        expect(violations).toEqual([]);
        for (const [what, count] of Object.entries(counts)) total.set(what, (total.get(what) ?? 0) + count);
      }),
      { numRuns: RUNS },
    );
    const unseen = [...total].filter(([what, count]) => count === 0 && !RARE.includes(what));
    expect(unseen).toEqual([]);
  }, 120_000);
});
