/** Limits of several servers: one through Redis, each its own while that is away. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Budget } from '../../src/gateway/limits/budgets.ts';
import { createRateLimits, type RateLimits } from '../../src/gateway/limits/rate-limits.ts';
import {
  BUDGET_OWED_BURSTS_MAX,
  BUDGET_TOLD_PART,
  COMMANDS_PER_SUBJECT,
  GUESTS_PER_ADDRESS,
  GUESTS_PER_ADDRESS_A_DAY,
  SIGN_INS_PER_EMAIL_AND_ADDRESS,
} from '../../src/gateway/limits.ts';
import type { RedisLink, RedisOptionsHere } from '../../src/gateway/redis/redis-link.ts';
import { Seal } from '../../src/gateway/redis/seal.ts';
import { SecurityLog } from '../../src/gateway/security-log.ts';
import { TIMERS } from '../../src/time/scheduler.ts';
import { TestRedis } from '../support/redis.ts';
import { redisLink } from '../support/redis-link.ts';
import { createWorld } from './fakes.ts';
import { eventually } from './harness.ts';

// Redis on a busy machine may be later than the product would wait for it.
vi.mock('../../src/gateway/limits.ts', async (original) => ({
  ...(await original<object>()),
  REDIS_PATIENCE_MS: 1_000,
}));

const ADDRESS = '203.0.113.9';
const { burst, perSecond } = COMMANDS_PER_SUBJECT;
const TOLD_EVERY = burst * BUDGET_TOLD_PART;

interface Server {
  readonly link: RedisLink;
  readonly limits: RateLimits;
}

let redis: TestRedis;
const servers: Server[] = [];

async function server(options: Partial<RedisOptionsHere> = {}): Promise<Server> {
  const link = redisLink({ url: redis.url, ...options });
  await eventually('Redis is up', () => link.isUp);
  const added = { link, limits: createRateLimits('on', new SecurityLog(createWorld().log, TIMERS), link) };
  servers.push(added);
  return added;
}

beforeEach(async () => {
  redis = await TestRedis.start();
});

afterEach(async () => {
  for (const { link } of servers.splice(0)) link.close();
  await redis.kill();
});

/** Asks the servers in turn until one refuses, at most `max` times. @returns what was let through */
async function guests(asked: readonly Server[], max: number): Promise<number> {
  for (let n = 0; n < max; n++) {
    if ((await asked[n % asked.length]!.limits.guest(ADDRESS)) !== undefined) return n;
  }
  return max;
}

/** Takes as much as there is in this turn of the event loop, whatever time it is. */
function takeAll(budget: Budget, atMs = performance.now()): number {
  let taken = 0;
  while (budget.take(atMs)) taken += 1;
  return taken;
}

/** A round trip of the same connection: what was told before has been heard. */
async function heard(...asked: readonly Server[]): Promise<void> {
  for (const { link } of asked) await link.commands.ping();
  await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves once what is asked of each is counted in Redis. */
async function countTogether(...asked: readonly Server[]): Promise<void> {
  for (let n = 0, counted = 0; counted !== asked.length; n++) {
    for (const { limits } of asked) await limits.guest(`another-${n}`);
    counted = Number(await asked[0]!.link.commands.get(asked[0]!.link.keyOf('guest', `another-${n}`)));
  }
}

const ANA = { email: 'ana@example.com', address: ADDRESS, deviceId: undefined };

async function signIn({ limits }: Server): Promise<void> {
  const attempt = await limits.signIns.signIn(ANA);
  if ('ended' in attempt) await attempt.ended('right');
}

const keys = async (of: Server) => (await of.link.commands.keys('*')).sort();

describe('limits over all servers', () => {
  it('count new guests, and end by themselves', async () => {
    const [here, there] = [await server(), await server()];
    expect(await guests([here, there], 2 * GUESTS_PER_ADDRESS)).toBe(GUESTS_PER_ADDRESS);
    for (const { limits } of [here, there]) expect(await limits.guest(ADDRESS)).toBeGreaterThan(1_000);
    expect(await here.limits.guest('203.0.113.10')).toBeUndefined();
    await here.limits.connection(ADDRESS);
    await here.limits.signIns.signIn(ANA);
    const left = await keys(here);
    expect(left).toHaveLength(8);
    for (const key of left) {
      // Of whom it is only servers can tell.
      expect(key).toMatch(/^nl:test:[a-z-]+:[\w-]{43}$/);
      expect(await here.link.commands.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('[G6] count new guests of a day, too, of which what a minute refuses is none', async () => {
    const [here, there] = [await server(), await server()];
    const key = here.link.keyOf('guest-day', ADDRESS);
    expect(await guests([here, there], 2 * GUESTS_PER_ADDRESS)).toBe(GUESTS_PER_ADDRESS);
    expect(await here.link.commands.get(key)).toBe(String(GUESTS_PER_ADDRESS));
    await here.link.commands.set(key, GUESTS_PER_ADDRESS_A_DAY, 'EX', 3_600);
    await here.link.commands.del(here.link.keyOf('guest', ADDRESS));
    const another = await server();
    expect(await another.limits.guest(ADDRESS)).toBeGreaterThan(60_000);
    expect(await another.limits.guest('203.0.113.10')).toBeUndefined();
  });

  it('[S10] are counted under other names once another secret is used, also in budgets that were there', async () => {
    let secret = 'what servers know at first';
    const secrets = { current: () => secret, accepted: () => [secret], onForgotten: () => {} };
    const here = await server({ seal: new Seal(secrets, () => Date.now()) });
    const budget = here.limits.ofSubject('ana')!;
    const told = async () => {
      for (let n = 0; n < TOLD_EVERY; n++) budget.take();
      await heard(here);
      return keys(here);
    };
    const [before] = await told();
    secret = 'what they know afterwards';
    expect(await told()).toEqual([before, here.link.keyOf('subject', 'ana')].sort());
  });

  it('do not ask again about what is full until its window ends', async () => {
    const [here] = [await server()];
    await guests([here], 2 * GUESTS_PER_ADDRESS);
    await here.link.commands.flushall();
    expect(await here.limits.guest(ADDRESS)).toBeGreaterThan(1_000);
    expect(await keys(here)).toEqual([]);
  });

  it('count guesses at a password, and a right one on any server pays them back', async () => {
    const [here, there] = [await server(), await server()];
    const attempt = (at: Server, email = 'Ana@example.com') => at.limits.signIns.signIn({ ...ANA, email });
    const tooSoon = { waitMs: expect.any(Number) };
    const last = await attempt(there, 'ana@example.com ');
    for (let n = 1; n < SIGN_INS_PER_EMAIL_AND_ADDRESS; n++) {
      expect(await attempt(n % 2 === 0 ? here : there)).not.toEqual(tooSoon);
    }
    expect([await attempt(here), await attempt(there)]).toEqual([tooSoon, tooSoon]);
    if ('ended' in last) await last.ended('right');
    for (const at of [here, there]) expect(await attempt(at)).not.toEqual(tooSoon);
  });

  it('know on one server what a subject has spent on another', async () => {
    const [here, there] = [await server(), await server()];
    const [near, far] = [here, there].map(({ limits }) => limits.ofSubject('ana')!);
    const sinceMs = performance.now();
    for (let n = 1; n <= burst; n++) {
      expect(near!.take()).toBe(true);
      if (n % TOLD_EVERY === 0) await heard(here);
    }
    // The other believes in a whole burst until it has told what it let through.
    for (let n = 0; n < TOLD_EVERY; n++) expect(far!.take()).toBe(true);
    await heard(there);
    const nowMs = performance.now();
    const cameBack = ((nowMs - sinceMs) / 1_000) * perSecond;
    expect(takeAll(far!, nowMs)).toBeLessThanOrEqual(cameBack);
    expect(await here.link.commands.pttl(here.link.keyOf('subject', 'ana'))).toBeGreaterThan(0);
  });

  it('cost nothing for who spends little', async () => {
    const here = await server();
    const budget = here.limits.ofSubject('ana')!;
    for (let n = 1; n < TOLD_EVERY; n++) budget.take();
    await heard(here);
    expect(await keys(here)).toEqual([]);
  });

  it('shut nobody out for long, though a clock of Redis was far ahead', async () => {
    const here = await server();
    await here.link.commands.set(
      here.link.keyOf('subject', 'ana'),
      (Date.now() + 3_600_000) * 1_000,
      'EX',
      3_600,
    );
    const budget = here.limits.ofSubject('ana')!;
    for (let n = 0; n < TOLD_EVERY; n++) budget.take();
    await heard(here);
    const longestMs = ((BUDGET_OWED_BURSTS_MAX * burst) / perSecond) * 1_000;
    const leftMs = await here.link.commands.pttl(here.link.keyOf('subject', 'ana'));
    expect([leftMs > 0, leftMs <= longestMs]).toEqual([true, true]);
    expect(budget.take()).toBe(false);
    expect(budget.retryAfterMs()).toBeLessThanOrEqual(longestMs);
  });
});

describe('while Redis is away', () => {
  it('each server limits by itself, as it does without one, and with the others once it is back', async () => {
    const [here, there] = [await server(), await server()];
    expect(await guests([here, there], 2 * GUESTS_PER_ADDRESS)).toBe(GUESTS_PER_ADDRESS);
    await redis.kill();
    // A link is not up once one of its connections is lost: the one that counts may be noticed a moment later.
    const counts = ({ link }: Server) => link.commands.status === 'ready';
    await eventually('its loss is noticed', () => !counts(here) && !counts(there));
    for (const each of [here, there]) {
      expect(await guests([each], 2 * GUESTS_PER_ADDRESS)).toBe(GUESTS_PER_ADDRESS);
      await signIn(each);
      const budget = each.limits.ofSubject('ana')!;
      // Whole: what is filled up in a second would fall short of a whole one by a rounding.
      const atMs = Math.ceil(performance.now());
      expect([takeAll(budget, atMs), takeAll(budget, atMs + 1_000)]).toEqual([burst, perSecond]);
    }
    await redis.start();
    await eventually('it is back', () => here.link.isUp && there.link.isUp);
    await countTogether(here, there);
  });

  it('and frozen, it keeps nobody waiting', async () => {
    const here = await server();
    await here.limits.guest(ADDRESS);
    redis.freeze();
    try {
      // Redis' own deadline, begun before anybody asks: nobody waits for that.
      const gaveUp = here.link.commands.ping().then(
        () => 'answered',
        () => 'gave up',
      );
      const budget = here.limits.ofSubject('ana')!;
      expect(takeAll(budget)).toBeGreaterThanOrEqual(burst);
      const asked = Array.from({ length: GUESTS_PER_ADDRESS + 1 }, () => here.limits.guest(ADDRESS));
      const answers = await Promise.race([gaveUp, Promise.all(asked)]);
      expect(answers).toHaveLength(GUESTS_PER_ADDRESS + 1);
      expect((answers as (number | undefined)[]).filter((waitMs) => waitMs !== undefined)).toHaveLength(1);
      // After the first nobody waits at all: the answer is there before any timer.
      let isTimer = false;
      setTimeout(() => (isTimer = true), 0);
      await here.limits.connection(ADDRESS);
      await signIn(here);
      expect(isTimer).toBe(false);
      expect(await gaveUp).toBe('gave up');
    } finally {
      redis.thaw();
    }
    await countTogether(here);
  });
});
