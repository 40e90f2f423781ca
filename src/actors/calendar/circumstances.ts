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
  /** Whether all servers understand it. */
  readonly mayWrite: (feature: Feature) => boolean;
  /** The booking's row, read beforehand for `cancel`. */
  readonly booking?: BookingRecord | undefined;
}
