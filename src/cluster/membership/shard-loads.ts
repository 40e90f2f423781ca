/** Shards that are ours and not yet loaded: each load once, again after a failure, as long as they are ours. */
import type { MembershipParts } from './parts.ts';

export class ShardLoads {
  readonly #parts: MembershipParts;
  /** By shard, the epoch that is being loaded. */
  readonly #underWay = new Map<number, number>();
  readonly #loads = new Set<Promise<void>>();

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /** Starts what is due; called after every look, which also is what repeats a load that failed. */
  start(): void {
    const { own } = this.#parts;
    const due = new Map<number, number>();
    for (const shard of own.inState('loading')) {
      const epoch = own.epochOf(shard);
      if (this.#underWay.get(shard) !== epoch) due.set(shard, epoch);
    }
    if (due.size === 0) return;
    for (const [shard, epoch] of due) this.#underWay.set(shard, epoch);
    const load = this.#load(due).finally(() => this.#loads.delete(load));
    this.#loads.add(load);
  }

  /** Resolves when all loads under way have ended, well or not. */
  async idle(): Promise<void> {
    await Promise.all(this.#loads);
  }

  async #load(shards: ReadonlyMap<number, number>): Promise<void> {
    const { own, keeper, changed, fault } = this.#parts;
    let isLoaded = false;
    try {
      await keeper.onClaimed?.(shards);
      isLoaded = true;
    } catch (cause) {
      fault('shards.not_loaded', { shards: shards.size, cause });
    }
    // What was lost meanwhile, and perhaps got back at a later epoch, is none of this load's business.
    const current = [...shards].filter(([shard, epoch]) => this.#underWay.get(shard) === epoch);
    for (const [shard] of current) this.#underWay.delete(shard);
    if (!isLoaded) return;
    const loaded = current.filter(([shard, epoch]) => own.epochOf(shard) === epoch);
    own.send(
      loaded.map(([shard]) => shard),
      'loaded',
    );
    changed();
  }
}
