/**
 * Redis for those who cannot wait for it: an answer comes within REDIS_PATIENCE_MS, or there is none and whoever asked
 * goes on with what this process knows. After one that did not come nobody waits again before the node that owed it
 * answers: it is probed, in the background, as others ask.
 */
import { TIMERS } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import { REDIS_INFLIGHT_MAX, REDIS_PATIENCE_MS, REDIS_PROBE_EVERY_MS } from '../limits.ts';
import type { RedisLink } from './redis-link.ts';

export class PromptRedis {
  readonly #link: RedisLink;
  /** A key of the node that last failed to answer. */
  #failedKey: string | undefined;
  #probedAtMs = Number.NEGATIVE_INFINITY;
  #isProbing = false;
  #inFlight = 0;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** As `RedisLink.keyOf`. */
  keyOf(kind: string, who: string): string {
    return this.#link.keyOf(kind, who);
  }

  /** For limiters that bring their own commands; each still goes through `ask`. */
  get commands(): RedisLink['commands'] {
    return this.#link.commands;
  }

  /**
   * Never rejects. Undefined where there was no answer in time, or an error; the command may have been carried out.
   * @param key that the command is about
   */
  async ask<T>(key: string, command: (client: RedisLink['commands']) => Promise<T>): Promise<T | undefined> {
    if (!this.#isPrompt() || this.#inFlight >= REDIS_INFLIGHT_MAX) return undefined;
    this.#inFlight += 1;
    try {
      const answer = command(this.#link.commands);
      if (await within(TIMERS, REDIS_PATIENCE_MS, answer)) return await answer;
    } catch {
      // As good as none in time.
    } finally {
      this.#inFlight -= 1;
    }
    this.#failedKey ??= key;
    return undefined;
  }

  #isPrompt(): boolean {
    if (this.#link.commands.status !== 'ready') return false;
    if (this.#failedKey === undefined) return true;
    const nowMs = performance.now();
    if (!this.#isProbing && nowMs - this.#probedAtMs >= REDIS_PROBE_EVERY_MS) {
      this.#probedAtMs = nowMs;
      void this.#probe(this.#failedKey);
    }
    return false;
  }

  async #probe(key: string): Promise<void> {
    this.#isProbing = true;
    try {
      await this.#link.commands.pttl(key);
      this.#failedKey = undefined;
    } catch {
      // Asked again with the next probe.
    } finally {
      this.#isProbing = false;
    }
  }
}
