/** The tape chart without a browser: bars, day totals, the cursor, the filter, and what is drawn when. */
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import type { Range } from '../../src/protocol/resources.ts';
import { barAt, barsOf, barsWithin } from '../../web/src/chart/bars.ts';
import { ChartStore } from '../../web/src/chart/chart-store.ts';
import { type Cursor, chosen, moved } from '../../web/src/chart/cursor.ts';
import { type ChartFilter, filterOf, fits, matches } from '../../web/src/chart/filter.ts';
import { MARK_MS } from '../../web/src/chart/marks.ts';
import { DayTotals } from '../../web/src/chart/totals.ts';

const FROM = nightOf('2027-03-01');
const TO = nightOf('2027-04-01');
const night = (day: number) => FROM + day - 1;
const date = (day: number) => dateOf(night(day));
const taken = (from: number, to: number, status: Range['status'] = 'booked'): Range => ({
  from: date(from),
  to: date(to),
  status,
});
const calendar = (apartmentId: string, version: number, ...ranges: Range[]) =>
  modelOf({ apartmentId, version, from: dateOf(FROM), to: dateOf(TO), taken: ranges });
const ALL: ChartFilter = { city: '', name: '', state: undefined, within: { from: '', to: '' } };

describe('bars', () => {
  const bars = barsOf(
    calendar('a', 1, taken(1, 3), taken(5, 8, 'held'), taken(8, 9, 'blocked'), taken(30, 32)),
  );

  it('are the runs of nights that are taken alike, from the first night to the last', () => {
    expect(bars.map(({ from, to, status }) => [from - FROM + 1, to - FROM + 1, status])).toEqual([
      [1, 3, 'booked'],
      [5, 8, 'held'],
      [8, 9, 'blocked'],
      [30, 32, 'booked'],
    ]);
  });

  it('tell two holds apart that end at different times', () => {
    const until = (time: string) => ({ heldUntil: `2027-02-28T${time}:00.000Z` });
    const holds = calendar(
      'a',
      1,
      { ...taken(1, 3, 'held'), ...until('10:00') },
      { ...taken(3, 5, 'held'), ...until('11:00') },
    );
    expect(barsOf(holds)).toHaveLength(2);
  });

  it('are found by night and by range', () => {
    expect(barAt(bars, night(7))?.status).toBe('held');
    expect(barAt(bars, night(8))?.status).toBe('blocked');
    expect(barAt(bars, night(4))).toBeUndefined();
    expect(barAt(bars, night(31))?.status).toBe('booked');
    expect(barsWithin(bars, night(3), night(5))).toEqual([]);
    expect(barsWithin(bars, night(2), night(6)).map(({ status }) => status)).toEqual(['booked', 'held']);
    expect(barsWithin(bars, FROM, TO)).toHaveLength(4);
  });
});

describe('day totals', () => {
  it('count rows by night, and forget those that leave', () => {
    const totals = new DayTotals(FROM, TO);
    const first = barsOf(calendar('a', 1, taken(1, 3), taken(5, 8, 'held')));
    const second = barsOf(calendar('b', 1, taken(2, 6, 'blocked')));
    totals.add(first);
    totals.add(second);
    expect(totals.at(night(2))).toEqual({ free: 0, held: 0, booked: 1, blocked: 1 });
    expect(totals.at(night(5))).toEqual({ free: 0, held: 1, booked: 0, blocked: 1 });
    expect(totals.at(night(20))).toEqual({ free: 2, held: 0, booked: 0, blocked: 0 });
    expect(totals.sum()).toEqual({ apartments: 2, nights: 62, free: 53, held: 3, booked: 2, blocked: 4 });
    totals.remove(second);
    expect(totals.at(night(2))).toEqual({ free: 0, held: 0, booked: 1, blocked: 0 });
  });
});

describe('the cursor', () => {
  const bounds = { rows: 100, from: FROM, to: TO, pageRows: 10 };
  const at = (row: number, day: number, anchor = day): Cursor => ({
    row,
    night: night(day),
    anchor: night(anchor),
  });
  const press = (cursor: Cursor, key: string, how: { shift?: boolean; ctrl?: boolean } = {}) =>
    moved(cursor, { key, shift: false, ctrl: false, ...how }, bounds);

  it('moves by night, week, row and page, and stops at the edges', () => {
    expect(press(at(0, 1), 'ArrowRight')).toEqual(at(0, 2));
    expect(press(at(0, 1), 'ArrowLeft')).toEqual(at(0, 1));
    expect(press(at(0, 1), 'ArrowRight', { ctrl: true })).toEqual(at(0, 8));
    expect(press(at(0, 5), 'ArrowUp')).toEqual(at(0, 5));
    expect(press(at(0, 5), 'PageDown')).toEqual(at(10, 5));
    expect(press(at(95, 5), 'PageDown')).toEqual(at(99, 5));
    expect(press(at(50, 5), 'Home')).toEqual(at(50, 1));
    expect(press(at(50, 5), 'End')).toEqual(at(50, 31));
    expect(press(at(50, 5), 'Home', { ctrl: true })).toEqual(at(0, 1));
    expect(press(at(50, 5), 'End', { ctrl: true })).toEqual(at(99, 31));
    expect(press(at(50, 5), 'x')).toBeUndefined();
  });

  it('chooses nights of one row with Shift, in both directions', () => {
    const two = press(at(3, 5), 'ArrowRight', { shift: true }) as Cursor;
    expect(chosen(two)).toEqual({ from: night(5), to: night(7) });
    const back = press(press(two, 'ArrowLeft', { shift: true }) as Cursor, 'ArrowLeft', { shift: true });
    expect(chosen(back as Cursor)).toEqual({ from: night(4), to: night(6) });
    expect(press(two, 'ArrowDown', { shift: true })).toEqual(two);
    expect(press(two, 'ArrowDown')).toEqual(at(4, 6));
    expect(press(two, 'Escape')).toEqual(at(3, 6));
    expect(press(at(3, 6), 'Escape')).toBeUndefined();
  });
});

describe('the filter', () => {
  const bars = barsOf(calendar('a', 1, taken(5, 8, 'held')));
  const chart = { from: FROM, to: TO };

  it('is read from the address, and leaves out what makes no sense', () => {
    expect(
      filterOf(new URLSearchParams('city=Porto&name=casa&state=held&from=2027-03-05&to=2027-03-09')),
    ).toEqual({
      city: 'Porto',
      name: 'casa',
      state: 'held',
      within: { from: '2027-03-05', to: '2027-03-09' },
    });
    expect(filterOf(new URLSearchParams('state=mine&from=2027-03-09&to=2027-03-05'))).toEqual(ALL);
  });

  it('takes the city whole and a part of the name in any case', () => {
    const casa = { id: 'a', name: 'Casa Azul', city: 'Porto' };
    expect(matches({ ...ALL, name: 'AZ' }, casa)).toBe(true);
    expect(matches({ ...ALL, city: 'Port' }, casa)).toBe(false);
  });

  it('asks for such a night, or for none at all where it is to be free', () => {
    const over = (from: number, to: number) => ({ from: date(from), to: date(to) });
    expect(fits({ ...ALL, state: 'held' }, bars, chart)).toBe(true);
    expect(fits({ ...ALL, state: 'held', within: over(8, 20) }, bars, chart)).toBe(false);
    expect(fits({ ...ALL, state: 'free' }, bars, chart)).toBe(false);
    expect(fits({ ...ALL, state: 'free', within: over(8, 20) }, bars, chart)).toBe(true);
  });
});

describe('the store', () => {
  function opened(filter = ALL) {
    const frames: (() => void)[] = [];
    const clock = { ms: 0 };
    const store = new ChartStore({
      from: FROM,
      to: TO,
      filter,
      nowMs: () => clock.ms,
      beforeFrame: (draw) => frames.push(draw),
    });
    const apartments = ['a', 'b', 'c'].map((id) => ({ id, name: `Casa ${id}`, city: 'Porto' }));
    const calendars = (version = 1) =>
      new Map(apartments.map(({ id }) => [id, calendar(id, version, taken(1, 3))]));
    store.whole(apartments, calendars());
    const frame = () => {
      for (const draw of frames.splice(0)) draw();
    };
    frame();
    const drawn: string[] = [];
    for (const { id } of apartments) store.onRow(id, () => drawn.push(id));
    store.onTotals(() => drawn.push('totals'));
    store.onShown(() => drawn.push('list'));
    const change = (version: number, from: number, to: number) => ({
      version,
      changes: [taken(from, to, 'held')],
      cause: 'held' as const,
      at: '2027-03-01T10:00:00.000Z',
      guestId: 'guest_1',
    });
    return { store, apartments, calendars, frames, frame, drawn, change, clock };
  }

  it('draws only the rows that changed, and each once a frame however often it did', () => {
    const { store, frames, frame, drawn, change } = opened();
    for (let version = 2; version < 52; version++) {
      store.changed(calendar('b', version, taken(1, 3), taken(5, 8, 'held')), change(version, 5, 8));
    }
    expect(drawn).toEqual([]);
    expect(frames).toHaveLength(1);
    frame();
    expect(drawn).toEqual(['totals', 'b']);
    expect(store.totals.at(night(6))).toMatchObject({ held: 1, free: 2 });
  });

  it('draws nothing for a whole picture that tells nothing new', () => {
    const { store, apartments, calendars, frame, drawn } = opened();
    const before = store.row('a');
    store.whole(apartments, calendars());
    frame();
    expect(store.row('a')).toBe(before);
    expect(drawn.filter((what) => what.length === 1)).toEqual([]);
    store.whole(apartments, calendars(2));
    frame();
    expect(drawn.filter((what) => what.length === 1)).toEqual(['a', 'b', 'c']);
  });

  it('takes no picture of other nights: what it does not reach is not known to be free', () => {
    const store = new ChartStore({
      from: FROM + 20,
      to: TO + 20,
      filter: ALL,
      nowMs: () => 0,
      beforeFrame: () => {},
    });
    store.whole([{ id: 'a', name: 'Casa a', city: 'Porto' }], new Map([['a', calendar('a', 1)]]));
    expect(store.known).toBe(false);
    expect(store.totals.at(TO + 5).free).toBe(0);
  });

  it('takes up another name or city of an apartment whose nights are as before', () => {
    const { store, apartments, calendars, frame, drawn } = opened();
    store.whole(
      apartments.map((one) => (one.id === 'b' ? { ...one, name: 'Casa Nova' } : one)),
      calendars(),
    );
    frame();
    expect(store.row('b')?.apartment.name).toBe('Casa Nova');
    expect(drawn).toEqual(['b']);
  });

  it('marks a change for a while, and remembers who it was', () => {
    const { store, frame, drawn, change, clock } = opened();
    store.changed(calendar('a', 2, taken(5, 8, 'held')), change(2, 5, 8));
    frame();
    expect(store.row('a')?.marks).toMatchObject([{ from: night(5), to: night(8), guestId: 'guest_1' }]);
    clock.ms = MARK_MS - 1;
    store.sweep();
    expect(store.row('a')?.marks).toHaveLength(1);
    clock.ms = MARK_MS;
    drawn.length = 0;
    store.sweep();
    frame();
    expect(drawn).toEqual(['a']);
    expect(store.row('a')?.marks).toEqual([]);
    expect(store.row('a')?.recent).toHaveLength(1);
  });

  it('lets no row come or go by itself under a filter, but says how many would', () => {
    const { store, frame, drawn, change } = opened();
    store.filter({ ...ALL, state: 'free', within: { from: date(5), to: date(8) } });
    frame();
    expect(store.shown()).toEqual(['a', 'b', 'c']);
    store.changed(calendar('b', 2, taken(5, 8, 'held')), change(2, 5, 8));
    frame();
    expect(store.shown()).toEqual(['a', 'b', 'c']);
    expect(store.strays()).toBe(1);
    expect(drawn).toContain('list');
    store.filter({ ...ALL, state: 'free', within: { from: date(5), to: date(8) } });
    expect(store.shown()).toEqual(['a', 'c']);
    expect(store.strays()).toBe(0);
  });

  it('nor with a whole picture, unless apartments have come or gone', () => {
    const { store, apartments, calendars, frame, change } = opened();
    const heldB = calendar('b', 2, taken(1, 3), taken(5, 8, 'held'));
    store.filter({ ...ALL, state: 'held' });
    expect(store.shown()).toEqual([]);
    store.changed(heldB, change(2, 5, 8));
    store.whole(apartments, new Map([...calendars(), ['b', heldB]]));
    frame();
    expect(store.shown()).toEqual([]);
    expect(store.strays()).toBe(1);
    store.filter({ ...ALL, state: 'held' });
    expect(store.totals.at(night(6))).toMatchObject({ held: 1, free: 0 });
    store.whole(apartments, calendars(3));
    expect(store.shown()).toEqual(['b']);
    expect(store.strays()).toBe(1);
    expect(store.totals.at(night(6))).toMatchObject({ held: 0, free: 1 });
    store.whole(apartments.slice(1), calendars(3));
    expect(store.shown()).toEqual([]);
    expect(store.strays()).toBe(0);
  });
});
