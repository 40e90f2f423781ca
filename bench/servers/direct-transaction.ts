/** The usual way: `begin`, one statement for each thing that changes, `commit`; each a round trip. */
import type { Pool, PoolClient, QueryConfig } from 'pg';
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

export function transactionLedger(pool: Pool): Ledger {
  return {
    async hold(hold) {
      const claim = await change(pool, hold, insertClaim(hold));
      return claim === undefined ? refusedHold(pool, hold) : { ok: true, data: claim };
    },
    release: (release) => endHold(pool, release, releaseClaim(release)),
    confirm: (confirmation) => endHold(pool, confirmation, bookClaim(confirmation)),
    expire: () => expireHolds(pool),
  };
}

async function endHold(pool: Pool, end: EndOfHold, statement: QueryConfig): Promise<Outcome<Claim>> {
  const claim = await change(pool, end, statement);
  return claim === undefined ? refusedEnd(pool, end) : { ok: true, data: claim };
}

interface Intent {
  readonly requestId: string;
  readonly apartmentId: string;
  readonly guestId: string;
}

function change(pool: Pool, intent: Intent, statement: QueryConfig): Promise<Claim | undefined> {
  return unlessRepeated(transaction(pool, (client) => changeClaim(client, intent, statement)));
}

async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (cause) {
    await client.query('rollback');
    throw cause;
  } finally {
    client.release();
  }
}

/** The claim first: who loses the nights never waits for the apartment's row. */
async function changeClaim(
  client: PoolClient,
  intent: Intent,
  statement: QueryConfig,
): Promise<Claim | undefined> {
  const claim = (await client.query<Claim>(statement)).rows[0];
  if (claim === undefined) return undefined;
  const { rows } = await client.query<{ version: number }>({
    name: 'next_version',
    text: 'update apartments set version = version + 1 where id = $1 returning version',
    values: [intent.apartmentId],
  });
  const version = rows[0]!.version;
  await client.query({
    name: 'remember_request',
    text: 'insert into requests (id, subject_id, claim_id, status, version) values ($1, $2, $3, $4, $5)',
    values: [intent.requestId, intent.guestId, claim.id, claim.status, version],
  });
  return { ...claim, version };
}

function insertClaim(hold: NewHold): QueryConfig {
  return {
    name: 'insert_claim',
    text: `insert into claims (id, apartment_id, stay, guests, status, guest_id, quote, held_until)
           values ($1, $2, daterange($3, $4), $5, 'held', $6, $7, now() + $8 * interval '1 second')
           on conflict do nothing returning ${CLAIM_COLUMNS}`,
    values: [
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
    name: 'release_claim',
    text: `update claims set status = 'released', changed_at = now()
           where id = $1 and apartment_id = $2 and guest_id = $3 and status = 'held' and held_until > now()
           returning ${CLAIM_COLUMNS}`,
    values: [release.holdId, release.apartmentId, release.guestId],
  };
}

function bookClaim({ holdId, apartmentId, guestId, bookingId, guest }: Confirmation): QueryConfig {
  return {
    name: 'book_claim',
    text: `update claims set status = 'booked', changed_at = now(), booking_id = $4, guest_name = $5,
             guest_email = $6
           where id = $1 and apartment_id = $2 and guest_id = $3 and status = 'held' and held_until > now()
           returning ${CLAIM_COLUMNS}`,
    values: [holdId, apartmentId, guestId, bookingId, guest.name, guest.email],
  };
}
