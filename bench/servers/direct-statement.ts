/** The leanest way: the whole transaction as one statement, one round trip a command. */
import type { Pool, QueryConfig } from 'pg';
import type { Outcome } from '../../src/protocol/errors.ts';
import {
  CLAIM_COLUMNS,
  type Claim,
  type Confirmation,
  type EndOfHold,
  expireHolds,
  type Ledger,
  type NewHold,
  refusedEnd,
  refusedHold,
  unlessRepeated,
} from './direct-ledger.ts';

export function statementLedger(pool: Pool): Ledger {
  const change = (statement: QueryConfig): Promise<Claim | undefined> =>
    unlessRepeated(pool.query<Claim>(statement).then(({ rows }) => rows[0]));

  async function end(hold: EndOfHold, statement: QueryConfig): Promise<Outcome<Claim>> {
    const claim = await change(statement);
    return claim === undefined ? refusedEnd(pool, hold) : { ok: true, data: claim };
  }
  return {
    async hold(hold) {
      const claim = await change(insertClaim(hold));
      return claim === undefined ? refusedHold(pool, hold) : { ok: true, data: claim };
    },
    release: (release) => end(release, releaseClaim(release)),
    confirm: (confirmation) => end(confirmation, bookClaim(confirmation)),
    expire: () => expireHolds(pool),
  };
}

/** After a `claims` that names the changed row: the apartment's next version, the request, the answer. */
const NUMBER_AND_REMEMBER = `
  numbered as (
    update apartments set version = version + 1 from claims where apartments.id = claims.apartment_id
    returning apartments.version
  ), remembered as (
    insert into requests (id, subject_id, claim_id, status, version)
    select $1, claims.guest_id, claims.id, claims.status, numbered.version from claims, numbered
  )
  select ${CLAIM_COLUMNS}, numbered.version from claims, numbered`;

function insertClaim(hold: NewHold): QueryConfig {
  return {
    name: 'hold',
    text: `with claims as (
             insert into claims (id, apartment_id, stay, guests, status, guest_id, quote, held_until)
             values ($2, $3, daterange($4, $5), $6, 'held', $7, $8, now() + $9 * interval '1 second')
             on conflict do nothing returning *
           ), ${NUMBER_AND_REMEMBER}`,
    values: [
      hold.requestId,
      hold.claimId,
      hold.apartmentId,
      hold.checkIn,
      hold.checkOut,
      hold.guests,
      hold.guestId,
      hold.quote,
      hold.ttlSeconds,
    ],
  };
}

function releaseClaim(release: EndOfHold): QueryConfig {
  return {
    name: 'release',
    text: `with claims as (
             update claims set status = 'released', changed_at = now()
             where id = $2 and apartment_id = $3 and guest_id = $4 and status = 'held' and held_until > now()
             returning *
           ), ${NUMBER_AND_REMEMBER}`,
    values: [release.requestId, release.holdId, release.apartmentId, release.guestId],
  };
}

function bookClaim(confirmation: Confirmation): QueryConfig {
  const { requestId, holdId, apartmentId, guestId, bookingId, guest } = confirmation;
  return {
    name: 'confirm',
    text: `with claims as (
             update claims set status = 'booked', changed_at = now(), booking_id = $5, guest_name = $6,
               guest_email = $7
             where id = $2 and apartment_id = $3 and guest_id = $4 and status = 'held' and held_until > now()
             returning *
           ), ${NUMBER_AND_REMEMBER}`,
    values: [requestId, holdId, apartmentId, guestId, bookingId, guest.name, guest.email],
  };
}
