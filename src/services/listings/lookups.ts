import type { Pool } from 'pg';
import { type ListingRow, listingsById } from '../../persistence/statements/listings.ts';
import { Refusal } from '../../protocol/errors.ts';
import { TIMERS } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import { LOOKUP_PATIENCE_MS, LOOKUPS_WAITING_MAX } from './limits.ts';

/** Made once: who floods is refused a hundred thousand times a second, and an error of each one's own has a stack to write. */
const BUSY = new Refusal(
  'unavailable',
  `${LOOKUPS_WAITING_MAX} other apartments are being looked up; ask again in a second`,
  { retryAfterMs: 1_000 },
);

const AWAY = new Refusal('unavailable', 'apartments cannot be looked up just now; ask again in a second', {
  retryAfterMs: 1_000,
});

/** What is asked for in one statement. */
interface Round {
  readonly ids: Set<string>;
  /** Rejects once LOOKUP_PATIENCE_MS are over: one timer for all who wait, however many. */
  readonly rows: Promise<ReadonlyMap<string, ListingRow>>;
}

/**
 * Listings by id, as the database has them. One statement at a time, and who asks meanwhile shares the next one: ids that
 * there are not cost anybody nothing to make up, and must not take every connection of the pool. While the database says
 * nothing, who joins a round that has been given up hears so at once.
 */
export class Lookups {
  readonly #pool: Pool;
  #last: Promise<unknown> = Promise.resolve();
  #next: Round | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @throws Refusal where too many wait, or the round took too long */
  async row(apartmentId: string): Promise<ListingRow | undefined> {
    this.#next ??= this.#begin();
    const { ids, rows } = this.#next;
    if (ids.size >= LOOKUPS_WAITING_MAX && !ids.has(apartmentId)) throw BUSY;
    ids.add(apartmentId);
    return (await rows).get(apartmentId);
  }

  #begin(): Round {
    const ids = new Set<string>();
    let isGivenUp = false;
    const looked = this.#last.then(async () => {
      this.#next = undefined;
      // Nobody waits for it any more.
      if (isGivenUp) return new Map();
      const found = await listingsById(this.#pool, [...ids]);
      return new Map(found.map((row) => [row.apartment.id, row]));
    });
    this.#last = looked.catch(() => {});
    const rows = within(TIMERS, LOOKUP_PATIENCE_MS, looked).then((isThere) => {
      if (isThere) return looked;
      isGivenUp = true;
      throw AWAY;
    });
    return { ids, rows };
  }
}
