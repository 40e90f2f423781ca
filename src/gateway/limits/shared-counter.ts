/**
 * Counts what happens rarely and may wait a moment: over all servers in Redis, by this process alone while that is
 * away. The library's own insurance is not used: it would count here when a command fails, long after nobody waits.
 */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { PromptRedis } from '../redis/prompt-redis.ts';

export interface CounterOptions {
  /** Of the counter's own, part of its keys in Redis. */
  readonly name: string;
  readonly max: number;
  readonly windowSeconds: number;
  /** Whether `payBack` or `forget` may make room again: then being full is not remembered here, as others may do so. */
  readonly paysBack?: boolean;
}

export class SharedCounter {
  readonly #name: string;
  readonly #local: RateLimiterMemory;
  readonly #redis: PromptRedis | undefined;
  readonly #shared: RateLimiterRedis | undefined;

  constructor({ name, max, windowSeconds, paysBack = false }: CounterOptions, redis?: PromptRedis) {
    this.#name = name;
    this.#local = new RateLimiterMemory({ points: max, duration: windowSeconds });
    this.#redis = redis;
    this.#shared =
      redis &&
      new RateLimiterRedis({
        storeClient: redis.commands,
        // Whole keys are handed in.
        keyPrefix: '',
        points: max,
        duration: windowSeconds,
        // Full is full until the window ends: no need to ask again.
        inMemoryBlockOnConsumed: paysBack ? 0 : max,
      });
  }

  /** Never rejects. @returns how long to wait, in milliseconds, or undefined where there is room */
  async spend(key: string): Promise<number | undefined> {
    const waitMs = (await this.#ask(key, spend)) ?? (await spend(this.#local, key));
    return waitMs === ROOM ? undefined : waitMs;
  }

  /** Gives one back that was spent. */
  async payBack(key: string): Promise<void> {
    (await this.#ask(key, (shared, kept) => shared.reward(kept))) ?? (await this.#local.reward(key));
  }

  async forget(key: string): Promise<void> {
    (await this.#ask(key, (shared, kept) => shared.delete(kept))) ?? (await this.#local.delete(key));
  }

  #ask<T>(
    key: string,
    command: (shared: RateLimiterRedis, kept: string) => Promise<T>,
  ): Promise<T | undefined> | undefined {
    const shared = this.#shared;
    const redis = this.#redis;
    if (shared === undefined || redis === undefined) return undefined;
    const kept = redis.keyOf(this.#name, key);
    return redis.ask(kept, () => command(shared, kept));
  }
}

const ROOM = 0;

async function spend(limiter: RateLimiterMemory | RateLimiterRedis, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return ROOM;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext);
    throw refused;
  }
}
