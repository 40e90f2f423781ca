/** What is erased of a guest, and what they still have to do with. */
import type { Pool } from 'pg';
import type { SealedContact } from '../../protocol/kept-contact.ts';
import type { GuestContact } from '../../protocol/resources.ts';

export interface OpenBusiness {
  /** Stays that end on or after a night, confirms under way, refunds that are owed. */
  readonly upcoming: number;
  readonly underWay: number;
  readonly refunds: number;
}

/** A guest, and those whom the guest's account has taken along: what was theirs may not have come yet, and their keys stay. */
const OWN = `own as (select $1::text as id union select id from accounts where adopted_by = $1)`;
const IS_OWN = 'guest_id in (select id from own)';

export async function openBusinessOf(pool: Pool, guestId: string, fromNight: number): Promise<OpenBusiness> {
  const result = await pool.query<OpenBusiness>(
    `with ${OWN}
     select count(*) filter (where status = 'confirmed' and upper(stay) >= date '1970-01-01' + $2::int)::int as upcoming,
       count(*) filter (where refund_owed)::int as refunds,
       (select count(*) from pending_bookings where ${IS_OWN})::int as "underWay"
     from bookings where ${IS_OWN}`,
    [guestId, fromNight],
  );
  return result.rows[0]!;
}

export interface Erased {
  readonly keys: number;
  /** Contacts that were in clear. */
  readonly inClear: number;
  readonly accounts: number;
  readonly sessions: number;
  readonly bookings: number;
  /** `host` or `admin` of an account that was left as it is; null where there is none such. */
  readonly kept: string | null;
  /** Whether anything knows this guest. */
  readonly isKnown: boolean;
}

/**
 * In one transaction.
 * @param instead what is put in place of contacts in clear: as sealed, or in clear where programs of before have to read it
 */
export async function eraseGuest(
  pool: Pool,
  guestId: string,
  instead: { readonly sealed: SealedContact; readonly clear: GuestContact; readonly fromLevel: number },
): Promise<Erased> {
  const result = await pool.query<Erased>(
    `with ${OWN}, gone as (
       select case when value::int >= $4 then $2::jsonb else $3::jsonb end as contact
       from settings where key = 'least_level'),
     keys as (delete from guest_keys where ${IS_OWN} returning 1),
     clear as (
       update bookings b set contact = gone.contact from gone
       where ${IS_OWN} and not b.contact ? 'sealed' and b.contact <> gone.contact
       returning 1),
     clear_pending as (
       update pending_bookings b set contact = gone.contact from gone
       where ${IS_OWN} and not b.contact ? 'sealed' and b.contact <> gone.contact
       returning 1),
     account as (
       update accounts set email = null, name = '', password_hash = null
       where id = $1 and kind = 'guest' and (email is not null or name <> '' or password_hash is not null)
       returning 1),
     ended as (
       update sessions set revoked_at = now() where revoked_at is null
         and account_id in (select id from accounts where id = $1 and kind = 'guest')
       returning 1)
     select (select count(*) from keys)::int as keys,
       ((select count(*) from clear) + (select count(*) from clear_pending))::int as "inClear",
       (select count(*) from account)::int as accounts, (select count(*) from ended)::int as sessions,
       ((select count(*) from bookings where ${IS_OWN})
         + (select count(*) from pending_bookings where ${IS_OWN}))::int as bookings,
       (select kind from accounts where id = $1 and kind <> 'guest') as kept,
       exists (select from accounts where id = $1) or exists (select from bookings where guest_id = $1)
         or exists (select from pending_bookings where guest_id = $1)
         or exists (select from guest_keys where guest_id = $1) as "isKnown"`,
    [guestId, instead.sealed, instead.clear, instead.fromLevel],
  );
  return result.rows[0]!;
}
