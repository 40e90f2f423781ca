/** What the admin page shows, gathered from the feed and drawn at most once a frame however fast it comes. */
import { useEffect, useRef, useState } from 'react';
import type {
  AdminView,
  CalendarModel,
  ConnectionState,
  OccupancyChanged,
  Stats,
} from '../../../src/client/index.ts';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import type { OccupancyAnswer } from '../../../src/protocol/events.ts';
import { client } from './client.ts';

/** Rows of the feed; older ones leave. */
const FEED_MAX = 100;

export interface Occupancy {
  readonly state: ConnectionState;
  readonly apartments: OccupancyAnswer['apartments'] | undefined;
  readonly calendars: ReadonlyMap<string, CalendarModel>;
  readonly feed: readonly OccupancyChanged[];
  readonly stats: Stats | undefined;
  readonly error: ErrorBody | undefined;
}
const NOTHING: Occupancy = {
  state: 'reconnecting',
  apartments: undefined,
  calendars: new Map(),
  feed: [],
  stats: undefined,
  error: undefined,
};

export function useOccupancy(from: string, to: string, city: string): Occupancy {
  const [shown, setShown] = useState(NOTHING);
  const view = useRef<AdminView>(undefined);
  const window = { from, to, ...(city === '' ? {} : { city }) };
  const first = useRef(window);

  useEffect(() => {
    let now: Occupancy = NOTHING;
    let frame = 0;
    const set = (changes: Partial<Occupancy>) => {
      now = { ...now, ...changes };
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        setShown(now);
      });
    };
    let calendars = new Map<string, CalendarModel>();
    view.current = client.admin(first.current, {
      state: (state) => set({ state }),
      stats: (stats) => set({ stats }),
      refused: (error) => set({ error }),
      occupancy: (apartments, whole) => {
        calendars = new Map(whole);
        set({ apartments, calendars, error: undefined });
      },
      changed: (change, calendar) => {
        if (calendar !== undefined) calendars = new Map(calendars).set(calendar.apartmentId, calendar);
        set({ calendars, feed: [change, ...now.feed.slice(0, FEED_MAX - 1)] });
      },
    });
    return () => {
      cancelAnimationFrame(frame);
      view.current?.close();
      view.current = undefined;
    };
  }, []);
  useEffect(() => {
    const next = { from, to, ...(city === '' ? {} : { city }) };
    const known = first.current;
    if (known.from === next.from && known.to === next.to && known.city === next.city) return;
    first.current = next;
    view.current?.show(next);
  }, [from, to, city]);
  return shown;
}
