import type { OccupancyCause } from './events.ts';
import type { KeptBooking } from './kept-contact.ts';
import type { Hold, RangeStatus } from './resources.ts';

/** Nights [from, to) whose status is now this. */
export interface NightChange {
  readonly from: number;
  readonly to: number;
  readonly status: RangeStatus;
  readonly heldUntilMs?: number;
}

/** One committed fact as the world may see it: a step of exactly 1 of an apartment's version. */
export interface CommittedChange {
  readonly apartmentId: string;
  readonly version: number;
  /** Undefined for steps that no night shows (a payment's progress, a pause). */
  readonly cause: OccupancyCause | undefined;
  readonly changes: readonly NightChange[];
  readonly atMs: number;
  /** Whose hold or booking it is about. */
  readonly guestId: string | undefined;
  /** There where the status of that guest's hold or booking changed. */
  readonly hold: Hold | undefined;
  /** The same guest's holds that ended as this one began. */
  readonly replaced?: readonly Hold[];
  readonly booking: KeptBooking | undefined;
  /** What became this guest's, which was another's. */
  readonly adopted?: AdoptedClaims;
}

export interface AdoptedClaims {
  /** Whose they were. */
  readonly guestId: string;
  /** Those that are open. */
  readonly holds: readonly Hold[];
  /** Confirmed and cancelled ones. */
  readonly bookings: readonly KeptBooking[];
}
