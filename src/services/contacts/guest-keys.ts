/**
 * The keys of guests, unwrapped, as long as they are needed: asked of the database, or made there, for many guests in one
 * statement, while which others gather. They are kept for GUEST_KEY_KNOWN_MS, so that one that was erased anywhere is soon
 * known nowhere.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { guestKeys, guestKeysOr, type WrappedKey } from '../../persistence/statements/guest-keys.ts';
import type { KeyRing } from '../accounts/key-ring.ts';
import {
  GUEST_KEY_KNOWN_MS,
  GUEST_KEYS_AT_ONCE,
  GUEST_KEYS_EVERY_MS,
  GUEST_KEYS_KNOWN_MAX,
} from './limits.ts';
import { type GuestKey, makeKey, unwrap } from './seal.ts';

/** `erased`: there is none; `unreadable`: none of the ring's keys has wrapped it. */
export type FoundKey = GuestKey | 'erased' | 'unreadable';

interface Waiting {
  readonly guestId: string;
  readonly resolve: (key: FoundKey) => void;
  readonly reject: (cause: unknown) => void;
}

export class GuestKeys {
  readonly #ring: KeyRing;
  readonly #known: LRUCache<string, GuestKey>;
  readonly #found: Gathered;
  readonly #made: Gathered;

  /** @param knownMs how long a key is kept, in milliseconds */
  constructor(pool: Pool, ring: KeyRing, knownMs = GUEST_KEY_KNOWN_MS) {
    this.#ring = ring;
    this.#known = new LRUCache({ max: GUEST_KEYS_KNOWN_MAX, ttl: knownMs });
    this.#found = new Gathered(async (guestIds) => this.#unwrapped(await guestKeys(pool, guestIds)));
    this.#made = new Gathered(async (guestIds) => {
      const root = ring.wrapping('guest keys');
      const made = new Map(guestIds.map((guestId) => [guestId, makeKey(root, guestId)]));
      const wrapped = [...made].map(([guestId, { key, wrapped }]) => {
        return { guestId, id: key.id, wrappedBy: root.id, wrapped };
      });
      const { stored, before } = await guestKeysOr(pool, wrapped);
      const found = this.#unwrapped(before);
      for (const guestId of stored) {
        const { key } = made.get(guestId)!;
        this.#known.set(guestId, key);
        found.set(guestId, key);
      }
      const raced = guestIds.filter((guestId) => !found.has(guestId));
      if (raced.length === 0) return found;
      return new Map([...found, ...this.#unwrapped(await guestKeys(pool, raced))]);
    });
  }

  /** One that need not be asked for. */
  known(guestId: string): GuestKey | undefined {
    return this.#known.get(guestId);
  }

  /** Resolves in the order in which it was asked. @throws where the database cannot be asked */
  async find(guestId: string): Promise<FoundKey> {
    return this.known(guestId) ?? (await this.#found.ask(guestId));
  }

  /** Makes one where there is none. @throws where the database cannot be asked */
  async findOrMake(guestId: string): Promise<FoundKey> {
    return this.known(guestId) ?? (await this.#made.ask(guestId));
  }

  #unwrapped(keys: readonly WrappedKey[]): Map<string, FoundKey> {
    return new Map(
      keys.map(({ guestId, id, wrappedBy, wrapped }) => {
        const root = this.#ring.opening('guest keys', wrappedBy);
        const key = root && unwrap(root, guestId, id, wrapped);
        if (key !== undefined) this.#known.set(guestId, key);
        return [guestId, key ?? 'unreadable'];
      }),
    );
  }
}

/**
 * Questions about guests, of which one statement is under way and the next takes all that have come meanwhile. Under load
 * the statements keep GUEST_KEYS_EVERY_MS from each other: a commit for every few guests would cost more than their keys.
 */
class Gathered {
  readonly #answer: (guestIds: readonly string[]) => Promise<ReadonlyMap<string, FoundKey>>;
  #waiting: Waiting[] = [];
  #isAsking = false;
  /** By performance.now(). */
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(answer: (guestIds: readonly string[]) => Promise<ReadonlyMap<string, FoundKey>>) {
    this.#answer = answer;
  }

  ask(guestId: string): Promise<FoundKey> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ guestId, resolve, reject });
      if (!this.#isAsking) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      const restMs = this.#askedMs + GUEST_KEYS_EVERY_MS - performance.now();
      if (restMs > 0) await delay(restMs);
      this.#askedMs = performance.now();
      const batch = this.#waiting.splice(0, GUEST_KEYS_AT_ONCE);
      try {
        const keys = await this.#answer([...new Set(batch.map(({ guestId }) => guestId))]);
        for (const { guestId, resolve } of batch) resolve(keys.get(guestId) ?? 'erased');
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#isAsking = false;
  }
}
