import { startOfNightMs } from '../../protocol/local-day.ts';
import { totalMinor } from '../../protocol/price.ts';
import { refundAt } from '../../protocol/refund.ts';
import type { BookingRecord } from '../facts.ts';

/**
 * What a cancellation gives back, in minor units, under the policy in force at booking (domain.md, Booking).
 * Host and admin cancel at their own cost: the guest gets everything back.
 */
export function refundMinor(
  booking: BookingRecord,
  timeZone: string,
  nowMs: number,
  byHost: boolean,
): number {
  const paidMinor = totalMinor(booking.price);
  if (byHost) return paidMinor;
  const checkInMs = startOfNightMs(timeZone, booking.from);
  return refundAt(nowMs, { policy: booking.policy, paidMinor, checkInMs });
}
