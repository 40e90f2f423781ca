/** Which stays there is room for, and what choosing a day of the calendar means. */
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { Hold, Range } from '../../src/client/index.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { dayOf } from '../../web/src/guest/apartment/day-of.ts';
import { openingsOf } from '../../web/src/guest/stay/openings.ts';
import {
  begunIn,
  checkStayOf,
  chooseDay,
  meaningOf,
  nearestStays,
  waysOut,
} from '../../web/src/guest/stay/selection.ts';
import { openTerms } from '../support/terms.ts';

/** A Monday. */
const TODAY = '2027-03-01';
const none = { checkIn: '', checkOut: '' };
const held: Range = {
  from: '2027-03-10',
  to: '2027-03-12',
  status: 'held',
  heldUntil: '2027-03-01T10:00:00.000Z',
};
const hold = (changes: Partial<Hold> = {}): Hold => ({
  id: 'h1',
  apartmentId: 'a1',
  checkIn: '2027-03-10',
  checkOut: '2027-03-12',
  guests: 1,
  status: 'held',
  expiresAt: '2027-03-01T10:00:00.000Z',
  extendable: true,
  quote: { currency: 'EUR', totalMinor: 0, lines: [] },
  version: 1,
  ...changes,
});

function openings(terms: Partial<Terms> = {}, taken: Range[] = [held], holds: Hold[] = []) {
  const calendar = modelOf({
    apartmentId: 'a1',
    version: 1,
    from: '2027-02-28',
    to: '2027-06-01',
    taken,
  });
  const rules = openTerms({ horizonNights: 60, ...terms });
  return openingsOf(rules, calendar, { holds, bookings: [] }, nightOf(TODAY));
}
const day = (open: ReturnType<typeof openings>, date: string) => dayOf(open, none, undefined, date);
const stay = (checkIn: string, checkOut: string) => ({ from: nightOf(checkIn), to: nightOf(checkOut) });

describe('a day of the calendar', () => {
  it('is free, or taken by whom, and lets a stay end where another begins', () => {
    const open = openings();
    expect(day(open, '2027-03-09')).toMatchObject({ state: 'free', limit: undefined, choosable: true });
    expect(day(open, '2027-03-10')).toMatchObject({
      state: 'held',
      heldUntil: held.heldUntil,
      checkOutOnly: true,
      choosable: false,
    });
    expect(day(open, '2027-03-11')).toMatchObject({ state: 'held', checkOutOnly: false });
    expect(day(open, '2027-02-28').state).toBe('past');
    expect(day(open, '2027-05-02').state).toBe('beyond');
  });

  it('is too short where no allowed stay has it, and no arrival where one may only pass through', () => {
    const booked: Range = { from: '2027-03-14', to: '2027-03-20', status: 'booked' };
    const open = openings({ minNights: 3 }, [held, booked]);
    // Two free nights between two stays.
    expect(day(open, '2027-03-12')).toMatchObject({ limit: 'short', choosable: false });
    expect(day(open, '2027-03-13').limit).toBe('short');
    expect(day(open, '2027-03-14').checkOutOnly).toBe(false);
    // Three before the hold: the first may begin, the others may not.
    expect(day(open, '2027-03-07').limit).toBe(undefined);
    expect(day(open, '2027-03-08').limit).toBe('no-arrival');
    expect(open.arrivalObstacle(nightOf('2027-03-08'))).toEqual({
      kind: 'no_room',
      minNights: 3,
      until: nightOf('2027-03-10'),
    });
  });

  it('[A8] is too short for a season that counts for stays that touch it', () => {
    const season = { name: 'Fair', from: '2027-03-09', to: '2027-03-15', minNights: 5 };
    const open = openings({ seasonMinimum: 'touching', minNights: 2, seasons: [season] });
    // Two nights before the season would do, of which there is one; those who stay on need five.
    expect(open.arrivalObstacle(nightOf('2027-03-07'))).toBeUndefined();
    expect(open.arrivalObstacle(nightOf('2027-03-08'))).toEqual({
      kind: 'no_room',
      minNights: 5,
      until: nightOf('2027-03-10'),
    });
  });

  it('[A7] knows the days of arrival and departure of its season', () => {
    const season = { name: 'Fair', from: '2027-03-13', to: '2027-03-22' };
    const open = openings({ seasons: [{ ...season, arrivalDays: [6], departureDays: [1] }] });
    expect(day(open, '2027-03-13')).toMatchObject({ limit: undefined, choosable: true });
    expect(open.arrivalObstacle(nightOf('2027-03-14'))).toMatchObject({ rule: 'arrival_day' });
    expect(open.obstacleTo(stay('2027-03-12', '2027-03-14'), 1)).toMatchObject({ rule: 'departure_day' });
    expect(open.obstacleTo(stay('2027-03-12', '2027-03-15'), 1)).toBeUndefined();
    // On the season's last day its last night is over.
    expect(open.obstacleTo(stay('2027-03-20', '2027-03-23'), 1)).toBeUndefined();
    expect(open.arrivalObstacle(nightOf('2027-03-22'))).toBeUndefined();
  });

  it('knows weekdays of arrival, notice and turnover', () => {
    const weekly = openings({ arrivalDays: [6], departureDays: [6], minNights: 7, noticeDays: 3 });
    expect(day(weekly, '2027-03-02').limit).toBe('notice');
    // Saturday the 6th: the held nights leave no whole week.
    expect(day(weekly, '2027-03-06').limit).toBe('short');
    expect(day(weekly, '2027-03-13')).toMatchObject({ limit: undefined, choosable: true });
    expect(day(weekly, '2027-03-15').limit).toBe('no-arrival');
    const turning = openings({ turnoverNights: 1 });
    expect(day(turning, '2027-03-12').limit).toBe('turnover');
    expect(day(turning, '2027-03-10').checkOutOnly).toBe(false);
    expect(turning.obstacleTo(stay('2027-03-08', '2027-03-10'), 1)).toEqual({ kind: 'turnover', nights: 1 });
    // A closed night needs no turnover.
    const closed = openings({ turnoverNights: 1 }, [{ ...held, status: 'blocked' }]);
    expect(day(closed, '2027-03-10').checkOutOnly).toBe(true);
  });

  it("lets a hold of one's own be replaced, unless it is being paid", () => {
    const mine = openings({ turnoverNights: 1 }, [held], [hold()]);
    expect(day(mine, '2027-03-10')).toMatchObject({ state: 'mine', choosable: true });
    expect(mine.obstacleTo(stay('2027-03-09', '2027-03-11'), 1)).toBe(undefined);
    // Apart from it, it stays where it is, and the turnover with it.
    expect(mine.obstacleTo(stay('2027-03-08', '2027-03-10'), 1)).toMatchObject({ kind: 'turnover' });
    const paying = openings({}, [held], [hold({ status: 'confirming' })]);
    expect(day(paying, '2027-03-10').state).toBe('paying');
    expect(paying.obstacleTo(stay('2027-03-09', '2027-03-11'), 1)).toMatchObject({ state: 'paying' });
  });
});

describe('choosing a stay', () => {
  const open = openings();
  const begun = { checkIn: '2027-03-08', checkOut: '' };

  it('begins with the first day, ends with the second, and is taken back by choosing the first again', () => {
    expect(chooseDay(open, none, '2027-03-08')).toEqual(begun);
    expect(chooseDay(open, begun, '2027-03-09')).toEqual({ ...begun, checkOut: '2027-03-09' });
    expect(chooseDay(open, begun, '2027-03-08')).toEqual(none);
    const chosen = { checkIn: '2027-03-08', checkOut: '2027-03-09' };
    expect(chooseDay(open, chosen, '2027-03-20')).toEqual({ checkIn: '2027-03-20', checkOut: '' });
  });

  it("may end on another guest's arrival day, not begin there, nor reach over it", () => {
    expect(chooseDay(open, begun, '2027-03-10')).toEqual({ ...begun, checkOut: '2027-03-10' });
    expect(chooseDay(open, none, '2027-03-10')).toBe(none);
    expect(chooseDay(open, begun, '2027-03-11')).toBe(begun);
    expect(chooseDay(open, begun, '2027-03-14')).toEqual({ checkIn: '2027-03-14', checkOut: '' });
    expect(chooseDay(open, begun, '2027-03-05')).toEqual({ checkIn: '2027-03-05', checkOut: '' });
  });

  it('does not begin anew on a day that is only too near or the wrong one to leave', () => {
    const strict = openings({ minNights: 3, departureDays: [1, 2, 3, 4, 5, 6] }, []);
    const from = begunIn(begun);
    const because = (date: string) => meaningOf(strict, from, nightOf(date));
    expect(because('2027-03-10')).toMatchObject({ is: 'nothing', because: { rule: 'min_nights' } });
    // A Sunday.
    expect(because('2027-03-14')).toMatchObject({ is: 'nothing', because: { rule: 'departure_day' } });
    expect(because('2027-03-15')).toEqual({ is: 'leave' });
  });

  it('marks, once it is begun, on which days it may end, on which not, and why', () => {
    const weekly = { minNights: 3, maxNights: 9, departureDays: [1, 2, 3, 4, 5, 6] };
    const end = (open: ReturnType<typeof openings>, date: string) => dayOf(open, begun, undefined, date).end;
    const strict = openings(weekly, []);
    // It begins on Monday 8 March.
    expect(end(strict, '2027-03-07')).toBe(undefined);
    expect(end(strict, '2027-03-08')).toBe(undefined);
    expect(end(strict, '2027-03-10')).toEqual({ is: 'short', nights: 3 });
    expect(end(strict, '2027-03-11')).toEqual({ is: 'possible' });
    expect(end(strict, '2027-03-14')).toEqual({ is: 'weekday' });
    expect(end(strict, '2027-03-17')).toEqual({ is: 'possible' });
    expect(end(strict, '2027-03-18')).toEqual({ is: 'long', nights: 9 });
    const taken = openings({}, [{ from: '2027-03-12', to: '2027-03-13', status: 'booked' }]);
    expect(end(taken, '2027-03-12')).toEqual({ is: 'possible' });
    expect(end(taken, '2027-03-13')).toEqual({ is: 'behind' });
    const apart = openings({ turnoverNights: 1 }, [
      { from: '2027-03-12', to: '2027-03-13', status: 'booked' },
    ]);
    expect(end(apart, '2027-03-12')).toEqual({ is: 'turnover' });
    // Where another stay may begin is told only as long as none is begun.
    const other = openings({ arrivalDays: [1] }, []);
    expect(day(other, '2027-03-09').limit).toBe('no-arrival');
    expect(dayOf(other, begun, undefined, '2027-03-09')).toMatchObject({
      limit: undefined,
      end: { is: 'possible' },
    });
  });

  it('shows the stay as it would be while its end is looked at', () => {
    const parts = (looked: string, date: string) => dayOf(open, begun, looked, date).part;
    expect(parts('2027-03-10', '2027-03-09')).toBe('stay');
    expect(parts('2027-03-10', '2027-03-10')).toBe('check-out');
    expect(parts('2027-03-11', '2027-03-09')).toBe(undefined);
  });

  it('says the price, or the one reason why not, by the rules of the server', () => {
    expect(checkStayOf(open, stay('2027-03-05', '2027-03-08'), { guests: 2 })).toMatchObject({
      ok: true,
      quote: { currency: 'EUR', totalMinor: 35_310 },
    });
    expect(checkStayOf(open, stay('2027-03-05', '2027-03-08'), { guests: 9 })).toMatchObject({
      because: { rule: 'capacity' },
    });
    expect(checkStayOf(open, stay('2027-03-09', '2027-03-12'), { guests: 1 })).toMatchObject({
      because: { kind: 'taken', state: 'held', night: nightOf('2027-03-10') },
    });
  });

  it('names the nearest stays of the same length', () => {
    expect(nearestStays(open, stay('2027-03-09', '2027-03-12'), 1)).toEqual([
      { checkIn: '2027-03-07', checkOut: '2027-03-10' },
      { checkIn: '2027-03-06', checkOut: '2027-03-09' },
      { checkIn: '2027-03-12', checkOut: '2027-03-15' },
    ]);
  });

  it('names one way out of a rule, which leads into no other and into no taken night', () => {
    const instead = (terms: Partial<Terms>, wish: ReturnType<typeof stay>, guests = 1) => {
      const those = openings(terms);
      const check = checkStayOf(those, wish, { guests });
      return check.ok ? undefined : waysOut(those, wish, guests, check.because);
    };
    // Three nights from the eighth would end in the nights of the tenth, which are held.
    const short = stay('2027-03-08', '2027-03-09');
    expect(instead({ minNights: 3 }, short)).toEqual([{ checkIn: '2027-03-07', checkOut: '2027-03-10' }]);
    expect(instead({ minNights: 3, arrivalDays: [5] }, short)).toEqual([
      { checkIn: '2027-03-05', checkOut: '2027-03-08' },
    ]);
    expect(instead({ capacity: 2 }, short, 3)).toEqual([]);
    // Where none is as long.
    expect(instead({ horizonNights: 11 }, stay('2027-03-05', '2027-03-15'))).toEqual([
      { checkIn: '2027-03-01', checkOut: '2027-03-10' },
    ]);
  });
});
