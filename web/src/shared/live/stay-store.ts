/**
 * Holds and bookings of one guest as far as the page knows, from answers, events and whole lists, in whichever
 * order they come: of one hold the newer version stands. No React, no connection.
 */
import type { Booking, Hold } from '../../../../src/client/index.ts';

/** Ended holds and cancelled bookings stay for a while, so that the page can say what became of them. */
const KEPT_MAX = 200;

/** As on the wire, and `gone`: it has ended while nobody listened, and nobody says how. */
export type KnownHold = Omit<Hold, 'status'> & { readonly status: Hold['status'] | 'gone' };

export const isOpenHold = (hold: KnownHold): hold is Hold =>
  hold.status === 'held' || hold.status === 'confirming';

/** What was known when a list was asked for. */
export interface Known {
  readonly holds: ReadonlyMap<string, KnownHold>;
  readonly bookings: ReadonlyMap<string, Booking>;
}

export class StayStore {
  readonly #holds = new Map<string, KnownHold>();
  readonly #bookings = new Map<string, Booking>();

  get holds(): KnownHold[] {
    return [...this.#holds.values()];
  }
  /** By check-in. */
  get bookings(): Booking[] {
    return [...this.#bookings.values()].sort((a, b) => (a.checkIn < b.checkIn ? -1 : 1));
  }

  keepHold(hold: Hold): void {
    keep(this.#holds, hold);
  }
  keepBooking(booking: Booking): void {
    keep(this.#bookings, booking);
  }

  /** To be taken before a list is asked for, and handed back with it. */
  known(): Known {
    return { holds: new Map(this.#holds), bookings: new Map(this.#bookings) };
  }

  /**
   * A whole list came. What it lacks has ended while nobody was listening, unless it was made or changed while
   * the list was on its way. A hold of nights that are booked now has become that booking, as no night is ever sold
   * twice.
   */
  listed({ holds, bookings }: { holds: readonly Hold[]; bookings: readonly Booking[] }, known: Known): void {
    const current = new Set([...holds, ...bookings].map(({ id }) => id));
    for (const [id, hold] of known.holds) {
      const isGone = isOpenHold(hold) && !current.has(id) && this.#holds.get(id) === hold;
      if (isGone) this.#holds.set(id, ended(hold, bookings));
    }
    for (const [id, booking] of known.bookings) {
      const isGone = booking.status === 'confirmed' && !current.has(id) && this.#bookings.get(id) === booking;
      if (isGone) this.#bookings.delete(id);
    }
    for (const hold of holds) this.keepHold(hold);
    for (const booking of bookings) this.keepBooking(booking);
  }

  clear(): void {
    this.#holds.clear();
    this.#bookings.clear();
  }
}

function ended(hold: Hold, bookings: readonly Booking[]): KnownHold {
  const booking = bookings.find(
    ({ apartmentId, checkIn, checkOut, status }) =>
      status === 'confirmed' &&
      apartmentId === hold.apartmentId &&
      checkIn === hold.checkIn &&
      checkOut === hold.checkOut,
  );
  return booking === undefined
    ? { ...hold, status: 'gone' }
    : { ...hold, status: 'confirmed', bookingId: booking.id };
}

function keep<Stay extends { readonly id: string; readonly version: number }>(
  kept: Map<string, Stay>,
  stay: Stay,
): void {
  const known = kept.get(stay.id);
  if (known !== undefined && known.version > stay.version) return;
  kept.set(stay.id, stay);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
}
