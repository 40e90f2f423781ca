import { describe, expect, it } from 'vitest';
import { calendarModel, type Range } from '../../src/client/index.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import { inTheWay, isClear } from '../../web/src/admin/history/in-the-way.ts';
import { nightChanges } from '../../web/src/admin/history/night-changes.ts';
import { openTerms } from '../support/terms.ts';

const today = nightOf('2027-03-01');
const calendarOf = (taken: Range[], version = 1) =>
  calendarModel.modelOf({ apartmentId: 'a', version, from: '2027-03-01', to: '2027-05-01', taken });
const stay = { checkIn: '2027-03-10', checkOut: '2027-03-13', guests: 2 };
const terms = openTerms({ minNights: 1, turnoverNights: 1, capacity: 4 });

describe('why a stay was refused', () => {
  it('finds nothing where nothing stood in the way', () => {
    expect(isClear(inTheWay(terms, calendarOf([]), stay, today))).toBe(true);
  });

  it('names taken nights, stays too close, and the rule', () => {
    const calendar = calendarOf([
      { from: '2027-03-12', to: '2027-03-14', status: 'held', heldUntil: '2027-03-01T10:00:00.000Z' },
      { from: '2027-03-08', to: '2027-03-10', status: 'booked' },
      // Closed nights may touch a stay.
      { from: '2027-03-14', to: '2027-03-15', status: 'blocked' },
    ]);
    const found = inTheWay(terms, calendar, { ...stay, guests: 9 }, today);
    expect(found.taken.map(({ status }) => status)).toEqual(['held']);
    expect(found.turnover.map(({ path }) => path)).toEqual(['checkIn']);
    expect(found.rule?.rule).toBe('capacity');
  });

  it('reckons with the day that it was then', () => {
    expect(inTheWay(terms, calendarOf([]), stay, nightOf('2027-03-11')).rule?.rule).toBe('past');
  });
});

describe('what a fact changed', () => {
  it('is told in runs of nights with what they were and are', () => {
    const before = calendarOf([{ from: '2027-03-12', to: '2027-03-14', status: 'held' }]);
    const after = calendarOf([{ from: '2027-03-13', to: '2027-03-16', status: 'booked' }], 2);
    expect(nightChanges(before, after)).toEqual([
      { from: '2027-03-12', to: '2027-03-13', before: 'held', after: 'free', deadlineMoved: false },
      { from: '2027-03-13', to: '2027-03-14', before: 'held', after: 'booked', deadlineMoved: false },
      { from: '2027-03-14', to: '2027-03-16', before: 'free', after: 'booked', deadlineMoved: false },
    ]);
  });

  it('knows a deadline that was moved', () => {
    const held = (heldUntil: string) =>
      calendarOf([{ from: '2027-03-12', to: '2027-03-14', status: 'held', heldUntil }]);
    const changes = nightChanges(held('2027-03-01T10:00:00.000Z'), held('2027-03-01T10:15:00.000Z'));
    expect(changes).toEqual([
      { from: '2027-03-12', to: '2027-03-14', before: 'held', after: 'held', deadlineMoved: true },
    ]);
  });

  it('begins with nothing taken', () => {
    expect(
      nightChanges(undefined, calendarOf([{ from: '2027-03-12', to: '2027-03-13', status: 'held' }])),
    ).toHaveLength(1);
  });
});
