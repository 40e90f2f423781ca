/** The chart of every apartment, fed by the admin's live view. */
import { useEffect, useState } from 'react';
import { nightOf } from '../../../../src/protocol/nights.ts';
import { ChartStore } from '../../chart/chart-store.ts';
import type { ChartFilter } from '../../chart/filter.ts';
import type { LiveOccupancy } from './occupancy.ts';

const SWEEP_EVERY_MS = 1_000;

/** @param from,to half-open dates that `live` shows; other ones make another chart */
export function useAdminChart(
  live: LiveOccupancy,
  from: string,
  to: string,
  filter: ChartFilter,
): ChartStore {
  const make = () =>
    new ChartStore({
      from: nightOf(from),
      to: nightOf(to),
      filter,
      nowMs: () => performance.now(),
      beforeFrame: (draw) => requestAnimationFrame(draw),
    });
  const [store, setStore] = useState(make);
  if (store.from !== nightOf(from) || store.to !== nightOf(to)) setStore(make());

  useEffect(() => {
    const stop = live.listen({
      occupancy: (apartments, calendars) => store.whole(apartments, calendars),
      changed: (change, calendar) => {
        if (calendar !== undefined) store.changed(calendar, change);
      },
    });
    const timer = setInterval(() => store.sweep(), SWEEP_EVERY_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [live, store]);
  return store;
}
