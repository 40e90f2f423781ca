/** An apartment from storage: the requests before its snapshot, the snapshot, then the facts after it, page after page. */
import type { CommittedChange } from '../protocol/committed-change.ts';
import type { Terms } from '../protocol/terms.ts';
import { snapshotOf } from './apartment-actor.ts';
import { MACHINE_VERSION } from './apartment-machine.ts';
import { calendarOf } from './baseline.ts';
import { apply } from './calendar/apply.ts';
import { type Calendar, emptyCalendar, type HoldClaim, isRestless } from './calendar/calendar.ts';
import { follow } from './chain.ts';
import { type Adopted, adoptedBy, changeOf, replacedBy } from './change-of-fact.ts';
import type { BookingRecord, JournalEntry } from './facts.ts';
import { BOOKINGS_OF_GUEST_MAX, IDEMPOTENCY_WINDOW_MS, REQUESTS_PAGE, UNHEARD_FACTS_MAX } from './limits.ts';
import type { Journal, StoredApartment, StoredSnapshot } from './ports.ts';
import { RequestWindow } from './request-window.ts';

/** All that a running apartment is made of. */
export interface Restored {
  readonly terms: Terms;
  readonly calendar: Calendar;
  /** The hash of the last fact. */
  readonly head: number | undefined;
  /** Knows every request. */
  readonly window: RequestWindow;
  /** What unheard facts changed, in order. */
  readonly changes: readonly CommittedChange[];
  /** At which a snapshot is stored or on its way there; 0 where none is. */
  readonly savedVersion: number;
}

/** The bookings that facts of a page are about, by id: those that the world is still to be told of. */
export type UnheardBookings = ReadonlyMap<string, BookingRecord>;

/**
 * Folds an apartment. What it costs at once is a page: whoever reads them lets others have their turn in between.
 *
 * Pages read one after the other are as good as all read in one statement at the moment of the last: entries never
 * change, versions have no gap, and an append is there whole or not at all, so that whoever has seen version n sees all up
 * to n for ever. The last page is one that is not full. Nothing is added behind it that this fold would lack: former
 * owners' appends were over or fenced before this epoch began, and this owner appends for apartments that run, which this
 * one does not. An append of an instance that was lost may still be on its way; what is then decided here takes the same
 * version, and one of the two is refused by the journal's key.
 */
export class Restoring {
  readonly calendar: Calendar;
  readonly window: RequestWindow;
  readonly changes: CommittedChange[] = [];
  readonly #apartmentId: string;
  readonly #toldVersion: number;
  readonly #windowFromMs: number;
  #head: number | undefined;

  /**
   * @param window of the requests before the snapshot
   * @param toldVersion the last one that an instance before this told; undefined where there was none. Later facts were
   *   written and nobody heard of them: they are told when this one starts, the last UNHEARD_FACTS_MAX of them
   * @throws where the snapshot does not rest on the journal, or the baseline is not as it was written
   * @param newest fact of a long history: what is older than it by more than the window is not added, only to be forgotten
   */
  constructor(
    apartmentId: string,
    { snapshot, base, baseline, status, lastVersion }: StoredApartment,
    window: RequestWindow,
    toldVersion = Number.POSITIVE_INFINITY,
    newest?: JournalEntry,
  ) {
    this.#apartmentId = apartmentId;
    this.window = window;
    this.#head = snapshot === undefined ? baseline?.hash : hashUnder(snapshot, base);
    if (snapshot !== undefined) this.calendar = (snapshot.state as { calendar: Calendar }).calendar;
    else this.calendar = baseline ? calendarOf(apartmentId, baseline, status) : emptyCalendar(status);
    this.#toldVersion = Math.max(toldVersion, lastVersion - UNHEARD_FACTS_MAX);
    this.#windowFromMs = (newest?.atMs ?? Number.NEGATIVE_INFINITY) - IDEMPOTENCY_WINDOW_MS;
  }

  get version(): number {
    return this.calendar.version;
  }

  /** The hash of the last fact. */
  get head(): number | undefined {
    return this.#head;
  }

  /** Reads what is needed to tell of a page's facts: of each page in one statement, none where nobody waits to hear. */
  async readUnheard(journal: Journal, entries: readonly JournalEntry[]): Promise<UnheardBookings> {
    const ids: string[] = [];
    const accounts = new Set<string>();
    for (const { version, fact } of entries) {
      if (version <= this.#toldVersion) continue;
      if (fact.kind === 'confirmed' || fact.kind === 'cancelled') ids.push(fact.booking);
      else if (fact.kind === 'adopted') accounts.add(fact.account);
    }
    if (ids.length + accounts.size === 0) return NO_BOOKINGS;
    const id = this.#apartmentId;
    // Which of an account's were another's before is not in the rows: it hears of all that it has here.
    const read = [...accounts].map((account) => journal.bookingsOfGuest(id, account, BOOKINGS_OF_GUEST_MAX));
    if (ids.length > 0) read.push(journal.bookingsOf(id, ids));
    return new Map((await Promise.all(read)).flat().map((booking) => [booking.id, booking]));
  }

  /**
   * The next entries. Throws where one does not follow; all that was restored is worth nothing then.
   * @returns the version that it has come to
   */
  add(entries: readonly JournalEntry[], bookings: UnheardBookings): number {
    this.#head = follow(this.#head, entries);
    const isRemembered = ({ atMs }: JournalEntry) => atMs > this.#windowFromMs;
    this.window.addAll(entries.every(isRemembered) ? entries : entries.filter(isRemembered));
    for (const entry of entries) {
      const isUnheard = entry.version > this.#toldVersion;
      const replaced = isUnheard ? replacedBy(entry, this.calendar) : NO_HOLDS;
      const adopted = isUnheard ? this.#adoptedBy(entry, bookings) : undefined;
      const claim = apply(this.calendar, entry);
      if (!isUnheard) continue;
      const { fact } = entry;
      const booking = 'booking' in fact ? bookings.get(fact.booking) : undefined;
      this.changes.push(changeOf(entry, claim, replaced, booking, adopted));
    }
    return this.version;
  }

  #adoptedBy(entry: JournalEntry, bookings: UnheardBookings): Adopted | undefined {
    const { fact } = entry;
    if (fact.kind !== 'adopted') return undefined;
    const own = [...bookings.values()].filter(({ guestId }) => guestId === fact.account);
    return adoptedBy(entry, this.calendar, own);
  }

  /** As far as it has come. */
  snapshot(): StoredSnapshot {
    return captured(
      this.#apartmentId,
      this.calendar,
      this.window,
      this.#head,
      structuredClone(snapshotOf(this.calendar)),
    );
  }
}

/** A snapshot from before the chain says nothing of it: the journal does. */
function hashUnder(snapshot: StoredSnapshot, base: StoredApartment['base']): number | undefined {
  const { apartmentId, version, hash } = snapshot;
  if (base !== undefined && (hash === undefined || hash === base.hash)) return base.hash;
  throw new Error(
    `${apartmentId}: its snapshot rests on fact ${version}, which ${base === undefined ? 'is not in the journal' : 'is another in the journal'}; facts were lost or changed`,
  );
}

/** @param state as XState persists it, sharing nothing with the calendar */
export function captured(
  apartmentId: string,
  calendar: Calendar,
  window: RequestWindow,
  hash: number | undefined,
  state: unknown,
): StoredSnapshot {
  return {
    apartmentId,
    version: calendar.version,
    machineVersion: MACHINE_VERSION,
    windowFromVersion: window.fromVersion(calendar.version),
    restless: isRestless(calendar),
    hash,
    state,
  };
}

/**
 * Reads which requests took effect before the snapshot: up to REQUESTS_MAX of them, a page at a time, so
 * that neither memory nor the event loop is taken up by one apartment. Their facts stay where they are.
 */
export async function readWindow(
  journal: Journal,
  apartmentId: string,
  { snapshot }: StoredApartment,
): Promise<RequestWindow> {
  const window = new RequestWindow();
  if (snapshot === undefined) return window;
  const { windowFromVersion, version: toVersion } = snapshot;
  for (let afterVersion = windowFromVersion; afterVersion < toVersion; ) {
    const page = await journal.requests(apartmentId, { afterVersion, toVersion, limit: REQUESTS_PAGE });
    window.addAll(page);
    if (page.length < REQUESTS_PAGE) break;
    afterVersion = page.at(-1)!.version;
  }
  return window;
}

const NO_HOLDS: HoldClaim[] = [];
const NO_BOOKINGS: UnheardBookings = new Map();
