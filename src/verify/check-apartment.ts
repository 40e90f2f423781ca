/**
 * One apartment, judged row by row: what `nightlatch verify` believes of a database is what this finds nothing against.
 *
 *   row ──> in its place? ──> a fact that is known? ──> fold ──> what stands ──┬──> snapshot of that version
 *           (sequence.ts)     (facts.ts)                (fold.ts)              └──> bookings, blocks, listing (tables.ts)
 *
 * Nothing here is the program's that is judged: no code of src/actors, nothing that decides, applies or stores. What is
 * kept of an apartment is what stands, so that a journal may be as long as it likes.
 */
import { entryOf } from './facts.ts';
import { Fold } from './fold.ts';
import type { RecordedRow } from './ports.ts';
import type { Problem, Says } from './problem.ts';
import { Sequence } from './sequence.ts';
import { StoredSnapshot } from './snapshot.ts';
import { Tables } from './tables.ts';

export class ApartmentCheck {
  facts = 0;
  readonly #sequence: Sequence;
  readonly #fold: Fold;
  readonly #tables: Tables;
  readonly #snapshot: StoredSnapshot;
  readonly #says: Says;
  #at = Number.NEGATIVE_INFINITY;
  /** Of the version at hand, until its fact has been folded. */
  #bookings: unknown[] = [];
  /** A fact was not understood: from there on nothing is known of what stands. */
  #isLost = false;

  constructor(apartmentId: string, found: (problem: Problem) => void) {
    this.#says = (rule, version, sentence) => found({ apartmentId, version, rule, sentence });
    this.#sequence = new Sequence(apartmentId, this.#says);
    this.#fold = new Fold(this.#says);
    this.#tables = new Tables(this.#fold, this.#says);
    this.#snapshot = new StoredSnapshot(this.#says);
  }

  /** Of bookings that stand, once all rows have come. */
  get standingBookings(): number {
    return this.#fold.bookings.size;
  }

  take({ nr, what, value }: RecordedRow): void {
    if (nr !== this.#at) this.#endOfVersion();
    this.#at = nr;
    if (what === 'listing') this.#tables.listing(value);
    else if (what === 'snapshot') this.#snapshot.row(value);
    else if (what === 'block') this.#tables.block(value);
    else if (what === 'booking') this.#bookings.push(value);
    else this.#entry(nr, value);
  }

  /** All rows of the apartment have come. */
  end(): void {
    this.#endOfVersion();
    if (this.#isLost) return;
    this.#snapshot.end(this.#sequence.head);
    this.#tables.end();
  }

  #entry(nr: number, value: unknown): void {
    this.facts += 1;
    const entry = entryOf(value);
    if (typeof entry === 'string') {
      this.#sequence.take({ version: nr });
      this.#isLost = true;
      return this.#says('C8', nr, entry);
    }
    const isAnother = this.#sequence.take(entry);
    this.#sequence.follow(entry);
    if (!isAnother || this.#isLost) return;
    this.#fold.take(entry);
    this.#snapshot.at(entry, this.#fold);
  }

  #endOfVersion(): void {
    const rows = this.#bookings;
    if (rows.length > 0) this.#bookings = [];
    if (this.#isLost) return;
    for (const row of rows) this.#tables.booking(row);
    this.#tables.endOfVersion();
  }
}
