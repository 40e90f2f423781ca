/**
 * Who may try a password, and how soon. An account is locked for nobody: passwords are guessed slowly because each
 * address has few tries, and where many addresses try one e-mail, because its tries pass one after the other. Its owner
 * is known by the device (a token from an earlier sign-in), and waits for none of that; from a new device the owner
 * waits a few seconds, as an address without failures goes first (OWASP, 'device cookies').
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Scheduler } from '../../time/scheduler.ts';
import { network } from '../addresses/address.ts';
import {
  BUDGETS_MAX,
  SIGN_IN_FAILURES_FREE,
  SIGN_IN_WINDOW_SECONDS,
  SIGN_INS_PER_ADDRESS,
  SIGN_INS_PER_DEVICE,
  SIGN_INS_PER_EMAIL_AND_ADDRESS,
} from '../limits.ts';
import type { PasswordTurn } from '../ports.ts';
import type { PromptRedis } from '../redis/prompt-redis.ts';
import type { Limit, SecurityLog } from '../security-log.ts';
import { SharedCounter } from './shared-counter.ts';
import { SignInLines } from './sign-in-line.ts';

export interface SignIns {
  /**
   * Waits for its turn where that is a few seconds.
   * @param who with the device, where its token is one of this e-mail's
   */
  signIn(who: Claimant): Promise<Attempt | TooSoon>;
  /** A new account: no password of anybody's is tried, so no e-mail address is counted. */
  signUp(address: string): Promise<PasswordTurn | TooSoon>;
}

export interface Claimant {
  readonly email: string;
  readonly address: string;
  readonly deviceId: string | undefined;
}

export interface TooSoon {
  /** To come again after, in milliseconds. */
  readonly waitMs: number;
}

export interface Attempt {
  readonly turn: PasswordTurn;
  /** `untried`: the password has not been looked at after all. */
  ended(how: 'right' | 'wrong' | 'untried'): Promise<void>;
}

export const UNLIMITED_SIGN_INS: SignIns = {
  signIn: async () => ({ turn: UNBOUND, ended: async () => undefined }),
  signUp: async () => UNBOUND,
};
const UNBOUND: PasswordTurn = { from: undefined, rank: 'known' };

const COME_AGAIN_MS = 1_000;

/** @param redis through which several servers count as one; the lines and the order in them are each server's own */
export function limitedSignIns(
  scheduler: Scheduler,
  security: SecurityLog,
  redis: PromptRedis | undefined,
): SignIns {
  const perWindow = (name: string, max: number) =>
    new SharedCounter({ name, max, windowSeconds: SIGN_IN_WINDOW_SECONDS, paysBack: true }, redis);
  const byAddress = new SharedCounter(
    { name: 'sign-in-address', max: SIGN_INS_PER_ADDRESS, windowSeconds: 60 },
    redis,
  );
  const byPair = perWindow('sign-in-pair', SIGN_INS_PER_EMAIL_AND_ADDRESS);
  const byDevice = perWindow('sign-in-device', SIGN_INS_PER_DEVICE);
  const byEmail = perWindow('sign-in-email', SIGN_IN_FAILURES_FREE);
  const lines = new SignInLines(scheduler);
  const failures = new LRUCache<string, number>({ max: BUDGETS_MAX, ttl: SIGN_IN_WINDOW_SECONDS * 1_000 });
  const failed = (from: string) => failures.set(from, (failures.get(from) ?? 0) + 1);

  return {
    async signIn({ email, address, deviceId }) {
      if (deviceId !== undefined && (await byDevice.spend(deviceId)) === undefined) {
        return {
          turn: { from: deviceId, rank: 'known' },
          async ended(how) {
            if (how === 'untried') await byDevice.payBack(deviceId);
            if (how === 'right') await byDevice.forget(deviceId);
          },
        };
      }
      const from = network(address);
      const whose = digest(email);
      const pair = `${whose}|${from}`;
      // The address first: without room there, it cannot spend anything of somebody's e-mail.
      const waitMs = (await byAddress.spend(from)) ?? (await byPair.spend(pair));
      if (waitMs !== undefined) return tooSoon('sign-ins', waitMs);
      const isSlow = (await byEmail.spend(whose)) !== undefined;
      const ended: Attempt['ended'] = async (how) => {
        if (how === 'wrong') {
          failed(from);
          return;
        }
        await byEmail.payBack(whose);
        if (how === 'right') await byPair.forget(pair);
        else await byPair.payBack(pair);
      };
      if (isSlow && !(await lines.enter(whose, from, failures.get(from) ?? 0))) {
        await ended('untried');
        return tooSoon('sign-ins', COME_AGAIN_MS);
      }
      return { turn: turnOf(from), ended };
    },

    async signUp(address) {
      const from = network(address);
      const waitMs = await byAddress.spend(from);
      return waitMs === undefined ? turnOf(from) : tooSoon('sign-ups', waitMs);
    },
  };

  function tooSoon(limit: Limit, waitMs: number): TooSoon {
    security.tell({ event: 'limit.reached', limit });
    return { waitMs };
  }

  function turnOf(from: string): PasswordTurn {
    return { from, rank: failures.has(from) ? 'failed' : 'fresh' };
  }
}

/** No e-mail address is kept in a counter's name. */
function digest(email: string): string {
  return createHash('sha256').update(email.trim().normalize('NFC').toLowerCase()).digest('base64url');
}
