import { describe, expect, it } from 'vitest';
import {
  ACCEPTING,
  nextShardState,
  OVER,
  OWNED,
  SHARD_BEGINS,
  type ShardEvent,
  type ShardState,
} from '../../src/cluster/membership/shard-machine.ts';

/** What each event does in each state. A missing cell does not compile. */
const TABLE: Record<ShardState, Record<ShardEvent, ShardState>> = {
  claiming: {
    taken: 'loading',
    refused: 'released',
    loaded: 'claiming',
    drain: 'claiming',
    handed: 'claiming',
    kept: 'claiming',
    lost: 'lost',
  },
  loading: {
    taken: 'loading',
    refused: 'loading',
    loaded: 'serving',
    drain: 'loading',
    handed: 'loading',
    kept: 'loading',
    lost: 'lost',
  },
  serving: {
    taken: 'serving',
    refused: 'serving',
    loaded: 'serving',
    drain: 'draining',
    handed: 'serving',
    kept: 'serving',
    lost: 'lost',
  },
  draining: {
    taken: 'draining',
    refused: 'draining',
    loaded: 'draining',
    drain: 'draining',
    handed: 'released',
    kept: 'loading',
    lost: 'lost',
  },
  released: {
    taken: 'released',
    refused: 'released',
    loaded: 'released',
    drain: 'released',
    handed: 'released',
    kept: 'released',
    lost: 'released',
  },
  lost: {
    taken: 'lost',
    refused: 'lost',
    loaded: 'lost',
    drain: 'lost',
    handed: 'lost',
    kept: 'lost',
    lost: 'lost',
  },
};

describe('the life of a shard, state by event', () => {
  for (const [state, row] of Object.entries(TABLE) as [ShardState, Record<ShardEvent, ShardState>][]) {
    for (const [event, after] of Object.entries(row) as [ShardEvent, ShardState][]) {
      it(`${state} × ${event}: ${after}`, () => {
        expect(nextShardState(state, event)).toBe(after);
      });
    }
  }

  it('begins by claiming; is owned from loading to draining; takes commands while serving', () => {
    expect(SHARD_BEGINS).toBe('claiming');
    expect([...OWNED]).toEqual(['loading', 'serving', 'draining']);
    expect([...ACCEPTING]).toEqual(['serving']);
    expect([...OVER]).toEqual(['released', 'lost']);
  });
});
