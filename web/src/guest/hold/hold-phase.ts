/** Which hold of its apartment a page tells of, and as what: also one that has ended. No React, no connection. */
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { isOpenHold, type KnownHold } from '../../shared/live/stay-store.ts';

export type HoldPhase =
  | 'held'
  /** The payment is under way. */
  | 'paying'
  | 'expired'
  /** Let go of before its time, on another device or by the house. */
  | 'released'
  /** The hold has ended while it was being paid: where the bank has not answered, it is still being asked. */
  | 'settling'
  /** Ended while the page was not connected, so how is not known. */
  | 'gone'
  /** The same, and it was being paid. */
  | 'gone-paying';

export interface HoldHere {
  readonly hold: KnownHold;
  readonly phase: HoldPhase;
}

/** What the page has seen of the holds of its apartment: ids. */
export interface SeenHolds {
  readonly open: ReadonlySet<string>;
  /** When they were last seen open: a declined payment is over. */
  readonly paying: ReadonlySet<string>;
  /** Ended, and the guest wants to hear no more of it. */
  readonly dismissed: ReadonlySet<string>;
}

export const NOTHING_SEEN: SeenHolds = { open: new Set(), paying: new Set(), dismissed: new Set() };

/** @returns the same object where there is nothing new */
export function seenToo(before: SeenHolds, holds: readonly KnownHold[]): SeenHolds {
  const open = holds.filter(isOpenHold);
  const isNews = ({ id, status }: KnownHold) =>
    !before.open.has(id) || before.paying.has(id) !== (status === 'confirming');
  if (!open.some(isNews)) return before;
  const paying = new Set(before.paying);
  for (const { id, status } of open) {
    if (status === 'confirming') paying.add(id);
    else paying.delete(id);
  }
  return { ...before, open: new Set([...before.open, ...open.map(({ id }) => id)]), paying };
}

/** Which hold the page tells of, an open one before one that has ended before the guest's eyes. */
export function holdHere(holds: readonly KnownHold[], seen: SeenHolds): HoldHere | undefined {
  const open = holds.findLast(isOpenHold);
  if (open !== undefined) return { hold: open, phase: open.status === 'confirming' ? 'paying' : 'held' };
  const last = holds.at(-1);
  if (last === undefined || seen.dismissed.has(last.id)) return undefined;
  if (last.status === 'released' && seen.open.has(last.id)) return { hold: last, phase: 'released' };
  const isPaying = seen.paying.has(last.id);
  if (last.status === 'expired') return { hold: last, phase: isPaying ? 'settling' : 'expired' };
  if (last.status === 'gone') return { hold: last, phase: isPaying ? 'gone-paying' : 'gone' };
  return undefined;
}

/**
 * What the bank has answered this page, it need not be asked: a payment that it declined after the hold's own deadline
 * leaves nothing to be settled.
 * @param error of the confirm that was sent here
 */
export function phaseAfter(phase: HoldPhase, error: ErrorBody | undefined): HoldPhase {
  const isDeclined = error?.code === 'payment_declined' || error?.code === 'payment_action_required';
  return isDeclined && phase === 'settling' ? 'expired' : phase;
}

/** The booking that a hold seen here before has become, be it through another device. */
export function bookedHere(holds: readonly KnownHold[], seen: SeenHolds): string | undefined {
  return holds.findLast(({ id, status }) => status === 'confirmed' && seen.open.has(id))?.bookingId;
}
