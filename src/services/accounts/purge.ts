/**
 * Removes what nobody can use any more: expired refresh tokens, ended sessions, anonymous guests (each visitor who
 * held something is one) that left no booking. In short steps, one a poll, so that neither the pool nor the polls
 * wait for it; a round that is over begins again after `PURGE_EVERY_MS`.
 */
import type { Pool } from 'pg';
import {
  purgeAnonymousAccounts,
  purgeEndedSessions,
  purgeExpiredRefreshTokens,
} from '../../persistence/statements/accounts.ts';
import { ENDED_SESSION_KEPT_MS, PURGE_EVERY_MS, PURGE_ROWS } from './limits.ts';

export class Purge {
  readonly #pool: Pool;
  readonly #monotonicMs: () => number;
  #nextAtMs = Number.NEGATIVE_INFINITY;
  /** Where the walk through the accounts, in order of id, has come to; undefined: it is through. */
  #after: string | undefined = '';

  constructor(pool: Pool, monotonicMs: () => number = () => performance.now()) {
    this.#pool = pool;
    this.#monotonicMs = monotonicMs;
  }

  /** One step, where one is due. A step that failed is due again. */
  async poll(): Promise<void> {
    if (this.#monotonicMs() < this.#nextAtMs) return;
    const tokens = await purgeExpiredRefreshTokens(this.#pool, ENDED_SESSION_KEPT_MS, PURGE_ROWS);
    const sessions = await purgeEndedSessions(this.#pool, ENDED_SESSION_KEPT_MS, PURGE_ROWS);
    if (this.#after !== undefined) {
      const walk = { after: this.#after, keptMs: ENDED_SESSION_KEPT_MS, limit: PURGE_ROWS };
      this.#after = (await purgeAnonymousAccounts(this.#pool, walk)).last;
    }
    if (tokens === PURGE_ROWS || sessions === PURGE_ROWS || this.#after !== undefined) return;
    this.#after = '';
    this.#nextAtMs = this.#monotonicMs() + PURGE_EVERY_MS;
  }
}
