/**
 * Starts apartments from storage: each once, however many ask for it at the same time; they wait in a bounded
 * mailbox. A load that fails is tried again as long as somebody in the mailbox has time left.
 *
 * A history that is longer than a page, as where an upgrade passes over its snapshot, is loaded in a line of its own, a
 * page in a turn of the event loop, with snapshots on the way. It goes on whether or not those who asked still wait: they
 * are told `unavailable` at their deadline, and find the apartment running, or nearer to it, when they ask again.
 *
 *   load ─> first page ─┬─ not full ─────────────────────────────> start
 *                       └─ full ─> long line ─> page after page ─> start
 */
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import type { Terms } from '../protocol/terms.ts';
import type { Clock } from '../time/clock.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { RunningApartment } from './apartment.ts';
import { MACHINE_VERSION } from './apartment-machine.ts';
import {
  ENTRIES_PAGE,
  LOADS_AT_ONCE_MAX,
  LOADS_WAITING_MAX,
  LONG_LOADS_AT_ONCE_MAX,
  MAILBOX_MAX,
  SNAPSHOT_EVERY_PAGES,
  TRIES_WAITING_MAX,
  TRY_REST_MS,
} from './limits.ts';
import type { Journal, Ownership, StoredSnapshot } from './ports.ts';
import { Quarantine } from './quarantine.ts';
import { type Restored, Restoring, readWindow } from './restore.ts';

export type NotRunning = 'unknown' | 'unavailable' | 'unreadable' | 'moved';

/** Waits for a running apartment, or for word that there is none. */
export interface Waiting {
  readonly ready: (apartment: RunningApartment) => void;
  /**
   * `unknown`: there is no such apartment. `unavailable`: it could not be loaded in time. `unreadable`: what is stored of
   * it is defect. `moved`: it is not ours, as far as this node may say just now.
   */
  readonly failed: (why: NotRunning) => void;
  readonly sinceMs: number;
}

export interface Place {
  readonly apartmentId: string;
  readonly shard: number;
  readonly epoch: number;
}

export interface LoaderParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ownership: Ownership;
  readonly scheduler: Scheduler;
  /** The last version of an apartment that watchers were told by a lost instance. */
  readonly told: (apartmentId: string) => number | undefined;
  /** Makes the instance and lists it; what it throws is a defect of what is stored. */
  readonly start: (place: Place, restored: Restored) => RunningApartment;
  /** There is no such apartment. */
  readonly absent: (apartmentId: string) => void;
  /** One that could not be read can be again, and runs. */
  readonly readable: () => void;
  /** Of a load on its way. */
  readonly snapshot: (snapshot: StoredSnapshot) => void;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

/** Between two tries to load, in milliseconds. */
export const RELOAD_AFTER_MS = 100;

/** Loads of one kind: those that wait, and how many are under way. */
interface Line {
  readonly waiting: string[];
  readonly atOnceMax: number;
  /** Who comes while more than these wait is not let in. */
  readonly waitingMax: number;
  /** Between two of them, in milliseconds. */
  readonly restMs: number;
  underWay: number;
}

function lineOf(atOnceMax: number, waitingMax: number, restMs = 0): Line {
  return { waiting: [], atOnceMax, waitingMax, restMs, underWay: 0 };
}

export class Loader {
  readonly #parts: LoaderParts;
  readonly #mailboxes = new Map<string, Waiting[]>();
  /** Of apartments that are being loaded: terms that changed after they were read, perhaps. */
  readonly #newTerms = new Map<string, Terms>();
  readonly #toLoad = lineOf(LOADS_AT_ONCE_MAX, LOADS_WAITING_MAX);
  /** Could not be read before: one at a time and with rests, so that nobody else notices however many there are. */
  readonly #toTry = lineOf(1, TRIES_WAITING_MAX, TRY_REST_MS);
  /** Longer than a page. */
  readonly #long = lineOf(LONG_LOADS_AT_ONCE_MAX, LOADS_WAITING_MAX);
  readonly #quarantine = new Quarantine();
  #stopped = false;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
  }

  /** Whether anybody waits. */
  get isBusy(): boolean {
    for (const mailbox of this.#mailboxes.values()) if (mailbox.length > 0) return true;
    return false;
  }

  isLoading(apartmentId: string): boolean {
    return this.#mailboxes.has(apartmentId);
  }

  /** Calls one of `ready` and `failed`, once. The apartment must not be running. */
  load(apartmentId: string, waiting: Waiting): void {
    const mailbox = this.#mailboxes.get(apartmentId);
    if (mailbox !== undefined) {
      if (mailbox.length >= MAILBOX_MAX) return waiting.failed('unavailable');
      mailbox.push(waiting);
      return;
    }
    if (this.#quarantine.holds(apartmentId, this.#parts.clock.nowMs())) return waiting.failed('unreadable');
    const line = this.#lineOf(apartmentId);
    if (this.#stopped) return waiting.failed('unavailable');
    if (line.waiting.length >= line.waitingMax)
      return waiting.failed(line === this.#toTry ? 'unreadable' : 'unavailable');
    this.#mailboxes.set(apartmentId, [waiting]);
    line.waiting.push(apartmentId);
    this.#next();
  }

  /** A load takes its time: it must not start with the terms that it began with. */
  changeTerms(apartmentId: string, terms: Terms): void {
    if (this.#mailboxes.has(apartmentId)) this.#newTerms.set(apartmentId, terms);
  }

  /** Answers who has waited too long, also while a load that hangs has neither ended nor failed. */
  sweep(nowMs: number): void {
    for (const [apartmentId, mailbox] of this.#mailboxes) {
      if (!mailbox.some((waiting) => isLate(waiting, nowMs))) continue;
      this.#mailboxes.set(
        apartmentId,
        mailbox.filter((waiting) => !isLate(waiting, nowMs)),
      );
      for (const waiting of mailbox) if (isLate(waiting, nowMs)) waiting.failed('unavailable');
    }
  }

  /** These shards are another node's to read. */
  forget(shards: ReadonlySet<number>): void {
    this.#quarantine.forget(shards);
  }

  /** What is being loaded is not started any more. */
  stop(): void {
    this.#stopped = true;
  }

  #next(): void {
    for (const line of [this.#toLoad, this.#toTry, this.#long]) {
      while (line.underWay < line.atOnceMax) {
        const apartmentId = this.#first(line);
        if (apartmentId === undefined) break;
        line.underWay += 1;
        const over = () => {
          line.underWay -= 1;
          this.#next();
        };
        void this.#run(apartmentId, line).then(() => {
          if (line.restMs === 0) over();
          else this.#parts.scheduler.after(line.restMs, over);
        });
      }
    }
  }

  #lineOf(apartmentId: string): Line {
    return this.#quarantine.has(apartmentId) ? this.#toTry : this.#toLoad;
  }

  /** Takes the next one out of the line: one that somebody still waits for, or a long one. */
  #first(line: Line): string | undefined {
    const { waiting } = line;
    for (let apartmentId = waiting.shift(); apartmentId !== undefined; apartmentId = waiting.shift()) {
      if (line === this.#long || this.#mailboxes.get(apartmentId)?.length !== 0) return apartmentId;
      this.#emptied(apartmentId);
    }
    return undefined;
  }

  async #run(apartmentId: string, line: Line): Promise<void> {
    try {
      await this.#read(apartmentId, line);
    } catch (cause) {
      this.#parts.onFault('apartment.not_loaded', { apartmentId, cause });
      this.#retry(apartmentId);
    }
  }

  async #read(apartmentId: string, line: Line): Promise<void> {
    const { journal, ownership, told } = this.#parts;
    const shard = shardOf(apartmentId);
    const epoch = ownership.epochOf(shard);
    const stored = await journal.load(apartmentId, MACHINE_VERSION, ENTRIES_PAGE);
    if (stored === undefined) {
      this.#quarantine.release(apartmentId);
      this.#parts.absent(apartmentId);
      return this.#fail(apartmentId, 'unknown');
    }
    const toldVersion = told(apartmentId);
    if (toldVersion !== undefined && stored.lastVersion < toldVersion) {
      const cause = `the journal ends with fact ${stored.lastVersion}, and ${toldVersion} was acknowledged`;
      return this.#setApart(apartmentId, new Error(`${apartmentId}: ${cause}; facts were lost`));
    }
    const isLong = stored.entries.length === ENTRIES_PAGE;
    if (isLong && line !== this.#long) return this.#takeTime(apartmentId);
    const window = await readWindow(journal, apartmentId, stored);
    const newest = isLong ? await journal.entry(apartmentId, stored.lastVersion) : undefined;
    const begin = () => new Restoring(apartmentId, stored, window, toldVersion, newest);
    const restoring = this.#understood(apartmentId, begin);
    if (restoring === undefined) return;
    let entries = stored.entries;
    for (let pages = 1; ; pages++) {
      const bookings = await restoring.readUnheard(journal, entries);
      // What was read under another epoch is not to be decided on.
      if (epoch === undefined || epoch !== ownership.epochOf(shard)) return this.#fail(apartmentId, 'moved');
      if (this.#stopped) return this.#fail(apartmentId, 'unavailable');
      if (this.#understood(apartmentId, () => restoring.add(entries, bookings)) === undefined) return;
      if (entries.length < ENTRIES_PAGE) break;
      if (pages % SNAPSHOT_EVERY_PAGES === 0) this.#parts.snapshot(restoring.snapshot());
      await this.#turn();
      entries = await journal.entries(apartmentId, restoring.version, ENTRIES_PAGE);
    }
    if (isLong) this.#parts.snapshot(restoring.snapshot());
    const { calendar, head, changes } = restoring;
    const terms = this.#newTerms.get(apartmentId) ?? stored.terms;
    const savedVersion = isLong ? calendar.version : (stored.snapshot?.version ?? 0);
    const restored = { terms, calendar, head, window, changes, savedVersion };
    this.#start({ apartmentId, shard, epoch: epoch! }, restored);
  }

  /** Whoever waits goes on waiting. What has been read is read again: kept, it would be memory for each that waits. */
  #takeTime(apartmentId: string): void {
    if (this.#long.waiting.length >= this.#long.waitingMax) return this.#fail(apartmentId, 'unavailable');
    this.#long.waiting.push(apartmentId);
    this.#next();
  }

  /** Lets everybody else have their turn. */
  #turn(): Promise<void> {
    return new Promise((resolve) => this.#parts.scheduler.after(0, resolve));
  }

  #start(place: Place, restored: Restored): void {
    const { apartmentId } = place;
    const apartment = this.#understood(apartmentId, () => this.#parts.start(place, restored));
    if (apartment === undefined) return;
    if (this.#quarantine.release(apartmentId)) {
      this.#parts.onFault('apartment.readable', { apartmentId });
      this.#parts.readable();
    }
    for (const { ready } of this.#emptied(apartmentId)) ready(apartment);
  }

  /** What does not go on is set apart: whatever was read of it is defect, and would be at the next try. */
  #understood<T>(apartmentId: string, goOn: () => T): T | undefined {
    try {
      return goOn();
    } catch (cause) {
      this.#setApart(apartmentId, cause);
      return undefined;
    }
  }

  #setApart(apartmentId: string, cause: unknown): void {
    if (this.#quarantine.setApart(apartmentId, this.#parts.clock.nowMs()))
      this.#parts.onFault('apartment.unreadable', { apartmentId, cause });
    this.#fail(apartmentId, 'unreadable');
  }

  #fail(apartmentId: string, why: NotRunning): void {
    for (const { failed } of this.#emptied(apartmentId)) failed(why);
  }

  #emptied(apartmentId: string): Waiting[] {
    const mailbox = this.#mailboxes.get(apartmentId) ?? [];
    this.#mailboxes.delete(apartmentId);
    this.#newTerms.delete(apartmentId);
    return mailbox;
  }

  /** Keeps who still has time; their deadline bounds the tries. */
  #retry(apartmentId: string): void {
    const nowMs = this.#parts.clock.nowMs();
    const patient: Waiting[] = [];
    const late: Waiting[] = [];
    for (const waiting of this.#emptied(apartmentId)) {
      const hasTime = !isLate(waiting, nowMs) && !this.#stopped;
      (hasTime ? patient : late).push(waiting);
    }
    if (patient.length > 0) {
      this.#mailboxes.set(apartmentId, patient);
      this.#parts.scheduler.after(RELOAD_AFTER_MS, () => {
        this.#lineOf(apartmentId).waiting.push(apartmentId);
        this.#next();
      });
    }
    for (const { failed } of late) failed('unavailable');
  }
}

function isLate({ sinceMs }: Waiting, nowMs: number): boolean {
  return nowMs - sinceMs >= COMMAND_DEADLINE_MS;
}
