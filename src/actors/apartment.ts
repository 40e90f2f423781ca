/**
 * A running apartment: the shell around its actor. Commands go in one after another and are decided on the
 * latest state, durable or not; facts go to the journal; what they caused waits in the output gate until they
 * are on disk, and leaves in order. A lost append ends this instance: it is never mended in place.
 *
 *   receive ─> [decided before? answer again] ─> actor ─> turn ─┬─ facts ──> journal ──> settled ─┐
 *                                                               └─ none ──> behind what is ahead ─┴─> released
 */

import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import type { AdoptedClaims } from '../protocol/committed-change.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import type { Feature } from '../protocol/feature-levels.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import { nightOf } from '../protocol/nights.ts';
import type { Terms } from '../protocol/terms.ts';
import type { Clock } from '../time/clock.ts';
import type { ActorSystem } from './actor-system.ts';
import type { ApartmentActor } from './apartment-actor.ts';
import type { ApartmentEvent, CommandEvent } from './apartment-machine.ts';
import { type Calendar, findHold, type HoldClaim, isRestless, nextDeadlineMs } from './calendar/calendar.ts';
import type { Circumstances } from './calendar/circumstances.ts';
import type { PaymentStep } from './calendar/payment.ts';
import { crowdedRefusal } from './crowded.ts';
import type { Deadlines, Due } from './deadlines.ts';
import { stepsUnderWay } from './effects.ts';
import { endedHoldRefusal } from './ended-hold.ts';
import type { JournalEntry } from './facts.ts';
import { BOOKINGS_OF_GUEST_MAX, PIPELINE_MAX, SNAPSHOT_EVERY_FACTS } from './limits.ts';
import type { ListedHold, OpenHolds } from './open-holds.ts';
import { OutputGate } from './output-gate.ts';
import { answerUnavailable } from './overdue.ts';
import type { PaymentSaga } from './payment-saga.ts';
import { PaymentWaiters } from './payment-waiters.ts';
import type { AppendResult, Journal, MarkChange, Publisher, StoredSnapshot } from './ports.ts';
import { answerAgain } from './replay.ts';
import type { RequestWindow } from './request-window.ts';
import { captured, type Restored } from './restore.ts';
import { type Asked, Turn, type TurnOwner } from './turn.ts';

const NOTHING_READ = { booking: undefined, bookingsOfGuest: undefined };

/** What all running apartments of a process share. */
export interface ApartmentParts {
  readonly system: ActorSystem;
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
  /** Whether all servers understand it: what not all do is not written. */
  readonly mayWrite: (feature: Feature) => boolean;
  /** Whose what was this guest's is now (G9): an account's, by id; undefined where it is nobody else's. */
  readonly heirOf: (guestId: string) => Promise<string | undefined>;
  /** This instance is over; what it was asked and has not answered is asked again of the next. */
  readonly lost: (apartment: RunningApartment, reason: string, cause: unknown, culprit?: Asked) => void;
  readonly again: (asked: Asked) => void;
  /** A read of the journal failed; whoever asked for it has been told to try again. */
  readonly unread: (apartmentId: string, cause: unknown) => void;
  /** Has something unanswered: will be asked to look for what is overdue. */
  readonly waiting: (apartment: RunningApartment) => void;
  readonly snapshot: (snapshot: StoredSnapshot) => void;
  /** Has made a mark, which is to be taken away some time. */
  readonly marked: (apartment: RunningApartment) => void;
}

export class RunningApartment implements TurnOwner, Due {
  readonly id: string;
  readonly shard: number;
  readonly epoch: number;
  head: number | undefined;
  lastUsedMs: number;
  readonly #parts: ApartmentParts;
  readonly #actor: ApartmentActor;
  /** The actor's own, to look at: it alone changes it. */
  readonly #calendar: Calendar;
  readonly #window: RequestWindow;
  readonly #gate = new OutputGate();
  readonly #waiters = new PaymentWaiters();
  #terms: Terms;
  #armedAtMs = Number.POSITIVE_INFINITY;
  #factsSinceSnapshot: number;
  /** Captured at a version that is not on disk yet: of this entry. */
  #snapshotDue: { readonly snapshot: StoredSnapshot; readonly entry: JournalEntry } | undefined;
  #over = false;
  /** Has a mark, or made one that is on its way to the disk (`marks.ts`). */
  #isMarked = false;
  /** Before its own facts have come to this one, those of an instance before it may still be on their way. */
  readonly #certainFromVersion: number;
  /** Undefined nearly always. */
  #inTime: Map<string, number> | undefined;
  #publishedVersion: number;
  /** Of the last one decided here: what was read of bookings before it is out of date. */
  #adoptedVersion = 0;

  /**
   * @param restored its changes, by facts of an instance before this one, are told now
   * @param confirms that were asked of it and not answered: they will be asked of this one
   * @param isDoubtful what it wrote last may reach the disk yet, unless something else does first
   */
  constructor(
    place: { readonly apartmentId: string; readonly shard: number; readonly epoch: number },
    { terms, calendar, head, window, changes, savedVersion }: Restored,
    parts: ApartmentParts,
    confirms: readonly Asked[] = [],
    isDoubtful = false,
  ) {
    this.id = place.apartmentId;
    this.shard = place.shard;
    this.epoch = place.epoch;
    this.#parts = parts;
    this.#terms = terms;
    this.#window = window;
    this.head = head;
    this.#actor = parts.system.start(this.id, calendar);
    this.#calendar = calendar;
    this.#publishedVersion = calendar.version;
    this.#certainFromVersion = isDoubtful ? calendar.version + 1 : 0;
    this.#factsSinceSnapshot = calendar.version - savedVersion;
    this.lastUsedMs = parts.clock.nowMs();
    for (const claim of calendar.claims) {
      if (claim.kind === 'hold') parts.openHolds.add(claim, this.id);
    }
    for (const change of changes) parts.publisher.committed(change);
    for (const asked of confirms) this.#keepOpenFor(asked);
    this.#arm();
  }

  get version(): number {
    return this.#calendar.version;
  }

  /** The last version that watchers were told. */
  get publishedVersion(): number {
    return this.#publishedVersion;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Something is on its way to the disk. */
  get isWriting(): boolean {
    return !this.#gate.isEmpty;
  }

  get isWaiting(): boolean {
    return !this.#gate.isEmpty || !this.#waiters.isEmpty;
  }

  /** Nothing unanswered, and nothing that time or a provider will change. */
  get isQuiet(): boolean {
    return !this.isWaiting && !isRestless(this.#calendar);
  }

  /** What an instance before this one wrote may still reach the disk: no fact of this one has kept it from that. */
  get isDoubtful(): boolean {
    return this.version < this.#certainFromVersion;
  }

  /** @returns how its mark is to be taken away, from now on; undefined where it has to stay */
  unmark(): MarkChange | undefined {
    if (!this.isQuiet || this.isDoubtful) return undefined;
    this.#isMarked = false;
    return { to: 'taken', version: this.version };
  }

  changeTerms(terms: Terms): void {
    this.#terms = terms;
  }

  /** Takes up what was under way when it last stopped: payments half done, refunds owed. */
  resume(): void {
    for (const step of stepsUnderWay(this.#calendar)) this.#parts.saga.take(this.id, step);
  }

  receive(asked: Asked): void {
    this.#keepOpenFor(asked);
    this.#lapse();
    if (this.#over) return this.#parts.again(asked);
    const { command, subject } = asked;
    const before = this.#window.find(subject.id, command.requestId);
    if (before !== undefined) return this.#answerAgain(asked, before);
    const refusal = this.#refusalOf(asked);
    if (refusal !== undefined) {
      asked.reply(refusal);
      return this.#ended(asked);
    }
    if (command.kind === 'cancel') return this.#cancel(asked, command.bookingId);
    if (command.kind === 'adopt') return this.#adopt(asked, command.guestId);
    this.#proceed(asked);
  }

  /**
   * A look at the calendar as it is committed, in order with the deltas around it.
   * @param done called once; with undefined where this instance ends first
   */
  read<T>(look: (calendar: Calendar) => T, done: (found: T | undefined) => void): void {
    this.#lapse();
    const found = look(this.#calendar);
    this.#gate.behind({ released: () => done(found), lost: () => done(undefined) });
  }

  payment(step: PaymentStep): void {
    const turn = this.#turn(undefined, this.#parts.clock.nowMs());
    this.#take({ type: 'payment', step, turn });
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
    const ready = this.#gate.committed(turn);
    if (ready.length === 0)
      return this.#parts.lost(this, 'defect', new Error(`${this.id}: a turn committed twice`));
    for (let i = 0; i < ready.length; i++) {
      try {
        this.#release(ready[i]!);
      } catch (cause) {
        for (const follower of ready[i]!.followers ?? []) follower.lost();
        this.#gate.putBack(ready.slice(i + 1));
        return this.#parts.lost(this, 'defect', cause);
      }
    }
    const due = this.#snapshotDue;
    if (due !== undefined && turn.entries.at(-1)!.version >= due.entry.version) {
      this.#snapshotDue = undefined;
      // Its own fact's: the head may be further on.
      this.#parts.snapshot({ ...due.snapshot, hash: due.entry.hash });
    }
  }

  /** Answers `unavailable` to what has waited too long; whether it took effect stays unknown. @returns still waiting */
  overdue(nowMs: number): boolean {
    this.#gate.overdue(nowMs);
    this.#waiters.overdue(nowMs);
    return this.isWaiting;
  }

  /** The state as it is on disk, where facts have come since the last snapshot; undefined while some are in the gate. */
  unsaved(): StoredSnapshot | undefined {
    return this.#gate.isEmpty && this.#factsSinceSnapshot > 0 ? this.#capture() : undefined;
  }

  openHolds(): HoldClaim[] {
    return this.#calendar.claims.filter((claim) => claim.kind === 'hold');
  }

  /** Every hold that may be open on disk: the open ones, and those that ended in a turn which may have been lost. */
  mayBeOpen(): ListedHold[] {
    const holds: ListedHold[] = this.openHolds();
    for (const turn of this.#gate) {
      for (const { guestId, hold, replaced = [], adopted } of turn.changes) {
        for (const { id, checkIn, checkOut } of adopted?.holds ?? [])
          holds.push({ guestId: adopted!.guestId, id, from: nightOf(checkIn), to: nightOf(checkOut) });
        if (guestId === undefined || hold === undefined) continue;
        for (const { id, checkIn, checkOut } of [hold, ...replaced]) {
          holds.push({ guestId, id, from: nightOf(checkIn), to: nightOf(checkOut) });
        }
      }
    }
    return holds;
  }

  /** Those of `openHolds` that are on disk. */
  heldOnDisk(): HoldClaim[] {
    const begun = new Set<string>();
    for (const { changes } of this.#gate)
      for (const { cause, hold } of changes) if (cause === 'held' && hold !== undefined) begun.add(hold.id);
    return this.openHolds().filter(({ id }) => !begun.has(id));
  }

  get mayBegin(): boolean {
    return this.#parts.mayWrite('chained facts');
  }

  /** Ends this instance. Its open holds stay in `OpenHolds`. @returns what it was asked and has not answered */
  end(): Asked[] {
    this.#over = true;
    this.#parts.system.stop(this.#actor);
    const unanswered = new Set<Asked>();
    const turns = this.#gate.close();
    for (const { asked } of turns) if (asked !== undefined) unanswered.add(asked);
    for (const asked of this.#waiters.close()) unanswered.add(asked);
    for (const claim of this.#calendar.claims) {
      if (claim.kind === 'hold' && claim.payment !== undefined) this.#parts.saga.forget(claim.payment.key);
    }
    for (const { key } of this.#calendar.settlements) this.#parts.saga.forget(key);
    for (const { followers = [] } of turns) for (const follower of followers) follower.lost();
    return [...unanswered];
  }

  /** Why nothing is decided about a command: there is no room for what it may cause. */
  #refusalOf({ command, subject }: Asked): Outcome<never> | undefined {
    if (this.#gate.length >= PIPELINE_MAX) {
      const sentence = `apartment ${this.id} has more commands than it can take; try again in a moment`;
      return refuse('rate_limited', sentence, { retryAfterMs: 1_000 });
    }
    if (!this.#window.isCrowded) return undefined;
    this.#window.forgetOld(this.#parts.clock.nowMs());
    return crowdedRefusal(this.#window, command, subject);
  }

  /** @param read beforehand, where the calendar alone does not suffice */
  #decide(asked: Asked, read: Pick<Circumstances, 'booking' | 'bookingsOfGuest'> = NOTHING_READ): void {
    const nowMs = this.#lapse();
    if (this.#over) return this.#parts.again(asked);
    const { command, subject } = asked;
    const { entropy, openHolds, holdTtlMs, holdsPerGuest, mayWrite } = this.#parts;
    const turn = this.#turn(asked, nowMs);
    const at = {
      terms: this.#terms,
      nowMs,
      subject,
      entropy: entropy(),
      holdTtlMs,
      holdsPerGuest,
      openHolds: command.kind === 'hold' ? openHolds.countOf(subject.id, nowMs) : 0,
      origin: command.kind === 'hold' ? openHolds.ofOrigin(subject, nowMs) : undefined,
      mayWrite,
      booking: read.booking,
      bookingsOfGuest: read.bookingsOfGuest,
    };
    this.#take({ type: command.kind, command, at, turn } as CommandEvent);
  }

  /** A confirm that came before the deadline of its hold is decided as if that were still to come (H6). */
  #keepOpenFor({ command, subject, sinceMs }: Asked): void {
    if (command.kind !== 'confirm') return;
    const hold = findHold(this.#calendar, command.holdId);
    if (hold?.guestId !== subject.id || sinceMs >= hold.expiresAtMs) return;
    const untilMs = sinceMs + COMMAND_DEADLINE_MS;
    if (untilMs <= hold.expiresAtMs) return;
    this.#inTime ??= new Map();
    this.#inTime.set(hold.id, untilMs);
  }

  /** It has been decided, or answered otherwise: the hold's own deadline counts again. */
  #ended({ command }: Asked): void {
    if (command.kind === 'confirm' && this.#inTime?.delete(command.holdId) === true) this.#arm();
  }

  /** To the actor, unless it is about a hold that is not open (any more). */
  #proceed(asked: Asked): void {
    const { command } = asked;
    if ('holdId' in command && findHold(this.#calendar, command.holdId) === undefined) {
      return this.#answerEnded(asked, command);
    }
    this.#decide(asked);
    this.#ended(asked);
  }

  /** Decides once the booking's row is here; others, the same command sent twice among them, may be decided meanwhile. */
  #cancel(asked: Asked, bookingId: string): void {
    this.#parts.journal.booking(this.id, bookingId).then(
      (booking) => {
        if (this.#over) return this.#parts.again(asked);
        const before = this.#window.find(asked.subject.id, asked.command.requestId);
        if (before !== undefined) return this.#answerAgain(asked, before);
        this.#decide(asked, { booking });
      },
      (cause) => this.#unread(asked, cause),
    );
  }

  /**
   * Decides once it is known which bookings of the guest's are here: of those that have ended the calendar knows nothing.
   * They are read as of what is on disk, and again where that adoption has been decided meanwhile.
   */
  #adopt(asked: Asked, guestId: string): void {
    const { journal, again } = this.#parts;
    const fromVersion = this.version;
    const look = () =>
      journal.bookingsOfGuest(this.id, guestId, BOOKINGS_OF_GUEST_MAX).then(
        (bookingsOfGuest) => {
          if (this.#over) return again(asked);
          if (this.#adoptedVersion > fromVersion) return this.#adopt(asked, guestId);
          this.#decide(asked, { bookingsOfGuest });
        },
        (cause) => this.#unread(asked, cause),
      );
    this.#gate.behind({ released: () => void look(), lost: () => again(asked) });
  }

  /** A hold that is not open: how it ended is in the journal, once the gate has passed what ended it. */
  #answerEnded(asked: Asked, command: Extract<ApartmentCommand, { holdId: string }>): void {
    const { again } = this.#parts;
    const look = () =>
      endedHoldRefusal(this.#parts, command, asked.subject, this.version).then(
        (error) => asked.reply({ ok: false, error }),
        (cause) => this.#unread(asked, cause),
      );
    this.#gate.behind({ released: () => void look(), lost: () => again(asked) });
  }

  /** The journal could not be read for this answer: nothing is known to be wrong with the apartment. */
  #unread(asked: Asked, cause: unknown): void {
    this.#parts.unread(this.id, cause);
    answerUnavailable(asked);
    this.#ended(asked);
  }

  /** @param isDecided the payment was no longer under way at the last look, so that the journal has its end by now */
  #answerAgain(asked: Asked, version: number, isDecided = false): void {
    const { command, subject } = asked;
    const look = () =>
      answerAgain(this.#parts, subject.id, command, version).then(
        ({ outcome, isOwn, paymentKey }) => {
          if (this.#over) return this.#parts.again(asked);
          if (outcome !== undefined) {
            this.#ended(asked);
            return asked.reply(outcome);
          }
          if (!isOwn) {
            this.#window.setApart(subject.id, command.requestId);
            return this.receive(asked);
          }
          // A confirm: its payment is under way; or it was decided while the journal was read, which is then older than
          // what it is asked about; or it came to nothing, and is decided anew.
          if (paymentKey !== undefined && this.#isUnderWay(paymentKey)) this.#wait(paymentKey, asked);
          else if (paymentKey !== undefined && !isDecided) this.#answerAgain(asked, version, true);
          else {
            // Time has passed while the journal was read.
            this.#keepOpenFor(asked);
            this.#lapse();
            if (this.#over) return this.#parts.again(asked);
            this.#proceed(asked);
          }
        },
        (cause) => this.#unread(asked, cause),
      );
    this.#gate.behind({ released: () => void look(), lost: () => this.#parts.again(asked) });
  }

  /** @param key of one attempt: the payment under way for the same hold may be another request's */
  #isUnderWay(key: string): boolean {
    return this.#calendar.claims.some((claim) => claim.kind === 'hold' && claim.payment?.key === key);
  }

  /** @param key of the payment whose outcome is the answer */
  #wait(key: string, asked: Asked): void {
    this.#ended(asked);
    this.#waiters.add(key, asked);
    this.#parts.waiting(this);
  }

  #turn(asked: Asked | undefined, nowMs: number): Turn {
    this.lastUsedMs = nowMs;
    return new Turn(this, this.id, this.shard, this.epoch, nowMs, asked);
  }

  /** Ends what time has ended, before anything else is decided (H7). @returns now */
  #lapse(): number {
    const nowMs = this.#parts.clock.nowMs();
    const inTime = this.#inTime;
    if (nowMs >= this.#armedAtMs && nowMs >= nextDeadlineMs(this.#calendar, inTime)) {
      this.#take({ type: 'tick', ...(inTime && { inTime }), turn: this.#turn(undefined, nowMs) });
    }
    return nowMs;
  }

  /** An event to the actor, which takes it at once; then its facts to the journal, the rest into the gate. */
  #take(event: ApartmentEvent): void {
    const { turn } = event;
    this.#actor.send(event);
    const { status, error } = this.#actor.getSnapshot();
    if (status !== 'active') {
      turn.asked?.reply(refuse('internal', 'a defect was found while deciding; it has been logged'));
      return this.#parts.lost(this, 'defect', error);
    }
    const { entries, changes, asked } = turn;
    if (entries.length === 0) {
      if (this.#gate.isEmpty) this.#release(turn);
      else this.#gate.push(turn);
      return;
    }
    for (let i = 0; i < entries.length; i++) {
      this.#window.add(entries[i]!);
      const { guestId, adopted } = changes[i]!;
      this.#parts.openHolds.follow(entries[i]!, guestId);
      if (adopted !== undefined) this.#follow(entries[i]!, adopted);
    }
    const last = entries.at(-1)!.fact;
    if (asked !== undefined && last.kind === 'confirming') this.#wait(last.key, asked);
    if (this.#gate.isEmpty) this.#parts.waiting(this);
    this.#gate.push(turn);
    this.#arm();
    if (!this.#isMarked && isRestless(this.#calendar)) {
      this.#isMarked = true;
      turn.mark = { to: 'made', version: this.version };
      this.#parts.marked(this);
    }
    this.#factsSinceSnapshot += entries.length;
    if (this.#factsSinceSnapshot >= SNAPSHOT_EVERY_FACTS)
      this.#snapshotDue = { snapshot: this.#capture(), entry: entries.at(-1)! };
    this.#parts.journal.append(turn);
  }

  #follow({ version }: JournalEntry, { guestId, holds }: AdoptedClaims): void {
    this.#adoptedVersion = version;
    const ids = new Set(holds.map(({ id }) => id));
    const moved = this.openHolds().filter(({ id }) => ids.has(id));
    this.#parts.openHolds.adopted(guestId, moved, this.id);
  }

  /** On disk: the answer, the deltas and the outside steps leave. */
  #release(turn: Turn): void {
    const { asked, outcome } = turn;
    if (asked !== undefined && outcome !== undefined) asked.reply(outcome);
    for (const change of turn.changes) {
      this.#publishedVersion = change.version;
      this.#parts.openHolds.ended(change);
      this.#parts.publisher.committed(change);
    }
    for (const { key, outcome } of turn.verdicts ?? []) this.#waiters.answer(key, outcome);
    for (const step of turn.steps ?? []) this.#parts.saga.take(this.id, step);
    for (const follower of turn.followers ?? []) follower.released();
  }

  #arm(): void {
    const next = nextDeadlineMs(this.#calendar, this.#inTime);
    if (next >= this.#armedAtMs) return;
    this.#armedAtMs = next;
    this.#parts.deadlines.arm(next, this);
  }

  #capture(): StoredSnapshot {
    this.#factsSinceSnapshot = 0;
    const state = this.#actor.getPersistedSnapshot();
    return captured(this.id, this.#calendar, this.#window, this.head, state);
  }
}
