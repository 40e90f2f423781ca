import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { todayIn } from '../../web/src/format.ts';
import { eachMinute } from '../../web/src/shared/live/today.ts';

vi.mock('../../web/src/shared/live/client.ts', () => ({ client: { clock: { nowMs: () => Date.now() } } }));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a page hears of midnight as it comes, wherever that is', () => {
  // A quarter to midnight in Kathmandu, whose clocks are 5 h 45 min ahead.
  vi.setSystemTime('2027-03-01T18:00:30.400Z');
  const days: string[] = [];
  const stop = eachMinute(() => days.push(todayIn('Asia/Kathmandu', Date.now())));
  vi.advanceTimersByTime(14 * 60_000);
  expect(new Set(days)).toEqual(new Set(['2027-03-01']));
  vi.advanceTimersByTime(30_000);
  expect(days.at(-1)).toBe('2027-03-02');
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('a clock that is measured anew is followed within a minute', () => {
  vi.setSystemTime('2027-03-01T12:00:00.000Z');
  const days: string[] = [];
  const stop = eachMinute(() => days.push(todayIn('UTC', Date.now())));
  vi.setSystemTime('2027-03-05T12:00:00.000Z');
  vi.advanceTimersByTime(61_000);
  expect(days.at(-1)).toBe('2027-03-05');
  stop();
});
