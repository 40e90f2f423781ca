/**
 * The apartments running in this process. A command starts its apartment if need be: once, however many ask at the
 * same time; they wait in a bounded mailbox. An apartment that lost an append is ended, loaded again, and
 * asked again what it had not answered, so that a failure shows as latency. Idle ones are snapshotted and let go.
 */
import { refuse } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import {
  APARTMENTS_RUNNING_MAX,
  COMMAND_DEADLINE_MS,
  LOADS_AT_ONCE_MAX,
  LOADS_WAITING_MAX,
  MAILBOX_MAX,
  PASSIVATE_AFTER_MS,
} from '../protocol/limits.ts';
import type { Terms } from '../protocol/terms.ts';
import { type ApartmentParts, RunningApartment } from './apartment.ts';
import { MACHINE_VERSION } from './apartment-machine.ts';
import type { PaymentStep } from './calendar/payment.ts';
import type { Scheduler } from './deadlines.ts';
import type { Ownership, StoredApartment } from './ports.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';
import type { Asked } from './turn.ts';

export interface RegistryParts
  extends Omit<ApartmentParts, 'lost' | 'again' | 'unread' | 'waiting' | 'snapshot'> {
  readonly ownership: Ownership;
  readonly scheduler: Scheduler;
  readonly snapshots: SnapshotWriter;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

/** Waits for a running apartment, or for word that there is none. */
interface Waiting {
  readonly ready: (apartment: RunningApartment) => void;
  /** `unknown`: there is no such apartment. `unavailable`: it could not be loaded in time. */
  readonly failed: (why: 'unknown' | 'unavailable') => void;
  readonly sinceMs: number;
}

/** How often what has waited too long is looked for, in milliseconds. */
const SWEEP_EVERY_MS = 250;
const PASSIVATE_EVERY_MS = 10_000;
/** Between two tries to load, in milliseconds. */
const RELOAD_AFTER_MS = 100;
/** A command whose turn was refused by the storage this often is a defect, not bad luck. */
const ATTEMPTS_MAX = 3;

export class Registry {
  readonly #parts: RegistryParts;
  readonly #apartmentParts: ApartmentParts;
  readonly #running = new Map<string, RunningApartment>();
  readonly #loading = new Map<string, Waiting[]>();
  readonly #toLoad: string[] = [];
  #loads = 0;
  readonly #waiting = new Set<RunningApartment>();
  /** Have open holds or payments, and must run again however long the storage is away. */
  readonly #owed = new Set<string>();
  /** Of instances that were lost: the last version that watchers were told. */
  readonly #told = new Map<string, number>();
  /** Of instances that were lost: open holds that `OpenHolds` still lists, so that `mine` waits for the reload. */
  readonly #listed = new Map<string, readonly { readonly guestId: string; readonly id: string }[]>();
  readonly #timers: (() => void)[] = [];
  #stopped = false;
  /** Commands answered or refused by apartments here, since the start. */
  commands = 0;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#apartmentParts = {
      ...parts,
      lost: (apartment, reason, cause, culprit) => this.#lost(apartment, reason, cause, culprit),
      again: (asked) => this.#again(asked),
      unread: (apartmentId, cause) => parts.onFault('journal.not_read', { apartmentId, cause }),
      waiting: (apartment) => void this.#waiting.add(apartment),
      snapshot: (snapshot) => parts.snapshots.write(snapshot),
    };
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
    const running = this.#owned(apartmentId);
    if (running !== undefined) return running.receive(asked);
    this.with(
      apartmentId,
      asked.sinceMs,
      (apartment) => apartment.receive(asked),
      (why) =>
        asked.reply(
          why === 'unknown'
            ? refuse('not_found', `there is no apartment ${apartmentId}; look for one with \`search\``)
            : refuse(
                'unavailable',
                `apartment ${apartmentId} could not be reached in time; send it again with the same requestId`,
                {
                  retryAfterMs: 500,
                },
              ),
        ),
    );
  }

  /** Calls one of both, once: with the running apartment, started if need be, or with why there is none. */
  with(apartmentId: string, sinceMs: number, ready: Waiting['ready'], failed: Waiting['failed']): void {
    const running = this.#owned(apartmentId);
    if (running !== undefined) return ready(running);
    const waiting: Waiting = { ready, failed, sinceMs };
    const mailbox = this.#loading.get(apartmentId);
    if (mailbox !== undefined) {
      if (mailbox.length >= MAILBOX_MAX) return failed('unavailable');
      mailbox.push(waiting);
      return;
    }
    if (this.#stopped || this.#toLoad.length >= LOADS_WAITING_MAX) return failed('unavailable');
    this.#loading.set(apartmentId, [waiting]);
    this.#toLoad.push(apartmentId);
    this.#loadNext();
  }

  /** An answer of the payment provider, for the apartment wherever it is in its life. */
  payment(apartmentId: string, step: PaymentStep): void {
    this.with(
      apartmentId,
      this.#parts.clock.nowMs(),
      (apartment) => apartment.payment(step),
      // Whoever loads it next finds the payment under way in its calendar and asks the provider again.
      (why) => this.#parts.onFault('payment.unheard', { apartmentId, key: step.key, why }),
    );
  }

  changeTerms(apartmentId: string, terms: Terms): void {
    this.#running.get(apartmentId)?.changeTerms(terms);
  }

  /** Starts apartments whose deadlines or payments must go on. Resolves when all are running. */
  async wake(apartmentIds: readonly string[]): Promise<void> {
    const BATCH = LOADS_AT_ONCE_MAX * 4;
    for (const id of apartmentIds) this.#owed.add(id);
    for (let i = 0; i < apartmentIds.length && !this.#stopped; i += BATCH) {
      const sinceMs = this.#parts.clock.nowMs();
      await Promise.all(
        apartmentIds.slice(i, i + BATCH).map(
          (id) =>
            new Promise<void>((resolve) =>
              this.with(
                id,
                sinceMs,
                () => resolve(),
                () => resolve(),
              ),
            ),
        ),
      );
    }
  }

  /** Ends every instance: this node is a new one, and what it had loaded is worth nothing. */
  dropAll(reason: string): void {
    for (const apartment of [...this.#running.values()]) this.#lost(apartment, reason, undefined);
  }

  /** Nights under an open hold, of all apartments running here. */
  *heldRanges(): Generator<{ apartmentId: string; from: number; to: number }> {
    for (const apartment of this.#running.values()) {
      for (const { from, to } of apartment.heldRanges()) yield { apartmentId: apartment.id, from, to };
    }
  }

  /** Resolves when everything asked so far has been answered, or at the deadline. */
  async settle(deadlineMs: number): Promise<void> {
    const untilMs = this.#parts.clock.nowMs() + deadlineMs;
    while (this.#isBusy() && this.#parts.clock.nowMs() < untilMs) {
      await new Promise<void>((resolve) => this.#parts.scheduler.after(10, resolve));
    }
  }

  /** Takes no new command, writes the snapshots of all that have changed, ends them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    for (const apartment of this.#running.values()) {
      const snapshot = apartment.unsaved();
      if (snapshot !== undefined) this.#parts.snapshots.write(snapshot);
      for (const asked of apartment.end()) answerUnreachable(asked);
    }
    this.#running.clear();
    await this.#parts.snapshots.flush();
  }

  /** The running instance, unless this node no longer owns its shard at its epoch: then it says nothing more. */
  #owned(apartmentId: string): RunningApartment | undefined {
    const running = this.#running.get(apartmentId);
    if (running === undefined || running.epoch === this.#parts.ownership.epochOf(running.shard))
      return running;
    this.#lost(running, 'fenced', undefined);
    return this.#running.get(apartmentId);
  }

  #isBusy(): boolean {
    if (this.#loading.size > 0) return true;
    for (const apartment of this.#waiting) if (apartment.isWaiting) return true;
    return false;
  }

  #loadNext(): void {
    while (this.#loads < LOADS_AT_ONCE_MAX) {
      const apartmentId = this.#toLoad.shift();
      if (apartmentId === undefined) return;
      this.#loads += 1;
      const epoch = this.#parts.ownership.epochOf(shardOf(apartmentId));
      this.#parts.journal.load(apartmentId, MACHINE_VERSION).then(
        (stored) => this.#loaded(apartmentId, stored, epoch),
        (cause) => this.#notLoaded(apartmentId, cause),
      );
    }
  }

  /** @param epoch of its shard when the load began: what was read under another is not to be decided on */
  #loaded(apartmentId: string, stored: StoredApartment | undefined, epoch: number | undefined): void {
    this.#loads -= 1;
    const shard = shardOf(apartmentId);
    if (stored !== undefined && (epoch === undefined || epoch !== this.#parts.ownership.epochOf(shard))) {
      this.#retryLoad(apartmentId);
      return this.#loadNext();
    }
    const mailbox = this.#loading.get(apartmentId) ?? [];
    this.#loading.delete(apartmentId);
    if (stored === undefined) {
      this.#owed.delete(apartmentId);
      this.#unlist(apartmentId);
    }
    if (stored === undefined || epoch === undefined || this.#stopped) {
      for (const { failed } of mailbox) failed(this.#stopped ? 'unavailable' : 'unknown');
    } else {
      this.#unlist(apartmentId);
      try {
        const apartment = new RunningApartment({ apartmentId, shard, epoch }, stored, this.#apartmentParts);
        this.#running.set(apartmentId, apartment);
        this.#owed.delete(apartmentId);
        this.#catchUp(apartment);
        apartment.resume();
        for (const { ready } of mailbox) ready(apartment);
      } catch (cause) {
        this.#parts.onFault('apartment.unreadable', { apartmentId, cause });
        for (const { failed } of mailbox) failed('unavailable');
      }
    }
    this.#loadNext();
  }

  #unlist(apartmentId: string): void {
    for (const { guestId, id } of this.#listed.get(apartmentId) ?? [])
      this.#parts.openHolds.remove(guestId, id);
    this.#listed.delete(apartmentId);
  }

  #catchUp(apartment: RunningApartment): void {
    const told = this.#told.get(apartment.id);
    this.#told.delete(apartment.id);
    if (told !== undefined && told < apartment.version) apartment.catchUp(told);
  }

  #notLoaded(apartmentId: string, cause: unknown): void {
    this.#loads -= 1;
    this.#parts.onFault('apartment.not_loaded', { apartmentId, cause });
    this.#retryLoad(apartmentId);
    this.#loadNext();
  }

  /** Keeps who still has time; their deadline bounds the tries. */
  #retryLoad(apartmentId: string): void {
    const nowMs = this.#parts.clock.nowMs();
    const mailbox = this.#loading.get(apartmentId) ?? [];
    const patient = mailbox.filter(({ sinceMs }) => nowMs - sinceMs < COMMAND_DEADLINE_MS && !this.#stopped);
    for (const waiting of mailbox) if (!patient.includes(waiting)) waiting.failed('unavailable');
    if (patient.length === 0) {
      this.#loading.delete(apartmentId);
      return;
    }
    this.#loading.set(apartmentId, patient);
    this.#parts.scheduler.after(RELOAD_AFTER_MS, () => {
      this.#toLoad.push(apartmentId);
      this.#loadNext();
    });
  }

  #lost(apartment: RunningApartment, reason: string, cause: unknown, culprit?: Asked): void {
    if (apartment.isOver) return;
    this.#parts.onFault('apartment.lost', {
      apartmentId: apartment.id,
      version: apartment.version,
      reason,
      cause,
    });
    this.#running.delete(apartment.id);
    this.#waiting.delete(apartment);
    if (!apartment.isQuiet) this.#owed.add(apartment.id);
    this.#told.set(apartment.id, apartment.publishedVersion);
    this.#listed.set(apartment.id, apartment.openHolds());
    const unanswered = apartment.end();
    if (culprit !== undefined && reason === 'conflict') culprit.attempts += 1;
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
    else this.ask(asked);
  }

  #sweep(): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const apartment of this.#waiting) {
      if (apartment.isOver || !apartment.overdue(nowMs)) this.#waiting.delete(apartment);
    }
    for (const id of this.#owed) {
      if (this.#running.has(id)) this.#owed.delete(id);
      else if (!this.#loading.has(id))
        this.with(
          id,
          nowMs,
          () => {},
          () => {},
        );
    }
  }

  #passivate(): void {
    const nowMs = this.#parts.clock.nowMs();
    const over = this.#running.size - APARTMENTS_RUNNING_MAX;
    const isIdle = (apartment: RunningApartment) => nowMs - apartment.lastUsedMs >= PASSIVATE_AFTER_MS;
    // The cheap question first: `isQuiet` looks through a whole calendar, of apartments that are mostly in use.
    const quiet = [...this.#running.values()].filter(
      (apartment) => (over > 0 || isIdle(apartment)) && apartment.isQuiet,
    );
    if (over > 0) quiet.sort((a, b) => a.lastUsedMs - b.lastUsedMs);
    for (const [i, apartment] of quiet.entries()) {
      if (i >= over && !isIdle(apartment)) break;
      const snapshot = apartment.unsaved();
      if (snapshot !== undefined) this.#parts.snapshots.write(snapshot);
      apartment.end();
      this.#running.delete(apartment.id);
      this.#waiting.delete(apartment);
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
