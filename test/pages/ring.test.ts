import { expect, it } from 'vitest';
import { Ring } from '../../web/src/admin/servers/ring.ts';

it('keeps the last values, oldest first', () => {
  const ring = new Ring<number>(3);
  expect(ring.values()).toEqual([]);
  expect(ring.last).toBeUndefined();
  ring.push(1);
  ring.push(2);
  expect(ring.values()).toEqual([1, 2]);
  for (const value of [3, 4, 5]) {
    ring.push(value);
    expect(ring.last).toBe(value);
  }
  expect(ring.values()).toEqual([3, 4, 5]);
  expect(ring.length).toBe(3);
  ring.push(6);
  expect(ring.last).toBe(6);
});
