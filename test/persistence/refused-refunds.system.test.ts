import { expect, it } from 'vitest';
import type { Fact } from '../../src/actors/facts.ts';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { recordedRows } from '../../src/persistence/statements/recorded-apartments.ts';
import { endRefusedRefund, refusedRefunds } from '../../src/persistence/statements/refused-refunds.ts';
import { checkAll } from '../../src/verify/check-all.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { AT_MS, appendTo, cancelled, confirmed, confirming, entry, held, pendingBooking } from './facts.ts';

it('[B7] a refund that the provider has refused is listed until the operator says that it is done', async () => {
  await using database = await createTestDatabase();
  const { pool } = database;
  await pool.query('update shards set epoch = 1');
  const journal = createPostgresJournal({ pool, url: database.url });
  const settled = (key: string, outcome: 'refused' | 'refunded'): Fact => ({ kind: 'settled', key, outcome });
  try {
    // Cancelled, and paid too late for nights that others have: refused. One that was refunded, one under way.
    for (const [apartmentId, outcome] of [
      ['a', 'refused'],
      ['b', 'refunded'],
      ['c', undefined],
    ] as const) {
      const booking = pendingBooking(`of-${apartmentId}`);
      await appendTo(journal, 1, entry(apartmentId, 1, held(booking.holdId)));
      await appendTo(journal, 1, confirming(apartmentId, 2, booking));
      await appendTo(journal, 1, confirmed(apartmentId, 3, booking));
      await appendTo(journal, 1, cancelled(apartmentId, 4, booking.id, 500));
      const write = outcome === 'refunded' ? { booking: { op: outcome, id: booking.id } as const } : {};
      if (outcome !== undefined)
        await appendTo(journal, 1, entry(apartmentId, 5, settled(booking.paymentKey, outcome), write));
    }
    const late = pendingBooking('late');
    await appendTo(journal, 1, entry('d', 1, held(late.holdId)));
    await appendTo(journal, 1, confirming('d', 2, late));
    await appendTo(journal, 1, entry('d', 3, { kind: 'expired', hold: late.holdId }));
    await appendTo(journal, 1, entry('d', 4, settled(late.paymentKey, 'refused'), { atMs: AT_MS + 1 }));

    const { contact, price, guestId } = late;
    expect(await refusedRefunds(pool)).toEqual([
      {
        ...{ bookingId: 'of-a', apartmentId: 'a', paymentKey: 'key_of_of-a', refundMinor: 500, atMs: AT_MS },
        ...{ contact, price, guestId, holdId: 'hold_of_of-a' },
      },
      {
        ...{ bookingId: 'late', apartmentId: 'd', paymentKey: 'key_of_late', refundMinor: null },
        ...{ contact, price, guestId, holdId: late.holdId, atMs: AT_MS + 1 },
      },
    ]);
    expect(await problems()).toEqual([]);

    for (const id of ['of-b', 'of-c', 'unknown']) expect(await endRefusedRefund(pool, id)).toBe(false);
    for (const id of ['of-a', 'late']) expect(await endRefusedRefund(pool, id)).toBe(true);
    expect(await endRefusedRefund(pool, 'late')).toBe(false);
    expect(await refusedRefunds(pool)).toEqual([]);
    expect(await problems()).toEqual([]);
    expect(await journal.bookingOfHold('d', late.holdId)).toBeUndefined();
  } finally {
    await journal.close();
  }

  /** Of the facts against the tables; these apartments have no listing, and their facts no life. */
  async function problems(): Promise<string[]> {
    const all: string[] = [];
    await checkAll(recordedRows(pool), ({ rule, sentence }) => {
      if (rule === 'tables' && sentence !== 'has rows, and no listing') all.push(sentence);
    });
    return all;
  }
});
