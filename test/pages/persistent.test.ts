/** A question that is asked until it is answered. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { persistent } from '../../web/src/shared/live/persistent.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is asked again until it is settled, and no more', async () => {
  const ask = vi
    .fn(async () => true)
    .mockResolvedValueOnce(false)
    .mockResolvedValueOnce(false);
  persistent(ask)();
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(3);
});

it('does not wait where it is asked meanwhile', async () => {
  const ask = vi.fn(async () => true).mockResolvedValueOnce(false);
  const now = persistent(ask);
  now();
  await vi.advanceTimersByTimeAsync(1);
  now();
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(2);
});
