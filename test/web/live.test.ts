/** What the pages work out without a browser: the guest's own stays, and what may be chosen in a calendar. */
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { Booking, Hold } from '../../src/client/index.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { checkChosen, chooseDay } from '../../web/src/live/selection.ts';
import { StayStore } from '../../web/src/live/stay-store.ts';
import { openTerms } from '../support/terms.ts';

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

  it('ends a hold, and forgets a booking, that a list asked for later lacks', () => {
    const store = new StayStore();
    store.keepHold(hold());
    store.keepBooking(booking());
    store.listed({ holds: [], bookings: [] }, store.known());
    expect(store.holds.map(({ status }) => status)).toEqual(['expired']);
    expect(store.bookings).toEqual([]);
  });
});

describe('choosing a stay', () => {
  const from = nightOf('2027-03-01');
  const taken = { from: '2027-03-10', to: '2027-03-12', status: 'held' as const };
  const calendar = modelOf({
    apartmentId: 'a1',
    version: 1,
    from: '2027-03-01',
    to: '2027-04-01',
    taken: [taken],
  });
  const isTaken = (night: number) => night === nightOf('2027-03-10') || night === nightOf('2027-03-11');
  const none = { checkIn: '', checkOut: '' };

  it('begins with the first day and ends with the second', () => {
    const begun = chooseDay(none, '2027-03-05', isTaken);
    expect(begun).toEqual({ checkIn: '2027-03-05', checkOut: '' });
    expect(chooseDay(begun, '2027-03-08', isTaken)).toEqual({
      checkIn: '2027-03-05',
      checkOut: '2027-03-08',
    });
  });

  it("may end on another guest's arrival day, not begin there, nor reach over it", () => {
    const begun = { checkIn: '2027-03-08', checkOut: '' };
    expect(chooseDay(begun, '2027-03-10', isTaken)).toEqual({
      checkIn: '2027-03-08',
      checkOut: '2027-03-10',
    });
    expect(chooseDay(none, '2027-03-10', isTaken)).toEqual(none);
    expect(chooseDay(begun, '2027-03-14', isTaken)).toEqual({ checkIn: '2027-03-14', checkOut: '' });
  });

  it('says the price, or the one reason why not, by the rules of the server', () => {
    const check = (checkIn: string, checkOut: string, own: Hold[] = []) =>
      checkChosen(
        openTerms({ minNights: 2 }),
        calendar,
        { holds: own, bookings: [] },
        { checkIn, checkOut, guests: 2 },
        from,
      );
    expect(check('2027-03-05', '2027-03-08')).toMatchObject({ ok: true, quote: { currency: 'EUR' } });
    expect(check('2027-03-05', '2027-03-06')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('minimum of 2'),
    });
    expect(check('2027-03-09', '2027-03-11')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('held by someone'),
    });
    // One's own hold is no obstacle: holding again replaces it.
    const mine = hold({ checkIn: '2027-03-10', checkOut: '2027-03-12' });
    expect(check('2027-03-09', '2027-03-11', [mine])).toMatchObject({ ok: true });
    expect(check(dateOf(from - 2), dateOf(from + 1))).toMatchObject({ ok: false });
  });
});
