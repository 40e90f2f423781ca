/**
 * What stands of an apartment as of a version, as text: the end of what is archived, from which its journal is judged, and
 * loaded, where the facts before it are not read. Its shape belongs to no version of the machine; one that is changed gets
 * another `v`, and this one is read for ever.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { Booking, Hold } from './claims.ts';
import { whyNot } from './facts.ts';
import { Fold } from './fold.ts';
import type { Says } from './problem.ts';

const US = '\u001f';
const NIGHTS = { from: z.int(), to: z.int() };
const Price = z.strictObject({
  currency: z.string(),
  lines: z.array(z.tuple([z.int(), z.int(), z.int()])),
});
const BookingShape = z.strictObject({
  ...NIGHTS,
  ...{ id: z.string(), guestId: z.string(), guests: z.int(), holdId: z.string(), price: Price },
  ...{ paymentKey: z.string(), status: z.enum(['pending', 'confirmed', 'cancelled', 'gone']) },
  ...{
    refundMinor: z.int().nullable(),
    refundOwed: z.boolean(),
    version: z.int(),
    confirmedVersion: z.int(),
  },
});
const HoldShape = z.strictObject({
  ...NIGHTS,
  ...{ id: z.string(), guestId: z.string(), guests: z.int(), price: Price, firstHeldAtMs: z.int() },
  ...{ expiresAtMs: z.int(), isExtended: z.boolean(), isGranted: z.boolean(), attempts: z.int() },
  payment: z
    .strictObject({
      ...{ key: z.string(), method: z.string(), deadlineMs: z.int(), isAuthorised: z.boolean() },
      booking: BookingShape,
    })
    .optional(),
});
const State = z.strictObject({
  v: z.literal(1),
  status: z.enum(['listed', 'paused', 'retired']).optional(),
  holds: z.array(HoldShape),
  bookings: z.array(BookingShape),
  blocks: z.array(
    z.strictObject({
      ...NIGHTS,
      ...{ id: z.string(), reason: z.string().optional(), version: z.int(), sinceMs: z.int() },
    }),
  ),
  debts: z.array(
    z.strictObject({
      ...{ key: z.string(), amountMinor: z.int(), booking: BookingShape, hold: HoldShape.optional() },
    }),
  ),
  ended: z.array(
    z.strictObject({ ...NIGHTS, guestId: z.string(), firstHeldAtMs: z.int(), endedAtMs: z.int() }),
  ),
});

const Row = z.strictObject({
  version: z.int().positive(),
  volume: z.int().nonnegative(),
  atMs: z.int(),
  hash: z.int().nullable(),
  crc: z.int(),
  state: z.string(),
});
export type Baseline = z.infer<typeof Row>;

/** Of an apartment whose facts up to here have been folded. */
export function baselineOf(
  apartmentId: string,
  fold: Fold,
  place: Omit<Baseline, 'crc' | 'state'>,
): Baseline {
  // In the order of the shape, so that the same claims are the same text, however they came to stand.
  const stands = State.parse({
    ...{ v: 1, status: fold.status },
    holds: [...fold.holds.values()].map(holdOf),
    bookings: [...fold.bookings.values()].map(bookingOf),
    blocks: [...fold.blocks.values()],
    debts: [...fold.debts.values()].map(({ hold, booking, ...debt }) => ({
      ...{ ...debt, booking: bookingOf(booking), hold: hold && holdOf(hold) },
    })),
    ended: fold.ended.stillAt(place.atMs),
  });
  const state = JSON.stringify(stands);
  return { ...place, state, crc: crcOf(apartmentId, { ...place, state }) };
}

/** @returns the row and what stands by it, or a sentence where it is none that was ever written, or was changed */
export function readBaseline(
  apartmentId: string,
  value: unknown,
  says: Says,
): { readonly row: Baseline; readonly fold: Fold } | string {
  const row = Row.safeParse(value);
  if (!row.success) return `its baseline ${whyNot(row.error)}`;
  if (row.data.crc !== crcOf(apartmentId, row.data))
    return `its baseline of version ${row.data.version} is not as it was written`;
  const state = State.safeParse(JSON.parse(row.data.state));
  if (!state.success) return `its baseline ${whyNot(state.error)}`;
  return { row: row.data, fold: foldOf(state.data, says) };
}

function foldOf({ status, holds, bookings, blocks, debts, ended }: z.infer<typeof State>, says: Says): Fold {
  const fold = new Fold(says);
  fold.status = status;
  fold.stand({
    holds: holds.map(holdFrom),
    bookings: bookings.map((booking) => ({ ...booking, hasRow: false })),
    blocks: blocks.map(({ reason, ...block }) => ({ ...block, reason })),
  });
  for (const { key, amountMinor, booking, hold } of debts) {
    const owed = hold && holdFrom(hold);
    const one = owed?.payment?.booking ?? { ...booking, hasRow: false };
    fold.debts.set(key, { key, amountMinor, booking: one, hold: owed });
  }
  for (const one of ended) fold.ended.restore(one);
  return fold;
}

function holdOf({ payment, ...hold }: Hold): object {
  return { ...hold, payment: payment && { ...payment, booking: bookingOf(payment.booking) } };
}

function holdFrom({ payment, ...hold }: z.infer<typeof HoldShape>): Hold {
  return {
    ...hold,
    payment: payment && { ...payment, booking: { ...payment.booking, hasRow: false } },
  };
}

function bookingOf({ hasRow, isRefundRefused, ...booking }: Booking): object {
  return booking;
}

function crcOf(apartmentId: string, { version, volume, atMs, hash, state }: Omit<Baseline, 'crc'>): number {
  return crc32([apartmentId, version, volume, atMs, hash ?? '', state].join(US)) | 0;
}
