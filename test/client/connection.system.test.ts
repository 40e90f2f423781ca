import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Client,
  type ClientOptions,
  type ConnectionState,
  createClient,
  memoryStorage,
} from '../../src/client/index.ts';
import { refuse } from '../../src/protocol/errors.ts';
import { instant } from '../../src/protocol/instant.ts';
import { FakeServer } from './fake-server.ts';

const query = { checkIn: '2027-03-01', checkOut: '2027-03-04' };

describe('connection', () => {
  let server: FakeServer;
  const clients: Client[] = [];
  beforeEach(async () => {
    server = await FakeServer.start();
    server.handlers.set('search', () => ({ ok: true, data: { apartments: [] } }));
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
  const entered = (client: Client, state: ConnectionState): Promise<void> =>
    new Promise((resolve) => {
      if (client.connection.state === state) return resolve();
      const stop = client.connection.subscribe((now) => {
        if (now !== state) return;
        stop();
        resolve();
      });
    });

  it('tells when it is lost, when it is given up for offline, and when it is back', async () => {
    const client = connect();
    const states: ConnectionState[] = [client.connection.state];
    client.connection.subscribe((state) => states.push(state));
    await entered(client, 'online');
    const { port } = server;
    await server.stop();
    await entered(client, 'offline');
    server = await FakeServer.start(port);
    await entered(client, 'online');
    expect(states).toEqual(['reconnecting', 'online', 'reconnecting', 'offline', 'online']);
  });

  it('leaves a draining server within the time it gives, and the answers under way arrive', async () => {
    let answer: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.handlers.set('search', async (_, nth) => {
      if (nth === 1) await gate;
      return { ok: true, data: { apartments: [] } };
    });
    const client = connect({ random: () => 0.5 });
    const search = client.search(query);
    await server.until('search');
    server.emit('notice', { kind: 'draining', reconnectInMs: 100 });
    answer();
    expect(await search).toMatchObject({ ok: true });
    await server.when(() => server.connections === 2);
    expect(server.events('search')).toHaveLength(1);
  });

  it('goes on over the old link until there is a new one, and never says that it was gone', async () => {
    const client = connect({ random: () => 0 });
    const states: ConnectionState[] = [];
    await entered(client, 'online');
    client.connection.subscribe((state) => states.push(state));
    const leaving: boolean[] = [];
    client.connection.onLeaving((is) => leaving.push(is));
    let welcome: () => void = () => {};
    server.welcoming = new Promise<void>((resolve) => {
      welcome = resolve;
    });
    server.emit('notice', { kind: 'draining', reconnectInMs: 0 });
    await server.when(() => server.connections === 2);
    // The new one is not welcomed yet.
    expect(await client.search(query)).toMatchObject({ ok: true });
    const [first] = server.events('search');
    expect(client.connection.isLeaving).toBe(true);
    welcome();
    await server.when(() => server.sockets === 1);
    expect(await client.search(query)).toMatchObject({ ok: true });
    // Who counts on the server hears that it leaves, and that another is there.
    expect([leaving, client.connection.isLeaving]).toEqual([[true, false], false]);
    expect(server.events('search')[1]?.socket).not.toBe(first?.socket);
    expect(states).toEqual([]);
  });

  it('opens one link in the place of another, however often it is told that the server leaves', async () => {
    const client = connect({ random: () => 0 });
    await entered(client, 'online');
    let welcome: () => void = () => {};
    server.welcoming = new Promise<void>((resolve) => {
      welcome = resolve;
    });
    server.emit('notice', { kind: 'draining', reconnectInMs: 0 });
    server.emit('notice', { kind: 'draining', reconnectInMs: 0 });
    await server.when(() => server.connections === 2);
    // Answered after both notices, over the old link.
    expect(await client.search(query)).toMatchObject({ ok: true });
    welcome();
    await server.when(() => server.sockets === 1);
    expect(await client.search(query)).toMatchObject({ ok: true });
    expect(server.connections).toBe(2);
  });

  it('has its token renewed where the next server refuses it, before it leaves the old link', async () => {
    const session = server.session();
    const client = connect({
      random: () => 0,
      storage: memoryStorage({ session, anonymous: false, receivedAtMs: Date.now() }),
    });
    const states: ConnectionState[] = [];
    await entered(client, 'online');
    client.connection.subscribe((state) => states.push(state));
    server.refused.add(session.accessToken);
    server.emit('notice', { kind: 'draining', reconnectInMs: 0 });
    await server.when(() => server.connections === 2);
    await server.when(() => server.sockets === 1);
    await client.search(query);
    expect(server.events('search')[0]?.token).not.toBe(session.accessToken);
    expect(states).toEqual([]);
  });

  it('closes what it has left as soon as somebody signs out', async () => {
    server.handlers.set('search', (_, nth) =>
      nth === 1 ? 'silent' : { ok: true, data: { apartments: [] } },
    );
    const client = connect({
      random: () => 0,
      storage: memoryStorage({ session: server.session(), anonymous: false, receivedAtMs: Date.now() }),
    });
    await entered(client, 'online');
    void client.search(query);
    await server.until('search');
    server.emit('notice', { kind: 'draining', reconnectInMs: 0 });
    await server.when(() => server.connections === 2);
    expect(await client.search(query)).toMatchObject({ ok: true });
    const left = server.events('search')[0]?.socket;
    expect(left?.connected).toBe(true);
    await client.sessions.signOut();
    await server.when(() => server.connections === 3);
    expect(await client.search(query)).toMatchObject({ ok: true });
    expect(left?.connected).toBe(false);
  });

  it('keeps one link, and one only, where the old one closes as the new one opens', async () => {
    const client = connect({ random: () => 0 });
    await entered(client, 'online');
    for (let n = 0; n < 25; n++) {
      await server.when(() => server.sockets === 1);
      const [old] = server.all();
      const before = server.connections;
      server.onConnection = (socket) => void (socket !== old && old?.conn.close());
      old?.emit('notice', { kind: 'draining', reconnectInMs: 0 });
      await server.when(() => server.connections > before && old?.connected === false);
      server.onConnection = () => {};
      expect(await client.search(query)).toMatchObject({ ok: true });
      expect(server.sockets).toBe(1);
    }
  });

  it('reconnects when the server ends the connection by itself', async () => {
    const client = connect();
    await client.search(query);
    server.events('search')[0]?.socket.disconnect(true);
    await server.when(() => server.connections === 2);
    expect(await client.search(query)).toMatchObject({ ok: true });
  });

  it('takes the time of the server, not of this device', async () => {
    server.serverTime = () => Date.UTC(2040, 0, 1);
    const client = connect();
    await entered(client, 'online');
    expect(client.clock.secondsLeft(instant(Date.UTC(2040, 0, 1) + 60_000))).toBeGreaterThanOrEqual(58);
    expect(client.clock.secondsLeft(instant(Date.UTC(2040, 0, 1) + 60_000))).toBeLessThanOrEqual(60);
  });

  it('says that a protocol of another version needs another client', async () => {
    server.protocol = 2;
    const client = connect();
    await entered(client, 'offline');
    expect(client.connection.lastError?.message).toBe(
      'the server speaks protocol 2, this client 1; reload the page or update the client',
    );
  });

  it("tells of the user's own holds, whoever changed them", async () => {
    const client = connect();
    const holds: string[] = [];
    client.onHold(({ id }) => holds.push(id));
    await entered(client, 'online');
    server.emit('hold', { hold: { id: 'hold-7' } });
    await client.search(query);
    expect(holds).toEqual(['hold-7']);
  });

  it('tells that some of them may be lost, once for each time the server says so', async () => {
    const client = connect();
    let missed = 0;
    client.onMissed(() => missed++);
    await entered(client, 'online');
    server.emit('notice', { kind: 'missed', askInMs: 0 });
    server.emit('notice', { kind: 'of tomorrow' });
    await client.search(query);
    expect(missed).toBe(1);
  });

  it('tries again where the token provider fails, and says so meanwhile', async () => {
    let fails = true;
    const client = connect({
      token: () => (fails ? Promise.reject(new Error('no network')) : Promise.resolve('access-9')),
    });
    await entered(client, 'offline');
    expect(client.connection.lastError?.message).toContain('no network');
    fails = false;
    await entered(client, 'online');
    expect(client.connection.lastError).toBeUndefined();
  });

  it('goes on for the others when a listener throws', async () => {
    const client = connect();
    const faults: unknown[] = [];
    const listener = (fault: unknown) => faults.push(fault);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', listener);
    try {
      const heard: string[] = [];
      client.onHold(() => {
        throw new Error('of the page');
      });
      client.onHold(({ id }) => heard.push(id));
      await entered(client, 'online');
      server.emit('hold', { hold: { id: 'hold-7' } });
      await client.search(query);
      expect(heard).toEqual(['hold-7']);
      expect(faults).toHaveLength(1);
    } finally {
      process.off('uncaughtException', listener);
      for (const other of others) process.on('uncaughtException', other);
    }
  });
});

describe('admin view', () => {
  let server: FakeServer;
  let client: Client;
  beforeEach(async () => {
    server = await FakeServer.start();
    client = createClient({
      url: server.url,
      random: () => 0.01,
      storage: memoryStorage({ session: server.session(), anonymous: false, receivedAtMs: Date.now() }),
    });
  });
  afterEach(async () => {
    client.close();
    await server.stop();
  });
  const window = { from: '2027-03-01', to: '2027-03-31' };
  const change = (version: number) => ({
    apartmentId: 'apt-1',
    version,
    changes: [{ from: '2027-03-05', to: '2027-03-08', status: 'booked' }],
    cause: 'confirmed',
    at: instant(0),
  });
  const answer = (version: number) => ({
    ok: true,
    data: {
      apartments: [{ id: 'apt-1', name: 'Loft', city: 'Porto' }],
      calendars: [{ apartmentId: 'apt-1', version, ...window, taken: [] }],
      totals: { apartments: 1, nights: 30, held: 0, booked: 0, blocked: 0 },
    },
  });

  it('[I4] follows each change, ignores known ones, and asks for the whole again after a gap', async () => {
    server.handlers.set('occupancy', (_, nth) => answer(nth === 1 ? 0 : 7));
    const seen: string[] = [];
    let wake: () => void = () => {};
    const whole = (n: number) =>
      new Promise<void>((resolve) => {
        wake = () => {
          if (seen.filter((one) => one.startsWith('whole')).length >= n) resolve();
        };
        wake();
      });
    const view = client.admin(window, {
      occupancy: (_, calendars) => {
        seen.push(`whole ${calendars.get('apt-1')?.version}`);
        wake();
      },
      changed: ({ version }, calendar) => seen.push(`${version} → ${calendar?.version}`),
    });
    await whole(1);
    server.emit('occupancy', change(1), '/v1/admin');
    server.emit('occupancy', change(1), '/v1/admin');
    server.emit('occupancy', change(7), '/v1/admin');
    await whole(2);
    expect(seen).toEqual(['whole 0', '1 → 1', '7 → 7', 'whole 7']);
    // No gap: what lies between is nothing that an admin is told.
    server.emit('occupancy', { ...change(10), previousVersion: 7 }, '/v1/admin');
    server.emit('notice', { kind: 'missed', askInMs: 0 }, '/v1/admin');
    await whole(3);
    expect(seen.slice(4)).toEqual(['10 → 10', 'whole 7']);
    expect(server.events('occupancy')).toHaveLength(3);
    view.close();
  });

  it('says so when the subject is no admin, and tries again as somebody else', async () => {
    server.handlers.set('occupancy', () => refuse('forbidden', 'only an admin sees this'));
    const refused = await new Promise((resolve) => {
      client.admin(window, { refused: ({ code }) => resolve(code) });
    });
    expect(refused).toBe('forbidden');
  });
});
