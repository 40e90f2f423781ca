import { describe, expect, it } from 'vitest';
import type { OccupancyChanged } from '../../src/client/index.ts';
import {
  EMPTY_LOG,
  FEED_KEPT_MAX,
  heard,
  newsSince,
  passes,
  paused,
  resumed,
} from '../../web/src/admin/occupancy/feed-log.ts';

const change = (version: number, more: Partial<OccupancyChanged> = {}): OccupancyChanged => ({
  apartmentId: 'a',
  version,
  changes: [],
  cause: 'held',
  at: '2027-01-01T00:00:00.000Z',
  ...more,
});
const versions = (changes: readonly OccupancyChanged[]) => changes.map(({ version }) => version);
const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => change(from + count - 1 - i));

describe('the feed', () => {
  it('stands still while it is paused, counts what comes, and shows it in order afterwards', () => {
    let log = heard(EMPTY_LOG, [change(2), change(1)]);
    log = heard(paused(log), [change(4), change(3)]);
    log = heard(log, [change(5)]);
    expect(versions(log.shown)).toEqual([2, 1]);
    expect(log.waitingCount).toBe(3);
    // Pausing what is paused loses nothing.
    log = resumed(paused(log));
    expect(versions(log.shown)).toEqual([5, 4, 3, 2, 1]);
    expect(log.waiting).toBeUndefined();
  });

  it('keeps so many and counts all', () => {
    let log = paused(heard(EMPTY_LOG, many(1, 10)));
    log = heard(log, many(11, FEED_KEPT_MAX + 50));
    expect(log.waiting).toHaveLength(FEED_KEPT_MAX);
    expect(log.waitingCount).toBe(FEED_KEPT_MAX + 50);
    log = resumed(log);
    expect(log.shown).toHaveLength(FEED_KEPT_MAX);
    expect(log.shown[0]?.version).toBe(FEED_KEPT_MAX + 60);
  });

  it('takes from a list of the newest what is new, also where all of it is', () => {
    const [first, second, third] = [change(1), change(2), change(3)];
    expect(newsSince([second, first], undefined)).toEqual([second, first]);
    expect(newsSince([third, second, first], first)).toEqual([third, second]);
    expect(newsSince([third, second], first)).toEqual([third, second]);
    expect(newsSince([first], first)).toEqual([]);
  });

  it('filters by cause, by name, city or id of the apartment, and by guest', () => {
    const apartments = new Map([['a', { name: 'Casa Azul', city: 'Porto' }]]);
    const all = { causes: new Set<OccupancyChanged['cause']>(), apartment: '', guest: '' };
    const held = change(1, { guestId: 'acc_Ana' });
    expect(passes(held, all, apartments)).toBe(true);
    expect(passes(held, { ...all, causes: new Set(['expired']) }, apartments)).toBe(false);
    expect(passes(held, { ...all, causes: new Set(['expired', 'held']) }, apartments)).toBe(true);
    expect(passes(held, { ...all, apartment: ' porto' }, apartments)).toBe(true);
    expect(passes(held, { ...all, apartment: 'azul' }, apartments)).toBe(true);
    expect(passes(held, { ...all, apartment: 'Lisbon' }, apartments)).toBe(false);
    expect(passes(held, { ...all, guest: 'ana' }, apartments)).toBe(true);
    expect(passes(change(2), { ...all, guest: 'ana' }, apartments)).toBe(false);
  });
});
