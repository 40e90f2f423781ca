/** The shards of this node, each in its life, and the two questions of the hot path as array reads. */
import { SHARDS } from '../../protocol/limits.ts';
import {
  ACCEPTING,
  nextShardState,
  OVER,
  OWNED,
  SHARD_BEGINS,
  type ShardEvent,
  type ShardState,
} from './shard-machine.ts';

export class OwnShards {
  readonly #states = new Array<ShardState>(SHARDS).fill('released');
  /** Of the shards that are owned; 0 elsewhere. */
  readonly #epochs = new Float64Array(SHARDS);
  readonly #accepting = new Uint8Array(SHARDS);

  /** 0 where it is not ours. */
  epochOf(shard: number): number {
    return this.#epochs[shard] ?? 0;
  }

  accepts(shard: number): boolean {
    return this.#accepting[shard] === 1;
  }

  stateOf(shard: number): ShardState {
    return this.#states[shard] ?? 'released';
  }

  isOver(shard: number): boolean {
    return OVER.has(this.stateOf(shard));
  }

  inState(state: ShardState): number[] {
    return this.#where((_, value) => value === state);
  }

  owned(): number[] {
    return this.#where((shard) => this.epochOf(shard) > 0);
  }

  /** Begins a life, where none is going on. */
  claim(shards: Iterable<number>): void {
    for (const shard of shards) if (this.isOver(shard)) this.#enter(shard, SHARD_BEGINS, 0);
  }

  /** Ours from this epoch on, claimed or given. @returns whether that is new */
  taken(shard: number, epoch: number): boolean {
    this.claim([shard]);
    if (this.stateOf(shard) !== 'claiming') return false;
    this.#enter(shard, nextShardState('claiming', 'taken'), epoch);
    return true;
  }

  /** @returns those whose state it changed */
  send(shards: Iterable<number>, event: Exclude<ShardEvent, 'taken'>): number[] {
    const changed: number[] = [];
    for (const shard of shards) {
      const before = this.stateOf(shard);
      const after = nextShardState(before, event);
      if (after === before) continue;
      this.#enter(shard, after, this.epochOf(shard));
      changed.push(shard);
    }
    return changed;
  }

  #enter(shard: number, state: ShardState, epoch: number): void {
    this.#states[shard] = state;
    this.#epochs[shard] = OWNED.has(state) ? epoch : 0;
    this.#accepting[shard] = ACCEPTING.has(state) ? 1 : 0;
  }

  #where(is: (shard: number, state: ShardState) => boolean): number[] {
    const found: number[] = [];
    for (const [shard, state] of this.#states.entries()) if (is(shard, state)) found.push(shard);
    return found;
  }
}
