/**
 * Calendars as of a version of the past, folded from the nearest one that is known: the apartment's snapshot, or a
 * waypoint of a question before this. A history only grows, so no question folds more of it than HISTORY_FACTS_FOLDED_MAX,
 * a page in a turn of the event loop; where that does not suffice, whoever asks again goes on from there.
 */
import type { Scheduler } from '../time/scheduler.ts';
import { calendarOf } from './baseline.ts';
import { apply } from './calendar/apply.ts';
import { type Calendar, emptyCalendar } from './calendar/calendar.ts';
import {
  ENTRIES_PAGE,
  HISTORIES_AT_ONCE_MAX,
  HISTORIES_WAITING_MAX,
  HISTORY_FACTS_FOLDED_MAX,
  WAYPOINT_EVERY_PAGES,
  WAYPOINTS_MAX,
} from './limits.ts';
import type { Journal, StoredApartment } from './ports.ts';

/** `busy`: to be asked again. `unreadable`: a fact does not follow. `archived`: it lies before the first one that is there. */
export type Past = Calendar | 'busy' | 'unreadable' | 'archived';

interface Waypoint {
  readonly apartmentId: string;
  readonly calendar: Calendar;
}

export class Histories {
  readonly #journal: Journal;
  readonly #scheduler: Scheduler;
  /** The one used last at the end. */
  readonly #waypoints = new Set<Waypoint>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(journal: Journal, scheduler: Scheduler) {
    this.#journal = journal;
    this.#scheduler = scheduler;
  }

  /** @param version not past the last one */
  async calendarAt(
    apartmentId: string,
    { snapshot, baseline, status }: StoredApartment,
    version: number,
  ): Promise<Past> {
    if (baseline !== undefined && version < baseline.version) return 'archived';
    if (this.#waiting.length >= HISTORIES_WAITING_MAX) return 'busy';
    if (this.#underWay >= HISTORIES_AT_ONCE_MAX)
      await new Promise<void>((turn) => void this.#waiting.push(turn));
    else this.#underWay += 1;
    try {
      const first =
        baseline === undefined ? emptyCalendar('listed') : calendarOf(apartmentId, baseline, status);
      const stored = (snapshot?.state as { readonly calendar: Calendar } | undefined)?.calendar;
      // What was folded before facts were archived may lie before the first one that is there now.
      const from = [this.#nearest(apartmentId, version), stored]
        .filter((known) => known !== undefined && known.version <= version)
        .reduce<Calendar>((nearest, known) => (known!.version > nearest.version ? known! : nearest), first);
      return await this.#fold(apartmentId, from, version);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }

  async #fold(apartmentId: string, calendar: Calendar, version: number): Promise<Past> {
    const lastVersion = Math.min(version, calendar.version + HISTORY_FACTS_FOLDED_MAX);
    for (let pages = 1; calendar.version < lastVersion; pages++) {
      if (pages > 1) await new Promise<void>((turn) => this.#scheduler.after(0, turn));
      const limit = Math.min(ENTRIES_PAGE, lastVersion - calendar.version);
      const page = await this.#journal.entries(apartmentId, calendar.version, limit);
      if (page.length === 0) return 'unreadable';
      try {
        for (const entry of page) apply(calendar, entry);
      } catch {
        return 'unreadable';
      }
      if (pages % WAYPOINT_EVERY_PAGES === 0) this.#keep(apartmentId, calendar);
    }
    this.#keep(apartmentId, calendar);
    return calendar.version < version ? 'busy' : calendar;
  }

  /** A copy of the newest one up to this version. */
  #nearest(apartmentId: string, version: number): Calendar | undefined {
    let nearest: Waypoint | undefined;
    for (const waypoint of this.#waypoints) {
      const { calendar } = waypoint;
      if (waypoint.apartmentId !== apartmentId || calendar.version > version) continue;
      if (nearest === undefined || calendar.version > nearest.calendar.version) nearest = waypoint;
    }
    if (nearest === undefined) return undefined;
    this.#waypoints.delete(nearest);
    this.#waypoints.add(nearest);
    return structuredClone(nearest.calendar);
  }

  /** Not where one is near: a slider drawn over every version would push out all that took time. */
  #keep(apartmentId: string, calendar: Calendar): void {
    const near = WAYPOINT_EVERY_PAGES * ENTRIES_PAGE;
    for (const { apartmentId: id, calendar: known } of this.#waypoints) {
      const distance = calendar.version - known.version;
      if (id === apartmentId && distance >= 0 && distance < near) return;
    }
    if (calendar.version < near) return;
    this.#waypoints.add({ apartmentId, calendar: structuredClone(calendar) });
    for (const oldest of this.#waypoints) {
      if (this.#waypoints.size <= WAYPOINTS_MAX) break;
      this.#waypoints.delete(oldest);
    }
  }
}

/**
 * The last version that had happened by an instant: a search by halves, as the key is by version. Facts of two owners may
 * be some milliseconds out of order in `at`; one of them is then the last.
 */
export async function versionAt(
  journal: Journal,
  apartmentId: string,
  atMs: number,
  { archivedVersion, latestVersion }: { archivedVersion: number; latestVersion: number },
): Promise<number> {
  let before = archivedVersion;
  let after = latestVersion + 1;
  while (after - before > 1) {
    const middle = (before + after) >>> 1;
    const entry = await journal.entry(apartmentId, middle);
    if (entry !== undefined && entry.atMs <= atMs) before = middle;
    else after = middle;
  }
  return before;
}
