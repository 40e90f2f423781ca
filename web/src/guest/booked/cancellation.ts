/** Until when a booking can be cancelled, and what that gives back, in local time at the apartment. */
import { parseDate, toZoned } from '@internationalized/date';
import type { Booking } from '../../../../src/client/index.ts';
import { cutOffMs, refundAt } from '../../../../src/protocol/refund.ts';
import { todayIn } from '../../format.ts';

export interface Cancellation {
  /** Minor units of the price's currency. */
  readonly refundMinor: number;
  /** Epoch milliseconds at which the better half of the policy ends. */
  readonly cutOffMs: number;
}

/**
 * Until the check-out day begins at the apartment (B6).
 * @param timeZone IANA, the apartment's
 */
export function mayCancel({ status, checkOut }: Booking, timeZone: string, nowMs: number): boolean {
  return status === 'confirmed' && todayIn(timeZone, nowMs) < checkOut;
}

/** @param timeZone IANA, the apartment's */
export function cancellationOf(booking: Booking, timeZone: string, nowMs: number): Cancellation {
  const { policy, price, checkIn } = booking;
  const checkInMs = toZoned(parseDate(checkIn), timeZone).toDate().getTime();
  return {
    refundMinor: refundAt(nowMs, { policy, paidMinor: price.totalMinor, checkInMs }),
    cutOffMs: cutOffMs(policy, checkInMs),
  };
}
