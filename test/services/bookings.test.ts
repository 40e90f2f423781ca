import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import type { BookingRecord } from '../../src/actors/facts.ts';
import { isOfAnother } from '../../src/protocol/errors.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import { createBookings } from '../../src/services/bookings/index.ts';
import { NOTHING_SEALED } from '../support/in-clear.ts';

const record: BookingRecord = {
  id: 'b2-x',
  apartmentId: 'a1',
  holdId: 'h1-x',
  from: 20_000,
  to: 20_002,
  guests: 1,
  guestId: 'ana',
  contact: { name: 'Ana', email: 'ana@example.com' },
  price: { currency: 'EUR', lines: [] },
  policy: 'moderate',
  paymentKey: 'h1-x-1',
  status: 'confirmed',
  createdAtMs: 0,
  cancelledAtMs: null,
  refundMinor: null,
  version: 4,
  confirmedVersion: 4,
};

async function seenBy(kind: Subject['kind'], id: string, status: BookingRecord['status'] = 'confirmed') {
  const bookings = createBookings({
    pool: { query: () => Promise.resolve({ rows: [{ ...record, status }] }) } as unknown as Pool,
    contacts: NOTHING_SEALED,
    nowMs: () => 0,
    openHoldsOf: () => Promise.resolve([]),
    mayManage: (subject, apartmentId) =>
      Promise.resolve(subject.kind === 'admin' || (subject.id === 'host-of-a1' && apartmentId === 'a1')),
  });
  const outcome = await bookings.get({ kind, id }, record.id);
  if (outcome.ok) return outcome.data.id;
  return isOfAnother(outcome.error) ? `${outcome.error.code}, another's` : outcome.error.code;
}

describe('the list of bookings', () => {
  it.each([
    ['guest', undefined, 'ana'],
    ['guest', 'mine', 'ana'],
    ['admin', undefined, null],
    ['admin', 'mine', 'ana'],
  ] as const)('of the %s, whose %s, is of %s', async (kind, whose, guestId) => {
    const asked: unknown[] = [];
    const bookings = createBookings({
      pool: {
        query(_text: string, values: unknown[]) {
          asked.push(values[0]);
          return Promise.resolve({ rows: [] });
        },
      } as unknown as Pool,
      contacts: NOTHING_SEALED,
      nowMs: () => 0,
      openHoldsOf: () => Promise.resolve([]),
      mayManage: () => Promise.resolve(false),
    });
    await bookings.list({ kind, id: 'ana' }, { limit: 1, whose });
    expect(asked).toEqual([guestId]);
  });
});

describe('a booking', () => {
  it.each([
    ['guest', 'ana', 'b2-x'],
    ['guest', 'ben', "not_found, another's"],
    ['host', 'host-of-a1', 'b2-x'],
    ['host', 'host-of-a2', "not_found, another's"],
    ['admin', 'root', 'b2-x'],
  ] as const)('is for %s %s: %s', async (kind, id, answer) => {
    expect(await seenBy(kind, id)).toBe(answer);
  });

  it('does not exist before it is confirmed', async () => {
    expect(await seenBy('guest', 'ana', 'pending')).toBe('not_found');
    expect(await seenBy('admin', 'root', 'pending')).toBe('not_found');
  });
});
