/** A booked stay as an iCalendar file (RFC 5545): whole days, as a calendar shows a journey. Loaded when it is asked for. */
import ical, { ICalCalendarMethod, ICalEventBusyStatus, ICalEventStatus } from 'ical-generator';
import type { Apartment, Booking } from '../../../../src/client/index.ts';

export interface IcsTexts {
  readonly summary: string;
  readonly description: string;
  /** Address of the booking's page. */
  readonly url: string;
}

/** The UID is the booking's for ever, and the sequence its version: a file taken later changes the entry made before. */
export function stayIcs(booking: Booking, apartment: Apartment, texts: IcsTexts): string {
  const calendar = ical({
    prodId: { company: 'Nightlatch', product: 'Stays' },
    method: ICalCalendarMethod.PUBLISH,
  });
  const { name, city, country, latitude, longitude } = apartment;
  const isCancelled = booking.status === 'cancelled';
  calendar.createEvent({
    id: `${booking.id}@nightlatch`,
    sequence: booking.version,
    stamp: new Date(booking.cancelledAt ?? booking.createdAt),
    allDay: true,
    start: dayOf(booking.checkIn),
    // The end of whole days is the day after the last: the check-out day, like a stay's own.
    end: dayOf(booking.checkOut),
    summary: texts.summary,
    description: texts.description,
    location: { title: name, address: `${city}, ${country}`, geo: { lat: latitude, lon: longitude } },
    url: texts.url,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    busystatus: isCancelled ? ICalEventBusyStatus.FREE : ICalEventBusyStatus.BUSY,
  });
  return calendar.toString();
}

/** Without a time zone the days of an instant are told in UTC. */
const dayOf = (date: string): Date => new Date(`${date}T00:00:00Z`);
