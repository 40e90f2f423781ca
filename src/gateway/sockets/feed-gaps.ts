/**
 * Versions that the admin's feed is not told of, as no night shows them (a payment's progress): without them the next
 * that is told would look as if one had been lost. Kept until then, of some apartments; one that is not known is taken
 * for a loss, which costs its reader a look at the whole.
 */
import { LRUCache } from 'lru-cache';
import { UNTOLD_APARTMENTS_MAX } from '../limits.ts';

export class FeedGaps {
  readonly #runs = new LRUCache<string, { readonly first: number; readonly last: number }>({
    max: UNTOLD_APARTMENTS_MAX,
  });

  /** This version is not told. */
  pass(apartmentId: string, version: number): void {
    const run = this.#runs.get(apartmentId);
    const first = run?.last === version - 1 ? run.first : version;
    this.#runs.set(apartmentId, { first, last: version });
  }

  /** @returns the version before the untold ones that this one, now told, follows; undefined where it follows none */
  before(apartmentId: string, version: number): number | undefined {
    const run = this.#runs.get(apartmentId);
    if (run === undefined) return undefined;
    this.#runs.delete(apartmentId);
    return run.last === version - 1 ? run.first - 1 : undefined;
  }
}
