import { hkdfSync } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { becomeAccount, openSessionAdopting } from '../../src/persistence/statements/accounts.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import { originOf } from '../../src/protocol/ids.ts';
import type { Session } from '../../src/protocol/resources.ts';
import {
  type AccountsOptions,
  type AccountsService,
  createAccounts,
} from '../../src/services/accounts/index.ts';
import { givenKey, keyInDatabase, ownKeysFile } from '../../src/services/accounts/key-source.ts';
import { readKeys, rotateKeys } from '../../src/services/accounts/keys-file.ts';
import {
  ACCESS_TOKEN_TTL_SECONDS,
  ENDED_SESSIONS_KNOWN_MAX,
  KEY_LEAD_MS,
} from '../../src/services/accounts/limits.ts';
import { LiveSessions } from '../../src/services/accounts/live-sessions.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let accounts: AccountsService;
let nowMs = Date.parse('2026-11-01T12:00:00.000Z');
const opened: AccountsService[] = [];

async function open(
  secret?: string,
  file?: string,
  adoptions?: AccountsOptions['adoptions'],
): Promise<AccountsService> {
  const { pool } = database;
  const inFile = file === undefined ? keyInDatabase(pool) : ownKeysFile(file, pool);
  const service = await createAccounts({
    pool,
    keys: secret === undefined ? inFile : givenKey(secret),
    nowMs: () => nowMs,
    ...(adoptions && { adoptions }),
    onError: (error) => {
      throw error;
    },
  });
  opened.push(service);
  return service;
}

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  accounts = await open();
});
afterEach(() => {
  for (const service of opened.splice(0)) service.close();
});

const POLLED = { timeout: 20_000, interval: 20 };
const PASSWORD = 'a good long password';
const TURN = { from: undefined, rank: 'fresh' } as const;
const NETWORK = '203.0.113.9';
const FROM = { network: NETWORK, turn: TURN };
let people = 0;
const newEmail = () => `guest${people++}@example.com`;

function data<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.data;
}
function code(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

describe('signing up and in', () => {
  it('signs up, and in again with the e-mail in any case', async () => {
    const email = newEmail();
    const session = data(
      await accounts.signUp({ email: ` ${email.toUpperCase()} `, password: PASSWORD, name: 'Ana' }, FROM),
    );
    expect(session).toMatchObject({ expiresInSeconds: 900, subject: { kind: 'guest' } });
    const again = data(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN }));
    expect(again.subject).toEqual(session.subject);
    expect((await accounts.verify(again.accessToken))?.subject).toEqual(session.subject);
  });

  it('refuses a second account of an e-mail, also when both come at once', async () => {
    const email = newEmail();
    const both = await Promise.all([
      accounts.signUp({ email, password: PASSWORD, name: 'Ana' }, FROM),
      accounts.signUp({ email: email.toUpperCase(), password: PASSWORD, name: 'Ana' }, FROM),
    ]);
    expect(both.map(code).sort()).toEqual(['invalid_request', 'ok']);
    const refused = both.find((outcome) => !outcome.ok);
    expect(refused).toMatchObject({ error: { fields: [{ path: 'email' }] } });
  });

  it('answers a wrong password and an unknown e-mail alike', async () => {
    const email = newEmail();
    await accounts.signUp({ email, password: PASSWORD, name: 'Ana' }, FROM);
    const wrong = await accounts.signIn({ email, password: 'not that password' }, { turn: TURN });
    const unknown = await accounts.signIn({ email: newEmail(), password: PASSWORD }, { turn: TURN });
    expect(wrong).toEqual(unknown);
    expect(code(wrong)).toBe('unauthenticated');
  });

  it.each([
    ['a short password', { email: 'a@example.com', password: 'too short' }, 'password'],
    ['a password of 201 characters', { email: 'a@example.com', password: 'x'.repeat(201) }, 'password'],
    ['no e-mail address', { email: 'nobody', password: PASSWORD }, 'email'],
  ])('refuses %s', async (_what, input, path) => {
    const outcome = await accounts.signUp({ ...input, name: 'Ana' }, FROM);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_request', fields: [{ path }] } });
  });

  it('gives an anonymous guest an account that nobody can sign in to', async () => {
    const session = await accounts.anonymous(NETWORK);
    expect(session.subject.kind).toBe('guest');
    expect((await accounts.verify(session.accessToken))?.subject).toEqual(session.subject);
    expect(code(await accounts.signIn({ email: '', password: '' }, { turn: TURN }))).toBe('unauthenticated');
  });
});

describe('[G9] signing up or in with the token of an anonymous guest', () => {
  const bearer = async (session: Session) => {
    const verified = await accounts.verify(session.accessToken);
    if (verified === undefined) throw new Error('the token is not good');
    return verified;
  };
  const adoptedBy = async (guestId: string) =>
    (await database.pool.query('select adopted_by from accounts where id = $1', [guestId])).rows[0]
      ?.adopted_by;
  const underWay = async (guestId: string) =>
    (await database.pool.query('select account_id from adoptions where guest_id = $1', [guestId])).rows[0]
      ?.account_id;

  it('makes the guest the account, under the same id, and ends the guest’s sessions', async () => {
    const guest = await accounts.anonymous(NETWORK);
    const email = newEmail();
    const from = { ...FROM, bearer: await bearer(guest) };
    const session = data(await accounts.signUp({ email, password: PASSWORD, name: 'Ana' }, from));
    expect(session.subject).toEqual(guest.subject);
    expect(await accounts.verify(guest.accessToken)).toBeUndefined();
    expect(code(await accounts.refresh(guest.refreshToken))).toBe('unauthenticated');
    expect((await accounts.verify(session.accessToken))?.subject).toEqual(guest.subject);
    expect(data(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN })).subject).toEqual(
      guest.subject,
    );
    expect(await underWay(guest.subject.id)).toBeUndefined();
  });

  it('writes down with the session that an account takes the guest along, and tells who brings it', async () => {
    const begun: string[][] = [];
    const adoptions = { begun: async (...both: string[]) => void begun.push(both) };
    accounts = await open(undefined, undefined, adoptions);
    const account = data(await accounts.signUp({ email: newEmail(), password: PASSWORD, name: '' }, FROM));
    const { email } = (
      await database.pool.query('select email from accounts where id = $1', [account.subject.id])
    ).rows[0];
    const guest = await accounts.anonymous(NETWORK);
    const from = { turn: TURN, bearer: await bearer(guest) };
    const session = data(await accounts.signIn({ email, password: PASSWORD }, from));
    expect(session.subject).toEqual(account.subject);
    expect(begun).toEqual([[guest.subject.id, account.subject.id]]);
    expect(await adoptedBy(guest.subject.id)).toBe(account.subject.id);
    expect(await underWay(guest.subject.id)).toBe(account.subject.id);
    expect(await accounts.verify(guest.accessToken)).toBeUndefined();
    expect(await accounts.verify(account.accessToken)).toBeDefined();
  });

  it('takes a guest along once, whoever of two asks at the same time, and however', async () => {
    const names = [newEmail(), newEmail(), newEmail(), newEmail()];
    for (const email of names.slice(0, 2))
      await accounts.signUp({ email, password: PASSWORD, name: '' }, FROM);
    const guest = await accounts.anonymous(NETWORK);
    const token = await bearer(guest);
    const credentials = names.map((email) => ({ email, password: PASSWORD }));
    const sessions = await Promise.all([
      ...credentials.slice(0, 2).map((one) => accounts.signIn(one, { turn: TURN, bearer: token })),
      ...credentials.slice(2).map((one) => accounts.signUp({ ...one, name: '' }, { ...FROM, bearer: token })),
    ]);
    const subjects = sessions.map((session) => data(session).subject.id);
    expect(new Set(subjects).size).toBe(4);
    const became = subjects.filter((id) => id === guest.subject.id);
    const taken = await adoptedBy(guest.subject.id);
    expect([became.length, taken === null ? 0 : 1].sort()).toEqual([0, 1]);
    // Nor does a later one get anything.
    const late = { turn: TURN, bearer: token };
    expect(data(await accounts.signIn(credentials[0]!, late)).subject.id).toBe(subjects[0]);
    expect(await adoptedBy(guest.subject.id)).toBe(taken);
  });

  it('is decided by the guest’s own row where several want it in the same moment', async () => {
    const { pool } = database;
    let sessions = 0;
    const session = () => ({
      ...{ id: `race-${++sessions}`, refreshHash: Buffer.from(`race-${sessions}`) },
      ...{ sessionTtlMs: 60_000, refreshTtlMs: 60_000 },
    });
    const [one, two] = [
      data(await accounts.signUp({ email: newEmail(), password: PASSWORD, name: '' }, FROM)),
      data(await accounts.signUp({ email: newEmail(), password: PASSWORD, name: '' }, FROM)),
    ];
    for (let round = 0; round < 40; round++) {
      const { subject, sessionId } = await bearer(await accounts.anonymous(NETWORK));
      const guest = { id: subject.id, sessionId };
      const adopting = ({ subject: { id: accountId } }: Session) =>
        openSessionAdopting(pool, guest, { ...session(), accountId }, { passInMs: 0, untilInMs: 0 });
      const became = { email: newEmail(), passwordHash: 'hash', name: '' };
      const all = await Promise.all([
        adopting(one),
        becomeAccount(pool, guest, session(), became),
        adopting(two),
      ]);
      expect(all.filter((ended) => ended !== undefined)).toEqual([[sessionId]]);
    }
  });

  it('takes nobody along for a wrong password, an address that has an account, or an account’s own token', async () => {
    const email = newEmail();
    const account = data(await accounts.signUp({ email, password: PASSWORD, name: '' }, FROM));
    const guest = await accounts.anonymous(NETWORK);
    const asGuest = { ...FROM, bearer: await bearer(guest) };
    expect(code(await accounts.signIn({ email, password: 'not that password' }, asGuest))).toBe(
      'unauthenticated',
    );
    expect(code(await accounts.signUp({ email, password: PASSWORD, name: '' }, asGuest))).toBe(
      'invalid_request',
    );
    expect(await accounts.verify(guest.accessToken)).toBeDefined();
    const asAccount = { ...FROM, bearer: await bearer(account) };
    const other = newEmail();
    const signedUp = data(await accounts.signUp({ email: other, password: PASSWORD, name: '' }, asAccount));
    expect(signedUp.subject).not.toEqual(account.subject);
    await accounts.signIn({ email: other, password: PASSWORD }, asAccount);
    await accounts.signIn({ email, password: PASSWORD }, asAccount);
    expect(await adoptedBy(account.subject.id)).toBeNull();
    expect(await accounts.verify(account.accessToken)).toBeDefined();
  });

  it('takes nobody along whose session has ended, and signs in all the same', async () => {
    const email = newEmail();
    await accounts.signUp({ email, password: PASSWORD, name: '' }, FROM);
    const guest = await accounts.anonymous(NETWORK);
    const token = await bearer(guest);
    await accounts.signOut(token.sessionId);
    expect(code(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN, bearer: token }))).toBe(
      'ok',
    );
    expect(await adoptedBy(guest.subject.id)).toBeNull();
  });
});

describe('access tokens', () => {
  const secret = 's'.repeat(40);
  /** The key of that secret: a forger who has it still needs a token for us, of our kind. */
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'nightlatch access token', 32));
  interface Forgery {
    readonly alg?: string;
    readonly typ?: string;
    readonly issuer?: string;
    readonly audience?: string;
    readonly subject?: string;
    readonly claims?: Record<string, unknown>;
    readonly key?: Uint8Array;
    readonly kid?: string;
  }
  const forge = (forgery: Forgery = {}) =>
    new SignJWT({
      kind: 'guest',
      sid: 'ses_1',
      exp: Math.floor(nowMs / 1000) + 900,
      iss: forgery.issuer ?? 'nightlatch',
      aud: forgery.audience ?? 'nightlatch/v1',
      sub: forgery.subject ?? 'acc_1',
      ...forgery.claims,
    })
      .setProtectedHeader({
        alg: forgery.alg ?? 'HS256',
        typ: forgery.typ ?? 'at+jwt',
        ...(forgery.kid !== undefined && { kid: forgery.kid }),
      })
      .sign(forgery.key ?? key);

  it.each<[string, Forgery]>([
    ['a key that is not in the ring', { kid: 'nobody' }],
    ['another audience', { audience: 'someone else' }],
    ['another issuer', { issuer: 'someone else' }],
    ['another type', { typ: 'JWT' }],
    ['another algorithm', { alg: 'HS512', key: new Uint8Array(64) }],
    ['another key', { key: new Uint8Array(32) }],
    ['an end in ten years', { claims: { exp: Math.floor(nowMs / 1000) + 315_360_000 } }],
    ['an account that is not there', { subject: 'acc_2' }],
    ['a session that is not there', { claims: { sid: 'ses_2' } }],
    ["a session that is another's", { claims: { sid: 'ses_3' } }],
    ['a session that has ended', { claims: { sid: 'ses_4' } }],
    ['another kind than the account is', { claims: { kind: 'admin' } }],
    ['no end', { claims: { exp: undefined } }],
    ['an end in the past', { claims: { exp: 1 } }],
    ['no session', { claims: { sid: undefined } }],
    ['a session that is no text', { claims: { sid: 7 } }],
    ['a kind there is none of', { claims: { kind: 'root' } }],
    ['an empty subject', { subject: '' }],
    ['a subject of 65 characters', { subject: 'x'.repeat(65) }],
  ])('with %s are none', async (_what, forgery) => {
    const service = await open(secret);
    await database.pool.query(
      `insert into accounts (id, kind) values ('acc_1', 'guest'), ('acc_3', 'guest') on conflict do nothing`,
    );
    await database.pool.query(
      `insert into sessions (id, account_id, expires_at, revoked_at)
       select id, account, now() + interval '1 hour', revoked
       from (values ('ses_1', 'acc_1', null), ('ses_3', 'acc_3', null), ('ses_4', 'acc_1', now()))
         as s (id, account, revoked)
       on conflict do nothing`,
    );
    expect(await service.verify(await forge())).toMatchObject({ subject: { id: 'acc_1' } });
    expect(await service.verify(await forge(forgery))).toBeUndefined();
  });

  it('end after 15 minutes, remembered or not', async () => {
    const { accessToken } = await accounts.anonymous(NETWORK);
    expect(await accounts.verify(accessToken)).toBeDefined();
    nowMs += ACCESS_TOKEN_TTL_SECONDS * 1000 - 1;
    expect(await accounts.verify(accessToken)).toBeDefined();
    nowMs += 1;
    expect(await accounts.verify(accessToken)).toBeUndefined();
    expect(await (await open()).verify(accessToken)).toBeUndefined();
  });

  it('that are cut, changed or no tokens are none', async () => {
    const { accessToken } = await accounts.anonymous(NETWORK);
    const [header, payload, signature] = accessToken.split('.') as [string, string, string];
    const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      '',
      'null',
      accessToken.slice(0, -2),
      `${header}.${payload}.`,
      `${b64({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${b64({ alg: 'HS512', typ: 'at+jwt' })}.${payload}.${signature}`,
      `${header}.${b64({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), kind: 'admin' })}.${signature}`,
      `${header}.${b64([])}.${signature}`,
      `${accessToken}${'x'.repeat(2_000_000)}`,
    ];
    for (const token of forged) expect(await accounts.verify(token), token.slice(0, 80)).toBeUndefined();
    expect(await accounts.verify(accessToken)).toBeDefined();
  });

  it('outlive a restart, by the secret in the database or the one given', async () => {
    const own = await accounts.anonymous(NETWORK);
    expect(await (await open()).verify(own.accessToken)).toBeDefined();
    const given = await open('g'.repeat(40));
    const { accessToken } = await given.anonymous(NETWORK);
    expect(await (await open('g'.repeat(40))).verify(accessToken)).toBeDefined();
    expect(await accounts.verify(accessToken)).toBeUndefined();
  });
});

describe('the keys behind tokens', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightlatch-keys-'));
    file = join(folder, 'keys.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const inDatabase = async () => {
    const { rows } = await database.pool.query(`select value from settings where key = 'auth_secret'`);
    return rows.map(({ value }) => value);
  };
  const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid;

  it('move from the database to a file of their own, and nobody is signed out', async () => {
    const before = await accounts.anonymous(NETWORK);
    expect(await inDatabase()).toHaveLength(1);
    const [first, second] = await Promise.all([open(undefined, file), open(undefined, file)]);
    expect(await inDatabase()).toEqual([]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await first.verify(before.accessToken)).toBeDefined();
    expect(code(await first.refresh(before.refreshToken))).toBe('ok');
    expect(await second.verify((await first.anonymous(NETWORK)).accessToken)).toBeDefined();
  });

  it('follow one another without a restart, and nobody is signed out', async () => {
    const [one, other] = [await open(undefined, file), await open(undefined, file)];
    const old = await one.anonymous(NETWORK);
    const { id } = await rotateKeys(file, nowMs, false);
    await expect.poll(async () => kidOf((await one.anonymous(NETWORK)).accessToken), POLLED).not.toBe(id);
    nowMs += KEY_LEAD_MS;
    await expect.poll(async () => kidOf((await one.anonymous(NETWORK)).accessToken), POLLED).toBe(id);
    const fresh = await one.anonymous(NETWORK);
    expect(originOf(fresh.subject.id)).toBe(originOf(old.subject.id));
    await expect.poll(() => other.verify(fresh.accessToken), POLLED).toBeDefined();
    expect(await one.verify(old.accessToken)).toBeDefined();
    expect(await other.verify(old.accessToken)).toBeDefined();
  });

  it('give a refresh that is sent again the same answer, whichever signs by then', async () => {
    const service = await open(undefined, file);
    const { refreshToken } = await service.anonymous(NETWORK);
    const answer = data(await service.refresh(refreshToken));
    await rotateKeys(file, nowMs - KEY_LEAD_MS, false);
    await expect
      .poll(async () => kidOf((await service.anonymous(NETWORK)).accessToken), POLLED)
      .not.toBe(kidOf(answer.accessToken));
    expect(data(await service.refresh(refreshToken)).refreshToken).toBe(answer.refreshToken);
  });

  it('that are forgotten are good for nothing, remembered or not', async () => {
    const service = await open(undefined, file);
    const { accessToken, refreshToken } = await service.anonymous(NETWORK);
    expect(await service.verify(accessToken)).toBeDefined();
    await rotateKeys(file, nowMs, true);
    await expect.poll(() => service.verify(accessToken), POLLED).toBeUndefined();
    const renewed = data(await service.refresh(refreshToken));
    expect(await service.verify(renewed.accessToken)).toBeDefined();
  });

  it('stay as they are while the file cannot be read, and a start says what is wrong with it', async () => {
    const faults: unknown[] = [];
    const service = await createAccounts({
      ...{ pool: database.pool, keys: ownKeysFile(file, database.pool) },
      nowMs: () => nowMs,
      onError: (error) => faults.push(error),
    });
    opened.push(service);
    const { accessToken } = await service.anonymous(NETWORK);
    for (const [text, why] of [
      ['{', 'the file is not JSON'],
      ['{"keys":[]}', 'keys has no key'],
      ['{"keys":[{"id":"a","secret":"short","from":"2026-11-30T12:00:00.000Z"}]}', 'fewer than 32'],
      [`{"keys":[{"id":"a","secret":"${'s'.repeat(32)}","from":"today"}]}`, 'is no instant'],
    ] as const) {
      await writeFile(file, text);
      await expect(readKeys(file)).rejects.toThrow(why);
      await expect(readKeys(file)).rejects.toThrow(file);
      await expect(readKeys(file)).rejects.not.toThrow('ssss');
    }
    await expect.poll(() => faults.length, POLLED).toBeGreaterThan(0);
    expect(await service.verify(accessToken)).toBeDefined();
  });
});

describe('refreshing', () => {
  const spend = (token: string) => accounts.refresh(token);
  const backdateUse = (ms: number) =>
    database.pool.query(`update refresh_tokens set used_at = used_at - $1 * interval '1 millisecond'`, [ms]);

  it('gives a new token each time, of the same session', async () => {
    const first = await accounts.anonymous(NETWORK);
    const second = data(await spend(first.refreshToken));
    const third = data(await spend(second.refreshToken));
    expect(new Set([first.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3);
    expect(third.subject).toEqual(first.subject);
    const sessions = await Promise.all([first, third].map((one) => accounts.verify(one.accessToken)));
    expect(sessions[0]?.sessionId).toBe(sessions[1]?.sessionId);
  });

  it('stores only the hash', async () => {
    const { refreshToken } = await accounts.anonymous(NETWORK);
    const stored = await database.pool.query(`select encode(hash, 'escape') as text from refresh_tokens`);
    expect(stored.rows.some((row) => row.text.includes(refreshToken))).toBe(false);
  });

  it('answers twenty at once with one successor, and the session lives', async () => {
    const { refreshToken } = await accounts.anonymous(NETWORK);
    const answers = await Promise.all(Array.from({ length: 20 }, () => spend(refreshToken)));
    expect(new Set(answers.map((answer) => data(answer).refreshToken)).size).toBe(1);
    expect(code(await spend(data(answers[0] as Outcome<{ refreshToken: string }>).refreshToken))).toBe('ok');
  });

  it('refuses a spent token within the grace once its successor is used, and the session lives', async () => {
    const { refreshToken } = await accounts.anonymous(NETWORK);
    const second = data(await spend(refreshToken));
    const third = data(await spend(second.refreshToken));
    expect(code(await spend(refreshToken))).toBe('unauthenticated');
    expect(code(await spend(third.refreshToken))).toBe('ok');
  });

  it('ends the session when a spent token comes back later', async () => {
    const heard: string[] = [];
    const replayed: string[] = [];
    accounts.onReplayed((subjectId) => replayed.push(subjectId));
    accounts.onRevoked((sessionId) => heard.push(sessionId));
    const first = await accounts.anonymous(NETWORK);
    const second = data(await spend(first.refreshToken));
    await backdateUse(11_000);
    expect(code(await spend(first.refreshToken))).toBe('unauthenticated');
    expect(replayed).toEqual([first.subject.id]);
    expect(code(await spend(second.refreshToken))).toBe('unauthenticated');
    expect(await accounts.verify(second.accessToken)).toBeUndefined();
    expect(heard).toHaveLength(1);
  });

  it('refuses what is no token, an expired one, and one of a session that has ended', async () => {
    expect(code(await spend('x'))).toBe('unauthenticated');
    expect(code(await spend('A'.repeat(43)))).toBe('unauthenticated');
    const expired = await accounts.anonymous(NETWORK);
    await database.pool.query('update refresh_tokens set expires_at = now()');
    expect(code(await spend(expired.refreshToken))).toBe('unauthenticated');
    const ended = await accounts.anonymous(NETWORK);
    await accounts.signOut((await accounts.verify(ended.accessToken))?.sessionId ?? '');
    expect(code(await spend(ended.refreshToken))).toBe('unauthenticated');
  });
});

describe('signing out', () => {
  it('ends the access token at once, here and after a restart', async () => {
    const { accessToken } = await accounts.anonymous(NETWORK);
    const { sessionId } = (await accounts.verify(accessToken)) ?? { sessionId: '' };
    await accounts.signOut(sessionId);
    expect(await accounts.verify(accessToken)).toBeUndefined();
    expect(await (await open()).verify(accessToken)).toBeUndefined();
  });

  it('is heard by other servers', async () => {
    const other = await open();
    const { accessToken } = await accounts.anonymous(NETWORK);
    const { sessionId } = (await other.verify(accessToken)) ?? { sessionId: '' };
    const heard = new Promise<string>((resolve) => other.onRevoked(resolve));
    await accounts.signOut(sessionId);
    expect(await heard).toBe(sessionId);
    expect(await other.verify(accessToken)).toBeUndefined();
  });
});

describe('a session', () => {
  it('[G5] that has ended stays so, however many others begin and end', async () => {
    const live = new LiveSessions(database.pool);
    const { accessToken } = await accounts.anonymous(NETWORK);
    const { sessionId } = (await accounts.verify(accessToken))!;
    expect((await live.of(sessionId))?.kind).toBe('guest');
    await accounts.signOut(sessionId);
    await live.poll();
    expect(await live.of(sessionId)).toBeUndefined();
    for (let i = 0; i < 2 * ENDED_SESSIONS_KNOWN_MAX; i++) live.ended(`other-${i}`);
    expect(await live.of(sessionId)).toBeUndefined();
  });

  it('is asked for once, however many ask at the same time', async () => {
    const { accessToken } = await accounts.anonymous(NETWORK);
    const { sessionId } = (await accounts.verify(accessToken))!;
    let asked = 0;
    const query = (...args: unknown[]) => {
      asked += 1;
      return (database.pool.query.bind(database.pool) as (...args: unknown[]) => unknown)(...args);
    };
    const live = new LiveSessions({ query } as never);
    const owners = await Promise.all(Array.from({ length: 20 }, () => live.of(sessionId)));
    expect(new Set(owners.map((owner) => owner?.kind))).toEqual(new Set(['guest']));
    await live.of(sessionId);
    expect(asked).toBe(1);
  });

  it('that nobody can ask about is unknown, not over', async () => {
    const { accessToken } = await accounts.anonymous(NETWORK);
    const { sessionId } = (await accounts.verify(accessToken))!;
    let isAway = true;
    const query = (...args: unknown[]) =>
      isAway
        ? Promise.reject(new Error('away'))
        : (database.pool.query.bind(database.pool) as (...args: unknown[]) => unknown)(...args);
    const live = new LiveSessions({ query } as never);
    await expect(live.of(sessionId)).rejects.toThrow('away');
    isAway = false;
    expect((await live.of(sessionId))?.kind).toBe('guest');
  });
});

describe('giveRole', () => {
  it('makes an admin, again changes nothing, another password ends the sessions', async () => {
    const email = newEmail();
    const admin = data(await accounts.giveRole({ email, role: 'admin', password: PASSWORD }));
    const session = data(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN }));
    expect(session.subject).toEqual({ id: admin.id, kind: 'admin' });
    expect(data(await accounts.giveRole({ email, role: 'admin', password: PASSWORD }))).toEqual(admin);
    expect(await accounts.verify(session.accessToken)).toBeDefined();

    expect(
      data(await accounts.giveRole({ email, role: 'admin', password: 'another long password' })),
    ).toEqual(admin);
    expect(await accounts.verify(session.accessToken)).toBeUndefined();
    expect(code(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN }))).toBe(
      'unauthenticated',
    );
  });

  it('makes a host, and a guest again who keeps their password', async () => {
    const email = newEmail();
    expect(code(await accounts.giveRole({ email, role: 'guest' }))).toBe('not_found');
    const host = data(await accounts.giveRole({ email, role: 'host', password: PASSWORD }));
    const session = data(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN }));
    expect(session.subject).toEqual({ id: host.id, kind: 'host' });
    data(await accounts.giveRole({ email, role: 'guest' }));
    expect(await accounts.verify(session.accessToken)).toBeUndefined();
    expect(data(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN })).subject.kind).toBe(
      'guest',
    );
  });

  it('promotes a guest', async () => {
    const email = newEmail();
    const guest = data(await accounts.signUp({ email, password: PASSWORD, name: 'Ana' }, FROM));
    data(await accounts.giveRole({ email, role: 'admin', password: PASSWORD }));
    expect(await accounts.verify(guest.accessToken)).toBeUndefined();
    expect(data(await accounts.signIn({ email, password: PASSWORD }, { turn: TURN })).subject).toEqual({
      id: guest.subject.id,
      kind: 'admin',
    });
  });
});
