/**
 * Budgets of commands, one for each subject and each address. They are spent on every frame, before anything of
 * it is parsed, so they are a subtraction and not a promise; budgets that are spent rarely are in rate-limits.ts.
 */
import { LRUCache } from 'lru-cache';
import { BUDGETS_MAX } from '../protocol/limits.ts';

export interface Rate {
  readonly perSecond: number;
  /** What may be spent at once after a pause. */
  readonly burst: number;
}

/** Fills by `perSecond` up to `burst`; monotonic time. */
export class Budget {
  readonly #perMs: number;
  readonly #burst: number;
  #left: number;
  #atMs: number;

  constructor({ perSecond, burst }: Rate, nowMs = performance.now()) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  take(nowMs = performance.now()): boolean {
    const filled = this.#left + (nowMs - this.#atMs) * this.#perMs;
    this.#atMs = nowMs;
    this.#left = filled > this.#burst ? this.#burst : filled;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Until a tenth of the burst is there again: one that came back for the next single one would be refused soon. */
  retryAfterMs(): number {
    return Math.ceil(Math.max(1, this.#burst / 10 - this.#left) / this.#perMs);
  }
}

export class Budgets {
  readonly #rate: Rate;
  readonly #byKey = new LRUCache<string, Budget>({ max: BUDGETS_MAX });

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  of(key: string): Budget {
    let budget = this.#byKey.get(key);
    if (budget === undefined) {
      budget = new Budget(this.#rate);
      this.#byKey.set(key, budget);
    }
    return budget;
  }
}
