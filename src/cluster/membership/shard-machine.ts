/**
 * The life of a shard at one node, from the moment the node means to own it, as an XState machine.
 *
 *               taken             loaded             drain              handed
 *   ┌──────────┐     ┌─────────┐        ┌─────────┐       ┌──────────┐        ┌──────────┐
 *   │ claiming │ ──> │ loading │ ─────> │ serving │ ────> │ draining │ ─────> │ released │
 *   └──────────┘     └─────────┘        └─────────┘       └──────────┘        └──────────┘
 *        │                ^                                    │ kept                ^
 *        │ refused        └────────────────────────────────────┘                     │
 *        └───────────────────────────────────────────────────────────────────────────┘
 *
 *   any of the first four ── lost ──> lost
 *
 *   claiming   asked for; whether it is ours, and since which epoch, is not known yet
 *   loading    ours: what must run in it is started; it answers its epoch, so that this can be done
 *   serving    takes commands
 *   draining   takes none; appends under way still carry its epoch. Kept (nobody to give it to), it is loaded again,
 *              since draining let go of what ran
 *   released   given away, or never got; it may be claimed anew
 *   lost       another node has taken it, or this one was declared dead; it may be claimed anew
 *
 * The machine has no context, so that its transitions are computed once, into a table: a node has 256 shards.
 */
import { initialTransition, setup, transition } from 'xstate';

export const SHARD_STATES = ['claiming', 'loading', 'serving', 'draining', 'released', 'lost'] as const;
export type ShardState = (typeof SHARD_STATES)[number];
export const SHARD_EVENTS = ['taken', 'refused', 'loaded', 'drain', 'handed', 'kept', 'lost'] as const;
export type ShardEvent = (typeof SHARD_EVENTS)[number];

export const shardMachine = setup({
  types: { events: {} as { readonly type: ShardEvent } },
}).createMachine({
  id: 'shard',
  initial: 'claiming',
  states: {
    claiming: { on: { taken: 'loading', refused: 'released', lost: 'lost' } },
    loading: { tags: 'owned', on: { loaded: 'serving', lost: 'lost' } },
    serving: { tags: ['owned', 'accepting'], on: { drain: 'draining', lost: 'lost' } },
    draining: { tags: 'owned', on: { handed: 'released', kept: 'loading', lost: 'lost' } },
    released: { type: 'final' },
    lost: { type: 'final' },
  },
});

const snapshots = new Map(SHARD_STATES.map((value) => [value, shardMachine.resolveState({ value })]));
const TABLE = new Map(
  [...snapshots].map(([state, snapshot]) => [
    state,
    new Map(
      SHARD_EVENTS.map((type) => [type, transition(shardMachine, snapshot, { type })[0].value as ShardState]),
    ),
  ]),
);
const tagged = (tag: string) =>
  new Set([...snapshots].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([state]) => state));

export const SHARD_BEGINS = initialTransition(shardMachine)[0].value as ShardState;
/** The node owns the shard, as far as it knows. */
export const OWNED: ReadonlySet<ShardState> = tagged('owned');
/** The shard takes new commands. */
export const ACCEPTING: ReadonlySet<ShardState> = tagged('accepting');
/** Over: the shard may begin a new life here. */
export const OVER: ReadonlySet<ShardState> = new Set(
  [...snapshots].filter(([, { status }]) => status === 'done').map(([state]) => state),
);

/** An event that a state does not know leaves it as it is. */
export function nextShardState(state: ShardState, event: ShardEvent): ShardState {
  return TABLE.get(state)?.get(event) ?? state;
}
