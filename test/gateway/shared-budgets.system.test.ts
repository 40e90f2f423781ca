/** Several servers, one budget, on virtual time: how far it may be overdrawn, and that nobody is refused what is there. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Budget, type Share } from '../../src/gateway/limits/budgets.ts';
import { BUDGET_OWED_BURSTS_MAX, BUDGET_TOLD_PART } from '../../src/gateway/limits.ts';

const RATE = { perSecond: 100, burst: 300 };
const PER_MS = RATE.perSecond / 1_000;
const TOLD_EVERY = RATE.burst * BUDGET_TOLD_PART;

/** What the script in Redis does. */
class Bucket {
  #fullAtMs = 0;

  spend(spent: number, nowMs: number): number {
    const latestMs = nowMs + (BUDGET_OWED_BURSTS_MAX * RATE.burst) / PER_MS;
    this.#fullAtMs = Math.min(Math.max(this.#fullAtMs, nowMs) + spent / PER_MS, latestMs);
    return this.left(nowMs);
  }

  left(nowMs: number): number {
    return RATE.burst - Math.max(0, this.#fullAtMs - nowMs) * PER_MS;
  }
}

interface Server {
  readonly budget: Budget;
  readonly wantedPerMs: number;
  /** Let through, and not in the bucket yet. */
  untold: number;
  taken: number;
  takenAtTelling: number;
  /** The most that was let through in one round trip. */
  flightMax: number;
}

interface Run {
  /** The most that was let through in any stretch of time, beyond what the rate gave in it. */
  readonly excess: number;
  readonly allowed: number;
  readonly taken: number;
  /** The most that was left for all of them when one refused. */
  readonly refusedMax: number;
}

async function run(wantedPerMs: readonly number[], roundTripMs: number, lastsMs: number): Promise<Run> {
  const bucket = new Bucket();
  const due: { atMs: number; call: () => void }[] = [];
  let nowMs = 0;
  const after = (ms: number, call: () => void) => void due.push({ atMs: nowMs + ms, call });
  const servers = wantedPerMs.map((wanted): Server => {
    const share: Share = (spent) => {
      server.takenAtTelling = server.taken;
      return new Promise((resolve) => {
        after(roundTripMs / 2, () => {
          const left = bucket.spend(spent, nowMs);
          server.untold -= spent;
          after(roundTripMs / 2, () => {
            server.flightMax = Math.max(server.flightMax, server.taken - server.takenAtTelling);
            resolve({ left, atMs: nowMs });
          });
        });
      });
    };
    const server: Server = {
      budget: new Budget(RATE, 0, share),
      ...{ wantedPerMs: wanted, untold: 0, taken: 0, takenAtTelling: 0, flightMax: 0 },
    };
    return server;
  });

  let refusedMax = Number.NEGATIVE_INFINITY;
  let lowest = 0;
  let excess = 0;
  const taken = () => servers.reduce((sum, server) => sum + server.taken, 0);
  for (let step = 1; step <= lastsMs; step++) {
    for (;;) {
      const next = due.filter(({ atMs }) => atMs <= step).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      due.splice(due.indexOf(next), 1);
      nowMs = Math.max(nowMs, next.atMs);
      next.call();
      await Promise.resolve();
      await Promise.resolve();
    }
    nowMs = step;
    lowest = Math.min(lowest, taken() - step * PER_MS);
    for (const server of servers) {
      const wanted = Math.floor(step * server.wantedPerMs) - Math.floor((step - 1) * server.wantedPerMs);
      for (let n = 0; n < wanted; n++) {
        if (server.budget.take(nowMs)) {
          server.taken += 1;
          server.untold += 1;
        } else {
          const untold = servers.reduce((sum, { untold }) => sum + untold, 0);
          refusedMax = Math.max(refusedMax, bucket.left(nowMs) - untold);
        }
      }
    }
    excess = Math.max(excess, taken() - step * PER_MS - lowest);
  }
  const slack = servers.reduce((sum, { flightMax }) => sum + TOLD_EVERY + 2 * flightMax, 0);
  return { excess, allowed: RATE.burst + slack, taken: taken(), refusedMax };
}

const load = fc.record({
  wantedPerMs: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 4 }),
  roundTripMs: fc.double({ min: 0.1, max: 20, noNaN: true }),
});

it('in no stretch of time is more let through than one budget gives, but a tenth of a burst and two round trips a server', async () => {
  await fc.assert(
    fc.asyncProperty(load, async ({ wantedPerMs, roundTripMs }) => {
      const { excess, allowed } = await run(wantedPerMs, roundTripMs, 8_000);
      expect(excess).toBeLessThanOrEqual(allowed);
    }),
    { numRuns: 40 },
  );
});

it('nobody is refused what is there for all of them', async () => {
  await fc.assert(
    fc.asyncProperty(load, async ({ wantedPerMs, roundTripMs }) => {
      const { refusedMax } = await run(wantedPerMs, roundTripMs, 8_000);
      // What is there by the time that an answer arrives has grown by the way it took.
      expect(refusedMax).toBeLessThan(1 + roundTripMs * PER_MS + 1e-6);
    }),
    { numRuns: 40 },
  );
});

it('three servers under ten times the rate let through a tenth of a burst each beyond one budget, at most', async () => {
  const { taken } = await run([1, 1, 1], 1, 60_000);
  const one = RATE.burst + 60_000 * PER_MS;
  expect(taken).toBeLessThanOrEqual(one + 3 * (TOLD_EVERY + 2));
  expect(taken).toBeGreaterThan(one - 3 * TOLD_EVERY);
});
