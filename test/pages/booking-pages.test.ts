/** The guest's bookings, listed page by page. */
import { expect, it } from 'vitest';
import type { Booking } from '../../src/client/index.ts';
import { NOTHING_LISTED, withEarlier, withLatest } from '../../web/src/guest/booked/booking-pages.ts';

const booking = (id: string, day: number, version = 1) =>
  ({ id, version, createdAt: `2027-01-0${day}T00:00:00.000Z` }) as Booking;
const ids = ({ bookings }: { bookings: readonly Booking[] }) => bookings.map(({ id }) => id);

it('goes on from where it had come to when the latest are asked for again', () => {
  const first = { bookings: [booking('c', 3)], nextBefore: 'c' };
  const second = { bookings: [booking('b', 2)], nextBefore: 'b' };
  const listed = withEarlier(withLatest(NOTHING_LISTED, first), second);
  expect(withLatest(listed, first).before).toBe('b');
  const all = withEarlier(listed, { bookings: [booking('a', 1)] });
  expect(ids(all)).toEqual(['c', 'b', 'a']);
  // All are there: after another connection there are no more than that.
  expect(withLatest(all, first).before).toBe(null);
});

it('keeps the newer version of one, the latest made first', () => {
  const changed = { bookings: [booking('d', 4), booking('c', 3, 2)] };
  const listed = withLatest(withLatest(NOTHING_LISTED, { bookings: [booking('c', 3)] }), changed);
  expect(ids(listed)).toEqual(['d', 'c']);
  expect(listed.bookings[1]?.version).toBe(2);
});
