/** An apartment from storage: the requests before its snapshot, the snapshot, then the facts after it. */
import type { CommittedChange } from '../protocol/committed-change.ts';
import { apply } from './calendar/apply.ts';
import { type Calendar, emptyCalendar, findHold, type HoldClaim } from './calendar/calendar.ts';
import { follow } from './chain.ts';
import { changeOf } from './change-of-fact.ts';
import type { BookingRecord, JournalEntry } from './facts.ts';
import { REQUESTS_PAGE } from './limits.ts';
import type { Journal, StoredApartment, StoredSnapshot } from './ports.ts';
import { RequestWindow } from './request-window.ts';

/** All that a running apartment is made of. */
export interface LoadedApartment extends StoredApartment {
  /** Knows every request before the snapshot. */
  readonly window: RequestWindow;
}

/** Facts that an instance before this one wrote without hearing that they were on disk: nobody was told of them. */
export interface Unheard {
  readonly afterVersion: number;
  /** The bookings that they are about. */
  readonly bookings: ReadonlyMap<string, BookingRecord>;
}

export interface Restored {
  readonly calendar: Calendar;
  /** The hash of the last fact. */
  readonly head: number | undefined;
  /** What `unheard` facts changed, in order. */
  readonly changes: readonly CommittedChange[];
}

/**
 * Adds what came after the snapshot to the window, too.
 * @throws where the snapshot does not rest on the journal, or a fact does not follow from the one before it
 */
export function restore(loaded: LoadedApartment, unheard: Unheard | undefined): Restored {
  const { snapshot, entries, status, window } = loaded;
  const head = follow(snapshot && hashUnder(snapshot, loaded.base), entries);
  const calendar =
    snapshot === undefined ? emptyCalendar(status) : (snapshot.state as { calendar: Calendar }).calendar;
  window.addAll(entries);
  const changes: CommittedChange[] = [];
  for (const entry of entries) {
    const replaced = replacedBy(entry, calendar);
    const claim = apply(calendar, entry);
    if (unheard === undefined || entry.version <= unheard.afterVersion) continue;
    const { fact } = entry;
    const booking = 'booking' in fact ? unheard.bookings.get(fact.booking) : undefined;
    changes.push(changeOf(entry, claim, replaced, booking));
  }
  return { calendar, head, changes };
}

/** A snapshot from before the chain says nothing of it: the journal does. */
function hashUnder(snapshot: StoredSnapshot, base: StoredApartment['base']): number | undefined {
  const { apartmentId, version, hash } = snapshot;
  if (base !== undefined && (hash === undefined || hash === base.hash)) return base.hash;
  throw new Error(
    `${apartmentId}: its snapshot rests on fact ${version}, which ${base === undefined ? 'is not in the journal' : 'is another in the journal'}; facts were lost or changed`,
  );
}

/**
 * Reads which requests took effect before the snapshot: up to IDEMPOTENCY_ENTRIES_MAX of them, a page at a time, so
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

/** Reads what is needed to tell of facts after a version. A snapshot is never ahead of what has been told. */
export async function readUnheard(
  journal: Journal,
  apartmentId: string,
  { entries }: StoredApartment,
  afterVersion: number,
): Promise<Unheard> {
  const bookings = new Map<string, BookingRecord>();
  for (const { version, fact } of entries) {
    if (version <= afterVersion || (fact.kind !== 'confirmed' && fact.kind !== 'cancelled')) continue;
    const booking = await journal.booking(apartmentId, fact.booking);
    if (booking !== undefined) bookings.set(fact.booking, booking);
  }
  return { afterVersion, bookings };
}

/** The open holds that end as this one begins, before the entry is applied. */
export function replacedBy({ fact }: JournalEntry, calendar: Calendar): HoldClaim[] {
  if (fact.kind !== 'held' || fact.replaces === undefined) return NONE;
  return fact.replaces.map((id) => findHold(calendar, id)).filter((hold) => hold !== undefined);
}
const NONE: HoldClaim[] = [];
