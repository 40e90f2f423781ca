/** What the actors need of the world. Adapters live elsewhere; each port has one contract suite for all of them. */
import type { CommittedChange } from '../protocol/committed-change.ts';
import type { ListingStatus, Terms } from '../protocol/terms.ts';
import type { ChainHead } from './chain.ts';
import type { BookingRecord, JournalEntry } from './facts.ts';

export interface Journal {
  /**
   * What an apartment needs to run: its terms, its newest snapshot of that machine version, and, in order of version,
   * the first entries after it, at most `limit`, all as of one moment. Undefined where there is no such apartment. One
   * round trip. A page that is full may be followed by others (`entries`); pages make a whole as `requests` do.
   */
  load(apartmentId: string, machineVersion: number, limit: number): Promise<StoredApartment | undefined>;
  /**
   * Committed entries that carry a request id, without their facts, in order of version. Entries never change, so
   * pages read one after the other are one whole.
   */
  requests(apartmentId: string, page: RequestsPage): Promise<StoredRequest[]>;

  /**
   * Queues entries of one apartment, whole and in order; calls `done` once, never before return.
   * `committed`: on disk with synchronous commit. `fenced`: this node no longer owns the shard at that epoch.
   * `conflict`: a version is there already, the second lock on I1 fired, or PostgreSQL refused a value: nothing
   * of this append was written. `unknown`: the connection broke, or what it needs was locked or broken; it may or may not be on disk.
   * Appends of one apartment commit in the order they were queued; after one with entries that did not commit, those
   * queued behind it for the same apartment do not either (their versions have a gap and they get `conflict`).
   */
  append(append: Append): void;

  /** One committed entry, for an answer that is asked for again. */
  entry(apartmentId: string, version: number): Promise<JournalEntry | undefined>;
  /**
   * The entry that ended a hold, its `expired`, `released` or `confirmed`, or a `held` that replaced it, where it is one of
   * the `limit` entries after a version.
   */
  endOf(
    apartmentId: string,
    holdId: string,
    afterVersion: number,
    limit: number,
  ): Promise<JournalEntry | undefined>;
  booking(apartmentId: string, bookingId: string): Promise<BookingRecord | undefined>;
  /** Several at once, those that there are, in no order. */
  bookingsOf(apartmentId: string, bookingIds: readonly string[]): Promise<BookingRecord[]>;
  /** Those of a guest on one apartment, confirms under way among them, the newest ones first. */
  bookingsOfGuest(apartmentId: string, guestId: string, limit: number): Promise<BookingRecord[]>;
  bookingOfHold(apartmentId: string, holdId: string): Promise<BookingRecord | undefined>;
  /** What stood of an apartment at the end of what is archived of it: no entry up to there is found any more. */
  baseline(apartmentId: string): Promise<StoredBaseline | undefined>;
  /** Committed entries in order of version, from just after a version, at most `limit`. */
  entries(apartmentId: string, afterVersion: number, limit: number): Promise<JournalEntry[]>;
  /**
   * Off the hot path. Snapshots of two machine versions stand beside each other, so that neither an upgrade nor its
   * undoing begins from the first fact: that of the one saved, and the other saved last. An older snapshot never
   * replaces a newer one of the same machine version. One that does not rest on the facts that are there is not written:
   * the one at its version by its hash, and none missing among the hundreds before it.
   * @returns the apartments of those that were not
   */
  saveSnapshots(snapshots: readonly StoredSnapshot[]): Promise<string[]>;
  /**
   * Apartments of these shards that are marked, which those that time or the payment provider may still change always are:
   * with an open hold, a payment under way, a refund owed. Some of the others are, too. The marks are kept by the appends
   * (`Append.mark`), so that nothing is searched for. In pages, in an order of its own.
   * @param shards by shard, the epoch at which it is the caller's: who is not its owner may be told of too few
   */
  restless(shards: ReadonlyMap<number, number>, page: RestlessPage): Promise<string[]>;
}

export interface StoredSnapshot {
  readonly apartmentId: string;
  readonly version: number;
  readonly machineVersion: number;
  /** Entries after this version may still be asked for by request id when the snapshot is loaded. */
  readonly windowFromVersion: number;
  /** Has an open hold, a payment under way or a refund owed: must be running for its deadlines to be kept. */
  readonly restless: boolean;
  /** Of the fact at its version; undefined where that has none. */
  readonly hash: number | undefined;
  readonly state: unknown;
}

/** What stood of an apartment after the last of its archived facts (baseline.ts). */
export interface StoredBaseline {
  /** Of the last fact that is archived. */
  readonly version: number;
  readonly volume: number;
  readonly atMs: number;
  /** Of that fact. */
  readonly hash: number | undefined;
  readonly crc: number;
  readonly state: string;
}

export interface StoredApartment {
  readonly terms: Terms;
  readonly status: ListingStatus;
  readonly snapshot: StoredSnapshot | undefined;
  /** The fact at the snapshot's version, as the journal has it; undefined where it has none, or there is no snapshot. */
  readonly base: { readonly hash: number | undefined } | undefined;
  /** What stood at the end of what is archived of it; undefined where nothing is. No snapshot is older. */
  readonly baseline?: StoredBaseline | undefined;
  /** The first ones after the snapshot, or after the baseline where there is none. */
  readonly entries: readonly JournalEntry[];
  /** Of the newest entry, archived or not; 0 where there is none. */
  readonly lastVersion: number;
}

export interface RequestsPage {
  readonly afterVersion: number;
  /** The last one, itself included. */
  readonly toVersion: number;
  readonly limit: number;
}

export interface RestlessPage {
  /** The last one of the page before; undefined for the first page. */
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** A request that took effect, and the version at which it did. */
export interface StoredRequest {
  readonly version: number;
  readonly subjectId: string | null;
  readonly requestId: string | null;
  readonly atMs: number;
}

export interface Append {
  readonly apartmentId: string;
  readonly shard: number;
  readonly epoch: number;
  /** None where it is about the mark alone. */
  readonly entries: readonly JournalEntry[];
  /** Of the apartment: the journal moves it on with each entry that it gives a hash. */
  readonly chain: ChainHead;
  /** Changed in the same commit, and refused by the same fence; undefined where it stays as it is. */
  readonly mark?: MarkChange | undefined;
  readonly done: (result: AppendResult) => void;
}

/** See `Journal.restless`. */
export interface MarkChange {
  readonly to: 'made' | 'taken';
  /** Of the apartment as it decides this: a mark that was made at a later one is not taken. */
  readonly version: number;
}

export type AppendResult =
  | { readonly status: 'committed' }
  | { readonly status: 'fenced' | 'conflict' | 'unknown'; readonly cause?: unknown };

/** Told every committed change, in order of version, after the commit, never before. */
export interface Publisher {
  committed(change: CommittedChange): void;
}

/** Which shards this node owns, and since which epoch. */
export interface Ownership {
  /** Undefined where the shard is not ours (any more). */
  epochOf(shard: number): number | undefined;
}

/** What a provider says that it has set aside or taken; compared with the price before anything is booked for it. */
export interface Amount {
  readonly amountMinor: number;
  /** ISO 4217's code. */
  readonly currency: string;
}
export type Authorisation =
  | ({ readonly status: 'authorised' } & Amount)
  | { readonly status: 'declined' | 'action_required'; readonly clientSecret?: string };
export interface PaymentRecord extends Amount {
  readonly status:
    | 'none'
    | 'authorised'
    | 'captured'
    | 'voided'
    | 'refunded'
    | 'declined'
    | 'action_required';
  readonly refundedMinor: number;
}
/** A provider's definite no: it has not been done, and will not be, however often it is asked for. */
export class RefusedByProvider extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RefusedByProvider';
  }
}
/**
 * A payment provider. Every call is idempotent by `key` (one key for each attempt to confirm); a call that never
 * resolves, or rejects with anything but `RefusedByProvider`, may have taken effect, and `lookUp` is how one finds out.
 */
export interface PaymentProvider {
  authorise(request: {
    key: string;
    amountMinor: number;
    currency: string;
    method: string;
    signal: AbortSignal;
  }): Promise<Authorisation>;
  /** Takes the whole amount authorised. */
  capture(request: { key: string; signal: AbortSignal }): Promise<Amount>;
  /** Gives up an authorisation that was not captured, and keeps a later `authorise` of the same key from succeeding. */
  cancel(request: { key: string; signal: AbortSignal }): Promise<void>;
  /** `refundKey` makes one refund of several: the same key never refunds twice. */
  refund(request: {
    key: string;
    refundKey: string;
    amountMinor: number;
    signal: AbortSignal;
  }): Promise<void>;
  lookUp(request: { key: string; signal: AbortSignal }): Promise<PaymentRecord>;
}
