/** Holds that ended without a booking, for as long as holding their nights again is no new hold (H3). */
import type { Hold } from './claims.ts';

/** Half an hour from the first hold of some nights, in milliseconds. */
export const CAP_MS = 30 * 60_000;
/** As many as one apartment remembers, the ones that ended last. */
export const ENDED_MAX = 256;

export interface EndedHold {
  readonly guestId: string;
  readonly from: number;
  readonly to: number;
  readonly firstHeldAtMs: number;
  readonly endedAtMs: number;
}

export class EndedHolds {
  #all: EndedHold[] = [];

  add({ guestId, from, to, firstHeldAtMs }: Hold, endedAtMs: number): void {
    const one = { guestId, from, to, firstHeldAtMs, endedAtMs };
    this.#all = this.#all.filter((other) => counts(other, endedAtMs) && !isCovered(other, one));
    this.#all.push(one);
    if (this.#all.length > ENDED_MAX) this.#all.shift();
  }

  /** They count for another guest from now on. */
  adopt(guestId: string, by: string): void {
    this.#all = this.#all.map((ended) => (ended.guestId === guestId ? { ...ended, guestId: by } : ended));
  }

  /** One of those that an earlier fold had, in their order. */
  restore(ended: EndedHold): void {
    this.#all.push(ended);
  }

  /** Since when a guest has had some of these nights. */
  firstHeldAtMs(guestId: string, from: number, to: number, atMs: number): number {
    let firstMs = atMs;
    for (const ended of this.#all) {
      if (ended.guestId !== guestId || ended.to <= from || to <= ended.from || !counts(ended, atMs)) continue;
      firstMs = Math.min(firstMs, ended.firstHeldAtMs);
    }
    return firstMs;
  }

  stillAt(atMs: number): EndedHold[] {
    return this.#all.filter((ended) => counts(ended, atMs));
  }
}

export function counts({ endedAtMs }: EndedHold, atMs: number): boolean {
  return atMs < endedAtMs + CAP_MS;
}

/** Whatever one stands for, the other does. */
function isCovered(one: EndedHold, by: EndedHold): boolean {
  return (
    one.guestId === by.guestId &&
    by.from <= one.from &&
    one.to <= by.to &&
    by.firstHeldAtMs <= one.firstHeldAtMs
  );
}
