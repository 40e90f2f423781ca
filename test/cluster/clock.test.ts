import { describe, expect, it } from 'vitest';
import { DatabaseClock } from '../../src/cluster/membership/database-clock.ts';

/** A process whose monotonic clock and uptime the test moves. */
function fakeProcess() {
  const time = { monotonicMs: 1_000, uptimeMs: 50_000 };
  const clock = new DatabaseClock({
    monotonicMs: () => time.monotonicMs,
    uptimeMs: () => time.uptimeMs,
    wallMs: () => 0,
  });
  const pass = (ms: number) => {
    time.monotonicMs += ms;
    time.uptimeMs += ms;
  };
  const measure = (databaseMs: number, roundTripMs = 0) =>
    clock.measured(databaseMs, time.monotonicMs - roundTripMs, time.monotonicMs);
  return { time, clock, pass, measure };
}

describe('the clock', () => {
  it('is PostgreSQL’s, in whole milliseconds, carried by the monotonic clock', () => {
    const { clock, pass, measure } = fakeProcess();
    expect(() => clock.nowMs()).toThrow(/not been measured/);
    measure(1_795_000_000_000.7);
    expect(clock.nowMs()).toBe(1_795_000_000_000);
    pass(1_234.4);
    expect(clock.nowMs()).toBe(1_795_000_001_235);
  });

  it('trusts the answer with the shortest way', () => {
    const { clock, pass, measure } = fakeProcess();
    measure(10_000, 2);
    const offset = clock.nowMs();
    pass(500);
    // Took 400 ms, nearly all of it on the way back: its middle is 190 ms off.
    measure(10_500 - 390, 400);
    pass(60_000);
    expect(clock.nowMs() - offset).toBe(60_500);
  });

  it.each([3_600_000, -3_600_000])(
    'carries on when PostgreSQL’s clock is set by %i ms: holds keep their length',
    (step) => {
      const { clock, pass, measure } = fakeProcess();
      let databaseMs = 1_795_000_000_000;
      measure(databaseMs);
      const startMs = clock.nowMs();
      databaseMs += step;
      let last = startMs;
      for (let i = 0; i < 120; i++) {
        pass(500);
        databaseMs += 500;
        measure(databaseMs, i % 7);
        expect(clock.nowMs()).toBeGreaterThan(last);
        last = clock.nowMs();
      }
      // A minute has passed; 1 % of it at most is correction.
      expect(Math.abs(last - startMs - 60_000)).toBeLessThanOrEqual(600);
      expect(Math.abs(last - startMs - 60_000)).toBeGreaterThan(200);
    },
  );

  it('comes to a small difference within seconds and stays there', () => {
    const { clock, pass, measure } = fakeProcess();
    let databaseMs = 1_000_000;
    measure(databaseMs);
    databaseMs += 40;
    for (let i = 0; i < 100; i++) {
      pass(500);
      databaseMs += 500;
      measure(databaseMs);
      clock.nowMs();
    }
    expect(clock.nowMs()).toBe(databaseMs);
    expect(clock.errorMs).toBe(0);
  });

  it('jumps forwards after the machine was suspended, and never falls', () => {
    const { clock, time, pass, measure } = fakeProcess();
    measure(5_000_000);
    pass(500);
    time.uptimeMs += 600_000;
    measure(5_000_500 + 600_000);
    expect(clock.nowMs()).toBe(5_600_500);
    pass(500);
    measure(5_000_000);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(5_600_500);
  });

  it('begins where the clocks of the others are, however far PostgreSQL’s was set, and comes to it as slowly as they', () => {
    const { clock, pass, measure } = fakeProcess();
    measure(1_795_003_600_000);
    clock.beginBehind(3_600_000);
    expect(clock.nowMs()).toBe(1_795_000_000_000);
    pass(500);
    measure(1_795_003_600_500);
    expect(clock.nowMs()).toBe(1_795_000_000_505);
    const near = fakeProcess();
    near.measure(1_000_000);
    near.clock.beginBehind(249);
    expect(near.clock.nowMs()).toBe(1_000_000);
  });
});
