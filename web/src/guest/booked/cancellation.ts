/** What cancelling a booking gives back, now and until when, told in local time at the apartment. */
import { parseDate, toZoned } from '@internationalized/date';
import type { Booking } from '../../../../src/client/index.ts';
import { cutOffMs, refundAt } from '../../../../src/protocol/refund.ts';

export interface Cancellation {
  /** Minor units of the price's currency. */
  readonly refundMinor: number;
  /** Epoch milliseconds at which the better half of the policy ends. */
  readonly cutOffMs: number;
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
