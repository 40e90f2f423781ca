/**
 * The life of a hold, as an XState machine whose events are the facts about it (H1, B3). Decisions ask it whether a fact
 * may come next and, where it may not, why; applying a fact asks it again, so that no hold ever moves otherwise.
 *
 *                extended
 *                 ┌───┐                                confirmed
 *                 │   v                       ┌────────────────────────────> confirmed
 *      held ──> ┌────────┐  confirming  ┌────────────┐  authorised  ┌────────────┐  ^ ^
 *               │  held  │ ───────────> │ confirming │ ───────────> │ authorised │ ─┘ │
 *               └────────┘ <─────────── └────────────┘              └────────────┘    │
 *                 │ │ │      declined         │  expired                   │          │ confirmed: paid late,
 *                 │ │ └─ expired ─> expired <─┼── settled ── ┌─────────┐ <─┘          │ its nights still free
 *                 │ └─── replaced ─> replaced └────────────> │  owing  │ ─────────────┘
 *                 └───── released ─> released                └─────────┘
 *
 *   held         open until its deadline; may be lengthened, paid for, let go, replaced by its guest's next hold
 *   confirming   the provider was asked to authorise; open until the payment's deadline, whatever its own
 *   authorised   the provider was asked to capture
 *   owing        ended with its payment open: what the provider may still hold is looked up and given back
 *   confirmed, released, replaced, expired   ended; not kept in the calendar
 *
 * A payment's answer may come after the journal knows better: it is passed over. What a guest asks too late is refused.
 * XState is asked once, for every state and event (`HOLD_LIFE`): nothing here depends on more than those two (ADR 14).
 */
import { setup, transition } from 'xstate';
import { type ErrorBody, errorBody } from '../../protocol/errors.ts';
import type { HoldStatus } from '../../protocol/resources.ts';
import type { HoldClaim } from './calendar.ts';

/** Why a guest is refused, and the way out; `hold H` comes before it. */
interface Refused {
  readonly code: 'hold_not_open' | 'hold_expired';
  readonly why: string;
  readonly wayOut: string;
}

export const HOLD_STATES = [
  'held',
  'confirming',
  'authorised',
  'owing',
  'confirmed',
  'released',
  'replaced',
  'expired',
] as const;
export type HoldState = (typeof HOLD_STATES)[number];

/** The facts about a hold once it is held; `replaced`: by a `held` of the same guest. */
export const HOLD_EVENTS = [
  'extended',
  'replaced',
  'released',
  'confirming',
  'authorised',
  'declined',
  'confirmed',
  'expired',
  'settled',
] as const;
export type HoldEvent = (typeof HOLD_EVENTS)[number];

const refused = (code: Refused['code'], why: string, wayOut: string) => ({
  actions: { type: 'refuse' as const, params: { code, why, wayOut } },
});
const paying = (why: string, wayOut: string) => refused('hold_not_open', why, wayOut);
/** To whatever its guest asks of it. */
const ended = (code: Refused['code'], why: string, wayOut: string) => {
  const cell = refused(code, why, wayOut);
  return { extended: cell, replaced: cell, released: cell, confirming: cell };
};
const SEE_MINE = 'look at `mine` for what is open';
const TOO_LATE = ended('hold_expired', 'has expired', 'hold the nights again if they are still free');
const BEING_PAID = {
  extended: paying('is being paid', 'wait for the answer to its confirm'),
  replaced: paying('is being paid', 'wait for the answer to its confirm'),
  released: paying('is being paid', 'cancel the booking once it is confirmed'),
  confirming: paying('is being paid already', 'wait for the answer to that confirm'),
  declined: 'held',
  confirmed: 'confirmed',
  expired: 'owing',
} as const;

export const holdMachine = setup({
  types: { events: {} as { readonly type: HoldEvent } },
  actions: { refuse: (_, _refused: Refused) => {} },
}).createMachine({
  id: 'hold',
  initial: 'held',
  states: {
    held: {
      on: {
        extended: 'held',
        replaced: 'replaced',
        released: 'released',
        confirming: 'confirming',
        expired: 'expired',
      },
    },
    confirming: { on: { ...BEING_PAID, authorised: 'authorised' } },
    authorised: { on: BEING_PAID },
    owing: { on: { ...TOO_LATE, confirmed: 'confirmed', settled: 'expired' } },
    confirmed: { on: ended('hold_not_open', 'is confirmed already', SEE_MINE) },
    released: { on: ended('hold_not_open', 'is released already', SEE_MINE) },
    replaced: { on: ended('hold_not_open', 'is replaced already', SEE_MINE) },
    expired: { on: TOO_LATE },
  } satisfies Record<HoldState, unknown>,
});

/** What a fact means to a hold: where it goes, why it is refused, or nothing, as it comes too late to matter. */
export type Cell =
  | { readonly kind: 'goes'; readonly to: HoldState }
  | { readonly kind: 'refused'; readonly refused: Refused }
  | { readonly kind: 'late' };

/** Every state by every event. */
export const HOLD_LIFE: Readonly<Record<HoldState, Readonly<Record<HoldEvent, Cell>>>> = Object.fromEntries(
  HOLD_STATES.map((state) => [
    state,
    Object.fromEntries(HOLD_EVENTS.map((type) => [type, cell(state, type)])),
  ]),
) as Record<HoldState, Record<HoldEvent, Cell>>;

function cell(state: HoldState, type: HoldEvent): Cell {
  const before = holdMachine.resolveState({ value: state });
  if (!before.can({ type })) return { kind: 'late' };
  const [after, actions] = transition(holdMachine, before, { type });
  const refusal = actions.find((action) => action.type === 'refuse');
  if (refusal !== undefined) return { kind: 'refused', refused: refusal.params as unknown as Refused };
  return { kind: 'goes', to: after.value as HoldState };
}

/** As the wire calls each state. */
const STATUS = {
  held: 'held',
  confirming: 'confirming',
  authorised: 'confirming',
  owing: 'expired',
  confirmed: 'confirmed',
  released: 'released',
  replaced: 'released',
  expired: 'expired',
} as const satisfies Record<HoldState, HoldStatus>;

/** Of a hold that stands in the calendar: the three states in which one does. */
export function stateOf({ payment }: HoldClaim): 'held' | 'confirming' | 'authorised' {
  if (payment === undefined) return 'held';
  return payment.authorised ? 'authorised' : 'confirming';
}

/** As the wire calls the state of a hold that stands in the calendar. */
export function statusOf(hold: HoldClaim): 'held' | 'confirming' {
  return STATUS[stateOf(hold)];
}

/** Whether a fact may come next. */
export function allows(state: HoldState, event: HoldEvent): boolean {
  return HOLD_LIFE[state][event].kind === 'goes';
}

/** Why what a guest asks of a hold in that state is refused; undefined where it may be decided. */
export function refusalIn(state: HoldState, event: HoldEvent, holdId: string): ErrorBody | undefined {
  const found = HOLD_LIFE[state][event];
  if (found.kind !== 'refused') return undefined;
  const { code, why, wayOut } = found.refused;
  return errorBody(code, `hold ${holdId} ${why}; ${wayOut}`);
}
