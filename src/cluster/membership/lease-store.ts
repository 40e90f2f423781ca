/**
 * The tables of nodes and shards, as membership uses them. Each call is one step that nobody sees half of; leases are by
 * the store's clock alone. PostgreSQL keeps them (`postgres-leases.ts`); tests and simulation keep them in memory
 * (`memory-leases.ts`), and one contract suite holds for both.
 */
import type { ClocksBefore } from './first-clock.ts';
import type { ProcessIdentity } from './process-identity.ts';

export type NodeState = 'up' | 'leaving' | 'left' | 'dead';

/** A row of `nodes` as it was read. */
export interface NodeRow {
  readonly id: string;
  readonly url: string;
  readonly state: NodeState;
  readonly exclusive: boolean;
  /** What its program understands. */
  readonly level: number;
  /** The lease as the store writes it: the same text, the same lease. */
  readonly lease: string;
  /** Milliseconds until it ends; below 0 where it has. */
  readonly leaseLeftMs: number;
  readonly host: string | null;
  readonly pid: number | null;
  readonly started: string | null;
}

/** What one look at the tables tells. */
export interface Look {
  /** Of the node that looks; null where it has been declared dead, and its lease was not renewed. */
  readonly state: 'up' | 'leaving' | null;
  /** Nodes that are up or leaving, and others that still have shards. */
  readonly nodes: readonly NodeRow[];
  /** What every node understands, and every one that joins must: what may be written. */
  readonly leastLevel: number;
  /** Rises with every change of an owner. */
  readonly generation: number;
  /** By shard, owner and epoch; null where the generation is still the one that was known. */
  readonly shards: readonly (readonly [nodeId: string | null, epoch: number])[] | null;
}

export interface NewNode {
  readonly id: string;
  readonly url: string;
  /** Shares the tables with nobody. */
  readonly exclusive: boolean;
  /** What its program understands. */
  readonly level: number;
}

/** What who joins makes of the others: dead, or in the way. */
export type Judgement = { readonly dead: readonly string[] } | { readonly inTheWay: NodeRow };

export interface Accusation {
  readonly id: string;
  /** That it must still have to be declared dead; null where its process is known to be. */
  readonly lease: string | null;
}

export interface Gift {
  readonly shard: number;
  /** At which the giver owns it. */
  readonly epoch: number;
  readonly takerId: string;
}

/** A node's clock as it is kept beside its lease, for those who start later. */
export interface RecordedClock {
  readonly clockMs: number;
  /** How far it is behind the store's. */
  readonly clockBehindMs: number;
  /** Of its machine, at that moment. */
  readonly uptimeMs: number;
}

export interface LeaseStore {
  /** What was recorded of clocks with renewals: the last ones anywhere, and on this machine. */
  clocksBefore(here: ProcessIdentity): Promise<ClocksBefore>;
  /** The store's time, asked by itself: what reads or writes rows is answered later by an unknown time. */
  nowMs(): Promise<number>;
  /**
   * Renews a lease, also one that has run out: as long as nobody declared the node dead, its shards are its own. Reads
   * all nodes, and all shards if an owner has changed since `known.generation`.
   * @param known.generation that of the shards as they were last read
   */
  renew(nodeId: string, known: { readonly generation: number } & RecordedClock): Promise<Look>;
  /**
   * A new incarnation, up from now on, unless somebody is in its way. One at a time: `judge` is asked about the nodes
   * that nobody has declared dead, whether or not their lease runs, and no other node joins meanwhile.
   * @returns who is in the way
   * @throws LevelTooLow where more may have been written than it understands
   */
  join(
    node: NewNode,
    identity: ProcessIdentity,
    judge: (others: readonly NodeRow[]) => Promise<Judgement>,
  ): Promise<NodeRow | undefined>;
  /**
   * Declares nodes dead, those with a lease only if it is still that one, and only on behalf of a node that is up.
   * @returns the ids of those that were declared dead by this call, by nobody else
   */
  declareDead(witnessId: string, accused: readonly Accusation[]): Promise<string[]>;
  /**
   * Raises what must be understood to the lowest level of all nodes that are there, or were less than ten minutes ago and
   * may come back, as nobody has come to their place. Whoever joins afterwards understands it.
   * @returns what it is now
   */
  raiseLeastLevel(): Promise<number>;
  /** From now on the node is given nothing, and the others expect its shards. */
  startLeaving(nodeId: string): Promise<void>;
  /** A clean end: whoever comes next need not wait. */
  endLease(nodeId: string): Promise<void>;
  /**
   * Takes those of the wanted shards whose owner is dead, has left, or never was; whatever a former owner appends later
   * is fenced.
   * @param busy what becomes of shards that appends are under way in: they are not taken now, or waited for
   * @returns the epoch of each shard that was taken
   */
  claimShards(
    nodeId: string,
    wanted: readonly number[],
    busy: 'pass over' | 'wait',
  ): Promise<Map<number, number>>;
  /**
   * Waits for appends under way as a claim does.
   * @returns the shards that were given; the others are no longer the giver's, or their taker is not up
   */
  handOverShards(nodeId: string, gifts: readonly Gift[]): Promise<number[]>;
}
