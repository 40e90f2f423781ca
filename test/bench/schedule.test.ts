import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLoop } from '../../bench/driver/loops.ts';
import { Recorder } from '../../bench/driver/recorder.ts';
import { Schedule } from '../../bench/driver/schedule.ts';
import type { Workload } from '../../bench/driver/workload.ts';

/** Takes everything due at an instant. */
function takeDue(schedule: Schedule, nowMs: number): number[] {
  const instants: number[] = [];
  for (let due = schedule.due(nowMs); due > 0; due--) {
    instants.push(schedule.nextMs());
    schedule.take();
  }
  return instants;
}

describe('an open-loop schedule', () => {
  it.each([1, 333, 1_000, 7_777, 60_000])('at %i a second sends that many in ten seconds', (rate) => {
    const schedule = new Schedule(rate, 1_000);
    let sent = 0;
    for (let ms = 0; ms < 10_000; ms++) sent += takeDue(schedule, 1_000 + ms).length;
    expect(sent).toBe(rate * 10);
  });

  it('never sends before an instant, and on time sends at it', () => {
    const schedule = new Schedule(400, 0.25);
    for (let ms = 0; ms < 100; ms++)
      for (const instant of takeDue(schedule, ms + 0.5)) expect(instant).toBe(ms);
  });

  it('keeps the instants of a stall: none is moved, none is left out', () => {
    const late = new Schedule(1_000, 0);
    takeDue(late, 9);
    expect(takeDue(late, 60)).toEqual(Array.from({ length: 51 }, (_, index) => 10 + index));
  });

  it('refuses a rate that is none', () => {
    expect(() => new Schedule(0, 0)).toThrow(RangeError);
  });
});

describe('the open loop', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('counts latency from the instant a command was due, not from when a guest was free to send it', async () => {
    const answered: { guest: number; sinceMs: number }[] = [];
    const waiting: { guest: number; sinceMs: number }[] = [];
    const workload: Workload = {
      loads: 0,
      sendLoad: () => {},
      sendNext: (guest, sinceMs) => void waiting.push({ guest, sinceMs }),
      onFree: () => {},
      recorder: new Recorder(),
      violations: () => [],
    };
    function answerAll(): void {
      for (const each of waiting.splice(0)) {
        answered.push(each);
        workload.onFree(each.guest);
      }
    }
    // Two guests, 1,000 commands a second, and a server that answers nothing for 50 ms.
    const loop = openLoop(workload, 2, 1_000);
    await vi.advanceTimersByTimeAsync(50);
    expect(waiting).toHaveLength(2);
    expect(loop.backlog()).toBeGreaterThan(45);
    while (waiting.length > 0) answerAll();
    loop.stop();

    expect(loop.backlog()).toBe(0);
    const first = answered[0]!.sinceMs;
    expect(answered.map(({ sinceMs }) => sinceMs - first)).toEqual(answered.map((_, index) => index));
    expect(answered.length).toBeGreaterThan(48);
  });
});
