/** The bookings of some apartments, each asked for again when its calendar has moved. */

import { useEffect, useRef, useState } from 'react';
import type { Booking, CalendarModel } from '../../../../src/client/index.ts';
import { PAGE_SIZE_MAX, WINDOW_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { plusDays } from '../../format.ts';
import { client, useConnection } from '../../shared/live/client.ts';

/**
 * @param calendars live: an apartment's bookings are asked for once its calendar is known, and at each version of it;
 *   those that were refused, once more when the server is back
 * @param from the first date whose stays count
 */
export function useBookings(
  calendars: ReadonlyMap<string, CalendarModel>,
  from: string,
): ReadonlyMap<string, readonly Booking[]> {
  const [bookings, setBookings] = useState<ReadonlyMap<string, readonly Booking[]>>(new Map());
  const asked = useRef(new Map<string, number>());
  const isGone = useRef(false);
  const online = useConnection() === 'online';
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      asked.current.clear();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the server back is a reason to ask again.
  useEffect(() => {
    const window = { from, to: plusDays(from, WINDOW_NIGHTS_MAX - 1), limit: PAGE_SIZE_MAX };
    for (const { apartmentId, version } of calendars.values()) {
      if (asked.current.get(apartmentId) === version) continue;
      asked.current.set(apartmentId, version);
      void client.management.bookingsOf(apartmentId, window).then((answer) => {
        // An answer that another has overtaken is not shown; a refused one leaves what was known.
        if (isGone.current || asked.current.get(apartmentId) !== version) return;
        if (!answer.ok) asked.current.delete(apartmentId);
        else setBookings((known) => new Map(known).set(apartmentId, answer.data.bookings));
      });
    }
  }, [calendars, from, online]);
  return bookings;
}
