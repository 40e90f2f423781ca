/** Which hold of its apartment a page tells of, and as what: also one that has ended. No React, no connection. */
import type { Hold } from '../../../../src/client/index.ts';
import { isOpenHold } from '../../shared/live/stay-store.ts';

export type HoldPhase =
  | 'held'
  /** The payment is under way. */
  | 'paying'
  | 'expired'
  /** Let go of before its time, on another device or by the house. */
  | 'released'
  /** The payment was not answered in time: the hold has ended, the money is still being asked after. */
  | 'settling';

export interface HoldHere {
  readonly hold: Hold;
  readonly phase: HoldPhase;
}

/** What the page has seen of the holds of its apartment: ids. */
export interface SeenHolds {
  readonly open: ReadonlySet<string>;
  readonly paying: ReadonlySet<string>;
  /** Ended, and the guest wants to hear no more of it. */
  readonly dismissed: ReadonlySet<string>;
}

/** Which hold the page tells of, an open one before one that has ended before the guest's eyes. */
export function holdHere(holds: readonly Hold[], seen: SeenHolds): HoldHere | undefined {
  const open = holds.findLast(isOpenHold);
  if (open !== undefined) return { hold: open, phase: open.status === 'confirming' ? 'paying' : 'held' };
  const last = holds.at(-1);
  if (last === undefined || seen.dismissed.has(last.id)) return undefined;
  if (last.status === 'released' && seen.open.has(last.id)) return { hold: last, phase: 'released' };
  if (last.status !== 'expired') return undefined;
  return { hold: last, phase: seen.paying.has(last.id) ? 'settling' : 'expired' };
}

/** The booking that a hold seen here before has become, be it through another device. */
export function bookedHere(holds: readonly Hold[], seen: SeenHolds): string | undefined {
  return holds.findLast(({ id, status }) => status === 'confirmed' && seen.open.has(id))?.bookingId;
}
