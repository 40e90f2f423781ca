import { ActorSystem } from '../../src/actors/actor-system.ts';
import type { ApartmentEvent, CommandEvent } from '../../src/actors/apartment-machine.ts';
import { apply } from '../../src/actors/calendar/apply.ts';
import { type Calendar, emptyCalendar } from '../../src/actors/calendar/calendar.ts';
import type { PaymentStep } from '../../src/actors/calendar/payment.ts';
import type { BookingRecord, JournalEntry } from '../../src/actors/facts.ts';
import { Turn } from '../../src/actors/turn.ts';
import type { ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import type { Feature } from '../../src/protocol/feature-levels.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { openTerms } from './terms.ts';

type Unaddressed<Command> = Command extends unknown ? Omit<Command, 'apartmentId' | 'requestId'> : never;

/** The actor and its calendar without a shell: decides at a given instant, keeps every entry it recorded. */
export class BareApartment {
  readonly id = 'a1';
  readonly entries: JournalEntry[] = [];
  terms: Terms;
  nowMs: number;
  holdTtlMs = 600_000;
  holdsPerGuest = 5;
  mayWrite: (feature: Feature) => boolean = () => true;
  readonly system = new ActorSystem();
  readonly #actor = this.system.start(this.id, emptyCalendar());
  #sequence = 0;

  constructor(nowMs: number, terms: Terms = openTerms()) {
    this.nowMs = nowMs;
    this.terms = terms;
  }

  get calendar(): Calendar {
    return this.#actor.getSnapshot().calendar;
  }

  command(subject: Subject, body: Unaddressed<ApartmentCommand>, booking?: BookingRecord): Turn {
    this.tick();
    const sequence = ++this.#sequence;
    const requestId = `00000000-0000-4000-8000-${sequence.toString().padStart(12, '0')}`;
    const command = { ...body, apartmentId: this.id, requestId } as ApartmentCommand;
    const turn = this.#turn();
    const openHolds = this.calendar.claims.filter(
      (claim) => claim.kind === 'hold' && claim.guestId === subject.id,
    ).length;
    const { terms, nowMs, holdTtlMs, holdsPerGuest } = this;
    const at = {
      terms,
      nowMs,
      subject,
      entropy: `r${sequence}`,
      holdTtlMs,
      holdsPerGuest,
      openHolds,
      mayWrite: this.mayWrite,
      booking,
    };
    return this.#take({ type: command.kind, command, at, turn } as CommandEvent);
  }

  tick(): Turn {
    return this.#take({ type: 'tick', turn: this.#turn() });
  }

  payment(step: PaymentStep): Turn {
    return this.#take({ type: 'payment', step, turn: this.#turn() });
  }

  /** An event as it may come from a program that knows others. */
  send(type: string): Turn {
    return this.#take({ type, turn: this.#turn() } as ApartmentEvent);
  }

  /** What the journal alone says: every entry replayed on an empty calendar, through JSON as storage would. */
  replayed(): Calendar {
    const calendar = emptyCalendar();
    for (const entry of this.entries) apply(calendar, JSON.parse(JSON.stringify(entry)));
    return calendar;
  }

  #turn(): Turn {
    return new Turn({ head: undefined, settled() {} }, this.id, 0, 1, this.nowMs, undefined);
  }

  #take(event: ApartmentEvent): Turn {
    this.#actor.send(event);
    const { status, error } = this.#actor.getSnapshot();
    if (status !== 'active') throw error;
    this.entries.push(...event.turn.entries);
    return event.turn;
  }
}
