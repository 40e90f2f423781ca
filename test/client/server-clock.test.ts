import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MeasuredClock } from '../../src/client/server-clock.ts';
import { instant } from '../../src/protocol/instant.ts';

const SERVER = Date.UTC(2027, 0, 1);

describe('server clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('[I5] counts by the server, whatever the wall clock says or does', () => {
    const clock = new MeasuredClock();
    clock.welcomed(instant(SERVER), 0);
    vi.setSystemTime(Date.UTC(1999, 0, 1));
    vi.advanceTimersByTime(2_500);
    expect(clock.nowMs()).toBe(SERVER + 2_500);
    expect(clock.secondsLeft(instant(SERVER + 10_000))).toBe(8);
  });

  it('places the welcome in the middle of its round trip, and nearer with a faster one', () => {
    let now = 1_000;
    const clock = new MeasuredClock(() => now);
    clock.welcomed(instant(SERVER), 400);
    expect(clock.nowMs()).toBe(SERVER + 200);
    clock.roundTrip(100);
    expect(clock.nowMs()).toBe(SERVER + 50);
    clock.roundTrip(300);
    expect(clock.nowMs()).toBe(SERVER + 50);
    now += 1_000;
    expect(clock.nowMs()).toBe(SERVER + 1_050);
  });

  it('shows 0 when the time is over, not before, and never less', () => {
    const clock = new MeasuredClock();
    clock.welcomed(instant(SERVER), 0);
    expect(clock.secondsLeft(instant(SERVER + 1))).toBe(1);
    expect(clock.secondsLeft(instant(SERVER))).toBe(0);
    expect(clock.secondsLeft(instant(SERVER - 5_000))).toBe(0);
  });

  it('calls a countdown once for each second, last with 0, and not after it was stopped', () => {
    const clock = new MeasuredClock();
    clock.welcomed(instant(SERVER), 0);
    const shown: number[] = [];
    const stopped: number[] = [];
    clock.countdown(instant(SERVER + 3_400), (seconds) => shown.push(seconds));
    const stop = clock.countdown(instant(SERVER + 3_400), (seconds) => stopped.push(seconds));
    vi.advanceTimersByTime(1_500);
    stop();
    vi.advanceTimersByTime(10_000);
    expect(shown).toEqual([4, 3, 2, 1, 0]);
    expect(stopped).toEqual([4, 3, 2]);
  });
});
