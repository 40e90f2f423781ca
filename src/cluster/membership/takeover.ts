/**
 * Declares nodes dead, and takes the shards that nobody owns and that should be this node's. Every survivor takes
 * its own part; which part that is they compute from the same table. Where for a moment they see different nodes, the
 * rows decide: a shard is taken once, and one that nobody took is still there at the next look.
 */
import { SHARDS } from '../../protocol/limits.ts';
import type { Death } from './liveness.ts';
import type { MembershipParts } from './parts.ts';

export class Takeover {
  readonly #parts: MembershipParts;
  /** As of the last look. */
  deaths: readonly Death[] = [];

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /** Whether there is anything to do. */
  get isDue(): boolean {
    return this.deaths.length > 0 || this.#mine().length > 0;
  }

  async run(): Promise<void> {
    await this.#declare();
    await this.#claim();
  }

  async #declare(): Promise<void> {
    const { leases, view, selfId, look, fault } = this.#parts;
    const deaths = this.deaths;
    if (deaths.length === 0) return;
    const declared = await leases.declareDead(selfId(), deaths);
    view.died(declared);
    // Another node was first, or it lives.
    if (declared.length < deaths.length) look();
    for (const { id, why } of deaths) {
      if (declared.includes(id)) fault('node.found_dead', { nodeId: id, why, by: selfId() });
    }
  }

  async #claim(): Promise<void> {
    const { own, selfId } = this.#parts;
    const nodeId = selfId();
    const mine = this.#mine();
    if (mine.length === 0) return;
    own.claim(mine);
    try {
      // One append that hangs keeps its own shard alone.
      const busy = await this.#take(nodeId, mine, 'pass over');
      if (busy.length > 0 && nodeId === selfId()) await this.#take(nodeId, busy, 'wait');
    } finally {
      own.send(mine, 'refused');
    }
  }

  /** @returns those that were not taken */
  async #take(nodeId: string, wanted: readonly number[], busy: 'pass over' | 'wait'): Promise<number[]> {
    const { leases, own, view, selfId, changed } = this.#parts;
    const epochs = await leases.claimShards(nodeId, wanted, busy);
    // Declared dead meanwhile: what was claimed belongs to nobody again.
    if (nodeId === selfId()) {
      for (const [shard, epoch] of epochs) {
        view.moved(shard, nodeId, epoch);
        own.taken(shard, epoch);
      }
      if (epochs.size > 0) changed();
    }
    return wanted.filter((shard) => !epochs.has(shard));
  }

  #mine(): number[] {
    const { own, view, selfId, wanted } = this.#parts;
    const owners = wanted();
    const mine: number[] = [];
    for (let shard = 0; shard < SHARDS; shard++) {
      if (owners[shard] === selfId() && view.isOrphan(shard) && own.isOver(shard)) mine.push(shard);
    }
    return mine;
  }
}
