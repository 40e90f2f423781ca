/**
 * Which sessions were ended before their access tokens. Kept as long as such a token may live; read back at the
 * start, so that a restart does not forgive a sign-out, and polled, so that a sign-out on another server (or a
 * password changed by the command line) is heard here.
 */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { sessionsRevokedWithin } from '../../persistence/statements/accounts.ts';
import { ACCESS_TOKEN_TTL_SECONDS, REVOKED_SESSIONS_MAX } from './limits.ts';

const MEMORY_MS = (ACCESS_TOKEN_TTL_SECONDS + 60) * 1_000;
/** Longer than any statement that revokes may take to commit. */
const POLL_WINDOW_MS = 60_000;

export class Revocations {
  readonly #pool: Pool;
  readonly #revoked = new LRUCache<string, true>({ max: REVOKED_SESSIONS_MAX, ttl: MEMORY_MS });
  readonly #listeners = new Set<(sessionId: string) => void>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  has(sessionId: string): boolean {
    return this.#revoked.has(sessionId);
  }

  add(sessionId: string): void {
    if (this.#revoked.has(sessionId)) return;
    this.#revoked.set(sessionId, true);
    for (const listener of this.#listeners) listener(sessionId);
  }

  /** Calls the listener once for each session revoked from now on. Returns the way to unsubscribe. */
  onRevoked(listener: (sessionId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load(): Promise<void> {
    await this.#read(MEMORY_MS);
  }

  async poll(): Promise<void> {
    await this.#read(POLL_WINDOW_MS);
  }

  async #read(windowMs: number): Promise<void> {
    for (const id of await sessionsRevokedWithin(this.#pool, windowMs, REVOKED_SESSIONS_MAX)) this.add(id);
  }
}
