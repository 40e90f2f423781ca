/** What takeovers, handovers and loads of shards have in common. */
import type { Scheduler } from '../../time/scheduler.ts';
import type { ClusterView } from './cluster-view.ts';
import type { LeaseStore } from './lease-store.ts';
import type { OwnShards } from './own-shards.ts';
import type { ShardKeeper } from './ports.ts';

export interface MembershipParts {
  readonly leases: LeaseStore;
  readonly scheduler: Scheduler;
  readonly own: OwnShards;
  readonly view: ClusterView;
  readonly keeper: ShardKeeper;
  /** Of the present incarnation. */
  selfId(): string;
  /** By shard, the id of the node that should own it; empty where nothing is to change any more. */
  wanted(): readonly string[];
  /** An owner has changed, or what this node answers for a shard. */
  changed(): void;
  /** What is known is out of date. */
  look(): void;
  fault(event: string, details: Record<string, unknown>): void;
}
