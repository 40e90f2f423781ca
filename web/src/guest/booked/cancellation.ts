/** Until when a booking can be cancelled, and what that gives back, in local time at the apartment. */
import type { Booking } from '../../../../src/client/index.ts';
import { refundAt } from '../../../../src/protocol/refund.ts';
import { todayIn } from '../../format.ts';
import { dayBeginsMs } from '../stay/day-begins.ts';

/**
 * Until the check-out day begins at the apartment (B6).
 * @param timeZone IANA, the apartment's
 */
export function mayCancel({ status, checkOut }: Booking, timeZone: string, nowMs: number): boolean {
  return status === 'confirmed' && todayIn(timeZone, nowMs) < checkOut;
}

/** In minor units of the price's currency. @param timeZone IANA, the apartment's */
export function refundOf({ policy, price, checkIn }: Booking, timeZone: string, nowMs: number): number {
  const checkInMs = dayBeginsMs(checkIn, timeZone);
  return refundAt(nowMs, { policy, paidMinor: price.totalMinor, checkInMs });
}
