/**
 * The sessions whose tokens are good: known here because they began here, or looked up where a token of theirs came first.
 * What is not known is asked for, so that nothing that floods this memory brings a session back to life; and a token that
 * somebody signed with a stolen key is of no use without a session of that account.
 *
 * Sessions that another server (or the command line) has ended are polled for. While the database cannot be asked, those
 * known stay good until their tokens end.
 */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { openSessionOwner, sessionsRevokedWithin } from '../../persistence/statements/accounts.ts';
import type { Subject } from '../../protocol/resources.ts';
import { ENDED_SESSIONS_KNOWN_MAX, LIVE_SESSIONS_KNOWN_MAX, REVOKED_AT_ONCE_MAX } from './limits.ts';

/** Longer than any statement that revokes may take to commit, and than a look that began before it may take to end. */
const POLL_WINDOW_MS = 60_000;

export class LiveSessions {
  readonly #pool: Pool;
  readonly #live = new LRUCache<string, Subject>({ max: LIVE_SESSIONS_KNOWN_MAX });
  /** Not to be asked for, nor told of, again: an ended session never lives again. */
  readonly #ended = new LRUCache<string, true>({ max: ENDED_SESSIONS_KNOWN_MAX });
  readonly #looks = new Map<string, Promise<Subject | undefined>>();
  readonly #listeners = new Set<(sessionId: string) => void>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** It has begun, or was renewed, here. */
  began(sessionId: string, subject: Subject): void {
    this.#live.set(sessionId, subject);
  }

  /**
   * Whose it is; undefined where it has ended, or never was.
   * @throws where it is not known and the database cannot be asked
   */
  async of(sessionId: string): Promise<Subject | undefined> {
    const known = this.#live.get(sessionId);
    if (known !== undefined || this.#ended.has(sessionId)) return known;
    let look = this.#looks.get(sessionId);
    if (look === undefined) {
      look = this.#look(sessionId).finally(() => this.#looks.delete(sessionId));
      this.#looks.set(sessionId, look);
    }
    return look;
  }

  ended(sessionId: string): void {
    this.#live.delete(sessionId);
    if (this.#ended.has(sessionId)) return;
    this.#ended.set(sessionId, true);
    for (const listener of this.#listeners) listener(sessionId);
  }

  /** Calls the listener once for each session revoked from now on. Returns the way to unsubscribe. */
  onRevoked(listener: (sessionId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async poll(): Promise<void> {
    const revoked = await sessionsRevokedWithin(this.#pool, POLL_WINDOW_MS, REVOKED_AT_ONCE_MAX);
    for (const id of revoked) this.ended(id);
    // There were more: each is asked for anew.
    if (revoked.length === REVOKED_AT_ONCE_MAX) this.#live.clear();
  }

  async #look(sessionId: string): Promise<Subject | undefined> {
    const subject = await openSessionOwner(this.#pool, sessionId);
    if (this.#ended.has(sessionId)) return undefined;
    if (subject === undefined) this.#ended.set(sessionId, true);
    else this.#live.set(sessionId, subject);
    return subject;
  }
}
