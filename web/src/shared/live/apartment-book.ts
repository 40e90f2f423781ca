/** What is known of apartments' details, and how old it is: a host may change them while they are looked at. */
import type { Apartment } from '../../../../src/client/index.ts';
import type { Outcome } from '../../../../src/protocol/errors.ts';

const KEPT_MAX = 200;
/** The parts of one page ask within this long; whoever comes later asks the server again. In milliseconds. */
const FRESH_MS = 5_000;

interface Page {
  readonly outcome: Outcome<Apartment>;
  readonly atMs: number;
}

export class ApartmentBook {
  readonly #ask: (apartmentId: string) => Promise<Outcome<Apartment>>;
  readonly #nowMs: () => number;
  readonly #pages = new Map<string, Page>();
  readonly #asking = new Map<string, Promise<Outcome<Apartment>>>();

  constructor(ask: (apartmentId: string) => Promise<Outcome<Apartment>>, nowMs: () => number) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  /** As it was last heard of, however long ago. */
  known(apartmentId: string): Outcome<Apartment> | undefined {
    return this.#pages.get(apartmentId)?.outcome;
  }

  /** As it is. The same object as before where nothing has changed, so that nothing is drawn anew. */
  look(apartmentId: string): Promise<Outcome<Apartment>> {
    const page = this.#pages.get(apartmentId);
    if (page?.outcome.ok && this.#nowMs() - page.atMs < FRESH_MS) return Promise.resolve(page.outcome);
    const asking = this.#asking.get(apartmentId) ?? this.#read(apartmentId);
    this.#asking.set(apartmentId, asking);
    return asking;
  }

  async #read(apartmentId: string): Promise<Outcome<Apartment>> {
    const heard = await this.#ask(apartmentId);
    this.#asking.delete(apartmentId);
    const before = this.known(apartmentId);
    // A server that cannot be reached takes away nothing that is known.
    if (before?.ok && !heard.ok && heard.error.retryable) return before;
    const outcome = before !== undefined && JSON.stringify(before) === JSON.stringify(heard) ? before : heard;
    this.#pages.delete(apartmentId);
    this.#pages.set(apartmentId, { outcome, atMs: this.#nowMs() });
    if (this.#pages.size > KEPT_MAX) this.#pages.delete(this.#pages.keys().next().value as string);
    return outcome;
  }
}
