import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { History } from './history.ts';
import { plan } from './legal/plan.ts';
import { play } from './legal/run.ts';
import { MUTATIONS } from './mutations/table.ts';
import { RULES, type Rule } from './report.ts';

/** Always the same histories, so that each mutation always finds something to break. */
const SEED = 7;
const HISTORIES = 40;
/** Enough of them for one mutation. */
const ENOUGH = 4;

const histories: History[] = [];

beforeAll(async () => {
  for (const steps of fc.sample(plan, { seed: SEED, numRuns: HISTORIES })) histories.push(await play(steps));
}, 60_000);

describe('what the checker catches', () => {
  for (const rule of Object.keys(RULES) as Rule[]) {
    for (const { bug, apply } of MUTATIONS[rule]) {
      it(`${rule}: ${bug}`, () => {
        let broken = 0;
        for (const history of histories) {
          if (broken === ENOUGH) break;
          const mutated = apply(history);
          if (mutated === undefined) continue;
          broken += 1;
          expect([...check(mutated).byRule.keys()]).toContain(rule);
        }
        expect(broken).toBeGreaterThan(0);
      });
    }
  }

  it('nothing, in the histories as they were', () => {
    expect(histories.flatMap((history) => check(history).violations)).toEqual([]);
  });
});
