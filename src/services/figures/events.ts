/**
 * Holds and bookings counted by the hour from the journal. An hour that is over never changes, so each is counted
 * once by a process: what is asked of the journal again and again is the last hour, however long the window.
 */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { isOverrun } from '../../persistence/sqlstate.ts';
import { eventsByHour } from '../../persistence/statements/figures.ts';
import { FIGURES_HOURS_AT_ONCE, FIGURES_HOURS_MAX } from './limits.ts';

export interface EventCounts {
  holdsPlaced: number;
  holdsReplaced: number;
  holdsReleased: number;
  holdsExpired: number;
  bookingsMade: number;
  bookingsCancelled: number;
}

export function noEvents(): EventCounts {
  return {
    ...{ holdsPlaced: 0, holdsReplaced: 0, holdsReleased: 0, holdsExpired: 0 },
    ...{ bookingsMade: 0, bookingsCancelled: 0 },
  };
}

export function addEvents(sum: EventCounts, more: EventCounts): void {
  for (const name of Object.keys(sum) as (keyof EventCounts)[]) sum[name] += more[name];
}

const HOUR_MS = 3_600_000;
/** A fact is on disk within seconds of its instant, and nodes' clocks agree far better than this. */
const SETTLED_AFTER_MS = 120_000;
const COUNTED = {
  held: 'holdsPlaced',
  released: 'holdsReleased',
  expired: 'holdsExpired',
  confirmed: 'bookingsMade',
  cancelled: 'bookingsCancelled',
} as const;

export class EventsByHour {
  readonly #pool: Pool;
  readonly #nowMs: () => number;
  readonly #settled = new LRUCache<string, EventCounts>({ max: FIGURES_HOURS_MAX });
  #hoursAtOnce = FIGURES_HOURS_AT_ONCE;

  constructor(pool: Pool, nowMs: () => number) {
    this.#pool = pool;
    this.#nowMs = nowMs;
  }

  /** Of the hours since 1970 in [fromHour, toHour), as far as they have begun; hours without any are left out. */
  async count(
    fromHour: number,
    toHour: number,
    city: string | undefined,
  ): Promise<ReadonlyMap<number, EventCounts>> {
    const nowMs = this.#nowMs();
    const endHour = Math.min(toHour, Math.floor(nowMs / HOUR_MS) + 1);
    const key = (hour: number) => `${hour} ${city?.toLowerCase() ?? ''}`;
    const counts = new Map<number, EventCounts>();
    for (let hour = fromHour; hour < endHour; hour++) {
      const known = this.#settled.get(key(hour));
      if (known !== undefined) counts.set(hour, known);
    }
    for (let hour = fromHour; hour < endHour; hour++) {
      if (counts.has(hour)) continue;
      // A month at once: a long window takes several statements, and what was counted stays counted.
      let past = hour + 1;
      while (past < endHour && past < hour + this.#hoursAtOnce && !counts.has(past)) past++;
      await this.#read(hour, past, city, counts);
      for (let read = hour; read < past; read++) {
        const isSettled = (read + 1) * HOUR_MS + SETTLED_AFTER_MS <= nowMs;
        if (isSettled) this.#settled.set(key(read), counts.get(read)!);
      }
    }
    return counts;
  }

  async #read(
    fromHour: number,
    toHour: number,
    city: string | undefined,
    counts: Map<number, EventCounts>,
  ): Promise<void> {
    const rows = await eventsByHour(this.#pool, { fromHour, toHour }, city).catch((cause: unknown) => {
      // Who asks again gets further: with fewer hours at once, and what was counted is.
      if (isOverrun(cause)) this.#hoursAtOnce = Math.max(1, Math.ceil((toHour - fromHour) / 2));
      throw cause;
    });
    for (let hour = fromHour; hour < toHour; hour++) counts.set(hour, noEvents());
    for (const row of rows) {
      const ofHour = counts.get(row.hour)!;
      ofHour[COUNTED[row.kind]] += row.count;
      ofHour.holdsReplaced += row.replaced;
    }
  }
}
