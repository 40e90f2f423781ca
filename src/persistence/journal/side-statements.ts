/**
 * What facts change besides the journal, in the same transaction: bookings, blocks, the listing's status, the mark of an
 * apartment that must run. Each takes one JSON array of rows. In this order nights are freed before they are taken; a batch holds at most one append of an
 * apartment that needs any of these, so that order among appends is the order of batches.
 */
const NIGHTS = `daterange(date '1970-01-01' + w."from", date '1970-01-01' + w."to")`;
const CHANGE = `json_to_recordset($1) as w (id text, "apartmentId" text, version bigint, at timestamptz, "refundMinor" bigint)`;
const MARK = `json_to_recordset($1) as w (version bigint, shard smallint, "apartmentId" text)`;
const OF_GUEST = `case when b.contact ? 'sealed' then jsonb_build_object('guestId', b.guest_id) || b.contact else b.contact end`;
/** A booking that is not there, or not in that state, refuses the transaction: bookings and journal stay one. */
const all = (change: string, state: string, before = '') =>
  `with ${before}changed as (${change} returning 1)
   select expect_rows((select count(*) from changed), json_array_length($1), '${state} bookings')`;

export const sideStatements = {
  booking_abandoned: all(
    `delete from pending_bookings b using ${CHANGE}
     where b.apartment_id = w."apartmentId" and b.id = w.id`,
    'pending',
  ),
  booking_cancelled: all(
    `update bookings b
     set status = 'cancelled', cancelled_at = w.at, version = w.version,
         refund_minor = w."refundMinor", refund_owed = w."refundMinor" > 0
     from ${CHANGE}
     where b.apartment_id = w."apartmentId" and b.id = w.id and b.status = 'confirmed'`,
    'confirmed',
  ),
  unblock: `delete from blocks b using json_to_recordset($1) as w (id text, "apartmentId" text)
    where b.apartment_id = w."apartmentId" and b.id = w.id`,
  booking_pending: `insert into pending_bookings
      (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version)
    select w.id, w."apartmentId", w."holdId", w."guestId", ${NIGHTS}, w.guests, w.contact, w.price, w.policy,
           w."paymentKey", w.at, w.version
    from json_to_recordset($1) as w (id text, "apartmentId" text, "holdId" text, "guestId" text, "from" int, "to" int,
      guests int, contact jsonb, price jsonb, policy text, "paymentKey" text, at timestamptz, version bigint)`,
  booking_confirmed: all(
    `insert into bookings
       (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at,
        version, confirmed_version)
     select id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, at, version, version
     from moved`,
    'pending',
    `moved as (
       delete from pending_bookings b using ${CHANGE}
       where b.apartment_id = w."apartmentId" and b.id = w.id
       returning b.id, b.apartment_id, b.hold_id, b.guest_id, b.stay, b.guests, b.contact, b.price, b.policy,
                 b.payment_key, w.at, w.version), `,
  ),
  booking_refunded: all(
    `update bookings b set refund_owed = false, version = w.version
     from ${CHANGE}
     where b.apartment_id = w."apartmentId" and b.id = w.id and b.status = 'cancelled'`,
    'cancelled',
  ),
  // A sealed contact stays under the key of who wrote it, and says whose that is. Versions stay: nothing else has changed.
  booking_adopted: `with w as (
      select * from json_to_recordset($1) as w ("apartmentId" text, guest text, account text)),
    confirmed as (
      update bookings b set guest_id = w.account, contact = ${OF_GUEST}
      from w where b.apartment_id = w."apartmentId" and b.guest_id = w.guest)
    update pending_bookings b set guest_id = w.account, contact = ${OF_GUEST}
    from w where b.apartment_id = w."apartmentId" and b.guest_id = w.guest`,
  block: `insert into blocks (id, apartment_id, stay, reason)
    select w.id, w."apartmentId", ${NIGHTS}, w.reason
    from json_to_recordset($1) as w (id text, "apartmentId" text, "from" int, "to" int, reason text)`,
  listing: `update listings l set status = w.status
    from (select "apartmentId", (array_agg(status order by nr desc))[1] as status
          from rows from (json_to_recordset($1) as ("apartmentId" text, status text)) with ordinality
            as w ("apartmentId", status, nr)
          group by 1) w
    where l.id = w."apartmentId"`,
  unmark: `delete from restless_apartments r using ${MARK}
    where r.shard = w.shard and r.apartment_id = w."apartmentId" and r.version <= w.version`,
  mark: `insert into restless_apartments (version, shard, apartment_id)
    select w.version, w.shard, w."apartmentId" from ${MARK}
    on conflict (shard, apartment_id) do update set version = excluded.version`,
} as const;

export type SideStatement = keyof typeof sideStatements;
export const sideStatementNames = Object.keys(sideStatements) as SideStatement[];
