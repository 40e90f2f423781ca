/**
 * The apartments running in this process. A command starts its apartment if need be: once, however many ask at the
 * same time; they wait in a bounded mailbox. An apartment that lost an append is ended, loaded again, and
 * asked again what it had not answered, so that a failure shows as latency. Idle ones are snapshotted and let go.
 */
import { refuse } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import type { Terms } from '../protocol/terms.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { ActorSystem } from './actor-system.ts';
import { type ApartmentParts, RunningApartment } from './apartment.ts';
import type { HoldClaim } from './calendar/calendar.ts';
import { unknownApartment } from './calendar/decision.ts';
import type { PaymentStep } from './calendar/payment.ts';
import { APARTMENTS_RUNNING_MAX, LOADS_AT_ONCE_MAX, PASSIVATE_AFTER_MS } from './limits.ts';
import { Loader, type NotRunning, type Place, RELOAD_AFTER_MS, type Waiting } from './loader.ts';
import { Marks } from './marks.ts';
import type { ListedHold } from './open-holds.ts';
import type { Ownership } from './ports.ts';
import { unreadable } from './quarantine.ts';
import type { Restored } from './restore.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';
import type { Asked } from './turn.ts';

export interface RegistryParts
  extends Omit<ApartmentParts, 'system' | 'lost' | 'again' | 'unread' | 'waiting' | 'snapshot' | 'marked'> {
  readonly ownership: Ownership;
  readonly scheduler: Scheduler;
  readonly snapshots: SnapshotWriter;
  /** Not this node's to answer (any more): whoever routes commands finds out whose, within its deadline. */
  readonly elsewhere: (asked: Asked) => void;
  /** An apartment can be read again that could not: others may not know what is open in it. */
  readonly readable: () => void;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

/** How often what has waited too long is looked for, in milliseconds. */
const SWEEP_EVERY_MS = 250;
const PASSIVATE_EVERY_MS = 10_000;
const SETTLE_POLL_MS = 10;
const HANDOVER_POLL_MS = 2;
/** Apartments asked for at once by `wake`: so many that a load is always due, so few that commands get their turn. */
const WAKING_AT_ONCE = 4 * LOADS_AT_ONCE_MAX;
/** A command whose turn was refused by the storage this often is a defect, not bad luck. */
const ATTEMPTS_MAX = 3;

/** What an instance that was lost leaves to the next. */
interface Left {
  /** The last version that watchers were told. */
  readonly publishedVersion: number;
  /** That `OpenHolds` lists until the next instance knows better, so that `mine` waits for the reload. */
  readonly holds: readonly ListedHold[];
  /** Those that were open on disk: they count until the next instance knows better. */
  readonly open: readonly HoldClaim[];
  /** Not answered; they will be asked again. */
  readonly confirms: readonly Asked[];
}

export class Registry {
  /** Of the apartments running here. */
  readonly system = new ActorSystem();
  readonly #parts: RegistryParts;
  readonly #apartmentParts: ApartmentParts;
  readonly #running = new Map<string, RunningApartment>();
  readonly #loader: Loader;
  readonly #waiting = new Set<RunningApartment>();
  /** Have open holds or payments, and must run again however long the storage is away. */
  readonly #owed = new Set<string>();
  readonly #left = new Map<string, Left>();
  readonly #marks: Marks;
  /** An instance ended while it wrote: by apartment, at which epoch. What it wrote may still reach the disk. */
  readonly #doubtful = new Map<string, number>();
  readonly #timers: (() => void)[] = [];
  #stopped = false;
  /** Commands answered or refused by apartments here, since the start. */
  commands = 0;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#marks = new Marks(parts.journal, parts.scheduler);
    this.#apartmentParts = {
      ...parts,
      system: this.system,
      lost: (apartment, reason, cause, culprit) => this.#lost(apartment, reason, cause, culprit),
      again: (asked) => this.#again(asked),
      unread: (apartmentId, cause) => parts.onFault('journal.not_read', { apartmentId, cause }),
      waiting: (apartment) => void this.#waiting.add(apartment),
      snapshot: (snapshot) => parts.snapshots.write(snapshot),
      marked: (apartment) => this.#marks.add(apartment),
    };
    this.#loader = new Loader({
      ...parts,
      told: (apartmentId) => this.#left.get(apartmentId)?.publishedVersion,
      snapshot: (snapshot) => parts.snapshots.write(snapshot),
      start: (place, restored) => this.#start(place, restored),
      absent: (apartmentId) => {
        this.#owed.delete(apartmentId);
        this.#inherit(apartmentId);
      },
    });
    this.#every(SWEEP_EVERY_MS, () => this.#sweep());
    this.#every(PASSIVATE_EVERY_MS, () => this.#passivate());
  }

  get size(): number {
    return this.#running.size;
  }

  get(apartmentId: string): RunningApartment | undefined {
    return this.#running.get(apartmentId);
  }

  ask(asked: Asked): void {
    this.commands += 1;
    const { apartmentId } = asked.command;
    this.with(
      apartmentId,
      asked.sinceMs,
      (apartment) => apartment.receive(asked),
      (why) => {
        if (why === 'moved') return this.#parts.elsewhere(asked);
        this.#waitsNoMore(asked);
        if (why === 'unknown') asked.reply(unknownApartment(apartmentId));
        else if (why === 'unreadable') asked.reply(unreadable(apartmentId));
        else answerUnreachable(asked);
      },
    );
  }

  /** Calls one of both, once: with the running apartment, started if need be, or with why there is none. */
  with(apartmentId: string, sinceMs: number, ready: Waiting['ready'], failed: Waiting['failed']): void {
    const running = this.#running.get(apartmentId);
    const epoch = this.#parts.ownership.epochOf(running?.shard ?? shardOf(apartmentId));
    if (epoch === undefined) return failed('moved');
    if (running?.epoch === epoch) return ready(running);
    if (running !== undefined) this.#lost(running, 'fenced', undefined);
    this.#loader.load(apartmentId, { ready, failed, sinceMs });
  }

  /** An answer of the payment provider, for the apartment wherever it is in its life. */
  payment(apartmentId: string, step: PaymentStep): void {
    this.with(
      apartmentId,
      this.#parts.clock.nowMs(),
      (apartment) => apartment.payment(step),
      (why) => {
        // It runs and this node does not trust its lease, PostgreSQL being away, say: nobody would load it and ask again.
        if (this.#running.has(apartmentId) && !this.#stopped)
          this.#parts.scheduler.after(RELOAD_AFTER_MS, () => this.payment(apartmentId, step));
        // Whoever loads it next finds the payment under way in its calendar and asks the provider again.
        else this.#parts.onFault('payment.unheard', { apartmentId, key: step.key, why });
      },
    );
  }

  changeTerms(apartmentId: string, terms: Terms): void {
    this.#running.get(apartmentId)?.changeTerms(terms);
    this.#loader.changeTerms(apartmentId, terms);
  }

  /**
   * Starts apartments that are marked, as their deadlines or payments may have to go on.
   * @returns those that could not be started now, as where this node does not trust its lease, and may be later
   */
  async wake(apartmentIds: readonly string[]): Promise<readonly string[]> {
    const left: string[] = [];
    for (const id of apartmentIds) this.#owed.add(id);
    const started = (id: string) =>
      new Promise<void>((resolve) => {
        const failed = (why: NotRunning) => {
          if (why === 'moved' || why === 'unavailable') left.push(id);
          resolve();
        };
        const ready = (apartment: RunningApartment) => {
          this.#marks.add(apartment);
          resolve();
        };
        this.with(id, this.#parts.clock.nowMs(), ready, failed);
      });
    // Not in batches: one that takes its time would keep all behind its batch.
    const toStart = apartmentIds.values();
    const startNext = async () => {
      for (const id of toStart) {
        if (this.#stopped) return;
        await started(id);
      }
    };
    await Promise.all(Array.from({ length: WAKING_AT_ONCE }, startNext));
    return left;
  }

  /** What runs of it rests on facts that the journal has not (any more): it goes, and is not saved. */
  unsound(apartmentId: string): void {
    const cause = new Error(
      `${apartmentId}: facts that it rests on are not in the journal, or are others there`,
    );
    const running = this.#running.get(apartmentId);
    if (running !== undefined) this.#lost(running, 'history', cause);
    else this.#parts.onFault('apartment.unsound', { apartmentId, cause });
  }

  /** These shards are another node's: what runs here of them is worth nothing. */
  drop(shards: ReadonlySet<number>, reason: string): void {
    for (const apartment of this.#inShards(shards)) this.#lost(apartment, reason, undefined);
    this.#forget(shards);
  }

  /**
   * Lets go of shards that another node will run. Nothing new may be asked of them meanwhile. Resolves when what was
   * under way is on disk, or at the deadline; snapshots are written afterwards, so that nobody waits for them. Confirms
   * that wait for a payment are asked again of the next owner.
   */
  async handOver(shards: ReadonlySet<number>, deadlineMs: number): Promise<void> {
    const untilMs = this.#parts.clock.nowMs() + deadlineMs;
    while (this.#isWriting(shards) && this.#parts.clock.nowMs() < untilMs)
      await this.#pause(HANDOVER_POLL_MS);
    for (const apartment of this.#inShards(shards)) {
      this.#save(apartment);
      // Where the deadline came first: also what ended by facts that nobody knows to be on disk.
      const mayBeOpen = apartment.mayBeOpen();
      for (const asked of this.#let(apartment)) this.#again(asked);
      for (const { guestId, id } of mayBeOpen) this.#parts.openHolds.remove(guestId, id);
      for (const hold of apartment.openHolds()) this.#parts.openHolds.moved(hold, apartment.id);
    }
    // What a lost instance has left goes on there as well. Of shards that others took nobody knows here what has ended since.
    for (const [id, { open }] of [...this.#left]) {
      if (!shards.has(shardOf(id))) continue;
      this.#inherit(id);
      for (const hold of open) this.#parts.openHolds.moved(hold, id);
    }
    this.#forget(shards);
  }

  /** Of all apartments running here, and of those that were and will again. */
  *openHolds(): Generator<{ readonly apartmentId: string; readonly hold: HoldClaim }> {
    for (const apartment of this.#running.values()) {
      for (const hold of apartment.openHolds()) yield { apartmentId: apartment.id, hold };
    }
    for (const [apartmentId, { open }] of this.#left) for (const hold of open) yield { apartmentId, hold };
  }

  /** Resolves when everything asked so far has been answered, or at the deadline. */
  async settle(deadlineMs: number): Promise<void> {
    const untilMs = this.#parts.clock.nowMs() + deadlineMs;
    while (this.#isBusy() && this.#parts.clock.nowMs() < untilMs) {
      await this.#pause(SETTLE_POLL_MS);
    }
  }

  /** Takes no new command, takes the marks of what is at rest, writes the snapshots of all that have changed, ends them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#loader.stop();
    for (const cancel of this.#timers) cancel();
    const unmarked = this.#marks.close();
    for (const apartment of [...this.#running.values()]) {
      this.#save(apartment);
      for (const asked of this.#let(apartment)) answerUnreachable(asked);
    }
    await unmarked;
    await this.#parts.snapshots.close();
  }

  #isWriting(shards: ReadonlySet<number>): boolean {
    for (const apartment of this.#waiting)
      if (apartment.isWriting && shards.has(apartment.shard)) return true;
    return false;
  }

  #inShards(shards: ReadonlySet<number>): RunningApartment[] {
    return [...this.#running.values()].filter(({ shard }) => shards.has(shard));
  }

  /** Another node inherits what lost instances of these shards have left. */
  #forget(shards: ReadonlySet<number>): void {
    for (const id of [...this.#owed]) if (shards.has(shardOf(id))) this.#owed.delete(id);
    for (const id of [...this.#left.keys()]) if (shards.has(shardOf(id))) this.#inherit(id);
    this.#loader.forget(shards);
  }

  #save(apartment: RunningApartment): void {
    const snapshot = apartment.unsaved();
    if (snapshot !== undefined) this.#parts.snapshots.write(snapshot);
  }

  /** @returns what it was asked and has not answered */
  #let(apartment: RunningApartment): Asked[] {
    this.#running.delete(apartment.id);
    this.#waiting.delete(apartment);
    this.#marks.remove(apartment);
    if (apartment.isWriting || apartment.isDoubtful) this.#doubtful.set(apartment.id, apartment.epoch);
    return apartment.end();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.scheduler.after(ms, resolve));
  }

  #isBusy(): boolean {
    if (this.#loader.isBusy) return true;
    for (const apartment of this.#waiting) if (apartment.isWaiting) return true;
    return false;
  }

  #start(place: Place, restored: Restored): RunningApartment {
    const confirms = this.#left.get(place.apartmentId)?.confirms;
    this.#inherit(place.apartmentId);
    const isDoubtful = this.#doubtful.get(place.apartmentId) === place.epoch;
    const parts = this.#apartmentParts;
    const apartment = new RunningApartment(place, restored, parts, confirms, isDoubtful);
    this.#doubtful.delete(place.apartmentId);
    if (isDoubtful) this.#marks.add(apartment);
    this.#running.set(place.apartmentId, apartment);
    this.#owed.delete(place.apartmentId);
    apartment.resume();
    return apartment;
  }

  #inherit(apartmentId: string): void {
    for (const { guestId, id } of this.#left.get(apartmentId)?.holds ?? [])
      this.#parts.openHolds.remove(guestId, id);
    this.#left.delete(apartmentId);
  }

  /** Answered before the apartment ran again: then the deadline of its hold counts again (H6). */
  #waitsNoMore(asked: Asked): void {
    const { apartmentId } = asked.command;
    const left = this.#left.get(apartmentId);
    if (left?.confirms.includes(asked) !== true) return;
    this.#left.set(apartmentId, { ...left, confirms: left.confirms.filter((other) => other !== asked) });
  }

  #lost(apartment: RunningApartment, reason: string, cause: unknown, culprit?: Asked): void {
    if (apartment.isOver) return;
    this.#parts.onFault('apartment.lost', {
      apartmentId: apartment.id,
      version: apartment.version,
      reason,
      cause,
    });
    if (!apartment.isQuiet) this.#owed.add(apartment.id);
    const holds = apartment.mayBeOpen();
    for (const hold of holds) this.#parts.openHolds.add(hold, apartment.id);
    const open = apartment.heldOnDisk();
    const unanswered = this.#let(apartment);
    if (culprit !== undefined && reason === 'conflict') culprit.attempts += 1;
    const confirms = unanswered.filter(
      ({ command, attempts }) => command.kind === 'confirm' && attempts < ATTEMPTS_MAX,
    );
    this.#left.set(apartment.id, { publishedVersion: apartment.publishedVersion, holds, open, confirms });
    for (const asked of unanswered) {
      if (asked.attempts >= ATTEMPTS_MAX) {
        asked.reply(refuse('internal', 'the storage refused this command; it has been logged'));
      } else if (reason === 'fenced') {
        this.#again(asked);
      } else {
        // Not at once: a storage that refuses every write would be asked in a hot loop.
        this.#parts.scheduler.after(RELOAD_AFTER_MS, () => this.#again(asked));
      }
    }
  }

  #again(asked: Asked): void {
    if (this.#parts.clock.nowMs() - asked.sinceMs >= COMMAND_DEADLINE_MS || this.#stopped)
      answerUnreachable(asked);
    else this.#parts.elsewhere(asked);
  }

  #sweep(): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#loader.sweep(nowMs);
    this.#marks.sweep(nowMs);
    for (const apartment of this.#waiting) {
      if (apartment.isOver || !apartment.overdue(nowMs)) this.#waiting.delete(apartment);
    }
    for (const id of this.#owed) {
      if (this.#running.has(id)) this.#owed.delete(id);
      else if (!this.#loader.isLoading(id)) this.with(id, nowMs, nothing, nothing);
    }
  }

  #passivate(): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#parts.openHolds.forgetEnded(nowMs);
    const over = this.#running.size - APARTMENTS_RUNNING_MAX;
    const isIdle = (apartment: RunningApartment) => nowMs - apartment.lastUsedMs >= PASSIVATE_AFTER_MS;
    // The cheap question first: `isQuiet` looks through a whole calendar, of apartments that are mostly in use.
    const quiet = [...this.#running.values()].filter(
      (apartment) => (over > 0 || isIdle(apartment)) && apartment.isQuiet,
    );
    if (over > 0) quiet.sort((a, b) => a.lastUsedMs - b.lastUsedMs);
    for (const [i, apartment] of quiet.entries()) {
      if (i >= over && !isIdle(apartment)) break;
      this.#save(apartment);
      this.#let(apartment);
    }
  }

  #every(ms: number, call: () => void): void {
    const slot = this.#timers.push(() => {}) - 1;
    const next = () => {
      this.#timers[slot] = this.#parts.scheduler.after(ms, () => {
        if (this.#stopped) return;
        call();
        next();
      });
    };
    next();
  }
}

function nothing(): void {}

function answerUnreachable(asked: Asked): void {
  const { apartmentId } = asked.command;
  asked.reply(
    refuse(
      'unavailable',
      `apartment ${apartmentId} could not be reached in time; send it again with the same requestId`,
      {
        retryAfterMs: 500,
      },
    ),
  );
}
