/** The guest's own holds and bookings, from answers, events and lists in whichever order they come. */
import { describe, expect, it } from 'vitest';
import type { Booking, Hold } from '../../src/client/index.ts';
import { StayStore } from '../../web/src/shared/live/stay-store.ts';

const quote = { currency: 'EUR', totalMinor: 0, lines: [] };
const hold = (changes: Partial<Hold> = {}): Hold => ({
  id: 'h1',
  apartmentId: 'a1',
  checkIn: '2027-03-01',
  checkOut: '2027-03-04',
  guests: 1,
  status: 'held',
  expiresAt: '2027-01-01T00:00:00.000Z',
  extendable: true,
  quote,
  version: 1,
  ...changes,
});
const booking = (changes: Partial<Booking> = {}): Booking => ({
  id: 'b1',
  apartmentId: 'a1',
  checkIn: '2027-03-01',
  checkOut: '2027-03-04',
  guests: 1,
  status: 'confirmed',
  price: quote,
  policy: 'flexible',
  guest: { name: 'Ana', email: 'ana@example.com' },
  createdAt: '2027-01-01T00:00:00.000Z',
  version: 4,
  ...changes,
});

describe('my stays', () => {
  it('keeps the newer version of a hold, whichever comes first', () => {
    const store = new StayStore();
    store.keepHold(hold({ version: 2, status: 'released' }));
    store.keepHold(hold({ version: 1 }));
    expect(store.holds.map(({ status }) => status)).toEqual(['released']);
  });

  it('keeps a hold that was placed while the list was on its way', () => {
    const store = new StayStore();
    const known = store.known();
    store.keepHold(hold());
    store.keepBooking(booking());
    store.listed({ holds: [], bookings: [] }, known);
    expect(store.holds.map(({ status }) => status)).toEqual(['held']);
    expect(store.bookings).toHaveLength(1);
  });

  it('keeps what changed while the list was on its way', () => {
    const store = new StayStore();
    store.keepHold(hold());
    const known = store.known();
    store.keepHold(hold({ version: 2, status: 'confirming' }));
    store.listed({ holds: [], bookings: [] }, known);
    expect(store.holds.map(({ status }) => status)).toEqual(['confirming']);
  });

  it('knows that a hold has ended, not how, and forgets a booking, that a list asked for later lacks', () => {
    const store = new StayStore();
    store.keepHold(hold());
    store.keepBooking(booking());
    store.listed({ holds: [], bookings: [] }, store.known());
    expect(store.holds.map(({ status }) => status)).toEqual(['gone']);
    expect(store.bookings).toEqual([]);
    // Told late, but told.
    store.keepHold(hold({ version: 2, status: 'released' }));
    expect(store.holds.map(({ status }) => status)).toEqual(['released']);
  });

  it('[I1] takes a booking of the same nights for what a hold became on another device', () => {
    const others = [
      booking({ id: 'b2', apartmentId: 'a2' }),
      booking({ id: 'b3', checkOut: '2027-03-05' }),
      booking({ id: 'b4', status: 'cancelled' }),
    ];
    for (const status of ['held', 'confirming'] as const) {
      const store = new StayStore();
      store.keepHold(hold({ status }));
      store.listed({ holds: [], bookings: [...others, booking()] }, store.known());
      expect(store.holds).toMatchObject([{ status: 'confirmed', bookingId: 'b1' }]);
    }
    const store = new StayStore();
    store.keepHold(hold());
    store.listed({ holds: [], bookings: others }, store.known());
    expect(store.holds.map(({ status }) => status)).toEqual(['gone']);
  });
});
