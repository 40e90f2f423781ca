/**
 * Starts apartments from storage: each once, however many ask for it at the same time; they wait in a bounded
 * mailbox. A load that fails is tried again as long as somebody in the mailbox has time left.
 */
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import type { Clock } from '../time/clock.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { RunningApartment } from './apartment.ts';
import { MACHINE_VERSION } from './apartment-machine.ts';
import { LOADS_AT_ONCE_MAX, LOADS_WAITING_MAX, MAILBOX_MAX } from './limits.ts';
import type { Journal, Ownership } from './ports.ts';
import { Quarantine } from './quarantine.ts';
import { type LoadedApartment, readUnheard, readWindow, type Unheard } from './restore.ts';

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
  readonly start: (place: Place, loaded: LoadedApartment, unheard: Unheard | undefined) => RunningApartment;
  /** There is no such apartment. */
  readonly absent: (apartmentId: string) => void;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

/** Between two tries to load, in milliseconds. */
export const RELOAD_AFTER_MS = 100;

export class Loader {
  readonly #parts: LoaderParts;
  readonly #mailboxes = new Map<string, Waiting[]>();
  readonly #toLoad: string[] = [];
  /** Could not be read before: one at a time, so that nobody else waits for them. */
  readonly #toTry: string[] = [];
  readonly #quarantine = new Quarantine();
  #loads = 0;
  #isTrying = false;
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
    if (this.#stopped || line.length >= LOADS_WAITING_MAX) return waiting.failed('unavailable');
    this.#mailboxes.set(apartmentId, [waiting]);
    line.push(apartmentId);
    this.#next();
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
    while (this.#loads < LOADS_AT_ONCE_MAX) {
      const apartmentId = this.#first(this.#toLoad);
      if (apartmentId === undefined) break;
      this.#loads += 1;
      void this.#run(apartmentId).then(() => {
        this.#loads -= 1;
        this.#next();
      });
    }
    if (this.#isTrying) return;
    const apartmentId = this.#first(this.#toTry);
    if (apartmentId === undefined) return;
    this.#isTrying = true;
    void this.#run(apartmentId).then(() => {
      this.#isTrying = false;
      this.#next();
    });
  }

  #lineOf(apartmentId: string): string[] {
    return this.#quarantine.has(apartmentId) ? this.#toTry : this.#toLoad;
  }

  /** Takes the next one that somebody still waits for out of the line. */
  #first(line: string[]): string | undefined {
    for (let apartmentId = line.shift(); apartmentId !== undefined; apartmentId = line.shift()) {
      if (this.#mailboxes.get(apartmentId)?.length !== 0) return apartmentId;
      this.#mailboxes.delete(apartmentId);
    }
    return undefined;
  }

  async #run(apartmentId: string): Promise<void> {
    try {
      await this.#read(apartmentId);
    } catch (cause) {
      this.#parts.onFault('apartment.not_loaded', { apartmentId, cause });
      this.#retry(apartmentId);
    }
  }

  async #read(apartmentId: string): Promise<void> {
    const { journal, ownership, told } = this.#parts;
    const shard = shardOf(apartmentId);
    const epoch = ownership.epochOf(shard);
    const stored = await journal.load(apartmentId, MACHINE_VERSION);
    if (stored === undefined) {
      this.#quarantine.release(apartmentId);
      this.#parts.absent(apartmentId);
      return this.#fail(apartmentId, 'unknown');
    }
    const version = told(apartmentId);
    const last = stored.entries.at(-1)?.version ?? stored.snapshot?.version ?? 0;
    if (version !== undefined && last < version) {
      const cause = `the journal ends with fact ${last}, and ${version} was acknowledged`;
      return this.#setApart(apartmentId, new Error(`${apartmentId}: ${cause}; facts were lost`));
    }
    const unheard =
      version === undefined ? undefined : await readUnheard(journal, apartmentId, stored, version);
    const window = await readWindow(journal, apartmentId, stored);
    // What was read under another epoch is not to be decided on.
    if (epoch === undefined || epoch !== ownership.epochOf(shard)) return this.#fail(apartmentId, 'moved');
    if (this.#stopped) return this.#fail(apartmentId, 'unavailable');
    this.#start({ apartmentId, shard, epoch }, { ...stored, window }, unheard);
  }

  #start(place: Place, loaded: LoadedApartment, unheard: Unheard | undefined): void {
    const { apartmentId } = place;
    let apartment: RunningApartment;
    try {
      apartment = this.#parts.start(place, loaded, unheard);
    } catch (cause) {
      return this.#setApart(apartmentId, cause);
    }
    if (this.#quarantine.release(apartmentId)) this.#parts.onFault('apartment.readable', { apartmentId });
    for (const { ready } of this.#emptied(apartmentId)) ready(apartment);
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
        this.#lineOf(apartmentId).push(apartmentId);
        this.#next();
      });
    }
    for (const { failed } of late) failed('unavailable');
  }
}

function isLate({ sinceMs }: Waiting, nowMs: number): boolean {
  return nowMs - sinceMs >= COMMAND_DEADLINE_MS;
}
