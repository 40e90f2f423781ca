/** Who may ask how often. Sign-in, new guests and new sockets are counted over minutes, commands over seconds. */
import { createHash } from 'node:crypto';
import { network } from '../addresses/address.ts';
import {
  COMMANDS_PER_ADDRESS,
  COMMANDS_PER_SUBJECT,
  CONNECTIONS_PER_ADDRESS,
  GUESTS_PER_ADDRESS,
  PROBES_PER_ADDRESS,
  SIGN_INS_PER_ADDRESS,
  SIGN_INS_PER_EMAIL,
  SIGN_INS_PER_EMAIL_AND_ADDRESS,
} from '../limits.ts';
import { PromptRedis } from '../redis/prompt-redis.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { type Budget, Budgets, type Rate } from './budgets.ts';
import { shareThrough } from './shared-budgets.ts';
import { type CounterOptions, SharedCounter } from './shared-counter.ts';

/** Each answers how long to wait, in milliseconds, or undefined where there is room. */
export interface RateLimits {
  /** Spent on every frame and request; undefined where commands are not limited. */
  ofSubject(subjectId: string): Budget | undefined;
  ofAddress(address: string): Budget | undefined;
  ofProbe(address: string): Budget | undefined;
  connection(address: string): Promise<number | undefined>;
  guest(address: string): Promise<number | undefined>;
  signIn(email: string, address: string): Promise<number | undefined>;
  /** A password that was right pays the attempt on that e-mail back. */
  signedIn(email: string, address: string): Promise<void>;
}

/** @param redis through which several servers limit as one; without it, or while it is away, each is on its own */
export function createRateLimits(mode: 'on' | 'off', redis?: RedisLink): RateLimits {
  return mode === 'on' ? limited(redis) : UNLIMITED;
}

const UNLIMITED: RateLimits = {
  ofSubject: () => undefined,
  ofAddress: () => undefined,
  ofProbe: () => undefined,
  connection: async () => undefined,
  guest: async () => undefined,
  signIn: async () => undefined,
  signedIn: async () => undefined,
};

function limited(link: RedisLink | undefined): RateLimits {
  const redis = link && new PromptRedis(link);
  const budgets = (name: string, rate: Rate) =>
    new Budgets(rate, redis === undefined ? undefined : shareThrough(redis, name, rate));
  const subjects = budgets('subject', COMMANDS_PER_SUBJECT);
  const addresses = budgets('address', COMMANDS_PER_ADDRESS);
  const probes = new Budgets(PROBES_PER_ADDRESS);
  const counter = (options: CounterOptions) => new SharedCounter(options, redis);
  const connections = counter({ name: 'connection', max: CONNECTIONS_PER_ADDRESS, windowSeconds: 10 });
  const guests = counter({ name: 'guest', max: GUESTS_PER_ADDRESS, windowSeconds: 60 });
  const byAddress = counter({ name: 'sign-in-address', max: SIGN_INS_PER_ADDRESS, windowSeconds: 60 });
  const byPair = counter({
    name: 'sign-in-pair',
    max: SIGN_INS_PER_EMAIL_AND_ADDRESS,
    windowSeconds: 15 * 60,
    paysBack: true,
  });
  const byEmail = counter({
    name: 'sign-in-email',
    max: SIGN_INS_PER_EMAIL,
    windowSeconds: 60 * 60,
    paysBack: true,
  });
  return {
    ofSubject: (subjectId) => subjects.of(subjectId),
    ofAddress: (address) => addresses.of(network(address)),
    ofProbe: (address) => probes.of(network(address)),
    connection: (address) => connections.spend(network(address)),
    guest: (address) => guests.spend(network(address)),
    async signIn(email, address) {
      // The address first: without room there, it cannot spend the budget of somebody's e-mail.
      return (
        (await byAddress.spend(network(address))) ??
        (await byPair.spend(pairOf(email, address))) ??
        (await byEmail.spend(digest(email)))
      );
    },
    async signedIn(email, address) {
      await byPair.forget(pairOf(email, address));
      await byEmail.payBack(digest(email));
    },
  };
}

function pairOf(email: string, address: string): string {
  return `${digest(email)}|${network(address)}`;
}

/** No e-mail address is kept in a counter's name. */
function digest(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}
