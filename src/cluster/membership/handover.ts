/**
 * Gives shards to the nodes that should own them, by the present owner's own hand: a node has joined, or this one leaves.
 * A few shards at a time go through finish, snapshot, release, so that each pauses only for its own part of that. No
 * lease is waited for.
 */

import { within } from '../../time/within.ts';
import { HANDOVER_DRAIN_MS, HANDOVER_SHARDS_MAX } from '../limits.ts';
import type { MembershipParts } from './parts.ts';

export class Handover {
  readonly #parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /** Whether there is anything to do. */
  get isDue(): boolean {
    return this.#excess().length > 0;
  }

  /** Resolves when nothing that is serving should be another node's, or one batch could not be given. */
  async run(): Promise<void> {
    for (let batch = this.#excess(); batch.length > 0; batch = this.#excess()) {
      if (!(await this.#handOver(batch.slice(0, HANDOVER_SHARDS_MAX)))) return;
    }
  }

  /** @returns false where something was not given: it goes on draining, and the next look decides what becomes of it */
  async #handOver(batch: readonly number[]): Promise<boolean> {
    const { leases, own, view, selfId, wanted, changed } = this.#parts;
    const nodeId = selfId();
    own.send(batch, 'drain');
    changed();
    await this.#drain(batch);
    const takers = wanted();
    const gifts = batch
      .map((shard) => ({ shard, epoch: own.epochOf(shard), takerId: takers[shard] ?? nodeId }))
      .filter(({ shard, takerId }) => own.stateOf(shard) === 'draining' && takerId !== nodeId);
    if (gifts.length === 0) return false;
    const given = new Set(await leases.handOverShards(nodeId, gifts));
    for (const { shard, epoch, takerId } of gifts) {
      if (given.has(shard)) view.moved(shard, takerId, epoch + 1);
    }
    own.send(given, 'handed');
    changed();
    return given.size === batch.length;
  }

  async #drain(batch: readonly number[]): Promise<void> {
    const { keeper, scheduler, fault } = this.#parts;
    try {
      const drained = Promise.resolve(keeper.onDraining?.(batch));
      // What is still under way will be fenced and asked again: late, not lost.
      if (!(await within(scheduler, HANDOVER_DRAIN_MS, drained)))
        fault('shards.drained_late', { shards: batch });
    } catch (cause) {
      fault('shards.not_drained', { shards: batch, cause });
    }
  }

  #excess(): number[] {
    const { own, selfId, wanted } = this.#parts;
    const owners = wanted();
    return own.inState('serving').filter((shard) => (owners[shard] ?? selfId()) !== selfId());
  }
}
