import type { Booking } from '../../../../src/client/index.ts';

/** The next one first, then the last one that was: a stay is over when its days are at the apartment. @param todayAt ISO date at an apartment */
export function sortedStays(bookings: readonly Booking[], todayAt: (apartmentId: string) => string) {
  const by = (a: Booking, b: Booking) => (a.checkIn < b.checkIn ? -1 : 1);
  const isOver = ({ apartmentId, checkOut }: Booking) => checkOut < todayAt(apartmentId);
  const confirmed = bookings.filter(({ status }) => status === 'confirmed');
  return {
    coming: confirmed.filter((one) => !isOver(one)).sort(by),
    past: confirmed.filter(isOver).sort((a, b) => by(b, a)),
    cancelled: bookings.filter(({ status }) => status === 'cancelled'),
  };
}
