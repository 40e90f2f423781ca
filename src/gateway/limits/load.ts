/**
 * How long work waits here for its turn, and what is refused while that is too long. It is measured by looking in again
 * after a short pause: one comes back as late as everything else does. A look that is late though there was hardly
 * anything to do is the machine's doing, and does not count.
 *
 *   each look late by QUEUE_WAIT_MAX_MS   for  50 ms: no new sockets
 *                                              75 ms: no searches of who is not signed in
 *                                             100 ms: no new holds
 *   never refused: confirm, release, extend, cancel, one's own list, what hosts and admins do, open sockets
 *
 * What ends work is never refused, or there would be no end of it; what begins most of it is refused first.
 */
import type { Scheduler } from '../../time/scheduler.ts';
import {
  BUSY_MIN,
  LOAD_LOOK_EVERY_MS,
  LOOP_HELD_TOLD_MS,
  QUEUE_WAIT_MAX_MS,
  SHED_RETRY_MIN_MS,
} from '../limits.ts';
import type { Log } from '../log.ts';

/** Milliseconds of too long a wait after which it is refused. */
const SHED_AFTER_MS = { socket: 50, search: 75, hold: 100 } as const;
export type Sheddable = keyof typeof SHED_AFTER_MS;

/** What waits now is done after as long again, with what came meanwhile. */
const RETRY_PER_WAIT = 2;

export interface LoadOptions {
  readonly mode: 'on' | 'off';
  readonly log: Log;
  readonly scheduler: Scheduler;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  /** Of the time since the last call, the share that this process worked. */
  readonly busyShare: () => number;
}

/** Of this process's event loop. */
export function busyShareOfLoop(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

export class Load {
  /** What was begun last: whoever held the loop, most likely. Written for every command, read when it was held. */
  lastBegun = '';
  readonly #options: LoadOptions;
  #lateSinceMs: number | undefined;
  #waitMs = 0;
  #dueMs = 0;
  #callOff = () => {};

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** From when somebody can wait here: a start alone may hold the loop for a moment, and keeps nobody waiting. */
  watch(): void {
    if (this.#options.mode === 'on') this.#lookLater();
  }

  /** How long to wait before it is asked again, in milliseconds; undefined where there is room. */
  sheds(what: Sheddable): number | undefined {
    if (this.#lateSinceMs === undefined) return undefined;
    if (this.#options.nowMs() - this.#lateSinceMs < SHED_AFTER_MS[what]) return undefined;
    return Math.max(SHED_RETRY_MIN_MS, Math.ceil(RETRY_PER_WAIT * this.#waitMs));
  }

  close(): void {
    this.#callOff();
  }

  #lookLater(): void {
    const { scheduler, nowMs } = this.#options;
    this.#dueMs = nowMs() + LOAD_LOOK_EVERY_MS;
    this.#callOff = scheduler.after(LOAD_LOOK_EVERY_MS, () => this.#look(nowMs()));
  }

  #look(nowMs: number): void {
    this.#waitMs = nowMs - this.#dueMs;
    const isBusy = this.#options.busyShare() > BUSY_MIN;
    if (this.#waitMs <= QUEUE_WAIT_MAX_MS || !isBusy) this.#lateSinceMs = undefined;
    // From this look on: what one long pause has held up is done before the next.
    else this.#lateSinceMs ??= nowMs;
    if (this.#waitMs > LOOP_HELD_TOLD_MS && isBusy) {
      const heldMs = Math.round(this.#waitMs);
      this.#options.log.warn({ event: 'loop.held', heldMs, lastBegun: this.lastBegun });
    }
    this.#lookLater();
  }
}
