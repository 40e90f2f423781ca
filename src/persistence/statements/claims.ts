/** What the tables know of claims beyond the calendar: who booked, and when a booking or a block was made. */
import type { Pool } from 'pg';
import type { KeptContact } from '../../protocol/kept-contact.ts';
import type { Price } from '../../protocol/price.ts';

export interface BookedClaim {
  readonly id: string;
  readonly guestId: string;
  readonly holdId: string;
  readonly contact: KeptContact;
  readonly guests: number;
  readonly price: Price;
  readonly createdAtMs: number;
}

export async function bookedClaims(
  pool: Pool,
  apartmentId: string,
  bookingIds: readonly string[],
): Promise<BookedClaim[]> {
  const result = await pool.query<BookedClaim>(
    `select id, guest_id as "guestId", hold_id as "holdId", contact, guests, price,
            (extract(epoch from created_at) * 1000)::bigint as "createdAtMs"
     from bookings where apartment_id = $1 and id = any($2)`,
    [apartmentId, bookingIds],
  );
  return result.rows;
}

/** When the facts of these versions happened, in epoch milliseconds: of archived ones those that began a block that stood. */
export async function instantsOf(
  pool: Pool,
  apartmentId: string,
  versions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const result = await pool.query<{ version: number; atMs: number }>(
    `select version, (extract(epoch from at) * 1000)::bigint as "atMs"
     from facts where apartment_id = $1 and version = any($2::bigint[])
     union all
     select (block ->> 'version')::bigint, (block ->> 'sinceMs')::bigint
     from baselines, json_array_elements(state -> 'blocks') block where apartment_id = $1`,
    [apartmentId, versions],
  );
  return new Map(result.rows.map(({ version, atMs }) => [version, atMs]));
}
