/** Who acts when. A loop drives a workload from `start` until `stop`; in-flight commands then drain by themselves. */
import { nowMs } from './clock.ts';
import { Schedule } from './schedule.ts';
import type { Workload } from './workload.ts';

export interface Loop {
  stop(): void;
  /** Commands that are due and could not be sent, because every guest has one in flight. */
  backlog(): number;
}

/** Each answer calls for the next command at once: finds the rate at which the server saturates. */
export function closedLoop(workload: Workload, guests: number): Loop {
  let running = true;
  workload.onFree = (guest) => {
    if (running) workload.sendNext(guest, nowMs());
  };
  for (let guest = 0; guest < guests; guest++) workload.sendNext(guest, nowMs());
  return {
    stop() {
      running = false;
    },
    backlog: () => 0,
  };
}

/** Commands are due at a fixed rate, and latency counts from the instant they were due. */
export function openLoop(workload: Workload, guests: number, ratePerSecond: number): Loop {
  const schedule = new Schedule(ratePerSecond, nowMs());
  /** A ring of guests with nothing in flight; the one free longest acts next. */
  const free = Int32Array.from({ length: guests }, (_, guest) => guest);
  let head = 0;
  let freeCount = guests;
  let timer: NodeJS.Timeout | undefined;

  function sendDue(): void {
    for (let due = schedule.due(nowMs()); due > 0 && freeCount > 0; due--) {
      const guest = free[head]!;
      head = (head + 1) % guests;
      freeCount--;
      workload.sendNext(guest, schedule.nextMs());
      schedule.take();
    }
  }
  function tick(): void {
    sendDue();
    const now = nowMs();
    timer = setTimeout(tick, Math.max(1, Math.floor(now) + 1 - now));
  }
  workload.onFree = (guest) => {
    free[(head + freeCount) % guests] = guest;
    freeCount++;
    if (timer !== undefined && freeCount === 1) sendDue();
  };
  tick();
  return {
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
    backlog: () => Math.max(0, schedule.due(nowMs())),
  };
}

/** The server loads what the run touches: `loads` commands, `guests` of them in flight. */
export function loadAll(
  workload: Workload,
  guests: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let next = 0;
  let done = 0;
  workload.onFree = (guest) => {
    onProgress(++done);
    if (next < workload.loads) workload.sendLoad(guest, next++);
    else if (done === workload.loads) resolve();
  };
  if (workload.loads === 0) resolve();
  while (next < Math.min(guests, workload.loads)) workload.sendLoad(next, next++);
  return promise;
}
