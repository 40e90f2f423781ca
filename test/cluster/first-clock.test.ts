/** What time it is for a node that starts where nobody is there, and what it is whatever clock was set meanwhile. */
import { describe, expect, it } from 'vitest';
import { type ClocksBefore, firstClock } from '../../src/cluster/membership/first-clock.ts';

const HOUR_MS = 3_600_000;
/** The system's clock when the last server went, and the truth: nothing was wrong until then. */
const LAST_MS = 1_795_000_000_000;
const UPTIME_MS = 86_400_000;
const last = { clockMs: LAST_MS, behindMs: 0 };
const here = { clockMs: LAST_MS, uptimeMs: UPTIME_MS };

/** How far from the truth a node begins, in milliseconds; above 0 it ends holds early. */
function error(
  passedMs: number,
  before: ClocksBefore,
  set: { databaseMs?: number; wallMs?: number } = {},
): { ms: number; isInDoubt: boolean } {
  const nowMs = LAST_MS + passedMs;
  const found = firstClock(before, {
    databaseMs: nowMs + (set.databaseMs ?? 0),
    uptimeMs: UPTIME_MS + passedMs,
    wallMs: nowMs + (set.wallMs ?? 0),
  });
  return { ms: found.nowMs - nowMs, isInDoubt: found.doubt !== undefined };
}

describe('the clock of a node that starts', () => {
  it('is PostgreSQL’s where nobody was there before', () => {
    expect(firstClock({}, { databaseMs: 5, uptimeMs: 1, wallMs: 9 })).toEqual({ nowMs: 5 });
  });

  it('[I5] follows PostgreSQL’s as the nodes before did, where nothing was set', () => {
    for (const passedMs of [100, 75_000, 30 * 60_000, 26 * HOUR_MS]) {
      for (const before of [{ last }, { last, here }])
        expect(error(passedMs, before)).toEqual({ ms: 0, isInDoubt: false });
    }
    // PostgreSQL's was set while they ran, and they were still an hour behind: the system's clock is the truth.
    for (const before of [
      { last: { ...last, behindMs: HOUR_MS } },
      { last: { ...last, behindMs: HOUR_MS }, here },
    ])
      for (const passedMs of [30_000, 75_000])
        expect(error(passedMs, before, { databaseMs: HOUR_MS })).toEqual({ ms: 0, isInDoubt: false });
  });

  for (const setMs of [HOUR_MS, -HOUR_MS, 45_000, -45_000, 400]) {
    for (const passedMs of [2_000, 75_000, 40 * 60_000]) {
      it(`[I5] is right on the same machine, PostgreSQL’s set by ${setMs} ms in the ${passedMs} ms without a server`, () => {
        // Whatever this machine takes the time to be.
        for (const wallMs of [0, HOUR_MS, -HOUR_MS]) {
          const { ms, isInDoubt } = error(passedMs, { last, here }, { databaseMs: setMs, wallMs });
          // What the machine's clock may be wrong about so much time is not told from a set clock.
          const noticed = Math.abs(setMs) > 250 + passedMs / 1_000;
          expect(Math.abs(ms)).toBeLessThanOrEqual(noticed ? 0 : Math.abs(setMs));
          expect(isInDoubt).toBe(noticed);
        }
      });
    }
  }

  it('[I5] is right on the same machine where the machine’s own clock was set, without a doubt', () => {
    for (const wallMs of [HOUR_MS, -HOUR_MS])
      expect(error(75_000, { last, here }, { wallMs })).toEqual({ ms: 0, isInDoubt: false });
  });

  it('[I5] on another machine ends no hold early where two of three clocks agree, and none later than the third', () => {
    for (const passedMs of [75_000, 20 * 60_000]) {
      expect(error(passedMs, { last }, { databaseMs: HOUR_MS })).toEqual({ ms: 0, isInDoubt: true });
      // As late as nobody was there, and not an hour.
      const back = error(passedMs, { last }, { databaseMs: -HOUR_MS });
      expect(back).toEqual({ ms: -passedMs, isInDoubt: true });
      expect(error(passedMs, { last }, { wallMs: HOUR_MS })).toEqual({ ms: 0, isInDoubt: false });
      // PostgreSQL's ahead or this machine's behind cannot be told apart.
      expect(error(passedMs, { last }, { wallMs: -HOUR_MS }).ms).toBeGreaterThanOrEqual(-passedMs);
    }
  });

  it('never goes back behind what was, however wrong all clocks are', () => {
    for (const before of [{ last }, { last, here: { ...here, uptimeMs: UPTIME_MS + HOUR_MS } }]) {
      const { ms } = error(75_000, before, { databaseMs: -5 * HOUR_MS, wallMs: -5 * HOUR_MS });
      expect(ms).toBe(-75_000);
    }
  });

  it('is PostgreSQL’s again once no hold that was open can be, by every other clock', () => {
    expect(error(3 * HOUR_MS, { last, here }, { databaseMs: HOUR_MS })).toEqual({
      ms: HOUR_MS,
      isInDoubt: false,
    });
    expect(error(3 * HOUR_MS, { last }, { databaseMs: HOUR_MS })).toEqual({ ms: HOUR_MS, isInDoubt: false });
  });

  it('believes nodes that went on elsewhere, however their clocks were slewed meanwhile', () => {
    // An hour after this machine's last one they were 36 s on their way to a clock that was set.
    const went = { clockMs: LAST_MS + HOUR_MS + 36_000, behindMs: HOUR_MS - 36_000 };
    const nowMs = LAST_MS + HOUR_MS + 1_000;
    const found = firstClock(
      { last: went, here },
      { databaseMs: nowMs + HOUR_MS, uptimeMs: UPTIME_MS + HOUR_MS + 1_000, wallMs: nowMs },
    );
    expect(found).toEqual({ nowMs: nowMs + 36_000 });
  });
});
