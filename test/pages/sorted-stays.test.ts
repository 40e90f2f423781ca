/** In which order a guest's stays are listed, and which of them are over. */
import { expect, it } from 'vitest';
import type { Booking } from '../../src/client/index.ts';
import { sortedStays } from '../../web/src/guest/booked/sorted-stays.ts';

const booking = (id: string, checkIn: string, checkOut: string, apartmentId = 'here', status = 'confirmed') =>
  ({ id, checkIn, checkOut, apartmentId, status }) as Booking;
const ids = (bookings: readonly Booking[]) => bookings.map(({ id }) => id);

it('a stay is over when its days are at the apartment, whatever day it is for the reader', () => {
  const todayAt = (apartmentId: string) => (apartmentId === 'honolulu' ? '2027-03-04' : '2027-03-05');
  const { coming, past, cancelled } = sortedStays(
    [
      booking('later', '2027-05-01', '2027-05-03'),
      booking('over', '2027-03-02', '2027-03-04'),
      booking('there yet', '2027-03-02', '2027-03-04', 'honolulu'),
      booking('long over', '2026-03-02', '2026-03-04'),
      booking('not any more', '2027-04-02', '2027-04-04', 'here', 'cancelled'),
    ],
    todayAt,
  );
  expect(ids(coming)).toEqual(['there yet', 'later']);
  expect(ids(past)).toEqual(['over', 'long over']);
  expect(ids(cancelled)).toEqual(['not any more']);
});
