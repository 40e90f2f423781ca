/** Floods, budgets, half-open connections, drain. */
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { network } from '../../src/gateway/addresses/address.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { Budget } from '../../src/gateway/limits/budgets.ts';
import {
  COMMANDS_PER_SUBJECT,
  GUESTS_PER_ADDRESS,
  SIGN_INS_PER_EMAIL_AND_ADDRESS,
} from '../../src/gateway/limits.ts';
import { Notice } from '../../src/protocol/events.ts';
import { WATCH_APARTMENTS_MAX } from '../../src/protocol/limits.ts';
import { createWorld } from './fakes.ts';
import { eventually, HOLD, openHouse } from './harness.ts';

describe('budgets', () => {
  it('refills by its rate and never past its burst', () => {
    const budget = new Budget({ perSecond: 10, burst: 3 }, 0);
    expect([budget.take(0), budget.take(0), budget.take(0), budget.take(0)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(budget.retryAfterMs()).toBeGreaterThanOrEqual(100);
    expect(budget.take(99)).toBe(false);
    expect(budget.take(200)).toBe(true);
    const later = [60_000, 60_000, 60_000, 60_000].map((ms) => budget.take(ms));
    expect(later).toEqual([true, true, true, false]);
  });

  it('may owe a burst, and no more', () => {
    const budget = new Budget({ perSecond: 10, burst: 3 }, 0);
    budget.owe(100);
    expect(budget.take(300)).toBe(false);
    expect(budget.take(400)).toBe(true);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['2001:DB8:0:0:1::6', '2001:db8:0:0'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['::1', '0:0:0:0'],
  ])('counts %s as %s', (address, expected) => {
    expect(network(address)).toBe(expected);
  });

  it('limits the commands of one subject over all their sockets, and nobody else', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    // Budgets do not fill while the commands are on their way.
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const token = house.world.token('guest', 'ana');
    const [phone, laptop] = [await house.client(token), await house.client(token)];
    const burst = COMMANDS_PER_SUBJECT.burst + 100;
    const answers = await Promise.all(
      Array.from({ length: burst }, (_, n) => (n % 2 === 0 ? phone : laptop).ask('mine', {})),
    );
    const limited = answers.filter((answer) => !answer.ok);
    expect(limited).toHaveLength(100);
    expect(limited[0]).toMatchObject({ error: { code: 'rate_limited', retryable: true } });
    expect((limited[0] as { error: { retryAfterMs: number } }).error.retryAfterMs).toBeGreaterThan(0);
    // The same budget.
    const http = await house.http('GET', '/v1/bookings', { token });
    expect([http.status, http.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    const ben = await house.client(house.world.token('guest', 'ben'));
    expect(await ben.ask('mine', {})).toMatchObject({ ok: true });
  });

  it('[S9] counts what a socket wants looked up like commands, against its sender and their address', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    let looked = 0;
    const { calendarOf } = house.world;
    house.world.calendarOf = (...asked) => {
      looked += 1;
      return calendarOf(...asked);
    };
    const window = { from: '2026-12-01', to: '2026-12-31' };
    const madeUp = (socket: string, n: number) =>
      Array.from({ length: WATCH_APARTMENTS_MAX }, (_, i) => `apt_${socket}-${n}-${i}`);
    const watches = async (socket: string, apartmentIds: (n: number) => string[]) => {
      const client = await house.client();
      const answers = Array.from({ length: 10 }, (_, n) =>
        client.ask('watch', { apartmentIds: apartmentIds(n), ...window }),
      );
      const codes = (await Promise.all(answers)).map((answer) => (answer.ok ? 'ok' : answer.error.code));
      return [socket, codes.filter((code) => code !== 'rate_limited').length, codes.at(-1)];
    };
    // What anybody may know of is not looked up.
    expect(await watches('honest', () => ['apt-1'])).toEqual(['honest', 10, 'ok']);
    // Three take what a sender has, ten what their address has.
    for (const [socket, taken] of Object.entries({ a: 3, b: 3, c: 3, d: 1 })) {
      expect(await watches(socket, (n) => madeUp(socket, n))).toEqual([socket, taken, 'rate_limited']);
    }
    expect(looked).toBe(10 + 10 * WATCH_APARTMENTS_MAX);
  });

  it('limits guesses at a password, and not who knows it', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const attempt = (email: string, password: string) =>
      house.http('POST', '/v1/sessions', { body: { email, password } });
    for (let n = 0; n < SIGN_INS_PER_EMAIL_AND_ADDRESS; n++) {
      expect((await attempt('Ana@example.com', `guess ${n}`)).status).toBe(401);
    }
    const refused = await attempt('ana@example.com', 'correct horse');
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    for (let n = 0; n <= SIGN_INS_PER_EMAIL_AND_ADDRESS; n++) {
      expect((await attempt('ben@example.com', 'correct horse')).status).toBe(200);
    }
  });

  it('limits new guests of one address', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const statuses = await Promise.all(
      Array.from(
        { length: GUESTS_PER_ADDRESS + 1 },
        async () => (await house.http('POST', '/v1/sessions/guest')).status,
      ),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });
});

describe('a flood', () => {
  it('of 10,000 events from one socket is shed, leaves others whole, and ends with the socket', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const raw = await (await house.raw()).enter(house.world.token('guest', 'flood'));
    const other = await house.client(house.world.token('guest', 'ben'));
    const frame = JSON.stringify(['hold', HOLD]);
    const delays: number[] = [];
    for (let n = 0; n < 10_000 && raw.socket.readyState === raw.socket.OPEN; n++) {
      raw.send(`42/v1,${n}${frame}`);
      if (n % 500 !== 0) continue;
      const askedAt = performance.now();
      expect(await other.ask('mine', {})).toMatchObject({ ok: true });
      delays.push(performance.now() - askedAt);
    }
    await raw.closed;
    expect(house.world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'socket.cut', reason: 'flood' }),
    );
    expect(house.world.commands.length).toBeLessThan(2 * COMMANDS_PER_SUBJECT.burst);
    expect(raw.frames.some((text) => text.includes('"rate_limited"'))).toBe(true);
    expect(delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(1_000);
  });

  it('of frames that are no commands ends too, also before any namespace is joined', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const raw = await house.raw();
    for (let n = 0; n < 10_000 && raw.socket.readyState === raw.socket.OPEN; n++) {
      raw.send('40/nowhere,');
      if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await raw.closed;
    expect(raw.frames.length).toBeLessThan(COMMANDS_PER_SUBJECT.burst * 2);
  });
});

describe.concurrent('connections that say nothing', () => {
  it.each([
    ['no byte', ''],
    ['half a request', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ])('are dropped within 5 s after %s', async (_what, bytes) => {
    await using house = await openHouse();
    const socket = connect(Number(new URL(house.url).port), '127.0.0.1');
    socket.write(bytes);
    const startedAt = performance.now();
    await new Promise<void>((resolve) =>
      socket
        .on('close', () => resolve())
        .on('error', () => {})
        .resume(),
    );
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});

describe.concurrent('leaving', () => {
  it('asks everyone to go, answers what is under way, takes nothing new, and closes', async () => {
    await using house = await openHouse();
    const client = await house.client(house.world.token('guest'));
    const held: (() => void)[] = [];
    const { answer } = house.world;
    house.world.answer = (subject, command, reply) => held.push(() => answer(subject, command, reply));
    const underWay = client.ask('hold', HOLD);
    await eventually('the hold is under way', () => held.length === 1);
    const drained = house.gateway.drain();
    const notice = Notice.parse(await client.hears('notice'));
    expect(notice).toEqual({ kind: 'draining', reconnectInMs: expect.any(Number) });
    expect(notice.kind === 'draining' && notice.reconnectInMs).toBeLessThan(4_000);
    expect((await house.http('GET', '/readyz')).status).toBe(503);
    await expect(house.raw()).rejects.toThrow('400');
    await eventually('it stops taking commands', () => house.world.commands.length >= 1);
    let refusal: unknown;
    do refusal = await client.ask('mine', {});
    while ((refusal as { ok: boolean }).ok);
    expect(refusal).toMatchObject({ error: { code: 'unavailable', retryable: true } });
    const gone = new Promise<string>((resolve) => client.socket.on('disconnect', resolve));
    for (const release of held) release();
    expect(await underWay).toMatchObject({ ok: true });
    await drained;
    // A reason on which client libraries connect again by themselves.
    expect(await gone).toMatch(/transport/);
    await expect(house.http('GET', '/healthz')).rejects.toThrow();
  });

  it('lets a request finish that is under way, and does not wait for a peer that never says goodbye', async () => {
    await using house = await openHouse();
    const token = house.world.token('guest');
    const held: (() => void)[] = [];
    const { answer } = house.world;
    house.world.answer = (subject, command, reply) => held.push(() => answer(subject, command, reply));
    const mute = await (await house.raw()).enter();
    mute.tcp.pause();
    const request = house.http('POST', '/v1/apartments/apt-1/holds', { token, body: HOLD });
    await eventually('the hold is under way', () => held.length === 1);
    const startedAt = performance.now();
    const drained = house.gateway.drain();
    await expect(house.raw()).rejects.toThrow();
    for (const release of held) release();
    expect((await request).status).toBe(201);
    await drained;
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('does not wait for what never answers longer than its deadline', async () => {
    await using house = await openHouse();
    const client = await house.client(house.world.token('guest'));
    house.world.answer = () => {};
    client.socket.emit('hold', HOLD);
    await eventually('the hold is under way', () => house.world.commands.length === 1);
    const startedAt = performance.now();
    await house.gateway.drain();
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(house.world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'gateway.drained', abandoned: 1 }),
    );
  });
});

describe('starting', () => {
  it('says in one sentence that the port is taken', async () => {
    await using house = await openHouse();
    const port = Number(new URL(house.url).port);
    const world = createWorld();
    const second = await createGateway(world.parts, {
      host: '127.0.0.1',
      port,
      webRoot: '/nonexistent',
      pictureHosts: [],
      rateLimit: 'on',
      loadShedding: 'off',
      trustedProxies: [],
      origins: [],
      log: world.log,
    });
    await expect(second.listen()).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken; stop what listens there`,
    );
    await second.close();
  });
});
