/** Accounts: sign-up, sign-in, anonymous guests, sessions that renew and end. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Accounts, Bearer, VerifiedToken } from '../../gateway/ports.ts';
import { isTaken } from '../../persistence/sqlstate.ts';
import {
  accountByEmail,
  becomeAccount,
  changeRole,
  insertAccount,
  openSession,
  openSessionAdopting,
  refreshTokenState,
  revokeSession,
  type SessionOwner,
  spendRefreshToken,
} from '../../persistence/statements/accounts.ts';
import { normalEmail } from '../../protocol/email.ts';
import { type Outcome, refuse } from '../../protocol/errors.ts';
import { guestId } from '../../protocol/ids.ts';
import { PASSWORD_LENGTH_MIN } from '../../protocol/limits.ts';
import type { Session, Subject, SubjectKind } from '../../protocol/resources.ts';
import type { Adoptions } from '../adoptions/index.ts';
import { ADOPTION_PATIENCE_MS } from '../adoptions/limits.ts';
import { AccessTokens } from './access-tokens.ts';
import { checkCredentials } from './credentials.ts';
import { Devices } from './devices.ts';
import { KeyRing } from './key-ring.ts';
import type { KeySource } from './key-source.ts';
import {
  ACCESS_TOKEN_TTL_SECONDS,
  COMMANDS_OF_ENDED_MS,
  REFRESH_GRACE_MS,
  REFRESH_TOKEN_TTL_MS,
  REVOCATION_POLL_MS,
  SESSION_TTL_MS,
} from './limits.ts';
import { LiveSessions } from './live-sessions.ts';
import { originTag } from './origins.ts';
import { TooManyPasswords } from './password-queue.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { Purge } from './purge.ts';
import { firstRefreshToken, hashOf, isRefreshToken, successorOf } from './refresh-tokens.ts';

/** Stands for a password that stays as it is, where one is checked. */
const UNCHANGED = 'x'.repeat(PASSWORD_LENGTH_MIN);
const NOT_SIGNED_IN = 'the refresh token is unknown, spent or out of date; sign in again';

export interface AccountsService extends Accounts {
  /**
   * Makes the account of this e-mail a guest's, a host's or an admin's with this password, and ends its sessions; changes
   * nothing where it is so already. Without a password the account keeps its own: `not_found` where there is none.
   */
  giveRole(to: RoleGift): Promise<Outcome<Subject>>;
  /** Behind tokens, and over the keys of guests. */
  readonly ring: KeyRing;
  /** Told once of each session that ends before its tokens do, here or on another server. */
  onRevoked(listener: (sessionId: string) => void): () => void;
  close(): void;
}

export interface RoleGift {
  readonly email: string;
  readonly role: SubjectKind;
  readonly password?: string;
  /** Of an account that is new. */
  readonly name?: string;
}

export interface AccountsOptions {
  readonly pool: Pool;
  readonly keys: KeySource;
  /** The system's clock, epoch milliseconds. */
  readonly nowMs: () => number;
  /** Brings along what a guest had who is taken along; without it whichever server runs does. */
  readonly adoptions?: Pick<Adoptions, 'begun'>;
  /** Told of faults in the background (a poll that failed); the next poll tries again. */
  readonly onError: (error: unknown) => void;
}

export async function createAccounts(options: AccountsOptions): Promise<AccountsService> {
  const { pool, nowMs } = options;
  const ring = new KeyRing(await options.keys.read(), nowMs);
  const accessTokens = new AccessTokens(ring, nowMs);
  const sessions = new LiveSessions(pool);
  const devices = new Devices(ring, nowMs);

  const replayed = new Set<(subjectId: string) => void>();
  const purge = new Purge(pool);
  let polling = false;
  const timer = setInterval(() => {
    if (polling) return;
    polling = true;
    poll().then(
      () => {
        polling = false;
      },
      (error: unknown) => {
        polling = false;
        options.onError(error);
      },
    );
  }, REVOCATION_POLL_MS);
  timer.unref();

  async function poll(): Promise<void> {
    if (options.keys.changes) ring.replace(await options.keys.read());
    await sessions.poll();
    await purge.poll();
  }

  async function begin(subject: Subject): Promise<Session> {
    const { session, refreshToken } = newSession();
    await openSession(pool, { ...session, accountId: subject.id });
    return sessionOf(subject, session.id, refreshToken);
  }

  /** Undefined where whoever has signed up is no anonymous guest, or not any more. @throws where the e-mail has an account */
  async function become(
    { subject, sessionId }: Bearer,
    account: { email: string; passwordHash: string; name: string },
  ): Promise<Session | undefined> {
    const { session, refreshToken } = newSession();
    const ended = await becomeAccount(pool, { id: subject.id, sessionId }, session, account);
    if (ended === undefined) return undefined;
    for (const id of ended) sessions.ended(id);
    return sessionOf(subject, session.id, refreshToken);
  }

  /** Undefined where there is nobody to take along. Answered when what is the guest's has come, or soon will. */
  async function beginAdopting(
    account: Subject,
    { subject, sessionId }: Bearer,
  ): Promise<Session | undefined> {
    const { session, refreshToken } = newSession();
    const ended = await openSessionAdopting(
      pool,
      { id: subject.id, sessionId },
      { ...session, accountId: account.id },
      { passInMs: ADOPTION_PATIENCE_MS, untilInMs: COMMANDS_OF_ENDED_MS },
    );
    if (ended === undefined) return undefined;
    for (const id of ended) sessions.ended(id);
    await options.adoptions?.begun(subject.id, account.id);
    return sessionOf(account, session.id, refreshToken);
  }

  async function sessionOf(subject: Subject, sessionId: string, refreshToken: string): Promise<Session> {
    sessions.began(sessionId, subject);
    const accessToken = await accessTokens.issue(subject, sessionId);
    return { accessToken, expiresInSeconds: ACCESS_TOKEN_TTL_SECONDS, refreshToken, subject };
  }

  function guestFrom(network: string): Subject {
    const random = randomBytes(15).toString('base64url');
    return { id: guestId(originTag(network, ring.oldest('origin').bytes), random), kind: 'guest' };
  }

  async function end(sessionId: string): Promise<void> {
    await revokeSession(pool, sessionId);
    sessions.ended(sessionId);
  }

  async function changeTo(id: string, role: SubjectKind, passwordHash: string | null): Promise<void> {
    for (const sessionId of await changeRole(pool, id, role, passwordHash)) sessions.ended(sessionId);
  }

  return {
    ring,

    async signUp(input, { network, turn, bearer }) {
      const checked = checkCredentials(input);
      if (!checked.ok) return checked;
      const { email, password, name } = checked.data;
      const passwordHash = await unlessBusy(hashPassword(password, turn));
      if (typeof passwordHash !== 'string') return passwordHash;
      const became = bearer && (await unlessTaken(become(bearer, { email, passwordHash, name })));
      if (typeof became === 'object') return { ok: true, data: became };
      const subject = guestFrom(network);
      const isNew =
        became !== 'taken' && (await insertAccount(pool, { ...subject, email, passwordHash, name }));
      if (isNew) return { ok: true, data: await begin(subject) };
      const message = `${email} has an account already; sign in, or sign up with another e-mail address`;
      return refuse('invalid_request', message, { fields: [{ path: 'email', message }] });
    },

    async signIn(input, { turn, bearer }) {
      const account = await accountByEmail(pool, normalEmail(input.email));
      const verified = await unlessBusy(
        verifyPassword(input.password, account?.passwordHash ?? undefined, turn),
      );
      if (typeof verified !== 'boolean') return verified;
      if (account === undefined || !verified) {
        return refuse('unauthenticated', 'e-mail address or password is wrong; check both, or sign up');
      }
      const subject = { id: account.id, kind: account.kind };
      const adopting = bearer && (await beginAdopting(subject, bearer));
      return { ok: true, data: adopting ?? (await begin(subject)) };
    },

    deviceToken: (email) => devices.issue(normalEmail(email)),

    deviceOf(email, tokens) {
      for (const token of tokens) {
        const id = devices.recognise(normalEmail(email), token);
        if (id !== undefined) return id;
      }
      return undefined;
    },

    async anonymous(network) {
      const subject = guestFrom(network);
      await insertAccount(pool, { ...subject, email: null, passwordHash: null, name: '' });
      return begin(subject);
    },

    async refresh(refreshToken) {
      if (!isRefreshToken(refreshToken)) return refuse('unauthenticated', NOT_SIGNED_IN);
      const hash = hashOf(refreshToken);
      const [successor, ...others] = successorsOf(refreshToken);
      const owner = await spendRefreshToken(pool, {
        ...{ hash, successorHash: hashOf(successor), refreshTtlMs: REFRESH_TOKEN_TTL_MS },
      });
      if (owner !== undefined) return renewed(owner, successor);

      // Within the grace the answer was lost, or another tab asked as well: the same successor again, or
      // nothing once that has been used. After it, somebody else has this token: whoever they are, the session is over.
      for (const given of [successor, ...others]) {
        const spent = await refreshTokenState(pool, hash, hashOf(given));
        if (spent === undefined || spent.ended || spent.usedMsAgo === null) break;
        if (spent.usedMsAgo > REFRESH_GRACE_MS) {
          await end(spent.sessionId);
          for (const listener of replayed) listener(spent.accountId);
          return refuse(
            'unauthenticated',
            'the refresh token was used before, so its session has been ended for safety; sign in again',
          );
        }
        if (spent.successorUnused) return renewed(spent, given);
      }
      return refuse('unauthenticated', NOT_SIGNED_IN);
    },

    onReplayed(listener) {
      replayed.add(listener);
    },

    signOut: end,

    async verify(accessToken): Promise<VerifiedToken | undefined> {
      const verified = await accessTokens.verify(accessToken);
      if (verified === undefined) return undefined;
      const owner = await sessions.of(verified.sessionId);
      const { id, kind } = verified.subject;
      return owner?.id === id && owner.kind === kind ? verified : undefined;
    },

    async giveRole({ email: address, role, password, name = '' }) {
      const checked = checkCredentials({ email: address, password: password ?? UNCHANGED, name });
      if (!checked.ok) return checked;
      const { email } = checked.data;
      const known = await accountByEmail(pool, email);
      if (password === undefined) {
        if (known === undefined) {
          return refuse('not_found', `there is no account of ${email}; give a password to make one`);
        }
        if (known.kind !== role) await changeTo(known.id, role, null);
        return { ok: true, data: { id: known.id, kind: role } };
      }
      if (known?.kind === role && (await verifyPassword(password, known.passwordHash ?? undefined))) {
        return { ok: true, data: { id: known.id, kind: role } };
      }
      const passwordHash = await hashPassword(password);
      const account = { id: newId('acc'), kind: role, email, passwordHash, name };
      if (await insertAccount(pool, account)) return { ok: true, data: { id: account.id, kind: role } };
      const there = known ?? (await accountByEmail(pool, email));
      if (there === undefined) throw new Error('an account that kept another from being made is gone');
      await changeTo(there.id, role, passwordHash);
      return { ok: true, data: { id: there.id, kind: role } };
    },

    onRevoked: (listener) => sessions.onRevoked(listener),
    close: () => clearInterval(timer),
  };

  /** By the key that signs now first: it was another when this token was spent, perhaps. */
  function successorsOf(refreshToken: string): [string, ...string[]] {
    const signing = ring.signing('refresh token');
    const others = ring.all('refresh token').filter(({ id }) => id !== signing.id);
    return [
      successorOf(refreshToken, signing.bytes),
      ...others.map((key) => successorOf(refreshToken, key.bytes)),
    ];
  }

  async function renewed(owner: SessionOwner, refreshToken: string): Promise<Outcome<Session>> {
    const subject: Subject = { id: owner.accountId, kind: owner.kind };
    return { ok: true, data: await sessionOf(subject, owner.sessionId, refreshToken) };
  }
}

/** What an account could not be made of, as its e-mail has another. */
async function unlessTaken<T>(work: Promise<T>): Promise<T | 'taken'> {
  try {
    return await work;
  } catch (error) {
    if (isTaken(error)) return 'taken';
    throw error;
  }
}

async function unlessBusy<T>(work: Promise<T>): Promise<T | ReturnType<typeof refuse>> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TooManyPasswords)) throw error;
    const code = error.isOwn ? 'rate_limited' : 'unavailable';
    return refuse(code, `${error.message}; try again in a second`, { retryAfterMs: 1_000 });
  }
}

function newSession() {
  const refreshToken = firstRefreshToken();
  const ttl = { sessionTtlMs: SESSION_TTL_MS, refreshTtlMs: REFRESH_TOKEN_TTL_MS };
  return { refreshToken, session: { id: newId('ses'), refreshHash: hashOf(refreshToken), ...ttl } };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(15).toString('base64url')}`;
}
