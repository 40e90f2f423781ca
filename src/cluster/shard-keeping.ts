/**
 * What claiming, draining and losing shards means to the apartments in them. A claimed shard takes commands as soon as
 * this node has been told what the others know: its apartments start when they are asked for. Those whose deadlines or
 * payments must go on are started meanwhile; until that is done this node does not answer for the shard where the
 * question is what is open in it (`isAwake`).
 */

import type { Journal } from '../actors/ports.ts';
import type { Registry } from '../actors/registry.ts';
import { shardOf } from '../protocol/ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { HANDOVER_DRAIN_MS } from './limits.ts';
import type { LossReason, ShardKeeper } from './membership/ports.ts';

export interface ShardKeepingParts {
  readonly registry: Registry;
  readonly scheduler: Scheduler;
  /** Apartments of these shards whose deadlines or payments may have to go on. */
  readonly restless: Journal['restless'];
  /** Resolves when what must be known of other nodes' apartments is, as far as it could be had; asked before each claim. */
  readonly introduced: () => Promise<void>;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

const WAKE_AGAIN_MS = 250;
/** Apartments that must run, read at once. */
const RESTLESS_PAGE = 1_024;

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
    this.#waking = this.#wake(shards).then(() => before);
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

  async #wake(shards: ReadonlyMap<number, number>): Promise<void> {
    const isAsleep = (id: string) => this.#isAsleep(shards, shardOf(id));
    let afterId: string | undefined;
    let left: readonly string[] = [];
    for (let isLast = false; !this.#isStopped && !(isLast && left.length === 0); ) {
      try {
        if (left.length === 0) {
          left = await this.#parts.restless(this.#stillAsleep(shards), { afterId, limit: RESTLESS_PAGE });
          isLast = left.length < RESTLESS_PAGE;
          afterId = left.at(-1);
        }
        left = (await this.#parts.registry.wake(left.filter(isAsleep))).filter(isAsleep);
        if (left.length === 0) continue;
      } catch (cause) {
        this.#parts.onFault('shards.not_woken', { shards: shards.size, cause });
      }
      await new Promise<void>((resolve) => this.#parts.scheduler.after(WAKE_AGAIN_MS, resolve));
    }
    for (const shard of this.#stillAsleep(shards).keys()) this.#asleep.delete(shard);
  }

  #stillAsleep(shards: ReadonlyMap<number, number>): Map<number, number> {
    return new Map([...shards].filter(([shard]) => this.#isAsleep(shards, shard)));
  }

  #isAsleep(shards: ReadonlyMap<number, number>, shard: number): boolean {
    const epoch = shards.get(shard);
    return epoch !== undefined && this.#asleep.get(shard) === epoch;
  }
}
