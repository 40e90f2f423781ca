/** The figures of all apartments, or of a city's, over a window of days. Counted anew every few seconds at most. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Figures, MoneyFigures, Totals } from '../../protocol/figures.ts';
import { instant } from '../../protocol/instant.ts';
import { dateOf, type NightRange } from '../../protocol/nights.ts';
import { addEvents, type EventCounts, EventsByHour, noEvents } from './events.ts';
import { FIGURES_CACHED_MAX, FIGURES_FRESH_MS } from './limits.ts';
import { type Nights, nightsOf } from './nights.ts';

export type CountFigures = (window: NightRange, city: string | undefined) => Promise<Figures>;

export function createFigures(pool: Pool, nowMs: () => number): CountFigures {
  const events = new EventsByHour(pool, nowMs);
  const counted = new LRUCache<string, Promise<Figures>>({
    max: FIGURES_CACHED_MAX,
    ttl: FIGURES_FRESH_MS,
  });

  return (window, city) => {
    const key = `${window.from} ${window.to} ${city?.toLowerCase() ?? ''}`;
    const known = counted.get(key);
    if (known !== undefined) return known;
    const counting = count(window, city);
    // Kept while it is counted, however long that takes, so that nobody begins the same again; fresh from then on.
    counted.set(key, counting, { ttl: 0 });
    const isStill = () => counted.peek(key) === counting;
    counting.then(
      () => isStill() && counted.set(key, counting, { ttl: FIGURES_FRESH_MS }),
      () => isStill() && counted.delete(key),
    );
    return counting;
  };

  async function count(window: NightRange, city: string | undefined): Promise<Figures> {
    const [nights, hours] = await Promise.all([
      nightsOf(pool, window, city),
      events.count(window.from * 24, window.to * 24, city),
    ]);
    const totalEvents = noEvents();
    const days = Array.from({ length: window.to - window.from }, (_, day) => {
      const ofDay = noEvents();
      const firstHour = (window.from + day) * 24;
      for (let hour = firstHour; hour < firstHour + 24; hour++) {
        const ofHour = hours.get(hour);
        if (ofHour !== undefined) addEvents(ofDay, ofHour);
      }
      addEvents(totalEvents, ofDay);
      return { date: dateOf(window.from + day), ...figuresOf(nights, day, day + 1, ofDay) };
    });
    return {
      at: instant(nowMs()),
      from: dateOf(window.from),
      to: dateOf(window.to),
      days,
      totals: figuresOf(nights, 0, days.length, totalEvents),
    };
  }
}

/** Of the nights [first, past) of the window. */
function figuresOf(
  byCurrency: ReadonlyMap<string, Nights>,
  first: number,
  past: number,
  events: EventCounts,
): Totals {
  const all = { nightsAvailable: 0, nightsBooked: 0, nightsBlocked: 0 };
  const money: MoneyFigures[] = [];
  for (const [currency, { available, booked, blocked, revenueMinor }] of byCurrency) {
    const sum = (nights: Float64Array) => nights.subarray(first, past).reduce((a, b) => a + b, 0);
    const [nightsAvailable, nightsBooked, revenue] = [sum(available), sum(booked), sum(revenueMinor)];
    all.nightsAvailable += nightsAvailable;
    all.nightsBooked += nightsBooked;
    all.nightsBlocked += sum(blocked);
    money.push({
      ...{ currency, nightsAvailable, nightsBooked, revenueMinor: Math.round(revenue) },
      adrMinor: rounded(ratio(revenue, nightsBooked)),
      revParMinor: rounded(ratio(revenue, nightsAvailable)),
    });
  }
  return {
    ...all,
    occupancy: ratio(all.nightsBooked, all.nightsAvailable),
    money,
    ...events,
    conversion: ratio(events.bookingsMade, events.holdsPlaced - events.holdsReplaced),
    cancellationRate: ratio(events.bookingsCancelled, events.bookingsMade),
  };
}

function ratio(a: number, b: number): number | null {
  return b > 0 ? a / b : null;
}

function rounded(minor: number | null): number | null {
  return minor === null ? null : Math.round(minor);
}
