import type { Feature } from '../../protocol/feature-levels.ts';
import type { Subject } from '../../protocol/resources.ts';
import type { Terms } from '../../protocol/terms.ts';
import type { BookingRecord } from '../facts.ts';

/** All that a decision may know besides the calendar. */
export interface Circumstances {
  readonly terms: Terms;
  /** Epoch milliseconds of the system's clock. */
  readonly nowMs: number;
  readonly subject: Subject;
  /** Random characters for the id that this decision may make. */
  readonly entropy: string;
  readonly holdTtlMs: number;
  readonly holdsPerGuest: number;
  /** Open holds of the subject on all apartments, this one among them. */
  readonly openHolds: number;
  /** What the guests of the subject's address hold together, on all apartments; undefined where that is not bounded. */
  readonly origin?: OriginStanding | undefined;
  /** Whether all servers understand it. */
  readonly mayWrite: (feature: Feature) => boolean;
  /** The booking's row, read beforehand for `cancel`. */
  readonly booking?: BookingRecord | undefined;
  /** Rows of the guest's on this apartment, read beforehand for `adopt`: of those that have ended the calendar knows nothing. */
  readonly bookingsOfGuest?: readonly BookingRecord[] | undefined;
}

/** What a decision about a hold is told of its guest's origin. */
export interface OriginStanding {
  readonly holds: number;
  readonly nights: number;
  readonly holdsMax: number;
  readonly nightsMax: number;
  /** How long nobody of it may hold anything, in milliseconds; 0 where they may. */
  readonly waitMs: number;
}
