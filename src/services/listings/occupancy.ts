/**
 * Which nights are taken, a bit a night: for each apartment one row of taken nights (any claim) and one of
 * nights under a stay (hold or booking), because turnover is kept between stays and not beside blocks.
 * Half-open ranges in night numbers; nights outside the window are not known here.
 */
import { HORIZON_NIGHTS_MAX, TURNOVER_NIGHTS_MAX } from '../../protocol/limits.ts';
import type { NightRange } from '../../protocol/nights.ts';
import type { RangeStatus } from '../../protocol/resources.ts';

/** The window may grow this stale before it must be rebuilt, in nights. */
const SLACK_NIGHTS = 32;
/** A day for time zones, turnover on both sides, a word for alignment. */
export const WINDOW_WORDS = Math.ceil(
  (HORIZON_NIGHTS_MAX + 2 * (TURNOVER_NIGHTS_MAX + 1) + SLACK_NIGHTS + 32) / 32,
);

export class Occupancy {
  /** The first night of the window; a multiple of 32. */
  readonly base: number;
  #taken: Uint32Array;
  #stays: Uint32Array;

  /** @param today the earliest local day anywhere; the window begins early enough for turnover before it */
  constructor(today: number, slots: number) {
    this.base = (today - TURNOVER_NIGHTS_MAX - 1) & ~31;
    this.#taken = new Uint32Array(slots * WINDOW_WORDS);
    this.#stays = new Uint32Array(slots * WINDOW_WORDS);
  }

  get end(): number {
    return this.base + WINDOW_WORDS * 32;
  }

  /** The window no longer reaches the furthest horizon: build a new one. */
  isStale(today: number): boolean {
    return today + HORIZON_NIGHTS_MAX + TURNOVER_NIGHTS_MAX + 1 > this.end;
  }

  /** Words of taken nights, `WINDOW_WORDS` a slot: the search reads them in its inner loop. */
  get taken(): Uint32Array {
    return this.#taken;
  }

  set(slot: number, from: number, to: number, status: RangeStatus): void {
    if ((slot + 1) * WINDOW_WORDS > this.#taken.length) this.#grow(slot + 1);
    const first = Math.max(from, this.base) - this.base;
    const last = Math.min(to, this.end) - this.base;
    const row = slot * WINDOW_WORDS;
    const isStay = status === 'held' || status === 'booked';
    let night = first;
    while (night < last) {
      const end = Math.min(last, (night & ~31) + 32);
      const bits = mask(night & 31, end - night);
      const word = row + (night >>> 5);
      this.#taken[word] = status === 'free' ? this.#taken[word]! & ~bits : this.#taken[word]! | bits;
      this.#stays[word] = isStay ? this.#stays[word]! | bits : this.#stays[word]! & ~bits;
      night = end;
    }
  }

  isFree(slot: number, range: NightRange): boolean {
    return !this.#any(this.#taken, slot, range);
  }

  hasStay(slot: number, range: NightRange): boolean {
    return this.#any(this.#stays, slot, range);
  }

  /** What has a night of the window. */
  claimAt(slot: number, night: number): 'stay' | 'block' | undefined {
    const one = { from: night, to: night + 1 };
    if (this.#any(this.#stays, slot, one)) return 'stay';
    return this.#any(this.#taken, slot, one) ? 'block' : undefined;
  }

  #any(rows: Uint32Array, slot: number, { from, to }: NightRange): boolean {
    const last = Math.min(to, this.end) - this.base;
    const row = slot * WINDOW_WORDS;
    let night = Math.max(from, this.base) - this.base;
    while (night < last) {
      const end = Math.min(last, (night & ~31) + 32);
      if (((rows[row + (night >>> 5)] ?? 0) & mask(night & 31, end - night)) !== 0) return true;
      night = end;
    }
    return false;
  }

  #grow(slots: number): void {
    const words = Math.max(slots, (this.#taken.length / WINDOW_WORDS) * 2, 64) * WINDOW_WORDS;
    const taken = new Uint32Array(words);
    taken.set(this.#taken);
    this.#taken = taken;
    const stays = new Uint32Array(words);
    stays.set(this.#stays);
    this.#stays = stays;
  }
}

/** `count` (1 to 32) bits from bit `from`. */
export function mask(from: number, count: number): number {
  return (count === 32 ? -1 : (1 << count) - 1) << from;
}
