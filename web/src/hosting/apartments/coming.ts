/** From an apartment's bookings and nights: who comes and goes next, and how full it is. */
import type { Booking, CalendarModel } from '../../../../src/client/index.ts';
import { calendarModel } from '../../../../src/client/index.ts';

export interface Coming {
  /** ISO dates; undefined where there is none. */
  readonly arrival: string | undefined;
  readonly departure: string | undefined;
}

/** @param today the date at the apartment: an arrival today is still to come, as is a departure */
export function comingOf(bookings: readonly Booking[], today: string): Coming {
  const standing = bookings.filter(({ status }) => status === 'confirmed');
  const next = (dates: readonly string[]) => dates.filter((date) => date >= today).sort()[0];
  return {
    arrival: next(standing.map(({ checkIn }) => checkIn)),
    departure: next(standing.map(({ checkOut }) => checkOut)),
  };
}

export interface NightCounts {
  readonly booked: number;
  readonly held: number;
  readonly blocked: number;
  readonly free: number;
}

/** The nights from `from` on, `nights` of them, by what they are; undefined where the calendar does not reach. */
export function countNights(
  calendar: CalendarModel | undefined,
  from: number,
  nights: number,
): NightCounts | undefined {
  if (calendar === undefined) return undefined;
  if (!calendarModel.covers(calendar, from) || !calendarModel.covers(calendar, from + nights - 1)) {
    return undefined;
  }
  const counts = { booked: 0, held: 0, blocked: 0, free: 0 };
  for (let night = from; night < from + nights; night++) {
    counts[calendarModel.nightAt(calendar, night)?.status ?? 'free'] += 1;
  }
  return counts;
}

/** Of the nights that can be sold, the share that is booked; undefined where all are closed. */
export function occupancyOf({ booked, held, free }: NightCounts): number | undefined {
  const sold = booked + held + free;
  return sold === 0 ? undefined : booked / sold;
}

export interface Happened {
  readonly kind: 'booked' | 'cancelled';
  readonly booking: Booking;
  readonly at: string;
}

/** What came in lately, the newest first. */
export function latelyOf(bookings: readonly Booking[], count: number): Happened[] {
  return bookings
    .map(
      (booking): Happened =>
        booking.status === 'cancelled'
          ? { kind: 'cancelled', booking, at: booking.cancelledAt ?? booking.createdAt }
          : { kind: 'booked', booking, at: booking.createdAt },
    )
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, count);
}
