/** What membership tells the parts that run a shard's apartments, and what it shows of the other nodes. */

export interface ShardKeeper {
  /**
   * These shards are ours at these epochs: start what must run in them. They take commands when this resolves; until
   * then they answer their epoch, so that apartments can be loaded. Called again after a rejection, until it succeeds.
   */
  onClaimed?(shards: ReadonlyMap<number, number>): Promise<void>;
  /**
   * These shards take no more commands: finish what is under way, write snapshots, let go. They are handed over when
   * this resolves or rejects, after HANDOVER_DRAIN_MS at the latest, and answer their epoch until then.
   */
  onDraining?(shards: readonly number[]): Promise<void>;
  /**
   * These shards are not ours any more, without a handover: what runs in them is worth nothing. Not called when only the
   * lease is in doubt: then nothing is answered, and if nobody took over it goes on at the same epochs.
   */
  onLost?(shards: readonly number[], reason: LossReason): void;
}
export type LossReason =
  | 'taken by another node'
  | 'this node was declared dead'
  | 'the database has another history';

/** Who owns a shard, as of the last look at the tables. */
export interface ShardOwner {
  readonly nodeId: string;
  /** How peers reach that node. */
  readonly url: string;
  readonly epoch: number;
  readonly isSelf: boolean;
  readonly state: NodeStanding;
}

/** `silent`: its lease has ended, and nobody has declared it dead yet. */
export type NodeStanding = 'up' | 'leaving' | 'silent' | 'left' | 'dead';

/** A node as the statistics show it. */
export interface NodeView {
  readonly id: string;
  readonly state: NodeStanding;
  /** What its program understands. */
  readonly level: number;
  readonly shards: number;
}

/** Another node that is up or leaving. */
export interface Peer {
  readonly id: string;
  readonly url: string;
}
