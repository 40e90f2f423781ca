import type { Pool } from 'pg';
import { type ListingRow, listingsById } from '../../persistence/statements/listings.ts';
import { Refusal } from '../../protocol/errors.ts';
import { LOOKUPS_WAITING_MAX } from './limits.ts';

/** Made once: who floods is refused a hundred thousand times a second, and an error of each one's own has a stack to write. */
const BUSY = new Refusal(
  'unavailable',
  `${LOOKUPS_WAITING_MAX} other apartments are being looked up; ask again in a second`,
  { retryAfterMs: 1_000 },
);

/** What is asked for in one statement. */
interface Round {
  readonly ids: Set<string>;
  readonly rows: Promise<ReadonlyMap<string, ListingRow>>;
}

/**
 * Listings by id, as the database has them. One statement at a time, and who asks meanwhile shares the next one: ids that
 * there are not cost anybody nothing to make up, and must not take every connection of the pool.
 */
export class Lookups {
  readonly #pool: Pool;
  #last: Promise<unknown> = Promise.resolve();
  #next: Round | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @throws Refusal where too many wait */
  async row(apartmentId: string): Promise<ListingRow | undefined> {
    this.#next ??= this.#begin();
    const { ids, rows } = this.#next;
    if (ids.size >= LOOKUPS_WAITING_MAX && !ids.has(apartmentId)) throw BUSY;
    ids.add(apartmentId);
    return (await rows).get(apartmentId);
  }

  #begin(): Round {
    const ids = new Set<string>();
    const rows = this.#last.then(async () => {
      this.#next = undefined;
      const found = await listingsById(this.#pool, [...ids]);
      return new Map(found.map((row) => [row.apartment.id, row]));
    });
    this.#last = rows.catch(() => {});
    return { ids, rows };
  }
}
