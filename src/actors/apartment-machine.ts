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
 * XState says which actions an event has in each state and which state comes after. It is asked once, for every state
 * and event (`REACTIONS`): nothing here depends on more than those two, and an interpreter that an apartment would
 * keep cost 5 µs and 5 KB a command, and 3.7 KB an apartment (ADR 6).
 */
import { setup, transition } from 'xstate';
import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import { errorBody } from '../protocol/errors.ts';
import type { ListingStatus } from '../protocol/terms.ts';
import { type Calendar, emptyCalendar } from './calendar/calendar.ts';
import type { Circumstances } from './calendar/circumstances.ts';
import { decideBlock, decideUnblock } from './calendar/decide-block.ts';
import { decideCancel, decideConfirm } from './calendar/decide-booking.ts';
import { decideExtend, decideHold, decideRelease } from './calendar/decide-hold.ts';
import type { Decision } from './calendar/decision.ts';
import type { PaymentStep } from './calendar/payment.ts';
import { recordDecision, recordLapse, recordPayment } from './effects.ts';
import type { Turn } from './turn.ts';

export type CommandEvent = {
  [Kind in ApartmentCommand['kind']]: {
    readonly type: Kind;
    readonly command: Extract<ApartmentCommand, { kind: Kind }>;
    readonly at: Circumstances;
    readonly turn: Turn;
  };
}[ApartmentCommand['kind']];
export type ApartmentEvent =
  | CommandEvent
  | { readonly type: 'tick'; readonly turn: Turn }
  | { readonly type: 'payment'; readonly step: PaymentStep; readonly turn: Turn };

/** Goes up when a state is renamed or the calendar's shape changes: older snapshots are then passed over. */
export const MACHINE_VERSION = 1;

/**
 * What the apartment does about an event: it is recorded in the event's `turn`, and the calendar moves on.
 * Throws where a decision has a defect; the calendar is worth nothing then.
 */
export function react(calendar: Calendar, event: ApartmentEvent): void {
  const { acts, next } = REACTIONS[calendar.status][event.type];
  for (const act of acts) act(calendar, event);
  if (calendar.status !== next)
    throw new Error(`${event.type}: the facts say ${calendar.status}, the machine ${next}`);
}

type Act = (calendar: Calendar, event: ApartmentEvent) => void;
type Decide<Kind extends ApartmentCommand['kind']> = (
  calendar: Calendar,
  command: Extract<ApartmentCommand, { kind: Kind }>,
  at: Circumstances,
) => Decision;

/** An action that decides a command on the calendar as it is now and records what was decided. */
function decides<Kind extends ApartmentCommand['kind']>(decide: Decide<Kind>): Act {
  return (calendar, event) => {
    const { command, at, turn } = event as Extract<CommandEvent, { type: Kind }>;
    recordDecision(calendar, turn, command, decide(calendar, command as never, at), at);
  };
}

function records(kind: 'paused' | 'resumed' | 'retired') {
  return decides(() => ({ facts: [{ fact: { kind } }] }));
}

const WAY_OUT = {
  paused: 'takes no new holds for now; choose another, or come back later',
  retired: 'is no longer let; choose another',
} as const;

function refusesHold(status: 'paused' | 'retired') {
  return decides<'hold'>((_, command) => ({
    refusal: errorBody('rule_violation', `apartment ${command.apartmentId} ${WAY_OUT[status]}`, {
      fields: [{ path: 'apartmentId', message: status }],
    }),
  }));
}

function refusesChange(status: ListingStatus) {
  return decides((_, command) => ({
    refusal: errorBody(
      'rule_violation',
      `apartment ${command.apartmentId} is ${status}; it cannot ${command.kind}`,
      {
        fields: [{ path: 'apartmentId', message: status }],
      },
    ),
  }));
}

const ACTS = {
  hold: decides(decideHold),
  extend: decides(decideExtend),
  release: decides(decideRelease),
  confirm: decides(decideConfirm),
  cancel: decides(decideCancel),
  block: decides(decideBlock),
  unblock: decides(decideUnblock),
  lapse: (calendar, event) => recordLapse(calendar, event.turn),
  payment: (calendar, event) => {
    if (event.type === 'payment') recordPayment(calendar, event.step, event.turn);
  },
  recordPaused: records('paused'),
  recordResumed: records('resumed'),
  recordRetired: records('retired'),
  refuseHoldPaused: refusesHold('paused'),
  refuseHoldRetired: refusesHold('retired'),
  refuseListed: refusesChange('listed'),
  refusePaused: refusesChange('paused'),
  refuseRetired: refusesChange('retired'),
} satisfies Record<string, Act>;

type Name = keyof typeof ACTS;
type Arguments = { context: { calendar: Calendar }; event: ApartmentEvent };
const actions = Object.fromEntries(
  Object.entries<Act>(ACTS).map(([name, act]) => [
    name,
    ({ context, event }: Arguments) => act(context.calendar, event),
  ]),
) as Record<Name, (args: Arguments) => void>;

export const apartmentMachine = setup({
  types: {
    context: {} as { calendar: Calendar },
    events: {} as ApartmentEvent,
    input: {} as { calendar: Calendar },
  },
  actions,
}).createMachine({
  id: 'apartment',
  context: ({ input }) => ({ calendar: input.calendar }),
  initial: 'listed',
  on: {
    extend: { actions: 'extend' },
    release: { actions: 'release' },
    confirm: { actions: 'confirm' },
    cancel: { actions: 'cancel' },
    block: { actions: 'block' },
    unblock: { actions: 'unblock' },
    tick: { actions: 'lapse' },
    payment: { actions: 'payment' },
  },
  states: {
    listed: {
      on: {
        hold: { actions: 'hold' },
        pause: { target: 'paused', actions: 'recordPaused' },
        resume: { actions: 'refuseListed' },
        retire: { target: 'retired', actions: 'recordRetired' },
      },
    },
    paused: {
      on: {
        hold: { actions: 'refuseHoldPaused' },
        pause: { actions: 'refusePaused' },
        resume: { target: 'listed', actions: 'recordResumed' },
        retire: { target: 'retired', actions: 'recordRetired' },
      },
    },
    retired: {
      on: {
        hold: { actions: 'refuseHoldRetired' },
        pause: { actions: 'refuseRetired' },
        resume: { actions: 'refuseRetired' },
        retire: { actions: 'refuseRetired' },
      },
    },
  },
});

interface Reaction {
  readonly acts: readonly Act[];
  readonly next: ListingStatus;
}

const REACTIONS = reactions();

function reactions(): Record<ListingStatus, Record<ApartmentEvent['type'], Reaction>> {
  const table = {} as Record<ListingStatus, Record<ApartmentEvent['type'], Reaction>>;
  for (const status of ['listed', 'paused', 'retired'] as const) {
    const state = apartmentMachine.resolveState({
      value: status,
      context: { calendar: emptyCalendar(status) },
    });
    const row = {} as Record<ApartmentEvent['type'], Reaction>;
    for (const type of apartmentMachine.events) {
      const [after, found] = transition(apartmentMachine, state, { type } as ApartmentEvent);
      row[type as ApartmentEvent['type']] = {
        acts: found.map((action) => ACTS[action.type as Name]),
        next: after.value as ListingStatus,
      };
    }
    table[status] = row;
  }
  return table;
}
