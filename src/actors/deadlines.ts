/**
 * Timers as data: one binary heap of instants for the whole process and one timer for its head. An entry is only a
 * reason to look: what has really lapsed is decided by the apartment, from its facts. So entries are never
 * removed, an early one costs a look, and nothing has to be restored after a restart but a call of `arm`.
 */
import type { Scheduler } from '../time/scheduler.ts';
import { Heap } from './heap.ts';

export interface Due {
  /** Called at or after the instant it was armed for. */
  due(nowMs: number): void;
}

/** Lapses are looked for at most this often, in milliseconds; I5 allows a second. */
const RESOLUTION_MS = 50;
/** A longer timer would fire at once (2^31 - 1 ms); looking early costs nothing. */
const SLEEP_MS_MAX = 60_000;

export class Deadlines {
  readonly #heap = new Heap<{ readonly atMs: number; readonly due: Due }>((a, b) => a.atMs < b.atMs);
  readonly #scheduler: Scheduler;
  readonly #nowMs: () => number;
  #cancel: (() => void) | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;

  constructor(scheduler: Scheduler, nowMs: () => number) {
    this.#scheduler = scheduler;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#heap.size;
  }

  arm(atMs: number, due: Due): void {
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#heap.push({ atMs, due });
    if (atMs < this.#wakeAtMs) this.#sleep();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#heap.clear();
  }

  #sleep(): void {
    this.#cancel?.();
    const { head } = this.#heap;
    if (head === undefined) {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#cancel = undefined;
      return;
    }
    const nowMs = this.#nowMs();
    const ms = Math.min(SLEEP_MS_MAX, Math.max(RESOLUTION_MS, head.atMs - nowMs));
    this.#wakeAtMs = nowMs + ms;
    this.#cancel = this.#scheduler.after(ms, () => this.#wake());
  }

  #wake(): void {
    const nowMs = this.#nowMs();
    for (let head = this.#heap.head; head !== undefined && head.atMs <= nowMs; head = this.#heap.head) {
      this.#heap.pop();
      head.due.due(nowMs);
    }
    this.#sleep();
  }
}
