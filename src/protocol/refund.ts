/** What a guest's own cancellation gives back. The server decides by it, and the pages say it before they ask. */
import type { CancellationPolicy } from './resources.ts';

const HOUR_MS = 3_600_000;
/**
 * How long before the check-in day begins, local time at the apartment, the better half of a policy ends: in hours,
 * not calendar days, so that a change of the clocks gives nobody an hour more or less.
 */
const CUT_OFF_HOURS: Record<CancellationPolicy, number> = { flexible: 24, moderate: 5 * 24, strict: 7 * 24 };
/** Parts of what was paid: until the cut-off, and after it. */
const PARTS: Record<CancellationPolicy, readonly [before: number, after: number]> = {
  flexible: [1, 0],
  moderate: [1, 0.5],
  strict: [0.5, 0],
};

/** @param checkInMs epoch milliseconds at which the check-in day begins at the apartment */
export function cutOffMs(policy: CancellationPolicy, checkInMs: number): number {
  return checkInMs - CUT_OFF_HOURS[policy] * HOUR_MS;
}

/** Minor units of `paidMinor`, rounded down. At the cut-off's very millisecond it is still before it. */
export function refundAt(
  nowMs: number,
  booking: { readonly policy: CancellationPolicy; readonly paidMinor: number; readonly checkInMs: number },
): number {
  const { policy, paidMinor, checkInMs } = booking;
  const [before, after] = PARTS[policy];
  return Math.floor(paidMinor * (nowMs <= cutOffMs(policy, checkInMs) ? before : after));
}
