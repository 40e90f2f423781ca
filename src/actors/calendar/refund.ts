import { startOfNightMs } from '../../protocol/nights.ts';
import { totalMinor } from '../../protocol/price.ts';
import type { BookingRecord } from '../facts.ts';

const DAY_MS = 86_400_000;

/**
 * What a cancellation gives back, in minor units, under the policy in force at booking (domain.md, Booking).
 * The cut-off counts from the beginning of the check-in day, local time at the apartment. Host and admin
 * cancel at their own cost: the guest gets everything back.
 */
export function refundMinor(
  booking: BookingRecord,
  timeZone: string,
  nowMs: number,
  byHost: boolean,
): number {
  const paid = totalMinor(booking.price);
  if (byHost) return paid;
  const daysLeft = (startOfNightMs(timeZone, booking.from) - nowMs) / DAY_MS;
  switch (booking.policy) {
    case 'flexible':
      return daysLeft >= 1 ? paid : 0;
    case 'moderate':
      return daysLeft >= 5 ? paid : Math.floor(paid / 2);
    case 'strict':
      return daysLeft >= 7 ? Math.floor(paid / 2) : 0;
  }
}
