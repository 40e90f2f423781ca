/** Who may ask how often. Sign-in, new guests and new sockets are counted over minutes, commands over seconds. */
import { TIMERS } from '../../time/scheduler.ts';
import { network } from '../addresses/address.ts';
import {
  COMMANDS_PER_ADDRESS,
  COMMANDS_PER_SUBJECT,
  CONNECTIONS_PER_ADDRESS,
  GUESTS_PER_ADDRESS,
  GUESTS_PER_ADDRESS_A_DAY,
  PROBES_PER_ADDRESS,
} from '../limits.ts';
import { PromptRedis } from '../redis/prompt-redis.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import type { Limit, SecurityLog } from '../security-log.ts';
import { type Budget, Budgets, type Rate } from './budgets.ts';
import { shareThrough } from './shared-budgets.ts';
import { type CounterOptions, SharedCounter } from './shared-counter.ts';
import { limitedSignIns, type SignIns, UNLIMITED_SIGN_INS } from './sign-ins.ts';

/** Each answers how long to wait, in milliseconds, or undefined where there is room. */
export interface RateLimits {
  /** Spent on every frame and request; undefined where commands are not limited. */
  ofSubject(subjectId: string): Budget | undefined;
  ofAddress(address: string): Budget | undefined;
  ofProbe(address: string): Budget | undefined;
  connection(address: string): Promise<number | undefined>;
  guest(address: string): Promise<number | undefined>;
  readonly signIns: SignIns;
}

/**
 * @param security told of each limit that somebody has reached
 * @param redis through which several servers limit as one; without it, or while it is away, each is on its own
 */
export function createRateLimits(mode: 'on' | 'off', security: SecurityLog, redis?: RedisLink): RateLimits {
  return mode === 'on' ? limited(security, redis) : UNLIMITED;
}

const UNLIMITED: RateLimits = {
  ofSubject: () => undefined,
  ofAddress: () => undefined,
  ofProbe: () => undefined,
  connection: async () => undefined,
  guest: async () => undefined,
  signIns: UNLIMITED_SIGN_INS,
};

function limited(security: SecurityLog, link: RedisLink | undefined): RateLimits {
  const redis = link && new PromptRedis(link);
  const budgets = (name: string, rate: Rate) =>
    new Budgets(rate, redis === undefined ? undefined : shareThrough(redis, name, rate));
  const subjects = budgets('subject', COMMANDS_PER_SUBJECT);
  const addresses = budgets('address', COMMANDS_PER_ADDRESS);
  const probes = new Budgets(PROBES_PER_ADDRESS);
  const counter = (options: CounterOptions) => new SharedCounter(options, redis);
  const connections = counter({ name: 'connection', max: CONNECTIONS_PER_ADDRESS, windowSeconds: 10 });
  const guests = counter({ name: 'guest', max: GUESTS_PER_ADDRESS, windowSeconds: 60 });
  const guestsADay = counter({
    name: 'guest-day',
    max: GUESTS_PER_ADDRESS_A_DAY,
    windowSeconds: 24 * 60 * 60,
  });
  return {
    ofSubject: (subjectId) => subjects.of(subjectId),
    ofAddress: (address) => addresses.of(network(address)),
    ofProbe: (address) => probes.of(network(address)),
    connection: (address) => told('sockets', connections.spend(network(address))),
    guest: (address) => told('guests', newGuest(network(address))),
    signIns: limitedSignIns(TIMERS, security, redis),
  };

  /** What the minute refuses is nothing of the day's. */
  async function newGuest(from: string): Promise<number | undefined> {
    return (await guests.spend(from)) ?? (await guestsADay.spend(from));
  }

  async function told(limit: Limit, spent: Promise<number | undefined>): Promise<number | undefined> {
    const waitMs = await spent;
    if (waitMs !== undefined) security.tell({ event: 'limit.reached', limit });
    return waitMs;
  }
}
