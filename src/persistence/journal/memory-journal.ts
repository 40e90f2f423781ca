/**
 * The journal in memory, for tests and simulation: the same promises as on PostgreSQL (order, all or nothing, fence,
 * conflict, the booking's second lock), and faults on demand. Nothing of it survives the process.
 */
import { link } from '../../actors/chain.ts';
import type { BookingRecord, BookingWrite, JournalEntry } from '../../actors/facts.ts';
import type {
  Append,
  AppendResult,
  Journal,
  RequestsPage,
  RestlessPage,
  StoredApartment,
  StoredRequest,
  StoredSnapshot,
} from '../../actors/ports.ts';
import { shardOf } from '../../protocol/ids.ts';
import { isSealed } from '../../protocol/kept-contact.ts';
import type { ListingStatus, Terms } from '../../protocol/terms.ts';

export type Fault = 'fenced' | 'conflict' | 'unknown' | 'lost';

export interface MemoryJournalOptions {
  /** When a commit happens; the default is the end of the event loop's turn. A simulation hands in its own. */
  readonly later?: (commit: () => void) => void;
  /** The epoch that appends of a shard must carry. Default: 1 until `takeOver`. */
  readonly epochOf?: (shard: number) => number;
}

interface Row {
  terms: Terms;
  status: ListingStatus;
}

export class MemoryJournal implements Journal {
  readonly #options: MemoryJournalOptions;
  readonly #later: (commit: () => void) => void;
  readonly #listings = new Map<string, Row>();
  readonly #entries = new Map<string, JournalEntry[]>();
  /** Of two machine versions at most, the one saved last at the end. */
  readonly #snapshots = new Map<string, readonly StoredSnapshot[]>();
  /** By apartment, the version that its mark was made at. */
  readonly #marks = new Map<string, number>();
  #bookings = new Map<string, BookingRecord & { readonly refundOwed: boolean }>();
  readonly #epochs = new Map<number, number>();
  #queue: Append[] = [];
  #isScheduled = false;
  #isStalled = false;
  #fault: ((append: Append) => Fault | undefined) | undefined;

  constructor(options: MemoryJournalOptions = {}) {
    this.#options = options;
    this.#later = options.later ?? ((commit) => void setImmediate(commit));
  }

  addListing(apartmentId: string, terms: Terms, status: ListingStatus = 'listed'): void {
    this.#listings.set(apartmentId, { terms, status });
  }

  /** The epoch that appends of this shard must carry; 1 until someone took it over. */
  epochOf(shard: number): number {
    return this.#options.epochOf?.(shard) ?? this.#epochs.get(shard) ?? 1;
  }

  /** Another owner from now on: appends with the old epoch are fenced, also those that wait. Returns the new epoch. */
  takeOver(shard: number): number {
    const epoch = this.epochOf(shard) + 1;
    this.#epochs.set(shard, epoch);
    return epoch;
  }

  /** Commits nothing until `resume`. */
  stall(): void {
    this.#isStalled = true;
  }

  resume(): void {
    this.#isStalled = false;
    this.#schedule();
  }

  /**
   * Asked of each append as its turn comes. `unknown`: answered so and not written; `lost`: written, and answered
   * `unknown`; undefined: as usual. Called with undefined, it ends.
   */
  failWhen(fault: ((append: Append) => Fault | undefined) | undefined): void {
    this.#fault = fault;
  }

  /** The next append that fits fails so, once. */
  failNext(fault: Fault, fits: (append: Append) => boolean = () => true): void {
    this.failWhen((append) => {
      if (!fits(append)) return undefined;
      this.failWhen(undefined);
      return fault;
    });
  }

  /** Facts that were committed are gone, as where an older copy of the database was put in its place. */
  lose(apartmentId: string, isLost: (entry: JournalEntry) => boolean): void {
    const entries = this.#entries.get(apartmentId) ?? [];
    this.#entries.set(
      apartmentId,
      entries.filter((entry) => !isLost(entry)),
    );
  }

  /** Appends that wait. */
  get depth(): number {
    return this.#queue.length;
  }

  append(append: Append): void {
    this.#queue.push(append);
    this.#schedule();
  }

  async load(
    apartmentId: string,
    machineVersion: number,
    limit: number,
  ): Promise<StoredApartment | undefined> {
    const listing = this.#listings.get(apartmentId);
    if (listing === undefined) return undefined;
    const stored = this.#snapshots.get(apartmentId)?.find((one) => one.machineVersion === machineVersion);
    const snapshot = stored && structuredClone(stored);
    const entries = await this.entries(apartmentId, snapshot?.version ?? 0, limit);
    const lastVersion = this.#entries.get(apartmentId)?.at(-1)?.version ?? 0;
    const under = await this.entry(apartmentId, snapshot?.version ?? 0);
    return { ...listing, snapshot, base: under && { hash: under.hash }, entries, lastVersion };
  }

  async requests(
    apartmentId: string,
    { afterVersion, toVersion, limit }: RequestsPage,
  ): Promise<StoredRequest[]> {
    const requests: StoredRequest[] = [];
    for (const { version, subjectId, requestId, atMs } of this.#entries.get(apartmentId) ?? []) {
      if (requests.length >= limit || version > toVersion) break;
      if (version > afterVersion && requestId !== null)
        requests.push({ version, subjectId, requestId, atMs });
    }
    return requests;
  }

  /** Nothing is archived of what is in memory. */
  async baseline(): Promise<undefined> {}

  async entry(apartmentId: string, version: number): Promise<JournalEntry | undefined> {
    return this.#entries.get(apartmentId)?.find((entry) => entry.version === version);
  }

  async endOf(
    apartmentId: string,
    holdId: string,
    afterVersion: number,
    limit: number,
  ): Promise<JournalEntry | undefined> {
    const entries = await this.entries(apartmentId, afterVersion, limit);
    return entries.find((entry) => isEndOf(entry, holdId));
  }

  async entries(apartmentId: string, afterVersion: number, limit: number): Promise<JournalEntry[]> {
    const entries = this.#entries.get(apartmentId) ?? [];
    const from = firstAfter(entries, afterVersion);
    return entries.slice(from, from + limit);
  }

  /** The bookings table. */
  bookings(): BookingRecord[] {
    return [...this.#bookings.values()].map(withoutMark);
  }

  async booking(apartmentId: string, bookingId: string): Promise<BookingRecord | undefined> {
    const booking = this.#bookings.get(bookingId);
    return booking?.apartmentId === apartmentId ? withoutMark(booking) : undefined;
  }

  async bookingsOf(apartmentId: string, bookingIds: readonly string[]): Promise<BookingRecord[]> {
    const found = await Promise.all(bookingIds.map((id) => this.booking(apartmentId, id)));
    return found.filter((booking) => booking !== undefined);
  }

  async bookingsOfGuest(apartmentId: string, guestId: string, limit: number): Promise<BookingRecord[]> {
    return [...this.#bookings.values()]
      .filter((booking) => booking.apartmentId === apartmentId && booking.guestId === guestId)
      .sort((a, b) => b.version - a.version)
      .slice(0, limit)
      .map(withoutMark);
  }

  async bookingOfHold(apartmentId: string, holdId: string): Promise<BookingRecord | undefined> {
    const found = [...this.#bookings.values()]
      .filter((booking) => booking.apartmentId === apartmentId && booking.holdId === holdId)
      .sort(
        (a, b) => Number(a.status === 'pending') - Number(b.status === 'pending') || b.version - a.version,
      );
    return found[0] && withoutMark(found[0]);
  }

  async saveSnapshots(snapshots: readonly StoredSnapshot[]): Promise<string[]> {
    const refused = snapshots.filter((snapshot) => !this.#isSound(snapshot));
    for (const snapshot of snapshots) {
      if (refused.includes(snapshot)) continue;
      const { apartmentId, machineVersion } = snapshot;
      const known = this.#snapshots.get(apartmentId) ?? [];
      const own = known.find((one) => one.machineVersion === machineVersion);
      if (own !== undefined && own.version > snapshot.version) continue;
      const other = known.findLast((one) => one.machineVersion !== machineVersion);
      this.#snapshots.set(apartmentId, [...(other === undefined ? [] : [other]), structuredClone(snapshot)]);
    }
    return refused.map(({ apartmentId }) => apartmentId);
  }

  #isSound({ apartmentId, version, hash }: StoredSnapshot): boolean {
    const upTo = (this.#entries.get(apartmentId) ?? []).filter((entry) => entry.version <= version);
    const last = upTo.at(-1);
    return upTo.length === version && last?.version === version && last.hash === hash;
  }

  async restless(shards: ReadonlyMap<number, number>, { afterId, limit }: RestlessPage): Promise<string[]> {
    const ids = [...this.#marks.keys()].filter((id) => shards.has(shardOf(id))).sort();
    return ids.filter((id) => afterId === undefined || id > afterId).slice(0, limit);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStalled || this.#queue.length === 0) return;
    this.#isScheduled = true;
    this.#later(() => {
      this.#isScheduled = false;
      if (!this.#isStalled) this.#commitAll();
    });
  }

  #commitAll(): void {
    const batch = this.#queue;
    this.#queue = [];
    const results: [Append, AppendResult][] = [];
    const failed = new Set<string>();
    for (const append of batch) {
      const owner = `${append.apartmentId} ${append.epoch}`;
      const result: AppendResult = failed.has(owner) ? { status: 'conflict' } : this.#commit(append);
      if (result.status !== 'committed' && append.entries.length > 0) failed.add(owner);
      results.push([append, result]);
    }
    for (const [append, result] of results) append.done(result);
    this.#schedule();
  }

  #commit(append: Append): AppendResult {
    const fault = this.#fault?.(append);
    if (fault !== undefined && fault !== 'lost') return { status: fault };
    const result = this.commit([append]);
    return result.status === 'committed' && fault === 'lost' ? { status: 'unknown' } : result;
  }

  /** At once, all of it or nothing, as PostgreSQL takes a batch. */
  commit(batch: readonly Append[]): AppendResult {
    if (batch.some(({ shard, epoch }) => epoch !== this.epochOf(shard))) return { status: 'fenced' };
    const added = new Map<string, JournalEntry[]>();
    // Only a commit that writes bookings may have to take them back.
    const writesBookings = batch.some(({ entries }) => entries.some(({ booking }) => booking));
    const bookings = writesBookings ? new Map(this.#bookings) : this.#bookings;
    for (const { apartmentId, entries, chain } of batch) {
      const all = added.get(apartmentId) ?? [];
      added.set(apartmentId, all);
      for (const given of entries) {
        link(chain, given);
        const { booking, ...entry } = given;
        const last = all.at(-1) ?? this.#entries.get(apartmentId)?.at(-1);
        if (entry.version <= (last?.version ?? 0)) {
          return { status: 'conflict', cause: new Error(`version ${entry.version} is there already`) };
        }
        const problem = booking && writeBooking(bookings, entry, booking);
        if (problem !== undefined) return { status: 'conflict', cause: new Error(problem) };
        all.push(entry);
      }
    }
    for (const [apartmentId, entries] of added) {
      const known = this.#entries.get(apartmentId);
      if (known === undefined) this.#entries.set(apartmentId, entries);
      else known.push(...entries);
      for (const entry of entries) this.#setStatus(entry);
    }
    this.#bookings = bookings;
    for (const append of batch) this.#changeMark(append);
    return { status: 'committed' };
  }

  #changeMark({ apartmentId, mark }: Append): void {
    if (mark?.to === 'made') this.#marks.set(apartmentId, mark.version);
    else if (mark !== undefined && (this.#marks.get(apartmentId) ?? 0) <= mark.version)
      this.#marks.delete(apartmentId);
  }

  #setStatus({ apartmentId, fact }: JournalEntry): void {
    const listing = this.#listings.get(apartmentId);
    if (listing === undefined) return;
    if (fact.kind === 'paused' || fact.kind === 'retired') listing.status = fact.kind;
    if (fact.kind === 'resumed') listing.status = 'listed';
  }
}

/** Index of the first entry after a version. */
function firstAfter(entries: readonly JournalEntry[], version: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.version > version) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isEndOf({ fact }: JournalEntry, holdId: string): boolean {
  if (fact.kind === 'held') return fact.replaces?.includes(holdId) === true;
  const isEnd = fact.kind === 'expired' || fact.kind === 'released' || fact.kind === 'confirmed';
  return isEnd && fact.hold === holdId;
}

type Bookings = Map<string, BookingRecord & { readonly refundOwed: boolean }>;

/** @returns why it is refused, or undefined */
function writeBooking(bookings: Bookings, entry: JournalEntry, write: BookingWrite): string | undefined {
  const { apartmentId, version, atMs } = entry;
  if (write.op === 'pending') {
    const { booking } = write;
    if (bookings.has(booking.id)) return `booking ${booking.id} is there already`;
    bookings.set(booking.id, {
      ...structuredClone(booking),
      ...{ apartmentId, status: 'pending', createdAtMs: atMs, cancelledAtMs: null, refundMinor: null },
      ...{ version, confirmedVersion: 0, refundOwed: false },
    });
    return undefined;
  }
  if (write.op === 'adopted') {
    for (const [id, known] of bookings) {
      if (known.apartmentId !== apartmentId || known.guestId !== write.guest) continue;
      const { guestId, contact } = known;
      const kept = isSealed(contact) ? { guestId, ...contact } : contact;
      bookings.set(id, { ...known, guestId: write.account, contact: kept });
    }
    return undefined;
  }
  const known = bookings.get(write.id);
  const needs = {
    confirmed: 'pending',
    abandoned: 'pending',
    cancelled: 'confirmed',
    refunded: 'cancelled',
  } as const;
  if (known?.apartmentId !== apartmentId || known.status !== needs[write.op]) {
    return `booking ${write.id} is not ${needs[write.op]}`;
  }
  switch (write.op) {
    case 'abandoned':
      bookings.delete(write.id);
      return undefined;
    case 'refunded':
      bookings.set(write.id, { ...known, version, refundOwed: false });
      return undefined;
    case 'cancelled': {
      const { refundMinor } = write;
      bookings.set(write.id, {
        ...known,
        ...{ status: 'cancelled', version, cancelledAtMs: atMs, refundMinor, refundOwed: refundMinor > 0 },
      });
      return undefined;
    }
    case 'confirmed': {
      const other = [...bookings.values()].find(
        (booking) =>
          booking.apartmentId === apartmentId &&
          booking.status === 'confirmed' &&
          booking.from < known.to &&
          known.from < booking.to,
      );
      if (other !== undefined) return `its nights are booked by ${other.id}`;
      bookings.set(write.id, {
        ...known,
        ...{ status: 'confirmed', createdAtMs: atMs, version, confirmedVersion: version },
      });
      return undefined;
    }
  }
}

function withoutMark({
  refundOwed: _,
  ...booking
}: BookingRecord & { readonly refundOwed: boolean }): BookingRecord {
  return booking;
}
