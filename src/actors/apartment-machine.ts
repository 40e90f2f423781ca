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
 * A guard or an action that throws would stop the actor for good: the shell drops and reloads it then.
 */
import { setup } from 'xstate';
import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import { errorBody } from '../protocol/errors.ts';
import type { ListingStatus } from '../protocol/terms.ts';
import type { Calendar } from './calendar/calendar.ts';
import {
  type Circumstances,
  type Decision,
  decideBlock,
  decideCancel,
  decideConfirm,
  decideExtend,
  decideHold,
  decideRelease,
  decideUnblock,
} from './calendar/decide.ts';
import type { PaymentStep } from './calendar/payment.ts';
import { recordDecision, recordLapse, recordPayment } from './record.ts';
import type { Turn } from './turn.ts';

export interface ApartmentContext {
  readonly calendar: Calendar;
}
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

interface ActionArguments {
  readonly context: ApartmentContext;
  readonly event: ApartmentEvent;
}
type Decide<Kind extends ApartmentCommand['kind']> = (
  calendar: Calendar,
  command: Extract<ApartmentCommand, { kind: Kind }>,
  at: Circumstances,
) => Decision;

/** An action that decides a command on the calendar as it is now and records what was decided. */
function decides<Kind extends ApartmentCommand['kind']>(decide: Decide<Kind>) {
  return ({ context, event }: ActionArguments): void => {
    const { command, at, turn } = event as Extract<CommandEvent, { type: Kind }>;
    recordDecision(context.calendar, turn, command, decide(context.calendar, command as never, at), at);
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

export const apartmentMachine = setup({
  types: {
    context: {} as ApartmentContext,
    events: {} as ApartmentEvent,
    input: {} as { calendar: Calendar },
  },
  actions: {
    hold: decides(decideHold),
    extend: decides(decideExtend),
    release: decides(decideRelease),
    confirm: decides(decideConfirm),
    cancel: decides(decideCancel),
    block: decides(decideBlock),
    unblock: decides(decideUnblock),
    lapse: ({ context, event }: ActionArguments) => recordLapse(context.calendar, event.turn),
    payment: ({ context, event }: ActionArguments) => {
      if (event.type === 'payment') recordPayment(context.calendar, event.step, event.turn);
    },
    recordPaused: records('paused'),
    recordResumed: records('resumed'),
    recordRetired: records('retired'),
    refuseHoldPaused: refusesHold('paused'),
    refuseHoldRetired: refusesHold('retired'),
    refuseListed: refusesChange('listed'),
    refusePaused: refusesChange('paused'),
    refuseRetired: refusesChange('retired'),
  },
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
