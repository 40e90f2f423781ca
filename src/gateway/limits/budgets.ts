/**
 * Budgets of commands, one for each subject and each address. They are spent on every frame, before anything of
 * it is parsed, so they are a subtraction and not a promise; what is spent rarely is in shared-counter.ts.
 *
 * Where servers share them, each spends as if it were alone, tells what it has spent a tenth of the burst at a time,
 * in the background, and hears what all of them have left. So a guest's first commands cost nothing but the
 * subtraction, nobody is refused what is there, and what was let through too much is owed (ADR 11).
 */
import { LRUCache } from 'lru-cache';
import { BUDGET_TOLD_PART, BUDGETS_MAX } from '../limits.ts';

export interface Rate {
  readonly perSecond: number;
  /** What may be spent at once after a pause. */
  readonly burst: number;
}

/**
 * Tells the other servers what was spent here. Resolves to what is left for all of them at that moment (less than
 * nothing where it is owed), or undefined while they cannot be told. Never rejects.
 */
export type Share = (spent: number) => Promise<{ left: number; atMs: number } | undefined>;

/** Fills by `perSecond` up to `burst`; monotonic time. */
export class Budget {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #share: Share | undefined;
  #left: number;
  #atMs: number;
  #untold = 0;
  #isTelling = false;

  constructor({ perSecond, burst }: Rate, nowMs = performance.now(), share?: Share) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#share = share;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  take(nowMs = performance.now()): boolean {
    const filled = this.#left + (nowMs - this.#atMs) * this.#perMs;
    this.#atMs = nowMs;
    this.#left = filled > this.#burst ? this.#burst : filled;
    if (this.#left < 1) return false;
    this.#left -= 1;
    this.#spent(1);
    return true;
  }

  /** For what turned out to cost more than it was let in for: it may be less than nothing then, by a burst at most. */
  owe(tokens: number): void {
    const owed = Math.min(tokens, this.#left + this.#burst);
    this.#left -= owed;
    this.#spent(owed);
  }

  #spent(tokens: number): void {
    if (this.#share === undefined) return;
    this.#untold += tokens;
    if (this.#untold >= this.#burst * BUDGET_TOLD_PART && !this.#isTelling) void this.#tell(this.#share);
  }

  /** Until a tenth of the burst is there again: one that came back for the next single one would be refused soon. */
  retryAfterMs(): number {
    return Math.ceil(Math.max(1, this.#burst / 10 - this.#left) / this.#perMs);
  }

  async #tell(share: Share): Promise<void> {
    const spent = this.#untold;
    this.#untold = 0;
    this.#isTelling = true;
    const answer = await share(spent);
    this.#isTelling = false;
    if (answer === undefined) {
      // What was spent while nobody could be told was this server's own.
      this.#untold = 0;
      return;
    }
    this.#left = Math.min(this.#burst, answer.left - this.#untold);
    this.#atMs = answer.atMs;
  }
}

export class Budgets {
  readonly #rate: Rate;
  readonly #shareOf: ((key: string) => Share) | undefined;
  readonly #byKey = new LRUCache<string, Budget>({ max: BUDGETS_MAX });

  constructor(rate: Rate, shareOf?: (key: string) => Share) {
    this.#rate = rate;
    this.#shareOf = shareOf;
  }

  of(key: string): Budget {
    let budget = this.#byKey.get(key);
    if (budget === undefined) {
      budget = new Budget(this.#rate, performance.now(), this.#shareOf?.(key));
      this.#byKey.set(key, budget);
    }
    return budget;
  }
}
