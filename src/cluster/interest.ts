/**
 * Who elsewhere wants to hear of what runs here, so that nothing is published for nobody. A node that watches an
 * apartment has read its calendar, and asks for its version every BEACON_EVERY_MS from then on; one with an admin on the
 * feed says so before it reads the picture, and every second. Interest that is not renewed ends.
 */
import { FEED_INTEREST_MS, INTEREST_APARTMENTS_MAX, WATCH_INTEREST_MS } from './limits.ts';

export class Interest {
  readonly #monotonicMs: () => number;
  /** Until when, by apartment; the one renewed longest ago first. */
  readonly #watched = new Map<string, number>();
  #feedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  watch(apartmentId: string): void {
    const nowMs = this.#monotonicMs();
    this.#watched.delete(apartmentId);
    this.#watched.set(apartmentId, nowMs + WATCH_INTEREST_MS);
    for (const [id, untilMs] of this.#watched) {
      if (untilMs > nowMs && this.#watched.size <= INTEREST_APARTMENTS_MAX) break;
      this.#watched.delete(id);
    }
  }

  isWatched(apartmentId: string): boolean {
    const untilMs = this.#watched.get(apartmentId);
    return untilMs !== undefined && untilMs > this.#monotonicMs();
  }

  feed(): void {
    this.#feedUntilMs = this.#monotonicMs() + FEED_INTEREST_MS;
  }

  get hasFeed(): boolean {
    return this.#feedUntilMs > this.#monotonicMs();
  }
}
