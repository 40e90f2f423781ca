/**
 * The life of an apartment, as an XState machine. Every command, every lapse of time and every step of a payment
 * is an event here, one after another; what it decides goes into the event's `turn`.
 *
 *                   pause                    retire
 *      ┌──────────┐ ─────> ┌──────────┐ ─────────────> ┌───────────┐
 *      │  listed  │        │  paused  │                │  retired  │
 *      └──────────┘ <───── └──────────┘                └───────────┘
 *           │       resume                                   ^
 *           └───────────────── retire ───────────────────────┘
 *
 *   listed   takes holds
 *   paused   takes no new hold; what is held may be extended, confirmed, released; bookings stand
 *   retired  as paused, for good
 *
 * XState is asked once, for every state and event (`REACTIONS`): which action an event has in a state, and which state
 * comes after, depends on nothing else. The actor that each running apartment is looks into that table
 * (apartment-actor.ts, ADR 14).
 */
import { setup, transition } from 'xstate';
import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import { errorBody } from '../protocol/errors.ts';
import type { ListingStatus } from '../protocol/terms.ts';
import type { Calendar, InTime } from './calendar/calendar.ts';
import type { Circumstances } from './calendar/circumstances.ts';
import type { Command, Decision } from './calendar/decision.ts';
import type { PaymentStep } from './calendar/payment.ts';
import { COMMANDS } from './commands/table.ts';
import { recordDecision, recordLapse, recordPayment } from './effects.ts';
import type { Turn } from './turn.ts';

export interface CommandEvent<Kind extends ApartmentCommand['kind'] = ApartmentCommand['kind']> {
  readonly type: Kind;
  readonly command: Command<Kind>;
  readonly at: Circumstances;
  readonly turn: Turn;
}
/** `inTime`: holds that do not lapse yet. */
interface TickEvent {
  readonly type: 'tick';
  readonly inTime?: InTime;
  readonly turn: Turn;
}
export type ApartmentEvent =
  | CommandEvent
  | TickEvent
  | { readonly type: 'payment'; readonly step: PaymentStep; readonly turn: Turn };

/** Goes up when a state is renamed or the calendar's shape changes: older snapshots are then passed over. */
export const MACHINE_VERSION = 1;

/**
 * What the apartment does about an event: it is recorded in the event's `turn`, and the calendar moves on.
 * Throws where a decision has a defect, or no state knows the event; the calendar is worth nothing then.
 * @returns the state after it
 */
export function react(calendar: Calendar, event: ApartmentEvent): ListingStatus {
  const reaction = REACTIONS[calendar.status][event.type];
  if (reaction === undefined)
    throw new Error(`an apartment that is ${calendar.status} knows no ${event.type}`);
  reaction.act(calendar, event);
  if (calendar.status !== reaction.next)
    throw new Error(`${event.type}: the facts say ${calendar.status}, the machine ${reaction.next}`);
  return reaction.next;
}

const ACTS = {
  /** Decides a command on the calendar as it is now, and records what was decided. */
  decide(calendar: Calendar, { type, command, at, turn }: CommandEvent) {
    recordDecision(calendar, turn, command, COMMANDS[type].decide(calendar, command as never, at), at);
  },
  /** Refuses a command that the listing's status does not allow. */
  refuse(calendar: Calendar, { command, at, turn }: CommandEvent) {
    recordDecision(calendar, turn, command, notWhile(calendar.status, command), at);
  },
  lapse(calendar: Calendar, { turn, inTime }: TickEvent) {
    recordLapse(calendar, turn, inTime);
  },
  pay(calendar: Calendar, { step, turn }: Extract<ApartmentEvent, { type: 'payment' }>) {
    recordPayment(calendar, step, turn);
  },
};
type Act = keyof typeof ACTS;

const NO_NEW_HOLDS = {
  listed: 'takes holds',
  paused: 'takes no new holds for now; choose another, or come back later',
  retired: 'is no longer let; choose another',
} as const;

function notWhile(status: ListingStatus, { apartmentId, kind }: ApartmentCommand): Decision {
  const rest = kind === 'hold' ? NO_NEW_HOLDS[status] : `is ${status}; it cannot ${kind}`;
  const fields = [{ path: 'apartmentId', message: status }];
  return { refusal: errorBody('rule_violation', `apartment ${apartmentId} ${rest}`, { fields }) };
}

export const apartmentMachine = setup({
  types: { events: {} as ApartmentEvent },
  actions: { decide() {}, refuse() {}, lapse() {}, pay() {} } satisfies Record<Act, () => void>,
}).createMachine({
  id: 'apartment',
  initial: 'listed',
  on: {
    extend: { actions: 'decide' },
    release: { actions: 'decide' },
    confirm: { actions: 'decide' },
    cancel: { actions: 'decide' },
    block: { actions: 'decide' },
    unblock: { actions: 'decide' },
    adopt: { actions: 'decide' },
    tick: { actions: 'lapse' },
    payment: { actions: 'pay' },
  },
  states: {
    listed: {
      on: {
        hold: { actions: 'decide' },
        pause: { target: 'paused', actions: 'decide' },
        resume: { actions: 'refuse' },
        retire: { target: 'retired', actions: 'decide' },
      },
    },
    paused: {
      on: {
        hold: { actions: 'refuse' },
        pause: { actions: 'refuse' },
        resume: { target: 'listed', actions: 'decide' },
        retire: { target: 'retired', actions: 'decide' },
      },
    },
    retired: {
      on: {
        hold: { actions: 'refuse' },
        pause: { actions: 'refuse' },
        resume: { actions: 'refuse' },
        retire: { actions: 'refuse' },
      },
    },
  },
});

interface Reaction {
  readonly act: (calendar: Calendar, event: ApartmentEvent) => void;
  readonly next: ListingStatus;
}
type EventType = ApartmentEvent['type'];

/** Every state by every event. */
export const REACTIONS = reactions();

function reactions(): Readonly<Record<ListingStatus, Readonly<Record<EventType, Reaction>>>> {
  const table = {} as Record<ListingStatus, Record<EventType, Reaction>>;
  for (const status of Object.keys(apartmentMachine.states) as ListingStatus[]) {
    const before = apartmentMachine.resolveState({ value: status });
    const row = {} as Record<EventType, Reaction>;
    for (const type of apartmentMachine.events as EventType[]) {
      const [after, [action]] = transition(apartmentMachine, before, { type } as ApartmentEvent);
      row[type] = { act: ACTS[action!.type as Act] as Reaction['act'], next: after.value as ListingStatus };
    }
    table[status] = row;
  }
  return table;
}
