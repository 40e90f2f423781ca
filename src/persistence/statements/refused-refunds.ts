/** Refunds that the provider has refused for good: the rows of their bookings stay open until the operator ends them. */
import type { Pool } from 'pg';
import type { KeptContact } from '../../protocol/kept-contact.ts';
import type { Price } from '../../protocol/price.ts';

export interface RefusedRefund {
  readonly bookingId: string;
  readonly apartmentId: string;
  readonly paymentKey: string;
  readonly guestId: string;
  readonly holdId: string;
  readonly contact: KeptContact;
  readonly price: Price;
  /** Null where the whole price is due, as no booking came of it. */
  readonly refundMinor: number | null;
  readonly atMs: number;
}

/** The fact comes after the one that the row was last written with. */
const SETTLED = `lateral (
  select at from facts j
  where j.apartment_id = b.apartment_id and j.version > b.version and j.kind = 'settled'
    and j.fact->>'key' = b.payment_key and j.fact->>'outcome' = 'refused'
  limit 1) settled`;

export async function refusedRefunds(pool: Pool): Promise<RefusedRefund[]> {
  const result = await pool.query<RefusedRefund>(
    `select b.id as "bookingId", b.apartment_id as "apartmentId", b.guest_id as "guestId", b.hold_id as "holdId",
       b.payment_key as "paymentKey", b.contact, b.price,
       b.refund_minor as "refundMinor", (extract(epoch from settled.at) * 1000)::bigint as "atMs"
     from (select id, apartment_id, guest_id, hold_id, payment_key, contact, price, refund_minor, version
           from bookings where refund_owed
           union all
           select id, apartment_id, guest_id, hold_id, payment_key, contact, price, null, version from pending_bookings) b, ${SETTLED}
     order by settled.at, b.id`,
  );
  return result.rows;
}

/** @returns whether there was such a refund */
export async function endRefusedRefund(pool: Pool, bookingId: string): Promise<boolean> {
  const result = await pool.query(
    `with ended as (
       update bookings set refund_owed = false where refund_owed and id in (
         select b.id from bookings b, ${SETTLED} where b.id = $1)
       returning 1),
     abandoned as (
       delete from pending_bookings where id in (select b.id from pending_bookings b, ${SETTLED} where b.id = $1)
       returning 1)
     select from ended union all select from abandoned`,
    [bookingId],
  );
  return result.rowCount !== 0;
}
