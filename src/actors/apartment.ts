/**
 * A running apartment: the shell around its machine. Commands go in one after another and are decided on the
 * latest state, durable or not; facts go to the journal; what they caused waits in the output gate until they
 * are on disk, and leaves in order. A lost append ends this instance: it is never mended in place.
 *
 *   receive ─> [decided before? answer again] ─> machine ─> turn ─┬─ facts ──> journal ──> settled ─┐
 *                                                                 └─ none ──> behind what is ahead ─┴─> released
 */
import { type Actor, createActor } from 'xstate';
import { errorBody, refuse } from '../protocol/errors.ts';
import {
  COMMAND_DEADLINE_MS,
  HORIZON_NIGHTS_MAX,
  PIPELINE_MAX,
  SNAPSHOT_EVERY_FACTS,
} from '../protocol/limits.ts';
import { localNight, type NightRange } from '../protocol/nights.ts';
import type { Calendar as CalendarView, Hold } from '../protocol/resources.ts';
import type { Terms } from '../protocol/terms.ts';
import { apartmentMachine, type CommandEvent, MACHINE_VERSION } from './apartment-machine.ts';
import { apply } from './calendar/apply.ts';
import { type Calendar, emptyCalendar, findHold, isRestless, nextDeadlineMs } from './calendar/calendar.ts';
import type { Circumstances } from './calendar/decide.ts';
import type { PaymentStep } from './calendar/payment.ts';
import { allRanges, calendarView, holdView } from './calendar/views.ts';
import type { Deadlines, Due } from './deadlines.ts';
import { endedHoldRefusal } from './ended-hold.ts';
import type { BookingRecord } from './facts.ts';
import type { OpenHolds } from './open-holds.ts';
import type { PaymentSaga } from './payment-saga.ts';
import type { AppendResult, Clock, Journal, Publisher, StoredApartment, StoredSnapshot } from './ports.ts';
import { paymentJob } from './record.ts';
import { answerAgain } from './replay.ts';
import { RequestWindow } from './request-window.ts';
import { type Asked, type Follower, type OutsideStep, Turn, type TurnOwner } from './turn.ts';

/** What all running apartments of a process share. */
export interface ApartmentParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  readonly openHolds: OpenHolds;
  readonly saga: PaymentSaga;
  /** Random characters of an id, new at each call. */
  readonly entropy: () => string;
  readonly holdTtlMs: number;
  readonly holdsPerGuest: number;
  /** This instance is over; what it was asked and has not answered is asked again of the next. */
  readonly lost: (apartment: RunningApartment, reason: string, cause: unknown, culprit?: Asked) => void;
  readonly again: (asked: Asked) => void;
  /** A read of the journal failed; whoever asked for it has been told to try again. */
  readonly unread: (apartmentId: string, cause: unknown) => void;
  /** Has something unanswered: will be asked to look for what is overdue. */
  readonly waiting: (apartment: RunningApartment) => void;
  readonly snapshot: (snapshot: StoredSnapshot) => void;
}

export class RunningApartment implements TurnOwner, Due {
  readonly id: string;
  readonly shard: number;
  readonly epoch: number;
  lastUsedMs: number;
  readonly #parts: ApartmentParts;
  readonly #calendar: Calendar;
  readonly #machine: Actor<typeof apartmentMachine>;
  readonly #window = new RequestWindow();
  #terms: Terms;
  /** The output gate: turns whose facts, or whose predecessors' facts, are not on disk yet. */
  #gate: Turn[] = [];
  /** Confirms that wait for a payment, by its key. */
  #waiters: Map<string, Asked[]> | undefined;
  #armedAtMs = Number.POSITIVE_INFINITY;
  #factsSinceSnapshot = 0;
  /** Captured at a version that is not on disk yet. */
  #snapshotDue: StoredSnapshot | undefined;
  #defect: unknown;
  #over = false;
  #publishedVersion = 0;

  constructor(
    place: { readonly apartmentId: string; readonly shard: number; readonly epoch: number },
    stored: StoredApartment,
    parts: ApartmentParts,
  ) {
    this.id = place.apartmentId;
    this.shard = place.shard;
    this.epoch = place.epoch;
    this.#parts = parts;
    this.#terms = stored.terms;
    this.#calendar = restore(stored, this.#window);
    this.#publishedVersion = this.#calendar.version;
    this.#factsSinceSnapshot = this.#calendar.version - (stored.snapshot?.version ?? 0);
    this.lastUsedMs = parts.clock.nowMs();
    const calendar = this.#calendar;
    this.#machine = createActor(apartmentMachine, {
      input: { calendar },
      snapshot: apartmentMachine.resolveState({ value: calendar.status, context: { calendar } }),
    });
    // Without an error observer XState throws what an action threw out of a timer, past everyone who could catch it.
    this.#machine.subscribe({
      error: (cause) => {
        this.#defect = cause;
      },
    });
    this.#machine.start();
    for (const claim of calendar.claims) {
      if (claim.kind === 'hold') parts.openHolds.add(claim.guestId, claim.id, this.id);
    }
    this.#arm();
  }

  get version(): number {
    return this.#calendar.version;
  }

  heldRanges(): NightRange[] {
    return this.#calendar.claims.filter((claim) => claim.kind === 'hold');
  }

  /** The last version that watchers were told. */
  get publishedVersion(): number {
    return this.#publishedVersion;
  }

  /**
   * Tells the versions that an instance before this one wrote without hearing that they were on disk: nobody was
   * told. Each as a step of its own, the last with every night of the horizon as it is now.
   */
  catchUp(fromVersion: number): void {
    const { clock, publisher } = this.#parts;
    const atMs = clock.nowMs();
    const today = localNight(this.#terms.timeZone, atMs);
    const window = { from: today - 1, to: today + HORIZON_NIGHTS_MAX };
    for (let version = fromVersion + 1; version <= this.#calendar.version; version++) {
      const changes = version === this.#calendar.version ? allRanges(this.#calendar, window) : [];
      const nobody = { cause: undefined, guestId: undefined, hold: undefined, booking: undefined };
      publisher.committed({ apartmentId: this.id, version, changes, atMs, ...nobody });
    }
  }

  get isOver(): boolean {
    return this.#over;
  }

  get isWaiting(): boolean {
    return this.#gate.length > 0 || this.#waiters !== undefined;
  }

  /** Nothing unanswered, and nothing that time or a provider will change. */
  get isQuiet(): boolean {
    return !this.isWaiting && !isRestless(this.#calendar);
  }

  changeTerms(terms: Terms): void {
    this.#terms = terms;
  }

  /** Takes up what was under way when it last stopped: payments half done, refunds owed. */
  resume(): void {
    for (const step of stepsUnderWay(this.#calendar)) this.#parts.saga.take(this.id, step);
  }

  receive(asked: Asked): void {
    this.#lapse();
    if (this.#over) return this.#parts.again(asked);
    const { command, subject } = asked;
    const before = this.#window.find(subject.id, command.requestId);
    if (before !== undefined) return this.#answerAgain(asked, before);
    if (this.#window.isFull) this.#window.forgetOld(this.#parts.clock.nowMs());
    if (this.#gate.length >= PIPELINE_MAX || this.#window.isFull) {
      const sentence = `apartment ${this.id} has more commands than it can take; try again in a moment`;
      asked.reply(refuse('rate_limited', sentence, { retryAfterMs: 1_000 }));
      return;
    }
    if (command.kind === 'cancel') return this.#cancel(asked, command.bookingId);
    this.#proceed(asked);
  }

  /** The committed calendar, in order with the deltas around it. */
  read(window: NightRange, done: (view: CalendarView | undefined) => void): void {
    this.#lapse();
    const view = calendarView(this.id, this.#calendar, window);
    this.#behindGate({ released: () => done(view), lost: () => done(undefined) });
  }

  openHoldsOf(guestId: string, done: (holds: Hold[] | undefined) => void): void {
    this.#lapse();
    const holds: Hold[] = [];
    for (const claim of this.#calendar.claims) {
      if (claim.kind !== 'hold' || claim.guestId !== guestId) continue;
      const { payment } = claim;
      holds.push(
        holdView(this.id, claim, payment === undefined ? 'held' : 'confirming', this.#calendar.version),
      );
    }
    this.#behindGate({ released: () => done(holds), lost: () => done(undefined) });
  }

  payment(step: PaymentStep): void {
    const turn = this.#turn(undefined);
    this.#machine.send({ type: 'payment', step, turn });
    this.#finish(turn);
  }

  due(): void {
    if (this.#over) return;
    this.#lapse();
    this.#armedAtMs = Number.POSITIVE_INFINITY;
    this.#arm();
  }

  settled(turn: Turn, result: AppendResult): void {
    if (this.#over) return;
    if (result.status !== 'committed') {
      return this.#parts.lost(this, result.status, result.cause, turn.asked);
    }
    const gate = this.#gate;
    const head = gate.indexOf(turn);
    if (head === -1) return this.#parts.lost(this, 'defect', new Error(`${this.id}: a turn committed twice`));
    // Turns without facts wait right behind the one that they rest on.
    let end = head + 1;
    while (end < gate.length && gate[end]!.entries.length === 0) end += 1;
    const ready = end === gate.length ? gate : gate.slice(0, end);
    this.#gate = end === gate.length ? [] : gate.slice(end);
    for (const turn of ready) this.#release(turn);
    const due = this.#snapshotDue;
    if (due !== undefined && turn.entries.at(-1)!.version >= due.version) {
      this.#snapshotDue = undefined;
      this.#parts.snapshot(due);
    }
  }

  /** Answers `unavailable` to what has waited too long; whether it took effect stays unknown. @returns still waiting */
  overdue(nowMs: number): boolean {
    const isOverdue = (asked: Asked) => nowMs - asked.sinceMs >= COMMAND_DEADLINE_MS;
    for (const turn of this.#gate) {
      if (turn.asked !== undefined && isOverdue(turn.asked)) answerUnavailable(turn.asked);
      if (turn.followers === undefined || nowMs - turn.atMs < COMMAND_DEADLINE_MS) continue;
      const followers = turn.followers;
      turn.followers = undefined;
      for (const follower of followers) follower.lost();
    }
    for (const [key, waiters] of this.#waiters ?? []) {
      for (const asked of waiters.filter(isOverdue)) answerUnavailable(asked);
      const rest = waiters.filter((asked) => !isOverdue(asked));
      if (rest.length > 0) this.#waiters?.set(key, rest);
      else this.#waiters?.delete(key);
    }
    if (this.#waiters?.size === 0) this.#waiters = undefined;
    return this.isWaiting;
  }

  /** The state as it is on disk, where facts have come since the last snapshot; undefined while some are in the gate. */
  unsaved(): StoredSnapshot | undefined {
    return this.#gate.length === 0 && this.#factsSinceSnapshot > 0 ? this.#capture() : undefined;
  }

  /** Who holds nights here, for whoever takes these out of `OpenHolds` when the next instance knows better. */
  openHolds(): { readonly guestId: string; readonly id: string }[] {
    return this.#calendar.claims.filter((claim) => claim.kind === 'hold');
  }

  /** Ends this instance. Its open holds stay in `OpenHolds`. @returns what it was asked and has not answered */
  end(): Asked[] {
    this.#over = true;
    this.#machine.stop();
    const unanswered: Asked[] = [];
    const followers: Follower[] = [];
    for (const turn of this.#gate) {
      if (turn.asked !== undefined) unanswered.push(turn.asked);
      followers.push(...(turn.followers ?? []));
    }
    for (const waiters of this.#waiters?.values() ?? []) unanswered.push(...waiters);
    this.#gate = [];
    this.#waiters = undefined;
    for (const claim of this.#calendar.claims) {
      if (claim.kind !== 'hold') continue;
      if (claim.payment !== undefined) this.#parts.saga.forget(claim.payment.key);
    }
    for (const { key } of this.#calendar.settlements) this.#parts.saga.forget(key);
    for (const follower of followers) follower.lost();
    return [...new Set(unanswered)];
  }

  #decide(asked: Asked, booking: BookingRecord | undefined): void {
    this.#lapse();
    if (this.#over) return this.#parts.again(asked);
    const { command, subject } = asked;
    const { entropy, openHolds, holdTtlMs, holdsPerGuest } = this.#parts;
    const turn = this.#turn(asked);
    const at: Circumstances = {
      terms: this.#terms,
      nowMs: turn.atMs,
      subject,
      entropy: entropy(),
      holdTtlMs,
      holdsPerGuest,
      openHolds: command.kind === 'hold' ? openHolds.countOf(subject.id) : 0,
      booking,
    };
    this.#machine.send({ type: command.kind, command, at, turn } as CommandEvent);
    this.#finish(turn);
  }

  /** To the machine, unless it is about a hold that is not open (any more). */
  #proceed(asked: Asked): void {
    const { command } = asked;
    if ('holdId' in command && findHold(this.#calendar, command.holdId) === undefined) {
      return this.#answerEnded(asked, command.holdId);
    }
    this.#decide(asked, undefined);
  }

  /** Decides once the booking's row is here; others, the same command sent twice among them, may be decided meanwhile. */
  #cancel(asked: Asked, bookingId: string): void {
    this.#parts.journal.booking(this.id, bookingId).then(
      (booking) => {
        if (this.#over) return this.#parts.again(asked);
        const before = this.#window.find(asked.subject.id, asked.command.requestId);
        if (before !== undefined) return this.#answerAgain(asked, before);
        this.#decide(asked, booking);
      },
      (cause) => this.#unread(asked, cause),
    );
  }

  /** A hold that is not open: how it ended is in the journal, once the gate has passed what ended it. */
  #answerEnded(asked: Asked, holdId: string): void {
    const { journal, again } = this.#parts;
    const look = () =>
      endedHoldRefusal(journal, this.id, holdId, asked.subject.id).then(
        (error) => asked.reply({ ok: false, error }),
        (cause) => this.#unread(asked, cause),
      );
    this.#behindGate({ released: () => void look(), lost: () => again(asked) });
  }

  /** The journal could not be read for this answer: nothing is known to be wrong with the apartment. */
  #unread(asked: Asked, cause: unknown): void {
    this.#parts.unread(this.id, cause);
    answerUnavailable(asked);
  }

  #answerAgain(asked: Asked, version: number): void {
    const { command, subject } = asked;
    const look = () =>
      answerAgain(this.#parts.journal, subject.id, command, version).then(
        (again) => {
          if (this.#over) return this.#parts.again(asked);
          if (again.outcome !== undefined) return asked.reply(again.outcome);
          if (!again.isOwn) {
            this.#window.setApart(subject.id, command.requestId);
            return this.receive(asked);
          }
          // A confirm: its payment is under way, or came to nothing and is decided anew.
          const hold = 'holdId' in command ? findHold(this.#calendar, command.holdId) : undefined;
          if (hold?.payment !== undefined) this.#wait(hold.payment.key, asked);
          else this.#proceed(asked);
        },
        (cause) => this.#unread(asked, cause),
      );
    this.#behindGate({ released: () => void look(), lost: () => this.#parts.again(asked) });
  }

  /** @param key of the payment whose outcome is the answer */
  #wait(key: string, asked: Asked): void {
    this.#waiters ??= new Map();
    const waiters = this.#waiters.get(key);
    if (waiters === undefined) this.#waiters.set(key, [asked]);
    else waiters.push(asked);
    this.#parts.waiting(this);
  }

  #turn(asked: Asked | undefined): Turn {
    const nowMs = this.#parts.clock.nowMs();
    this.lastUsedMs = nowMs;
    return new Turn(this, { apartmentId: this.id, shard: this.shard, epoch: this.epoch }, nowMs, asked);
  }

  #lapse(): void {
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs < this.#armedAtMs || nowMs < nextDeadlineMs(this.#calendar)) return;
    const turn = this.#turn(undefined);
    this.#machine.send({ type: 'tick', turn });
    this.#finish(turn);
  }

  /** A turn is decided: its facts to the journal, the rest into the gate. */
  #finish(turn: Turn): void {
    if (this.#defect !== undefined) {
      turn.asked?.reply(refuse('internal', 'a defect was found while deciding; it has been logged'));
      return this.#parts.lost(this, 'defect', this.#defect);
    }
    const { entries, changes, asked } = turn;
    if (entries.length === 0) {
      if (this.#gate.length === 0) this.#release(turn);
      else this.#gate.push(turn);
      return;
    }
    for (let i = 0; i < entries.length; i++) {
      this.#window.add(entries[i]!);
      this.#parts.openHolds.follow(entries[i]!, changes[i]!.guestId);
    }
    const last = entries.at(-1)!.fact;
    if (asked !== undefined && last.kind === 'confirming') this.#wait(last.key, asked);
    if (this.#gate.length === 0) this.#parts.waiting(this);
    this.#gate.push(turn);
    this.#arm();
    this.#factsSinceSnapshot += entries.length;
    if (this.#factsSinceSnapshot >= SNAPSHOT_EVERY_FACTS) this.#snapshotDue = this.#capture();
    this.#parts.journal.append(turn);
  }

  /** On disk: the answer, the deltas and the outside steps leave. */
  #release(turn: Turn): void {
    const { asked, outcome } = turn;
    if (asked !== undefined && outcome !== undefined) asked.reply(outcome);
    for (const change of turn.changes) {
      this.#publishedVersion = change.version;
      this.#parts.publisher.committed(change);
    }
    for (const verdict of turn.verdicts ?? []) {
      const waiters = this.#waiters?.get(verdict.key) ?? [];
      this.#waiters?.delete(verdict.key);
      if (this.#waiters?.size === 0) this.#waiters = undefined;
      for (const waiter of waiters) waiter.reply(verdict.outcome);
    }
    for (const step of turn.steps ?? []) this.#parts.saga.take(this.id, step);
    for (const follower of turn.followers ?? []) follower.released();
  }

  #behindGate(follower: Follower): void {
    const last = this.#gate.at(-1);
    if (last === undefined) return follower.released();
    last.followers ??= [];
    last.followers.push(follower);
  }

  #arm(): void {
    const next = nextDeadlineMs(this.#calendar);
    if (next >= this.#armedAtMs) return;
    this.#armedAtMs = next;
    this.#parts.deadlines.arm(next, this);
  }

  #capture(): StoredSnapshot {
    this.#factsSinceSnapshot = 0;
    const calendar = this.#calendar;
    return {
      apartmentId: this.id,
      version: calendar.version,
      machineVersion: MACHINE_VERSION,
      windowFromVersion: this.#window.fromVersion(calendar.version),
      restless: isRestless(calendar),
      state: structuredClone({ value: calendar.status, calendar }),
    };
  }
}

/** Snapshot, then the facts after it; earlier facts only say which requests took effect. */
export function restore(stored: StoredApartment, window: RequestWindow): Calendar {
  const { snapshot, entries, status } = stored;
  const calendar =
    snapshot === undefined ? emptyCalendar(status) : (snapshot.state as { calendar: Calendar }).calendar;
  window.addAll(entries);
  for (const entry of entries) if (entry.version > calendar.version) apply(calendar, entry);
  return calendar;
}

function stepsUnderWay(calendar: Calendar): OutsideStep[] {
  const steps: OutsideStep[] = [];
  for (const claim of calendar.claims) {
    if (claim.kind !== 'hold' || claim.payment === undefined) continue;
    steps.push({
      do: claim.payment.authorised ? 'capture' : 'authorise',
      payment: paymentJob(claim, undefined),
    });
  }
  for (const settlement of calendar.settlements) steps.push({ do: 'settle', settlement });
  return steps;
}

function answerUnavailable(asked: Asked): void {
  asked.reply({
    ok: false,
    error: errorBody(
      'unavailable',
      'it was not stored in time and whether it took effect is unknown; send it again with the same requestId',
      { retryAfterMs: 500 },
    ),
  });
  asked.reply = () => {};
}
