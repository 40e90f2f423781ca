/** Bookings as their guests and hosts see them, and a guest's open holds beside them. */
import type { Pool } from 'pg';
import { bookingView } from '../../actors/calendar/views.ts';
import type { Bookings } from '../../gateway/ports.ts';
import { bookingById, listBookings, upcomingBookings } from '../../persistence/statements/bookings.ts';
import { OF_ANOTHER, refuse } from '../../protocol/errors.ts';
import { LAST_ZONE, localNight } from '../../protocol/local-day.ts';
import type { Hold, Subject } from '../../protocol/resources.ts';
import { type Contacts, shownBookings } from '../contacts/index.ts';
import { MINE_BOOKINGS_MAX } from './limits.ts';

export interface BookingsParts {
  readonly pool: Pool;
  readonly contacts: Contacts;
  readonly nowMs: () => number;
  readonly openHoldsOf: (guestId: string) => Promise<Hold[]>;
  /** Whether a subject is the host of an apartment, or an admin. */
  readonly mayManage: (subject: Subject, apartmentId: string) => Promise<boolean>;
}

export function createBookings(parts: BookingsParts): Bookings {
  const { pool, contacts, nowMs, openHoldsOf, mayManage } = parts;
  const shown = (bookings: Parameters<typeof bookingView>[0][]) =>
    shownBookings(contacts, bookings.map(bookingView));

  return {
    async mine(subject) {
      const today = localNight(LAST_ZONE, nowMs());
      // One after the other: a hold that becomes a booking meanwhile is in both rather than in neither.
      const open = await openHoldsOf(subject.id);
      const bookings = await upcomingBookings(pool, subject.id, today, MINE_BOOKINGS_MAX);
      const booked = new Set(bookings.map(({ holdId }) => holdId));
      const holds = open.filter(({ id }) => !booked.has(id));
      return { holds, bookings: await shown(bookings) };
    },

    async list(subject, { limit, before, whose }) {
      const guestId = subject.kind === 'admin' && whose !== 'mine' ? undefined : subject.id;
      return shown(await listBookings(pool, { guestId, limit, before }));
    },

    async get(subject, bookingId) {
      const booking = await bookingById(pool, bookingId);
      const isThere = booking !== undefined && booking.status !== 'pending';
      if (isThere) {
        const isVisible = booking.guestId === subject.id || (await mayManage(subject, booking.apartmentId));
        if (isVisible) return { ok: true, data: (await shown([booking]))[0]! };
      }
      return refuse(
        'not_found',
        `there is no booking ${bookingId} of yours; \`GET /v1/bookings\` lists them`,
        isThere ? OF_ANOTHER : undefined,
      );
    },
  };
}
