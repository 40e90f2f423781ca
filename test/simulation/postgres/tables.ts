/**
 * The tables that a lane writes. A transaction sees what it wrote itself over what is committed, and nobody else sees that
 * before it commits; its locks (`row-locks.ts`) keep others from writing the same rows meanwhile.
 */
import type { BookingRecord, JournalEntry } from '../../../src/actors/facts.ts';
import type { StoredSnapshot } from '../../../src/actors/ports.ts';
import type { ListingStatus, Terms } from '../../../src/protocol/terms.ts';

export interface Listing {
  readonly terms: Terms;
  readonly status: ListingStatus;
}
/** Of either table of bookings. */
export type BookingRow = BookingRecord & { readonly refundOwed: boolean };
export interface BlockRow {
  readonly apartmentId: string;
  readonly id: string;
}
/** Of an apartment: of two machine versions at most, the one saved last at the end. */
export type Snapshots = readonly StoredSnapshot[];
/** Of an apartment that must run; see `Journal.restless`. */
export interface MarkRow {
  readonly version: number;
  readonly shard: number;
  readonly apartmentId: string;
}

/** By primary key; null is a row that has been deleted. */
type Rows<Row> = Map<string, Row | null>;

/** What one transaction changes. */
export class Changes {
  journal: readonly JournalEntry[] = [];
  readonly listings: Rows<Listing> = new Map();
  readonly bookings: Rows<BookingRow> = new Map();
  readonly pending: Rows<BookingRow> = new Map();
  readonly blocks: Rows<BlockRow> = new Map();
  readonly marks: Rows<MarkRow> = new Map();
  readonly snapshots: Rows<Snapshots> = new Map();
  /** Under which epoch each shard's entries are written. */
  epochs: ReadonlyMap<number, number> = new Map();
}

const KEYED = ['listings', 'bookings', 'pending', 'blocks', 'marks', 'snapshots'] as const;

export class Tables {
  /** By apartment, in order of version. */
  readonly journal = new Map<string, JournalEntry[]>();
  readonly listings = new Map<string, Listing>();
  readonly bookings = new Map<string, BookingRow>();
  readonly pending = new Map<string, BookingRow>();
  readonly blocks = new Map<string, BlockRow>();
  readonly marks = new Map<string, MarkRow>();
  readonly snapshots = new Map<string, Snapshots>();

  apply(changes: Changes): void {
    for (const entry of changes.journal) this.#insert(entry);
    for (const table of KEYED) {
      const rows = this[table] as Map<string, unknown>;
      for (const [key, row] of changes[table]) {
        if (row === null) rows.delete(key);
        else rows.set(key, row);
      }
    }
  }

  has(apartmentId: string, version: number): boolean {
    const entries = this.journal.get(apartmentId) ?? [];
    if (version > (entries.at(-1)?.version ?? 0)) return false;
    return entries.some((entry) => entry.version === version);
  }

  #insert(entry: JournalEntry): void {
    const entries = this.journal.get(entry.apartmentId);
    if (entries === undefined) {
      this.journal.set(entry.apartmentId, [entry]);
      return;
    }
    let at = entries.length;
    while (at > 0 && entries[at - 1]!.version > entry.version) at -= 1;
    entries.splice(at, 0, entry);
  }
}

export function keyOf(apartmentId: string, id: string | number): string {
  return `${apartmentId} ${id}`;
}
