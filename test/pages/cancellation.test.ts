/** Until when a guest's page offers to cancel. */
import { expect, it } from 'vitest';
import type { Booking } from '../../src/client/index.ts';
import { mayCancel } from '../../web/src/guest/booked/cancellation.ts';

const booking = { checkIn: '2027-03-01', checkOut: '2027-03-04', status: 'confirmed' } as Booking;
const at = (instant: string) => Date.parse(instant);

it.each([
  // Days begin there before they do in UTC.
  ['Pacific/Auckland', '2027-03-03T10:59:59Z', '2027-03-03T11:00:00Z'],
  ['Europe/Lisbon', '2027-03-03T23:59:59Z', '2027-03-04T00:00:00Z'],
  ['America/New_York', '2027-03-04T04:59:59Z', '2027-03-04T05:00:00Z'],
])('[B6] in %s until its check-out day begins there', (timeZone, before, from) => {
  expect(mayCancel(booking, timeZone, at(before))).toBe(true);
  expect(mayCancel(booking, timeZone, at(from))).toBe(false);
});

it('[B6] not again once it is cancelled', () => {
  const cancelled = { ...booking, status: 'cancelled' } as Booking;
  expect(mayCancel(cancelled, 'Europe/Lisbon', at('2027-02-01T00:00:00Z'))).toBe(false);
});
