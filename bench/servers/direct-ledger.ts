/** The store of baseline `direct`: its tables, and what both ways of writing to them share. */
import pg, { type Pool } from 'pg';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import type { GuestContact, Quote, Range } from '../../src/protocol/resources.ts';

export const DIRECT_SCHEMA = `
  create extension if not exists btree_gist;
  create table apartments (
    id text primary key,
    terms jsonb not null,
    version bigint not null default 0
  ) with (fillfactor = 70);
  create table claims (
    id uuid primary key,
    apartment_id text not null,
    stay daterange not null,
    guests int not null,
    status text not null,
    guest_id uuid not null,
    quote jsonb not null,
    held_until timestamptz not null,
    changed_at timestamptz not null default now(),
    booking_id uuid,
    guest_name text,
    guest_email text,
    exclude using gist (apartment_id with =, stay with &&) where (status in ('held', 'booked'))
  );
  create index claims_held_until on claims (held_until) where status = 'held';
  create table requests (
    id uuid primary key,
    subject_id uuid not null,
    claim_id uuid not null,
    status text not null,
    version bigint not null,
    at timestamptz not null default now()
  );
`;

export interface Claim {
  readonly id: string;
  readonly apartmentId: string;
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
  readonly status: 'held' | 'booked' | 'released' | 'expired';
  readonly guestId: string;
  readonly quote: Quote;
  readonly heldUntil: Date;
  readonly changedAt: Date;
  readonly bookingId: string | null;
  readonly guestName: string | null;
  readonly guestEmail: string | null;
  readonly version: number;
}

interface Intent {
  readonly requestId: string;
  readonly apartmentId: string;
  readonly guestId: string;
}
export interface NewHold extends Intent {
  readonly claimId: string;
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
  readonly quote: Quote;
  readonly ttlSeconds: number;
}
export interface EndOfHold extends Intent {
  readonly holdId: string;
}
export interface Confirmation extends EndOfHold {
  readonly bookingId: string;
  readonly guest: GuestContact;
}

/**
 * `on conflict do nothing` in both: two inserts that conflict through an exclusion constraint otherwise wait for
 * each other until PostgreSQL calls it a deadlock, a second later.
 */
export interface Ledger {
  hold(hold: NewHold): Promise<Outcome<Claim>>;
  release(release: EndOfHold): Promise<Outcome<Claim>>;
  confirm(confirmation: Confirmation): Promise<Outcome<Claim>>;
  /** Ends the holds whose time is over. */
  expire(): Promise<void>;
}

/** A claim's columns under the names of `Claim`, but for `version`. */
export const CLAIM_COLUMNS = `
  claims.id, claims.apartment_id as "apartmentId", lower(claims.stay)::text as "checkIn",
  upper(claims.stay)::text as "checkOut", claims.guests, claims.status, claims.guest_id as "guestId",
  claims.quote, claims.held_until as "heldUntil", claims.changed_at as "changedAt",
  claims.booking_id as "bookingId", claims.guest_name as "guestName", claims.guest_email as "guestEmail"`;

const INT8 = 20;
pg.types.setTypeParser(INT8, Number);

const UNIQUE_VIOLATION = '23505';

/** Undefined where the request was seen before: the transaction was rolled back by the key of `requests`. */
export async function unlessRepeated<T>(work: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    if ((cause as { code?: string }).code === UNIQUE_VIOLATION) return undefined;
    throw cause;
  }
}

/** What a hold that took no nights answers: the first answer where it is a repeat, else who has the nights. */
export async function refusedHold(pool: Pool, hold: NewHold): Promise<Outcome<Claim>> {
  const first = await firstAnswer(pool, hold);
  if (first !== undefined) return first;
  const { rows: conflicts } = await pool.query<Range>({
    name: 'conflicts',
    text: `select lower(stay)::text as "from", upper(stay)::text as "to", status from claims
           where apartment_id = $1 and stay && daterange($2, $3) and status in ('held', 'booked')
           order by stay limit 20`,
    values: [hold.apartmentId, hold.checkIn, hold.checkOut],
  });
  return refuse('nights_unavailable', `${hold.checkIn} to ${hold.checkOut} is taken; choose other nights`, {
    conflicts,
  });
}

/** What a release or confirm that changed nothing answers. */
export async function refusedEnd(pool: Pool, end: EndOfHold): Promise<Outcome<Claim>> {
  const first = await firstAnswer(pool, end);
  if (first !== undefined) return first;
  const { rows } = await pool.query<{ status: string }>({
    name: 'status_of_claim',
    text: 'select status from claims where id::text = $1 and apartment_id = $2 and guest_id = $3',
    values: [end.holdId, end.apartmentId, end.guestId],
  });
  const status = rows[0]?.status;
  if (status === undefined)
    return refuse('not_found', `no hold ${end.holdId} of yours; hold the nights again`);
  return status === 'held' || status === 'expired'
    ? refuse('hold_expired', `hold ${end.holdId} has expired; hold the nights again`)
    : refuse('hold_not_open', `hold ${end.holdId} is ${status}; hold the nights again`);
}

/** Both ledgers end holds the same way: it is off the path of any command. */
export async function expireHolds(pool: Pool): Promise<void> {
  await pool.query(
    `with ended as (
       update claims set status = 'expired', changed_at = now()
       where status = 'held' and held_until <= now() returning apartment_id
     )
     update apartments set version = version + ended.count
     from (select apartment_id, count(*) from ended group by apartment_id) ended
     where id = ended.apartment_id`,
  );
}

async function firstAnswer(pool: Pool, intent: Intent): Promise<Outcome<Claim> | undefined> {
  const { rows } = await pool.query<Claim>({
    name: 'first_answer',
    text: `select ${CLAIM_COLUMNS}, requests.status, requests.version from requests
           join claims on claims.id = requests.claim_id
           where requests.id = $1 and requests.subject_id = $2`,
    values: [intent.requestId, intent.guestId],
  });
  return rows[0] === undefined ? undefined : { ok: true, data: rows[0] };
}
