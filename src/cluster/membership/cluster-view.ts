/**
 * All nodes and the owners of all shards, as last seen. What was read may arrive after what was written later: of two
 * accounts of a shard the one with the higher epoch is the newer, and a node that was declared dead never lives again.
 */
import { SHARDS } from '../../protocol/limits.ts';
import type { Look, NodeRow } from './lease-store.ts';
import { placeShards } from './placement.ts';
import type { NodeStanding, NodeView, Peer, ShardOwner } from './ports.ts';

interface Owned {
  readonly nodeId: string | null;
  readonly epoch: number;
}

export class ClusterView {
  #nodes = new Map<string, NodeRow>();
  readonly #owned = new Array<Owned>(SHARDS).fill({ nodeId: null, epoch: -1 });
  /** Made when first asked for after a change; by shard. */
  #owners: (ShardOwner | undefined)[] | undefined;
  /** Made when first asked for after a look. */
  #peers: { readonly of: string; readonly peers: readonly Peer[] } | undefined;
  #wanted: { readonly of: string; readonly shards: readonly string[] } = { of: '', shards: [] };
  /** Of the last look, which need not be that of `owned`. */
  generation = -1;
  /** What every node understands, and every one that joins will. Never falls. */
  leastLevel = 0;

  /** @returns whether an owner, or who is up, has changed */
  saw(look: Look): boolean {
    const before = this.#standings();
    const dead = new Set(
      [...this.#nodes.values()].filter(({ state }) => state === 'dead').map(({ id }) => id),
    );
    this.#nodes = new Map(
      look.nodes.map((node) => [node.id, dead.has(node.id) ? { ...node, state: 'dead' } : node]),
    );
    this.#peers = undefined;
    let hasChanged = before !== this.#standings();
    for (const [shard, [nodeId, epoch]] of (look.shards ?? []).entries()) {
      if (this.moved(shard, nodeId, epoch)) hasChanged = true;
    }
    this.generation = look.generation;
    this.raised(look.leastLevel);
    if (hasChanged) this.#owners = undefined;
    return hasChanged;
  }

  /** @returns whether that is newer than what was known */
  moved(shard: number, nodeId: string | null, epoch: number): boolean {
    const known = this.#owned[shard];
    if (known === undefined || epoch <= known.epoch) return false;
    this.#owned[shard] = { nodeId, epoch };
    this.#owners = undefined;
    return true;
  }

  /** The sum of all epochs that are known: of the last look, or of moves since. */
  get generationKnown(): number {
    return this.#owned.reduce((sum, { epoch }) => sum + Math.max(epoch, 0), 0);
  }

  raised(leastLevel: number): void {
    this.leastLevel = Math.max(this.leastLevel, leastLevel);
  }

  /** All that are up or leaving but this one. */
  peersOf(selfId: string): readonly Peer[] {
    if (this.#peers?.of !== selfId) {
      const others = this.present().filter(({ id }) => id !== selfId);
      this.#peers = { of: selfId, peers: others.map(({ id, url }) => ({ id, url })) };
    }
    return this.#peers.peers;
  }

  /** Nodes that are up or leaving. */
  present(): NodeRow[] {
    return [...this.#nodes.values()].filter(({ state }) => state === 'up' || state === 'leaving');
  }

  /** Declared dead by this node, which the next look need not know yet. */
  died(ids: readonly string[]): void {
    for (const id of ids) {
      const node = this.#nodes.get(id);
      if (node !== undefined) this.#nodes.set(id, { ...node, state: 'dead' });
    }
    this.#peers = undefined;
    this.#owners = undefined;
  }

  /** All nodes that are there understand more than must be understood. */
  isLevelDue(): boolean {
    const present = this.present();
    return present.length > 0 && present.every(({ level }) => level > this.leastLevel);
  }

  isOrphan(shard: number): boolean {
    const node = this.#nodes.get(this.#owned[shard]?.nodeId ?? '');
    return node?.state !== 'up' && node?.state !== 'leaving';
  }

  /** By shard, who should own it: placed over the nodes that are up, but for one that is about to leave. */
  wanted(leavingId?: string): readonly string[] {
    const up = this.present().filter(({ id, state }) => state === 'up' && id !== leavingId);
    const of = up.map(({ id }) => id).join(' ');
    if (this.#wanted.of !== of) this.#wanted = { of, shards: placeShards(up.map(({ id }) => id)) };
    return this.#wanted.shards;
  }

  ownedBy(shard: number): Owned | undefined {
    return this.#owned[shard];
  }

  ownerOf(shard: number, selfId: string): ShardOwner | undefined {
    this.#owners ??= this.#owned.map(({ nodeId, epoch }) => {
      const node = nodeId === null ? undefined : this.#nodes.get(nodeId);
      if (node === undefined) return undefined;
      return { nodeId: node.id, url: node.url, epoch, isSelf: node.id === selfId, state: standingOf(node) };
    });
    return this.#owners[shard];
  }

  nodes(): NodeView[] {
    const counts = new Map<string, number>();
    for (const { nodeId } of this.#owned) {
      if (nodeId !== null) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
    }
    return [...this.#nodes.values()]
      .map((node) => ({
        ...{ id: node.id, state: standingOf(node), level: node.level },
        shards: counts.get(node.id) ?? 0,
      }))
      .filter(({ state, shards }) => shards > 0 || (state !== 'dead' && state !== 'left'));
  }

  #standings(): string {
    return [...this.#nodes.values()].map((node) => `${node.id} ${standingOf(node)}`).join(',');
  }
}

function standingOf({ state, leaseLeftMs }: NodeRow): NodeStanding {
  return state !== 'dead' && state !== 'left' && leaseLeftMs <= 0 ? 'silent' : state;
}
