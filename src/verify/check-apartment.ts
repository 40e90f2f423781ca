/**
 * One apartment, judged row by row: what `nightlatch verify` believes of a database is what this finds nothing against.
 *
 * Where its first facts are archived and not read, it begins with its baseline; where they are, the baseline is one more
 * thing that must follow from them.
 *
 *   row ──> in its place? ──> a fact that is known? ──> fold ──> what stands ──┬──> snapshot of that version
 *           (sequence.ts)     (facts.ts)                (fold.ts)              └──> bookings, blocks, listing (tables.ts)
 *
 * Nothing here is the program's that is judged: no code of src/actors, nothing that decides, applies or stores. What is
 * kept of an apartment is what stands, so that a journal may be as long as it likes.
 */
import { type Baseline, baselineOf, readBaseline } from './baseline.ts';
import { type Entry, entryOf } from './facts.ts';
import { Fold } from './fold.ts';
import type { RecordedRow } from './ports.ts';
import type { Problem, Says } from './problem.ts';
import { Sequence } from './sequence.ts';
import { StoredSnapshot } from './snapshot.ts';
import { Tables } from './tables.ts';

export class ApartmentCheck {
  facts = 0;
  /** Facts that are archived, and were not read. */
  unread = 0;
  readonly #sequence: Sequence;
  readonly #apartmentId: string;
  readonly #hasArchive: boolean;
  #fold: Fold;
  readonly #tables: Tables;
  readonly #snapshot: StoredSnapshot;
  readonly #says: Says;
  #at = Number.NEGATIVE_INFINITY;
  /** Of the version at hand, until its fact has been folded. */
  #bookings: unknown[] = [];
  /** A fact was not understood: from there on nothing is known of what stands. */
  #isLost = false;

  #baseline: Baseline | undefined;

  /** @param hasArchive its archived facts come as rows, too */
  constructor(apartmentId: string, found: (problem: Problem) => void, hasArchive: boolean) {
    this.#apartmentId = apartmentId;
    this.#hasArchive = hasArchive;
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
    else if (what === 'baseline') this.#startWith(value);
    else if (what === 'booking') this.#bookings.push(value);
    else this.#entry(nr, value);
  }

  /** All rows of the apartment have come. */
  end(): void {
    this.#endOfVersion();
    if (this.#isLost) return;
    if (this.#baseline !== undefined)
      this.#says('baseline', this.#baseline.version, 'the fact that it is as of is not there');
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
    if (entry.fact.kind === 'adopted') this.#tables.adopted(entry.fact);
    this.#snapshot.at(entry, this.#fold);
    this.#compare(entry);
  }

  #startWith(value: unknown): void {
    const read = readBaseline(this.#apartmentId, value, this.#says);
    if (typeof read === 'string') {
      this.#isLost = !this.#hasArchive;
      return this.#says('baseline', undefined, read);
    }
    if (this.#hasArchive) {
      this.#baseline = read.row;
      return;
    }
    const { version, hash, atMs } = read.row;
    this.unread = version;
    this.#fold = read.fold;
    this.#sequence.startAfter({ version, hash });
    this.#tables.startAfter(version, this.#fold);
    this.#snapshot.startAfter(version);
    this.#snapshot.at({ version, atMs, requestId: null }, this.#fold);
  }

  #compare({ version, atMs, hash }: Entry): void {
    if (this.#baseline?.version !== version) return;
    const { volume, ...stored } = this.#baseline;
    this.#baseline = undefined;
    const made = baselineOf(this.#apartmentId, this.#fold, { version, volume, atMs, hash });
    for (const field of ['atMs', 'hash', 'state'] as const) {
      if (stored[field] !== made[field])
        this.#says('baseline', version, `${field} is ${stored[field]}, and ${made[field]} by the facts`);
    }
  }

  #endOfVersion(): void {
    const rows = this.#bookings;
    if (rows.length > 0) this.#bookings = [];
    if (this.#isLost) return;
    for (const row of rows) this.#tables.booking(row);
    this.#tables.endOfVersion();
  }
}
