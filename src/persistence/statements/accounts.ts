/** Accounts, sessions and refresh tokens: one named function a statement. Times are PostgreSQL's own clock. */
import type { Pool } from 'pg';
import type { Subject, SubjectKind } from '../../protocol/resources.ts';

export interface AccountRow {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly passwordHash: string | null;
}

export interface NewAccount {
  readonly id: string;
  readonly kind: SubjectKind;
  /** Normalised by the caller; null for an anonymous guest. */
  readonly email: string | null;
  readonly passwordHash: string | null;
  readonly name: string;
}

/** @returns false where the e-mail (or the id) has an account already */
export async function insertAccount(pool: Pool, account: NewAccount): Promise<boolean> {
  const result = await pool.query(
    `insert into accounts (id, kind, email, password_hash, name, created_at)
     values ($1, $2, $3, $4, $5, now())
     on conflict do nothing`,
    [account.id, account.kind, account.email, account.passwordHash, account.name],
  );
  return result.rowCount === 1;
}

export async function accountByEmail(pool: Pool, email: string): Promise<AccountRow | undefined> {
  const result = await pool.query(
    `select id, kind, password_hash as "passwordHash" from accounts where lower(email) = $1`,
    [email],
  );
  return result.rows[0];
}

export async function accountKind(pool: Pool, id: string): Promise<SubjectKind | undefined> {
  const result = await pool.query<{ kind: SubjectKind }>('select kind from accounts where id = $1', [id]);
  return result.rows[0]?.kind;
}

/**
 * Changes what an account is, and ends its sessions, which carry its former rights.
 * @param passwordHash null leaves the password as it is
 * @returns the sessions that ended
 */
export async function changeRole(
  pool: Pool,
  accountId: string,
  kind: SubjectKind,
  passwordHash: string | null,
): Promise<string[]> {
  const result = await pool.query(
    `with changed as (
       update accounts set kind = $2, password_hash = coalesce($3, password_hash) where id = $1 returning id
     )
     update sessions s set revoked_at = now() from changed
     where s.account_id = changed.id and s.revoked_at is null
     returning s.id`,
    [accountId, kind, passwordHash],
  );
  return result.rows.map((row) => row.id);
}

/** Gives an account without an e-mail address this one. @returns whether it has it now, from before or since */
export async function adoptEmail(pool: Pool, accountId: string, email: string): Promise<boolean> {
  const result = await pool.query(
    `update accounts set email = $2
     where id = $1 and (email = $2 or email is null and not exists (
       select from accounts other where lower(other.email) = $2))`,
    [accountId, email],
  );
  return result.rowCount === 1;
}

export async function openSession(
  pool: Pool,
  session: NewSession & { readonly accountId: string },
): Promise<void> {
  await pool.query(
    `with opened as (
       insert into sessions (id, account_id, created_at, expires_at)
       values ($1, $2, now(), now() + $4 * interval '1 millisecond') returning id
     )
     insert into refresh_tokens (hash, session_id, created_at, expires_at)
     select $3, id, now(), now() + $5 * interval '1 millisecond' from opened`,
    [session.id, session.accountId, session.refreshHash, session.sessionTtlMs, session.refreshTtlMs],
  );
}

/** A session with its first refresh token, as it is to be opened. */
export interface NewSession {
  readonly id: string;
  readonly refreshHash: Buffer;
  readonly sessionTtlMs: number;
  readonly refreshTtlMs: number;
}

/** The anonymous guest of a live session: as whoever has its token says. */
export interface AnonymousGuest {
  readonly id: string;
  readonly sessionId: string;
}

/**
 * Still nobody but the bearer of this session's: no account, and taken along by none. The row itself says so, as two who want
 * it wait for each other there: the second looks at the row again, and at nothing else.
 */
const IS_ANONYMOUS = `a.kind = 'guest' and a.email is null and a.password_hash is null and a.adopted_by is null
  and exists (select from sessions s where s.id = $2 and s.account_id = a.id and s.revoked_at is null
    and s.expires_at > now())`;
const ENDS_AND_OPENS = (accountId: string) => `
  ended as (
    update sessions s set revoked_at = now() from guest
    where s.account_id = guest.id and s.revoked_at is null returning s.id),
  opened as (
    insert into sessions (id, account_id, created_at, expires_at)
    select $3, ${accountId}, now(), now() + $5 * interval '1 millisecond' from guest returning id),
  token as (
    insert into refresh_tokens (hash, session_id, created_at, expires_at)
    select $4, id, now(), now() + $6 * interval '1 millisecond' from opened)
  select array(select id from ended) as ended from guest`;

/**
 * Makes an anonymous guest an account, ends the guest's sessions and opens one of the account's, all or nothing.
 * @returns the sessions that ended; undefined where that is no anonymous guest (any more): nothing was done then
 * @throws with SQLSTATE 23505 where the e-mail has an account already
 */
export async function becomeAccount(
  pool: Pool,
  guest: AnonymousGuest,
  session: NewSession,
  account: { readonly email: string; readonly passwordHash: string; readonly name: string },
): Promise<readonly string[] | undefined> {
  const { email, passwordHash, name } = account;
  const result = await pool.query<{ ended: string[] }>(
    `with guest as (
       update accounts a set email = $7, password_hash = $8, name = $9
       where a.id = $1 and ${IS_ANONYMOUS} returning a.id),
     ${ENDS_AND_OPENS('guest.id')}`,
    [...valuesOf(guest, session), email, passwordHash, name],
  );
  return result.rows[0]?.ended;
}

/**
 * Opens a session of an account that takes an anonymous guest along: writes that it does, and what is to be done about it
 * (`adoptions.ts`), and ends the guest's sessions, all or nothing.
 * @param adoption when somebody else is to look if this server has not, and how long commands of the guest's may come yet
 * @returns the sessions that ended; undefined where that is no anonymous guest (any more): nothing was done then
 */
export async function openSessionAdopting(
  pool: Pool,
  guest: AnonymousGuest,
  session: NewSession & { readonly accountId: string },
  adoption: { readonly passInMs: number; readonly untilInMs: number },
): Promise<readonly string[] | undefined> {
  const result = await pool.query<{ ended: string[] }>(
    `with guest as (
       update accounts a set adopted_by = $7 where a.id = $1 and a.id <> $7 and ${IS_ANONYMOUS} returning a.id),
     intent as (
       insert into adoptions (guest_id, account_id, until, pass_at)
       select id, $7, now() + $9 * interval '1 millisecond', now() + $8 * interval '1 millisecond' from guest),
     ${ENDS_AND_OPENS('$7')}`,
    [...valuesOf(guest, session), session.accountId, adoption.passInMs, adoption.untilInMs],
  );
  return result.rows[0]?.ended;
}

function valuesOf(guest: AnonymousGuest, session: NewSession): unknown[] {
  const { id, refreshHash, sessionTtlMs, refreshTtlMs } = session;
  return [guest.id, guest.sessionId, id, refreshHash, sessionTtlMs, refreshTtlMs];
}

export interface SessionOwner {
  readonly sessionId: string;
  readonly accountId: string;
  readonly kind: SubjectKind;
}

/**
 * Spends a refresh token and stores its successor, in one statement: of two callers with the same token the
 * second waits for the row, sees it used, and gets undefined.
 */
export async function spendRefreshToken(
  pool: Pool,
  token: { hash: Buffer; successorHash: Buffer; refreshTtlMs: number },
): Promise<SessionOwner | undefined> {
  const result = await pool.query(
    `with spent as (
       update refresh_tokens t set used_at = now()
       from sessions s join accounts a on a.id = s.account_id
       where t.hash = $1 and t.used_at is null and t.expires_at > now()
         and s.id = t.session_id and s.revoked_at is null and s.expires_at > now()
       returning s.id, s.account_id, a.kind, s.expires_at
     ), successor as (
       insert into refresh_tokens (hash, session_id, created_at, expires_at)
       select $2, id, now(), least(now() + $3 * interval '1 millisecond', expires_at) from spent
     )
     select id as "sessionId", account_id as "accountId", kind from spent`,
    [token.hash, token.successorHash, token.refreshTtlMs],
  );
  return result.rows[0];
}

export interface SpentToken extends SessionOwner {
  readonly ended: boolean;
  readonly usedMsAgo: number | null;
  /** Its successor is there and has not been used. */
  readonly successorUnused: boolean;
}

/** Why a token could not be spent; undefined where there never was one, or it has been purged. */
export async function refreshTokenState(
  pool: Pool,
  hash: Buffer,
  successorHash: Buffer,
): Promise<SpentToken | undefined> {
  const result = await pool.query(
    `select s.id as "sessionId", s.account_id as "accountId", a.kind,
            (s.revoked_at is not null or s.expires_at <= now() or t.expires_at <= now()) as ended,
            (extract(epoch from clock_timestamp() - t.used_at) * 1000)::float8 as "usedMsAgo",
            exists (select from refresh_tokens n where n.hash = $2 and n.used_at is null) as "successorUnused"
     from refresh_tokens t join sessions s on s.id = t.session_id join accounts a on a.id = s.account_id
     where t.hash = $1`,
    [hash, successorHash],
  );
  return result.rows[0];
}

/** Whose session it is; undefined where it has ended, or is none. */
export async function openSessionOwner(pool: Pool, sessionId: string): Promise<Subject | undefined> {
  const result = await pool.query<Subject>({
    name: 'open-session-owner',
    text: `select a.id, a.kind from sessions s join accounts a on a.id = s.account_id
     where s.id = $1 and s.revoked_at is null and s.expires_at > now()`,
    values: [sessionId],
  });
  return result.rows[0];
}

/** @returns false where it was revoked already, or is no session */
export async function revokeSession(pool: Pool, sessionId: string): Promise<boolean> {
  const result = await pool.query(
    'update sessions set revoked_at = now() where id = $1 and revoked_at is null',
    [sessionId],
  );
  return result.rowCount === 1;
}

/** Sessions revoked within the last `windowMs`, by any server. */
export async function sessionsRevokedWithin(pool: Pool, windowMs: number, limit: number): Promise<string[]> {
  const result = await pool.query(
    `select id from sessions
     where revoked_at is not null and revoked_at > now() - $1 * interval '1 millisecond'
     order by revoked_at desc limit $2`,
    [windowMs, limit],
  );
  return result.rows.map((row) => row.id);
}

/** Sessions that ended more than `keptMs` ago, with their tokens; at most `limit`. */
export async function purgeEndedSessions(pool: Pool, keptMs: number, limit: number): Promise<number> {
  const result = await pool.query(
    `delete from sessions where id in (
       select id from sessions
       where expires_at < now() - $1 * interval '1 millisecond'
          or revoked_at < now() - $1 * interval '1 millisecond'
       limit $2)`,
    [keptMs, limit],
  );
  return result.rowCount ?? 0;
}

/**
 * Refresh tokens that expired more than `keptMs` ago, at most `limit`: reuse of one can no longer be told from an
 * unknown token, and need not be.
 */
export async function purgeExpiredRefreshTokens(pool: Pool, keptMs: number, limit: number): Promise<number> {
  const result = await pool.query(
    `delete from refresh_tokens where hash in (
       select hash from refresh_tokens where expires_at < now() - $1 * interval '1 millisecond' limit $2)`,
    [keptMs, limit],
  );
  return result.rowCount ?? 0;
}

export interface AnonymousStep {
  readonly removed: number;
  /** The last account looked at, where the next step goes on; undefined: it was the last of all. */
  readonly last: string | undefined;
}

/**
 * Anonymous guests among the next `limit` after the id `after`, older than `keptMs`, with no booking and no session
 * that a refresh token is kept for (the two purges above leave none of what ended more than `keptMs` ago): nobody
 * can be them again. Holds and the journal name subjects by their ids alone and need no account. Of a guest whom an account
 * has taken along the row stays as long as contacts may be sealed under the guest's key: it says whose these are.
 */
export async function purgeAnonymousAccounts(
  pool: Pool,
  { after, keptMs, limit }: { after: string; keptMs: number; limit: number },
): Promise<AnonymousStep> {
  const result = await pool.query(
    `with looked as (
       select id, created_at from accounts
       where email is null and kind = 'guest' and id > $1 order by id limit $3
     ), removed as (
       delete from accounts a using looked
       where a.id = looked.id and looked.created_at < now() - $2 * interval '1 millisecond'
         and not exists (select from bookings b where b.guest_id = a.id)
         and not exists (select from pending_bookings b where b.guest_id = a.id)
         and not exists (select from adoptions u where u.guest_id = a.id)
         and (a.adopted_by is null or not exists (select from guest_keys k where k.guest_id = a.id))
         and not exists (
           select from sessions s join refresh_tokens t on t.session_id = s.id where s.account_id = a.id)
       returning a.id
     ), keys as (
       delete from guest_keys using removed where guest_id = removed.id
     )
     select (select count(*) from looked)::int as looked, (select count(*) from removed)::int as removed,
            (select max(id) from looked) as last`,
    [after, keptMs, limit],
  );
  const step: { looked: number; removed: number; last: string | null } = result.rows[0];
  return { removed: step.removed, last: step.looked < limit ? undefined : (step.last ?? undefined) };
}
