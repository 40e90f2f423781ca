/** Bookings as they are listed, page by page, the latest made first. No React, no connection. */
import type { Booking } from '../../../../src/client/index.ts';

export interface Listed {
  readonly bookings: readonly Booking[];
  /** Where the earlier ones go on; null: there are none; undefined: nobody has asked yet. */
  readonly before: string | null | undefined;
}
interface Page {
  readonly bookings: readonly Booking[];
  readonly nextBefore?: string;
}

export const NOTHING_LISTED: Listed = { bookings: [], before: undefined };

/** The first page, also where it is asked for again: the way to earlier ones goes on from where it had come to. */
export function withLatest({ bookings, before }: Listed, page: Page): Listed {
  return {
    bookings: newest([...bookings, ...page.bookings]),
    before: before === undefined ? (page.nextBefore ?? null) : before,
  };
}

export function withEarlier({ bookings }: Listed, page: Page): Listed {
  return { bookings: newest([...bookings, ...page.bookings]), before: page.nextBefore ?? null };
}

/** Of one booking the newer version. */
export function newest(bookings: readonly Booking[]): readonly Booking[] {
  const byId = new Map<string, Booking>();
  for (const booking of bookings) {
    const known = byId.get(booking.id);
    if (known === undefined || booking.version > known.version) byId.set(booking.id, booking);
  }
  return [...byId.values()].sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1));
}
