import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Client,
  type ClientOptions,
  createClient,
  memoryStorage,
  type SessionStorage,
  type StoredSession,
} from '../../src/client/index.ts';
import { refuse } from '../../src/protocol/errors.ts';
import { FakeServer } from './fake-server.ts';

const stay = { apartmentId: 'apt-1', checkIn: '2027-03-01', checkOut: '2027-03-04' };
const held = { ok: true, data: { hold: { id: 'hold-1' } } };

describe('sessions', () => {
  let server: FakeServer;
  const clients: Client[] = [];
  beforeEach(async () => {
    server = await FakeServer.start();
    server.handlers.set('hold', ({ token }) =>
      token === undefined || server.refused.has(token) ? refuse('unauthenticated', 'no valid token') : held,
    );
    server.handlers.set('mine', ({ token }) =>
      token === undefined || server.refused.has(token)
        ? refuse('unauthenticated', 'no valid token')
        : { ok: true, data: { holds: [], bookings: [] } },
    );
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.stop();
  });
  const connect = (options: Partial<ClientOptions> = {}): Client => {
    const client = createClient({ url: server.url, random: () => 0.01, ...options });
    clients.push(client);
    return client;
  };
  const stored = (changes: Partial<StoredSession> = {}): StoredSession => ({
    session: changes.session ?? server.session(),
    anonymous: false,
    receivedAtMs: Date.now(),
  });
  const asked = (path: string) => server.requests.filter((request) => request.path === path);

  it('makes one anonymous guest at the first holds, and none before', async () => {
    const client = connect();
    server.handlers.set('search', () => ({ ok: true, data: { apartments: [] } }));
    await client.search({ checkIn: '2027-03-01', checkOut: '2027-03-04' });
    expect(await client.mine()).toEqual({ ok: true, data: { holds: [], bookings: [] } });
    expect(asked('/v1/sessions/guest')).toHaveLength(0);
    expect(await Promise.all([client.hold(stay), client.hold(stay), client.hold(stay)])).toEqual([
      held,
      held,
      held,
    ]);
    expect(asked('/v1/sessions/guest')).toHaveLength(1);
    expect(client.sessions.who).toMatchObject({ anonymous: true, subject: { kind: 'guest' } });
    // The connection that searched is the one that holds.
    expect(server.connections).toBe(1);
  });

  it('renews a token that the server no longer takes, once for all commands, and repeats them', async () => {
    const storage = memoryStorage(stored());
    const client = connect({ storage });
    await client.mine();
    server.refused.add('access-1');
    expect(await Promise.all([client.hold(stay), client.hold(stay), client.mine()])).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);
    expect(asked('/v1/sessions/refresh').map(({ body }) => body)).toEqual([{ refreshToken: 'refresh-1' }]);
    expect(storage.read()?.session.refreshToken).toBe('refresh-2');
    expect(server.connections).toBe(1);
    const ids = server.events('hold').map(({ payload }) => payload.requestId);
    expect(new Set(ids).size).toBe(2);
  });

  it('renews a token refused at the handshake, and connects', async () => {
    server.refused.add('access-1');
    const client = connect({ storage: memoryStorage(stored()) });
    expect(await client.hold(stay)).toEqual(held);
    expect(asked('/v1/sessions/refresh')).toHaveLength(1);
  });

  it('renews before the token ends and tells the open connection', async () => {
    const session = server.session({ expiresInSeconds: 1 });
    const client = connect({ storage: memoryStorage(stored({ session })) });
    await server.until('authenticate');
    expect(server.events('authenticate')[0]?.payload).toEqual({ token: 'access-2' });
    expect(server.connections).toBe(1);
    expect(client.sessions.who).toBeDefined();
  });

  it('uses the token of another tab instead of a refresh token that was used already', async () => {
    const storage = memoryStorage(stored());
    const client = connect({ storage });
    await client.mine();
    server.refused.add('access-1');
    storage.write(stored({ session: server.session() }));
    expect(await client.hold(stay)).toEqual(held);
    expect(asked('/v1/sessions/refresh')).toHaveLength(0);
  });

  it('is nobody after a refused refresh, and says so', async () => {
    server.routes.set('POST /v1/sessions/refresh', () => ({
      status: 401,
      body: { error: refuse('unauthenticated', 'the session has ended; sign in again').error },
    }));
    const storage = memoryStorage(stored());
    const client = connect({ storage, autoGuest: false });
    await client.mine();
    const changes: unknown[] = [];
    client.sessions.subscribe((who) => changes.push(who));
    server.refused.add('access-1');
    expect(await client.hold(stay)).toMatchObject({ ok: false, error: { code: 'unauthenticated' } });
    expect(client.sessions.who).toBeUndefined();
    expect(changes).toEqual([undefined]);
    expect(storage.read()).toBeUndefined();
  });

  it('keeps the session when the refresh could not reach the server', async () => {
    server.routes.set('POST /v1/sessions/refresh', () => ({ status: 502, body: 'bad gateway' }));
    const storage = memoryStorage(stored());
    const client = connect({ storage, deadlineMs: 300 });
    await client.mine();
    server.refused.add('access-1');
    expect(await client.hold(stay)).toMatchObject({ ok: false });
    expect(client.sessions.who).toBeDefined();
    expect(storage.read()).toBeDefined();
  });

  it('signs in as somebody else over a connection of their own, and out again', async () => {
    server.routes.set('POST /v1/sessions', ({ email }) => ({
      status: 201,
      body: server.session({ subject: { id: `of-${String(email)}`, kind: 'admin' } }),
    }));
    server.routes.set('DELETE /v1/sessions/current', () => ({ status: 200, body: {} }));
    const client = connect();
    await client.hold(stay);
    const signedIn = await client.sessions.signIn({ email: 'ana@example.com', password: 'correct horse' });
    expect(signedIn).toMatchObject({ ok: true, data: { anonymous: false, email: 'ana@example.com' } });
    await client.mine();
    expect(server.events('mine')[0]?.token).toBe('access-2');
    expect(server.connections).toBe(2);
    await client.sessions.signOut();
    expect(client.sessions.who).toBeUndefined();
    expect(asked('/v1/sessions/current')[0]?.token).toBe('Bearer access-2');
  });

  it('[G9] signs a guest up with the guest’s token, who stays the same over the same connection', async () => {
    const subject = { id: 'guest-1', kind: 'guest' };
    server.routes.set('POST /v1/accounts', () => ({ status: 201, body: server.session() }));
    server.handlers.set('authenticate', () => ({ ok: true, data: { subject } }));
    const client = connect();
    await client.hold(stay);
    const changes: unknown[] = [];
    client.sessions.subscribe((who) => changes.push(who?.anonymous));
    await client.sessions.signUp({ email: 'ana@example.com', password: 'correct horse', name: 'Ana' });
    expect(asked('/v1/accounts')[0]?.token).toBe('Bearer access-1');
    expect(changes).toEqual([false]);
    await server.until('authenticate', 2);
    expect(server.events('authenticate').at(-1)?.payload).toEqual({ token: 'access-2' });
    expect(await client.hold(stay)).toEqual(held);
    expect(server.connections).toBe(1);
  });

  it('[G9] signs in with a guest’s token, a fresh one, and with nobody else’s', async () => {
    server.routes.set('POST /v1/sessions', () => ({ status: 201, body: server.session() }));
    const old = stored({ session: server.session({ expiresInSeconds: 60 }) });
    const storage = memoryStorage({ ...old, anonymous: true, receivedAtMs: Date.now() - 61_000 });
    const client = connect({ storage });
    await client.sessions.signIn({ email: 'ana@example.com', password: 'correct horse' });
    // What has run out takes nothing along.
    expect(asked('/v1/sessions')[0]?.token).toBe('Bearer access-2');
    await client.sessions.signIn({ email: 'ben@example.com', password: 'correct horse' });
    expect(asked('/v1/sessions')[1]?.token).toBe('');
  });

  it('[G9] renews nothing while it signs in itself, also where tabs cannot wait for each other', async () => {
    const client = connect({ storage: memoryStorage({ ...stored(), anonymous: true }) });
    await client.mine();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    server.routes.set('POST /v1/sessions', async () => {
      server.refused.add('access-1');
      await answered;
      return { status: 200, body: server.session({ subject: { id: 'account', kind: 'guest' } }) };
    });
    const changes: unknown[] = [];
    client.sessions.subscribe((who) => changes.push(who?.subject.id));
    const signedIn = client.sessions.signIn({ email: 'ana@example.com', password: 'correct horse' });
    await server.when(() => asked('/v1/sessions').length > 0);
    const holding = client.hold(stay);
    await server.until('hold', 1);
    answer();
    expect(await signedIn).toMatchObject({ ok: true });
    expect(await holding).toEqual(held);
    expect(asked('/v1/sessions/refresh')).toEqual([]);
    expect(changes).toEqual(['account']);
  });

  it('[G9] renews nothing while somebody signs in, here or in another tab, and goes on as who that is', async () => {
    let storedNow: StoredSession | undefined;
    /** Of two tabs: one lock, and who wrote tells the other nothing. */
    let last: Promise<unknown> = Promise.resolve();
    const shared = (): SessionStorage => ({
      read: () => storedNow,
      write: (next) => {
        storedNow = next;
      },
      exclusive: (work) => {
        const turn = last.then(work);
        last = turn.catch(() => {});
        return turn;
      },
    });
    storedNow = { ...stored(), anonymous: true };
    const [one, two] = [connect({ storage: shared() }), connect({ storage: shared() })];
    await Promise.all([one.mine(), two.mine()]);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    server.routes.set('POST /v1/sessions', async () => {
      // The server has ended the guest's session, and takes its time to answer.
      server.refused.add('access-1');
      await answered;
      return { status: 200, body: server.session({ subject: { id: 'account', kind: 'guest' } }) };
    });
    const signedIn = one.sessions.signIn({ email: 'ana@example.com', password: 'correct horse' });
    await server.when(() => asked('/v1/sessions').length > 0);
    const both = Promise.all([one.hold(stay), two.hold(stay)]);
    await server.until('hold', 2);
    answer();
    expect(await signedIn).toMatchObject({ ok: true, data: { subject: { id: 'account' } } });
    expect(await both).toEqual([held, held]);
    expect(asked('/v1/sessions/refresh')).toEqual([]);
    expect(asked('/v1/sessions/guest')).toEqual([]);
    expect(two.sessions.who).toMatchObject({ anonymous: false, subject: { id: 'account' } });
  });

  it('tells a wrong password as the server tells it', async () => {
    server.routes.set('POST /v1/sessions', () => ({
      status: 401,
      body: { error: refuse('unauthenticated', 'e-mail or password is wrong').error },
    }));
    expect(await connect().sessions.signIn({ email: 'a@b.c', password: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'unauthenticated', message: 'e-mail or password is wrong' },
    });
  });

  it('takes tokens from a provider, and asks it again when one is refused', async () => {
    let token = 'mine-1';
    const client = connect({ token: () => Promise.resolve(token) });
    await client.hold(stay);
    server.refused.add('mine-1');
    token = 'mine-2';
    expect(await client.hold(stay)).toEqual(held);
    expect(server.requests).toEqual([]);
    expect(await client.sessions.guest()).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  });
});
