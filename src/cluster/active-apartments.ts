/**
 * Apartments that time or the payment provider may still change, for one claim of shards after another: all young facts
 * are read once, then only what has come since. What has ended meanwhile is listed too, which costs a needless start.
 */

import type { Journal } from '../actors/ports.ts';
import type { Clock } from '../time/clock.ts';

/** What was read is added to for this long, in milliseconds, before all is read again. */
const KEPT_MS = 60_000;
/** Facts get their instant some time before they are on disk. */
const OVERLAP_MS = 15_000;

export class ActiveApartments {
  readonly #journal: Pick<Journal, 'activeSince'>;
  readonly #clock: Clock;
  readonly #longestHoldMs: number;
  #known: Set<string> = new Set();
  #wholeAtMs = Number.NEGATIVE_INFINITY;
  #readAtMs = Number.NEGATIVE_INFINITY;

  /** @param longestHoldMs an apartment without a fact younger than this has no open hold, in milliseconds */
  constructor(journal: Pick<Journal, 'activeSince'>, clock: Clock, longestHoldMs: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#longestHoldMs = longestHoldMs;
  }

  async read(): Promise<ReadonlySet<string>> {
    const nowMs = this.#clock.nowMs();
    const isWhole = nowMs - this.#wholeAtMs > KEPT_MS;
    const found = await this.#journal.activeSince(
      isWhole ? nowMs - this.#longestHoldMs : this.#readAtMs - OVERLAP_MS,
    );
    this.#known = new Set(isWhole ? found : [...this.#known, ...found]);
    if (isWhole) this.#wholeAtMs = nowMs;
    this.#readAtMs = nowMs;
    return this.#known;
  }
}
