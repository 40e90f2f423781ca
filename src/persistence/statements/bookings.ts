/** Bookings, and confirms under way, as they are read; they are written only together with facts. */
import type { Pool } from 'pg';
import type { BookingRecord } from '../../actors/facts.ts';
import type { NightRange } from '../../protocol/nights.ts';

/** Night numbers and epoch milliseconds, under the names of BookingRecord. */
const SHARED = `id, apartment_id as "apartmentId", hold_id as "holdId", guest_id as "guestId",
  lower(stay) - date '1970-01-01' as "from", upper(stay) - date '1970-01-01' as "to", guests,
  contact, price, policy, payment_key as "paymentKey",
  (extract(epoch from created_at) * 1000)::bigint as "createdAtMs", version`;
const COLUMNS = `${SHARED}, status, (extract(epoch from cancelled_at) * 1000)::bigint as "cancelledAtMs",
  refund_minor as "refundMinor", confirmed_version as "confirmedVersion"`;
const PENDING_COLUMNS = `${SHARED}, 'pending' as status, null::bigint as "cancelledAtMs",
  null::bigint as "refundMinor", 0::bigint as "confirmedVersion"`;

/** Of both tables; a booking is in one of them at any moment. */
const anyWhere = (condition: string) =>
  `select ${COLUMNS} from bookings where ${condition}
   union all select ${PENDING_COLUMNS} from pending_bookings where ${condition}`;

/** A confirm under way is no booking yet. */
export async function bookingById(pool: Pool, bookingId: string): Promise<BookingRecord | undefined> {
  const result = await pool.query<BookingRecord>(`select ${COLUMNS} from bookings where id = $1`, [
    bookingId,
  ]);
  return result.rows[0];
}

export async function bookingOfApartment(
  pool: Pool,
  apartmentId: string,
  bookingId: string,
): Promise<BookingRecord | undefined> {
  const result = await pool.query<BookingRecord>(anyWhere('apartment_id = $1 and id = $2'), [
    apartmentId,
    bookingId,
  ]);
  return result.rows[0];
}

/** Those that there are, in no order. */
export async function bookingsOfApartmentById(
  pool: Pool,
  apartmentId: string,
  bookingIds: readonly string[],
): Promise<BookingRecord[]> {
  const result = await pool.query<BookingRecord>(anyWhere('apartment_id = $1 and id = any($2)'), [
    apartmentId,
    bookingIds,
  ]);
  return result.rows;
}

/** A guest's on one apartment, confirms under way among them, the newest first. */
export async function bookingsOfGuestAt(
  pool: Pool,
  apartmentId: string,
  guestId: string,
  limit: number,
): Promise<BookingRecord[]> {
  const result = await pool.query<BookingRecord>(
    `select * from (${anyWhere('apartment_id = $1 and guest_id = $2')}) own order by version desc limit $3`,
    [apartmentId, guestId, limit],
  );
  return result.rows;
}

/** Of several attempts to confirm one hold: the one that came furthest, then the latest. */
export async function bookingOfHold(
  pool: Pool,
  apartmentId: string,
  holdId: string,
): Promise<BookingRecord | undefined> {
  const result = await pool.query<BookingRecord>(
    `select * from (${anyWhere('apartment_id = $1 and hold_id = $2')}) attempts
     order by status = 'pending', version desc limit 1`,
    [apartmentId, holdId],
  );
  return result.rows[0];
}

/** A guest's confirmed stays that end on or after a night, the next one first. */
export async function upcomingBookings(
  pool: Pool,
  guestId: string,
  fromNight: number,
  limit: number,
): Promise<BookingRecord[]> {
  const result = await pool.query<BookingRecord>(
    `select ${COLUMNS} from bookings
     where guest_id = $1 and status = 'confirmed' and upper(stay) >= date '1970-01-01' + $2::int
     order by lower(stay), id limit $3`,
    [guestId, fromNight, limit],
  );
  return result.rows;
}

/**
 * Confirmed and cancelled bookings, newest first.
 * @param query.guestId whose; undefined for anyone's
 * @param query.before id of the last booking of the page before; an unknown one gives an empty page
 */
export async function listBookings(
  pool: Pool,
  query: { guestId?: string | undefined; before?: string | undefined; limit: number },
): Promise<BookingRecord[]> {
  const result = await pool.query<BookingRecord>(
    `select ${COLUMNS} from bookings
     where ($1::text is null or guest_id = $1)
       and ($2::text is null or (created_at, id) < (select b.created_at, b.id from bookings b where b.id = $2))
     order by bookings.created_at desc, bookings.id desc limit $3`,
    [query.guestId ?? null, query.before ?? null, query.limit],
  );
  return result.rows;
}

/**
 * Confirmed and cancelled stays of an apartment that share a night with the window, by check-in.
 * @param page.after id of the last booking of the page before; an unknown one gives an empty page
 */
export async function bookingsOfApartment(
  pool: Pool,
  apartmentId: string,
  window: NightRange,
  page: { after: string | undefined; limit: number },
): Promise<BookingRecord[]> {
  const result = await pool.query<BookingRecord>(
    `select ${COLUMNS} from bookings
     where apartment_id = $1
       and stay && daterange(date '1970-01-01' + $2::int, date '1970-01-01' + $3::int)
       and ($4::text is null or (lower(stay), id) > (
             select lower(b.stay), b.id from bookings b where b.apartment_id = $1 and b.id = $4))
     order by lower(stay), bookings.id limit $5`,
    [apartmentId, window.from, window.to, page.after ?? null, page.limit],
  );
  return result.rows;
}

/** Bookings confirmed at or after an instant that still stand. */
export async function countConfirmedSince(pool: Pool, sinceMs: number): Promise<number> {
  const result = await pool.query<{ count: number }>(
    `select count(*)::int as count from bookings
     where status = 'confirmed' and created_at >= to_timestamp($1::float8 / 1000)`,
    [sinceMs],
  );
  return result.rows[0]?.count ?? 0;
}

/** Whether any guest whose id lies in [first, end) has a booking that stands. */
export async function anyBookingOf(
  pool: Pool,
  { first, end }: { first: string; end: string },
): Promise<boolean> {
  const result = await pool.query(
    `select from bookings where guest_id >= $1 and guest_id < $2 and status = 'confirmed' limit 1`,
    [first, end],
  );
  return result.rowCount === 1;
}
