/** Calendars that follow the server for as long as a component shows them. */
import { useEffect, useState } from 'react';
import type { CalendarModel } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { client } from './client.ts';

const NONE: ReadonlyMap<string, CalendarModel> = new Map();

/** @param from,to half-open dates; nothing is watched where one is missing */
export function useCalendars(
  apartmentIds: readonly string[],
  from: string | undefined,
  to: string | undefined,
): ReadonlyMap<string, CalendarModel> {
  const [calendars, setCalendars] = useState(NONE);
  const ids = apartmentIds.join(' ');
  useEffect(() => {
    setCalendars(NONE);
    if (from === undefined || to === undefined || ids === '') return;
    let pending = new Map<string, CalendarModel>();
    let frame = 0;
    // Many calendars may move at once; the page is drawn once for all of them.
    const draw = () => {
      frame = 0;
      const moved = pending;
      pending = new Map();
      setCalendars((known) => new Map([...known, ...moved]));
    };
    const stop = client.watch(ids.split(' '), from, to, {
      update({ calendar }) {
        pending.set(calendar.apartmentId, calendar);
        if (frame === 0) frame = requestAnimationFrame(draw);
      },
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [ids, from, to]);
  return calendars;
}

export function useCalendar(
  apartmentId: string,
  from: string | undefined,
  to: string | undefined,
): { calendar: CalendarModel | undefined; error: ErrorBody | undefined } {
  const [calendar, setCalendar] = useState<CalendarModel>();
  const [error, setError] = useState<ErrorBody>();
  useEffect(() => {
    setCalendar(undefined);
    setError(undefined);
    if (from === undefined || to === undefined) return;
    let latest: CalendarModel | undefined;
    let frame = 0;
    const stop = client.watch([apartmentId], from, to, {
      update(update) {
        latest = update.calendar;
        if (frame !== 0) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          setCalendar(latest);
          setError(undefined);
        });
      },
      refused: (_, refusal) => setError(refusal),
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [apartmentId, from, to]);
  return { calendar, error };
}
