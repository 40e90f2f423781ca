import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisLink } from '../../src/gateway/redis/redis-link.ts';
import { Backplane } from '../../src/gateway/sockets/backplane.ts';
import { TestRedis } from '../support/redis.ts';
import { redisLink } from '../support/redis-link.ts';
import { bookingOf } from './fakes.ts';
import { eventually, type House, openHouse, WINDOW } from './harness.ts';

const NIGHTS = { from: 20_760, to: 20_762, status: 'held', heldUntilMs: 1_800_000_000_000 } as const;
const WATCH = { apartmentIds: ['apt-1'], ...WINDOW };

const EVERYBODY = {
  hasOthers: () => true,
  isWatched: () => true,
  hasFeed: () => true,
  tellFeed: async () => {},
};

interface Server {
  readonly house: House;
  readonly redis: RedisLink;
  readonly faults: string[];
}

let redis: TestRedis;
let here: Server;
let there: Server;
const servers: Server[] = [];

/** A server beside others: its commits are its own, its sockets hear everybody's. */
async function server(system = 'test', maySeal = () => true): Promise<Server> {
  const faults: string[] = [];
  const link = redisLink({ url: redis.url, system, maySeal, onFault: (event) => faults.push(event) });
  await eventually('Redis is up', () => link.isUp);
  const house = await openHouse({ backplane: new Backplane(link, EVERYBODY) });
  servers.push({ house, redis: link, faults });
  return { house, redis: link, faults };
}

beforeEach(async () => {
  redis = await TestRedis.start();
  here = await server();
  there = await server();
});

afterEach(async () => {
  for (const { house, redis } of servers.splice(0)) {
    await house[Symbol.asyncDispose]();
    redis.close();
  }
  await redis.kill();
});

describe('sockets of another server', () => {
  it('[I4] hear a committed change once, in the same words as its own', async () => {
    const [near, far] = [await here.house.client(), await there.house.client()];
    await Promise.all([near, far].map((client) => client.ask('watch', WATCH)));
    here.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    here.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    const heard = await Promise.all(
      [near, far].map((client) => client.hears<{ version: number }>('availability', (a) => a.version === 2)),
    );
    expect(heard[1]).toEqual(heard[0]);
    const told = (client: typeof near) =>
      client.heard
        .filter(({ event }) => event === 'availability')
        .map(({ payload }) => payload as { changes: unknown[] })
        // Beacons have none.
        .filter(({ changes }) => changes.length > 0);
    expect(told(far)).toEqual(told(near));
    expect(told(far)).toHaveLength(2);
  });

  it('belong to the guest: hold and booking events arrive, and only theirs', async () => {
    const [ana, ben] = [
      await there.house.client(there.house.world.token('guest', 'ana')),
      await there.house.client(there.house.world.token('guest', 'ben')),
    ];
    const booking = bookingOf('booking-1', 'apt-1', 0);
    // The room is joined after the welcome; a change that comes before that is for `mine` to tell.
    await eventually('the event arrives', () => {
      here.house.world.change({ apartmentId: 'apt-1', guestId: 'ana', booking });
      return ana.heard.some(({ event }) => event === 'booking');
    });
    expect(await ana.hears('booking')).toEqual({ booking });
    expect(ben.heard.map(({ event }) => event)).not.toContain('booking');
  });

  it('see the admin feed of every server', async () => {
    const admin = await there.house.client(there.house.world.token('admin', 'boss'), '/v1/admin');
    await admin.ask('occupancy', WINDOW);
    here.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS], cause: 'held', guestId: 'ana' });
    expect(await admin.hears('occupancy')).toMatchObject({
      apartmentId: 'apt-1',
      cause: 'held',
      guestId: 'ana',
    });
  });
});

describe('whoever else reaches Redis', () => {
  /** Somebody with the address of Redis and nothing else. */
  async function stranger(): Promise<Redis> {
    const client = new Redis(redis.url);
    client.on('error', () => {});
    return client;
  }

  it('reads nothing of what servers tell each other, and nobody believes them', async () => {
    const ana = await there.house.client(there.house.world.token('guest', 'ana'));
    await ana.ask('watch', WATCH);
    const heard: Buffer[] = [];
    const spy = await stranger();
    spy.on('smessageBuffer', (_channel: Buffer, message: Buffer) => heard.push(message));
    const channels = (await spy.call('pubsub', 'shardchannels', '*')) as string[];
    await spy.ssubscribe(...channels);
    const booking = bookingOf('booking-1', 'apt-1', 0);
    let told = 0;
    await eventually('the event arrives', () => {
      told += 1;
      here.house.world.change({ apartmentId: 'apt-1', guestId: 'ana', booking });
      return ana.heard.some(({ event }) => event === 'booking');
    });
    expect(heard.length).toBeGreaterThan(0);
    const everything = Buffer.concat(heard).toString('latin1');
    for (const word of ['apt-1', 'booking', 'availability', 'guest']) expect(everything).not.toContain(word);

    const attacker = await stranger();
    for (const channel of channels) {
      for (const message of [
        '',
        'x',
        '{}',
        JSON.stringify({ type: 3, data: { packet: { type: 2, data: ['booking', { booking }] }, opts: {} } }),
        Buffer.alloc(100_000, 1),
        // What was said in this room or another, once more.
        ...heard,
      ]) {
        await attacker.spublish(channel, message);
      }
    }
    // Arrives behind all of these.
    here.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    await ana.hears('availability', (a: { changes: unknown[] }) => a.changes.length > 0);
    const bookings = ana.heard.filter(({ event }) => event === 'booking');
    expect(bookings.length).toBeLessThanOrEqual(told);
    expect(there.faults).toContain('redis.refused');
    spy.disconnect();
    attacker.disconnect();
  });

  it('[C10] is believed as long as a server is there that seals nothing', async () => {
    const old = await server('test', () => false);
    const far = await old.house.client();
    await far.ask('watch', WATCH);
    const mixed = await server('test', () => false);
    await eventually('the change arrives', () => {
      mixed.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
      return far.heard.some(
        ({ event, payload }) =>
          event === 'availability' && (payload as { changes: unknown[] }).changes.length > 0,
      );
    });
    const attacker = await stranger();
    for (const channel of (await attacker.call('pubsub', 'shardchannels', '*')) as string[]) {
      for (const message of ['', '{', 'null', '[]', '{"type":3}', Buffer.alloc(1_000, 0xc1)])
        await attacker.spublish(channel, message);
    }
    await eventually('it is refused', () => old.faults.includes('redis.refused'));
    attacker.disconnect();
    expect((await far.ask('watch', WATCH)).ok).toBe(true);
  });
});

describe('while Redis is away', () => {
  /** Not a beacon of before. */
  const isFirst = (a: { apartmentId: string; version: number }) =>
    a.apartmentId === 'apt-1' && a.version === 1;

  it('[I4] [C6] nothing fails, own sockets hear on, and the others are told of what they missed once it is back', async () => {
    const [near, far] = [await here.house.client(), await there.house.client()];
    const guest = await there.house.client(there.house.world.token('guest'));
    const many = Array.from({ length: 99 }, (_, i) => `many-${i}`);
    for (const id of many) there.house.world.changeUnheard(id);
    await near.ask('watch', WATCH);
    await far.ask('watch', { ...WATCH, apartmentIds: ['apt-1', ...many] });
    await redis.kill();
    await eventually('its loss is noticed', () => !here.redis.isUp && !there.redis.isUp);
    here.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    expect(await near.hears('availability', isFirst)).toMatchObject({ changes: [{ status: 'held' }] });
    expect((await far.ask('watch', WATCH)).ok).toBe(true);
    expect(here.redis.dropped).toBeGreaterThan(0);
    const told = far.heard.filter(({ event }) => event === 'availability');
    expect(told.map(({ payload }) => payload)).not.toContainEqual(expect.objectContaining({ version: 2 }));

    // The owner's word is what counts, and both houses stand for servers of one system.
    there.house.world.changeUnheard('apt-1');
    const asked: number[] = [];
    const { apartments } = there.house.world.parts;
    const versions = apartments.versions.bind(apartments);
    apartments.versions = (ids) => {
      asked.push(ids.length);
      return versions(ids);
    };
    await redis.start();
    expect(await far.hears('availability', isFirst)).toMatchObject({ changes: [] });
    // What has no version is asked for anew by whom it concerns.
    expect(await guest.hears('notice')).toMatchObject({ kind: 'missed' });
    // All at once, not as the beacons come round.
    await eventually('every watched apartment is asked for', () => asked.includes(100));

    await eventually('both are back', () => here.redis.isUp && there.redis.isUp);
    here.house.world.change({ apartmentId: 'apt-1' });
    expect(await far.hears<{ version: number }>('availability', (a) => a.version === 2)).toBeDefined();
  });

  it('[I4] of another system at the same Redis hear nothing of this one', async () => {
    const other = await server('other');
    const [far, stranger] = [await there.house.client(), await other.house.client()];
    await Promise.all([far, stranger].map((client) => client.ask('watch', WATCH)));
    for (let i = 0; i < 3; i++) here.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    await far.hears<{ version: number }>('availability', (a) => a.version === 3);
    other.house.world.change({ apartmentId: 'apt-1', changes: [NIGHTS] });
    await stranger.hears<{ version: number }>('availability', (a) => a.version === 1);
    const versions = stranger.heard
      .filter(({ event }) => event === 'availability')
      .map(({ payload }) => (payload as { version: number }).version);
    expect(versions).toEqual([1]);
  });

  it('a server starts without it, and joins when it is there', async () => {
    await redis.kill();
    const link = redisLink({ url: redis.url });
    const house = await openHouse({ backplane: new Backplane(link, EVERYBODY) });
    servers.push({ house, redis: link, faults: [] });
    const client = await house.client();
    expect((await client.ask('watch', WATCH)).ok).toBe(true);
    await redis.start();
    await eventually('both are back', () => link.isUp && here.redis.isUp);
    await eventually('a change arrives', () => {
      here.house.world.change({ apartmentId: 'apt-1' });
      return client.heard.some(({ event }) => event === 'availability');
    });
  });
});
