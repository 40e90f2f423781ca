/** What a server sends unasked. */
import { z } from 'zod';
import { Id } from './ids.ts';
import { Instant } from './instant.ts';
import { Booking, Calendar, Hold, Range, Subject } from './resources.ts';

export const PROTOCOL_VERSION = 1;

export const Welcome = z.object({
  protocol: z.literal(PROTOCOL_VERSION),
  serverTime: Instant,
  /** Where it is another than before, versions may have gone back: what is known of calendars is to be forgotten. */
  history: Id.optional(),
  subject: Subject.optional(),
});
export type Welcome = z.infer<typeof Welcome>;

/** `changes: []` is a beacon, or a change about no night. */
export const Availability = z.object({
  apartmentId: Id,
  version: z.int().nonnegative(),
  changes: z.array(Range),
});
export type Availability = z.infer<typeof Availability>;

export const HoldChanged = z.object({ hold: Hold });
export type HoldChanged = z.infer<typeof HoldChanged>;
export const BookingChanged = z.object({ booking: Booking });
export type BookingChanged = z.infer<typeof BookingChanged>;
/**
 * `draining`: the server leaves; connect elsewhere within `reconnectInMs`. `missed`: events that no version tells of
 * (a guest's holds and bookings, the admin's picture) may have been lost on the way from another server; ask for them
 * anew within `askInMs`.
 */
export const Notice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('draining'), reconnectInMs: z.int().nonnegative() }),
  z.object({ kind: z.literal('missed'), askInMs: z.int().nonnegative() }),
]);
export type Notice = z.infer<typeof Notice>;

export const OccupancyCause = z.enum([
  'held',
  'extended',
  'confirmed',
  'released',
  'expired',
  'cancelled',
  'blocked',
  'unblocked',
]);
export type OccupancyCause = z.infer<typeof OccupancyCause>;

/**
 * `previousVersion`: of the last change before this one that the feed had to tell, where steps that it does not tell (a
 * payment's progress) lie between; absent: `version - 1`.
 */
export const OccupancyChanged = Availability.extend({
  previousVersion: z.int().nonnegative().optional(),
  cause: OccupancyCause,
  at: Instant,
  guestId: Id.optional(),
});
export type OccupancyChanged = z.infer<typeof OccupancyChanged>;

/** By city and name, OCCUPANCY_APARTMENTS_MAX at most; `leftOut`: how many more fit the question. */
export const OccupancyAnswer = z.object({
  leftOut: z.int().positive().optional(),
  apartments: z.array(z.object({ id: Id, name: z.string(), city: z.string() })),
  calendars: z.array(Calendar),
  totals: z.object({
    apartments: z.int(),
    nights: z.int(),
    held: z.int(),
    booked: z.int(),
    blocked: z.int(),
  }),
});
export type OccupancyAnswer = z.infer<typeof OccupancyAnswer>;

export const Stats = z.object({
  at: Instant,
  holdsOpen: z.int(),
  bookingsToday: z.int(),
  commandsPerSecond: z.number(),
  commitMsP50: z.number(),
  commitMsP99: z.number(),
  sockets: z.int(),
  nodes: z.array(z.object({ id: Id, state: z.string(), level: z.int(), shards: z.int() })),
});
export type Stats = z.infer<typeof Stats>;
