/**
 * What claiming, draining and losing shards means to the apartments in them. A claimed shard takes commands as soon as
 * this node has been told what the others know: its apartments start when they are asked for. Those whose deadlines or
 * payments must go on are started meanwhile; until that is done this node does not answer for the shard where the
 * question is what is open in it (`isAwake`).
 */

import type { Registry } from '../actors/registry.ts';
import { shardOf } from '../protocol/ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { HANDOVER_DRAIN_MS } from './limits.ts';
import type { LossReason, ShardKeeper } from './membership/ports.ts';

export interface ShardKeepingParts {
  readonly registry: Registry;
  readonly scheduler: Scheduler;
  /** Apartments that time or the payment provider may still change, of all shards; see the journal's `activeSince`. */
  readonly active: () => Promise<Iterable<string>>;
  /** Resolves when what must be known of other nodes' apartments is, as far as it could be had; asked before each claim. */
  readonly introduced: () => Promise<void>;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

const WAKE_AGAIN_MS = 250;

export class ShardKeeping implements ShardKeeper {
  readonly #parts: ShardKeepingParts;
  /** Claimed, and not known to be another node's since. */
  readonly #kept = new Set<number>();
  /** Claimed, and not awake yet: by shard, at which epoch. */
  readonly #asleep = new Map<number, number>();
  #waking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: ShardKeepingParts) {
    this.#parts = parts;
  }

  /** Of a shard that is ours: whether everything that must run in it does. */
  isAwake(shard: number): boolean {
    return !this.#asleep.has(shard);
  }

  /** Resolves when everything that must run in the shards claimed so far does. */
  awake(): Promise<void> {
    return this.#waking;
  }

  /** What could not be started yet is not tried again. */
  stop(): void {
    this.#isStopped = true;
  }

  async onClaimed(shards: ReadonlyMap<number, number>): Promise<void> {
    for (const [shard, epoch] of shards) {
      this.#kept.add(shard);
      this.#asleep.set(shard, epoch);
    }
    const before = this.#waking;
    this.#waking = this.#wake(new Map(shards)).then(() => before);
    await this.#parts.introduced();
  }

  onDraining(shards: readonly number[]): Promise<void> {
    return this.#parts.registry.handOver(new Set(shards), HANDOVER_DRAIN_MS);
  }

  onLost(shards: readonly number[], reason: LossReason): void {
    this.#drop(new Set(shards), reason);
  }

  /**
   * To be called when owners have changed: what a shard's handover left behind here goes too, such as an apartment that
   * was being loaded meanwhile.
   */
  ownersChanged(isAnothers: (shard: number) => boolean): void {
    const gone = new Set([...this.#kept].filter(isAnothers));
    if (gone.size > 0) this.#drop(gone, 'handed to another node');
  }

  #drop(shards: ReadonlySet<number>, reason: string): void {
    for (const shard of shards) {
      this.#kept.delete(shard);
      this.#asleep.delete(shard);
    }
    this.#parts.registry.drop(shards, reason);
  }

  async #wake(shards: Map<number, number>): Promise<void> {
    const isAsleep = (id: string) => this.#isAsleep(shards, shardOf(id));
    let left: readonly string[] | undefined;
    while (!this.#isStopped) {
      try {
        left ??= [...(await this.#parts.active())];
        left = await this.#parts.registry.wake(left.filter(isAsleep));
        if (!left.some(isAsleep)) break;
      } catch (cause) {
        this.#parts.onFault('shards.not_woken', { shards: shards.size, cause });
      }
      await new Promise<void>((resolve) => this.#parts.scheduler.after(WAKE_AGAIN_MS, resolve));
    }
    for (const shard of shards.keys()) if (this.#isAsleep(shards, shard)) this.#asleep.delete(shard);
  }

  #isAsleep(shards: ReadonlyMap<number, number>, shard: number): boolean {
    const epoch = shards.get(shard);
    return epoch !== undefined && this.#asleep.get(shard) === epoch;
  }
}
