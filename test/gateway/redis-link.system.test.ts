/** The link to Redis by itself: what it asks for, how often, and how it notices that it stands at the wrong one. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { REDIS_CHANNELS_AT_ONCE } from '../../src/gateway/limits.ts';
import type { RedisLink } from '../../src/gateway/redis/redis-link.ts';
import { Relay } from '../chaos/relay.ts';
import { freePort } from '../support/program.ts';
import { TestRedis } from '../support/redis.ts';
import { redisLink } from '../support/redis-link.ts';

const WITHIN = { timeout: 20_000, interval: 5 };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function redisServer(...options: string[]): Promise<TestRedis> {
  const redis = await TestRedis.start(...options);
  ends.push(() => redis.kill());
  return redis;
}

/** Of the test's own. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nightlatch-redis-'));
  ends.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

interface Linked {
  readonly link: RedisLink;
  readonly heard: Set<string>;
  readonly faults: string[];
  backs: number;
}

async function linkTo(url: string): Promise<Linked> {
  const faults: string[] = [];
  const link = redisLink({ url, onFault: (event) => faults.push(event) });
  ends.push(() => link.close());
  const linked = { link, heard: new Set<string>(), faults, backs: 0 };
  link.on('smessageBuffer', (channel) => linked.heard.add(channel.toString()));
  link.onBack(() => {
    linked.backs += 1;
  });
  await expect.poll(() => link.isUp, WITHIN).toBe(true);
  return linked;
}

/** Commands that a server has carried out since its start, as it counts them. */
async function calls(redis: TestRedis, command: string): Promise<number> {
  const stats = await redis.ask('INFO', 'commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

const channels = async (redis: TestRedis) =>
  (await redis.ask('PUBSUB', 'SHARDCHANNELS')).split(',').filter((name) => name !== '');

describe('channels', () => {
  it('come and go without end while Redis is away, and it is told of those that are wanted when it is back', async () => {
    const redis = await redisServer();
    const { link } = await linkTo(redis.url);
    link.ssubscribe('kept');
    await redis.kill();
    await expect.poll(() => link.isUp, WITHIN).toBe(false);
    for (let n = 0; n < 50_000; n++) {
      link.ssubscribe(`visited-${n}`);
      link.sunsubscribe(`visited-${n}`);
    }
    const wanted = Array.from({ length: 2 * REDIS_CHANNELS_AT_ONCE }, (_, n) => `wanted-${n}`);
    for (const channel of wanted) link.ssubscribe(channel);
    // Not told before all of it stands.
    let found: Promise<string[]> | undefined;
    link.onBack(() => {
      found ??= channels(redis);
    });
    await redis.start();
    await expect.poll(() => found, WITHIN).toBeDefined();
    expect((await found!).sort()).toEqual([...wanted, 'kept'].sort());
    expect(await calls(redis, 'ssubscribe')).toBeLessThan(10);
    expect(await calls(redis, 'sunsubscribe')).toBe(0);
  });

  it('are asked for once, however often, and again after they were given up', async () => {
    const redis = await redisServer();
    const { link, heard } = await linkTo(redis.url);
    for (let n = 0; n < 20; n++) {
      link.ssubscribe('room');
      await link.listensTo(['room']);
    }
    expect(await calls(redis, 'ssubscribe')).toBe(1);
    link.sunsubscribe('room');
    link.ssubscribe('room');
    link.sunsubscribe('room');
    await expect.poll(() => channels(redis), WITHIN).toEqual([]);
    link.ssubscribe('room');
    await link.listensTo(['room']);
    await link.spublish('room', 'a message');
    await expect.poll(() => [...heard], WITHIN).toEqual(['room']);
  });

  it('that are asked for while Redis says nothing wait as names, not as commands', async () => {
    const redis = await redisServer();
    const { link } = await linkTo(redis.url);
    redis.freeze();
    try {
      for (let n = 0; n < 5_000; n++) {
        link.ssubscribe(`room-${n}`);
        await null;
        link.sunsubscribe(`room-${n}`);
        await null;
      }
    } finally {
      redis.thaw();
    }
    await expect.poll(() => channels(redis), WITHIN).toEqual([]);
    expect(await calls(redis, 'ssubscribe')).toBeLessThan(10);
  });
});

it('a Redis that is no master any more is left for the one that is, though it keeps the connections', async () => {
  // A replica gets what its master has as a file.
  const [first, second] = [
    await redisServer('--dir', await folder()),
    await redisServer('--dir', await folder()),
  ];
  await second.ask('REPLICAOF', '127.0.0.1', String(first.port));
  // What a url leads to after a failover; who is connected stays so.
  const relay = await new Relay(first.port).open();
  ends.push(() => relay.close());
  const url = `redis://127.0.0.1:${relay.port}`;
  const early = await linkTo(url);
  early.link.ssubscribe('room');
  await second.ask('REPLICAOF', 'NO', 'ONE');
  await first.ask('REPLICAOF', '127.0.0.1', String(second.port));
  relay.targetPort = second.port;
  const late = await linkTo(url);
  late.link.ssubscribe('hall');
  await late.link.listensTo(['hall']);
  await expect.poll(() => early.backs, WITHIN).toBeGreaterThan(0);
  expect(early.faults).toEqual(['redis.away', 'redis.back']);
  await early.link.spublish('hall', 'from who was there before');
  await late.link.spublish('room', 'from who came later');
  await expect.poll(() => [...late.heard, ...early.heard], WITHIN).toEqual(['hall', 'room']);
  expect(await early.link.commands.set('a limit', 'shared')).toBe('OK');
});

describe('a Redis Cluster', () => {
  /** Two masters with half of the slots each. */
  async function cluster(): Promise<[TestRedis, TestRedis]> {
    const dir = await folder();
    const bus = [String(await freePort()), String(await freePort())];
    const [first, second] = await Promise.all(
      bus.map((port, nth) =>
        redisServer(
          ...['--cluster-enabled', 'yes', '--cluster-port', port, '--dir', dir],
          ...['--cluster-config-file', `${nth}.conf`, '--cluster-require-full-coverage', 'no'],
        ),
      ),
    );
    await first!.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await second!.ask('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await first!.ask('CLUSTER', 'MEET', '127.0.0.1', String(second!.port), bus[1]!);
    for (const redis of [first!, second!]) {
      await expect
        .poll(() => redis.ask('CLUSTER', 'INFO'), WITHIN)
        .toMatch(/cluster_state:ok[\s\S]*cluster_slots_assigned:16384/);
    }
    return [first!, second!];
  }

  /** One of each half: 'b' is in slot 3300, 'a' in 15495. */
  const ROOMS = ['a', 'b'];

  it('is asked for a channel once; when one of its masters was away, what it has is listened to and told', async () => {
    const [first, second] = await cluster();
    const linked = await linkTo(`${first.url},${second.url}`);
    const { link, heard } = linked;
    for (let n = 0; n < 20; n++) {
      for (const room of ROOMS) link.ssubscribe(room);
      await link.listensTo(ROOMS);
    }
    expect([await calls(first, 'ssubscribe'), await calls(second, 'ssubscribe')]).toEqual([1, 1]);
    await second.kill();
    await expect.poll(() => link.isUp, WITHIN).toBe(false);
    link.ssubscribe('abc');
    expect(linked.backs).toBe(0);
    await second.start();
    await expect.poll(() => linked.backs, WITHIN).toBeGreaterThan(0);
    expect((await channels(second)).sort()).toEqual(['a']);
    for (const room of ROOMS) {
      await expect
        .poll(async () => {
          await link.spublish(room, 'a message');
          return heard.has(room);
        }, WITHIN)
        .toBe(true);
    }
  });

  it('may move a channel to another of its masters, where it is listened to from then on', async () => {
    const [first, second] = await cluster();
    const linked = await linkTo(`${first.url},${second.url}`);
    const { link, heard } = linked;
    link.ssubscribe('a');
    await link.listensTo(['a']);
    const taker = await first.ask('CLUSTER', 'MYID');
    for (const redis of [first, second]) await redis.ask('CLUSTER', 'SETSLOT', '15495', 'NODE', taker);
    await expect.poll(() => linked.backs, WITHIN).toBeGreaterThan(0);
    expect(await channels(first)).toEqual(['a']);
    await expect
      .poll(async () => {
        await link.spublish('a', 'a message');
        return heard.has('a');
      }, WITHIN)
      .toBe(true);
  });
});

it('says why Redis is away where its certificate is not believed', async () => {
  const read = (name: string) => readFile(new URL(`../cluster/peers/${name}`, import.meta.url), 'utf8');
  const [key, cert] = await Promise.all([read('loopback-key.pem'), read('loopback-cert.pem')]);
  const server = createServer({ key, cert }).on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  const url = `rediss://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const away = await new Promise<unknown>((resolve) => {
    const link = redisLink({ url, onFault: (event, details) => resolve({ event, ...details }) });
    ends.push(() => link.close());
  });
  expect(away).toMatchObject({ event: 'redis.away', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
});
