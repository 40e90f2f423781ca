/** Who may ask how often. Sign-in, new guests and new sockets are counted over minutes, commands over seconds. */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import {
  COMMANDS_PER_ADDRESS,
  COMMANDS_PER_SUBJECT,
  CONNECTIONS_PER_ADDRESS,
  GUESTS_PER_ADDRESS,
  SIGN_INS_PER_ADDRESS,
  SIGN_INS_PER_EMAIL,
  SIGN_INS_PER_EMAIL_AND_ADDRESS,
} from '../protocol/limits.ts';
import { type Budget, Budgets } from './budgets.ts';

/** Each answers how long to wait, in milliseconds, or undefined where there is room. */
export interface RateLimits {
  /** Spent on every frame and request; undefined where commands are not limited. */
  ofSubject(subjectId: string): Budget | undefined;
  ofAddress(address: string): Budget | undefined;
  connection(address: string): Promise<number | undefined>;
  guest(address: string): Promise<number | undefined>;
  signIn(email: string, address: string): Promise<number | undefined>;
  /** A password that was right pays the attempt on that e-mail back. */
  signedIn(email: string, address: string): Promise<void>;
}

export function createRateLimits(mode: 'on' | 'off'): RateLimits {
  return mode === 'on' ? limited() : UNLIMITED;
}

const UNLIMITED: RateLimits = {
  ofSubject: () => undefined,
  ofAddress: () => undefined,
  connection: async () => undefined,
  guest: async () => undefined,
  signIn: async () => undefined,
  signedIn: async () => undefined,
};

function limited(): RateLimits {
  const subjects = new Budgets(COMMANDS_PER_SUBJECT);
  const addresses = new Budgets(COMMANDS_PER_ADDRESS);
  const connections = new RateLimiterMemory({ points: CONNECTIONS_PER_ADDRESS, duration: 10 });
  const guests = new RateLimiterMemory({ points: GUESTS_PER_ADDRESS, duration: 60 });
  const byAddress = new RateLimiterMemory({ points: SIGN_INS_PER_ADDRESS, duration: 60 });
  const byPair = new RateLimiterMemory({ points: SIGN_INS_PER_EMAIL_AND_ADDRESS, duration: 15 * 60 });
  const byEmail = new RateLimiterMemory({ points: SIGN_INS_PER_EMAIL, duration: 60 * 60 });
  return {
    ofSubject: (subjectId) => subjects.of(subjectId),
    ofAddress: (address) => addresses.of(network(address)),
    connection: (address) => spend(connections, network(address)),
    guest: (address) => spend(guests, network(address)),
    async signIn(email, address) {
      // The address first: without room there, it cannot spend the budget of somebody's e-mail.
      return (
        (await spend(byAddress, network(address))) ??
        (await spend(byPair, pairOf(email, address))) ??
        (await spend(byEmail, digest(email)))
      );
    },
    async signedIn(email, address) {
      await byPair.delete(pairOf(email, address));
      await byEmail.reward(digest(email));
    },
  };
}

async function spend(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext);
    throw refused;
  }
}

function pairOf(email: string, address: string): string {
  return `${digest(email)}|${network(address)}`;
}

/** No e-mail address is kept in a counter's name. */
function digest(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}

/** One customer of a provider has 2^64 addresses of IPv6: their /64 counts as one. */
export function network(address: string): string {
  const mapped = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  if (!isIPv6(mapped)) return mapped;
  const [head = '', tail] = mapped.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + after < 8) groups.push('0');
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
