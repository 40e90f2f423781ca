/**
 * Where appends wait for a lock that somebody else holds: on a row that was left locked in a psql, a table that is being
 * indexed, a shard that is being taken over. They have a connection of their own, so that the lane they come from goes on.
 *
 *   a batch of the lane is refused: `locked`
 *      │ all of it, and what is queued behind it for the same apartments
 *      v
 *   fresh ── tried together ──> committed; with nothing left the apartment is the lane's again
 *      │ locked: half as many at once, until one is tried alone
 *      v
 *   waiting ── tried alone, ever more rarely ──> committed
 *      │ for LOCK_GIVEN_UP_MS
 *      v
 *   `unknown`, and what is queued behind it `conflict`
 *
 * Nothing of an apartment is tried before what was queued before it, and nothing of it goes to the lane meanwhile. Fresh
 * appends that change no more than the journal go first: they are here by chance.
 */
import type { Append, AppendResult } from '../../actors/ports.ts';
import type { Scheduler } from '../../time/scheduler.ts';
import {
  BATCH_ENTRIES_MAX,
  LOCK_GIVEN_UP_MS,
  LOCK_RETRY_FIRST_MS,
  LOCK_RETRY_MAX_MS,
  LOCK_TOLD_MS,
} from '../limits.ts';
import { fencedPairs, lockedShards, outcomeOf } from '../sqlstate.ts';
import { changesMore } from './batch-encoder.ts';
import type { BatchLane } from './lane.ts';

export interface SidingOptions {
  /** Called once, when something has to wait for the first time. */
  readonly open: (ready: () => void) => BatchLane;
  readonly scheduler: Scheduler;
  readonly monotonicMs: () => number;
  readonly tell: (append: Append, result: AppendResult) => void;
  readonly committed: (batch: readonly Append[], sentMs: number) => void;
  readonly onFault: ((event: string, details: Record<string, unknown>) => void) | undefined;
}

/** Of one apartment, under one epoch; never empty. */
interface Line {
  readonly appends: Append[];
  /** Since when the first of them is that. */
  sinceMs: number;
  /** Undefined while the first one has not been refused alone. */
  retry: { dueMs: number; afterMs: number; cause: unknown } | undefined;
  isTold: boolean;
}

export function ownerOf({ apartmentId, epoch }: Append): string {
  return `${apartmentId} ${epoch}`;
}

export class Siding {
  readonly #options: SidingOptions;
  readonly #lines = new Map<string, Line>();
  #depth = 0;
  #lane: BatchLane | undefined;
  #nodeId = '';
  #batch: readonly Append[] | undefined;
  /** Fresh appends that are tried together. */
  #atOnce = BATCH_ENTRIES_MAX;
  /** The last try was of fresh ones: it is the turn of one that waits. */
  #wasFresh = false;
  #callOff: (() => void) | undefined;

  constructor(options: SidingOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Appends waiting or under way. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether something queued before it is here. */
  holds(append: Append): boolean {
    return this.#lines.has(ownerOf(append));
  }

  become(nodeId: string): void {
    this.#nodeId = nodeId;
    this.#lane?.become(nodeId);
  }

  add(appends: Iterable<Append>): void {
    const sinceMs = this.#options.monotonicMs();
    for (const append of appends) {
      const line = this.#lines.get(ownerOf(append));
      this.#depth += 1;
      if (line !== undefined) line.appends.push(append);
      else this.#lines.set(ownerOf(append), { appends: [append], sinceMs, retry: undefined, isTold: false });
    }
    if (this.#lane === undefined) {
      this.#lane = this.#options.open(() => this.#flush());
      this.#lane.become(this.#nodeId);
    }
    this.#flush();
  }

  /** Waits for nothing but what is under way. */
  async close(): Promise<void> {
    await this.#lane?.close();
    for (const owner of [...this.#lines.keys()])
      this.#fail(owner, 'unknown', new Error('the journal is closed'));
    this.#callOff?.();
  }

  #flush(): void {
    const nowMs = this.#options.monotonicMs();
    this.#giveUp(nowMs);
    const lane = this.#lane;
    if (lane === undefined || this.#lines.size === 0) return;
    const batch = lane.isIdle ? this.#next(nowMs) : [];
    if (batch.length > 0) this.#send(lane, batch);
    else this.#wake(nowMs);
  }

  #send(lane: BatchLane, batch: readonly Append[]): void {
    this.#batch = batch;
    const sentMs = this.#options.monotonicMs();
    lane.send(batch, (error) => {
      this.#batch = undefined;
      if (error !== undefined) {
        this.#failed(batch, error);
        return this.#flush();
      }
      for (const append of batch) this.#shift(ownerOf(append));
      this.#atOnce = Math.min(2 * this.#atOnce, BATCH_ENTRIES_MAX);
      this.#options.committed(batch, sentMs);
      this.#flush();
      for (const append of batch) this.#options.tell(append, { status: 'committed' });
    });
  }

  #next(nowMs: number): readonly Append[] {
    const waiting = this.#wasFresh ? this.#due(nowMs) : undefined;
    this.#wasFresh = false;
    if (waiting !== undefined) return [waiting];
    const fresh = this.#fresh();
    this.#wasFresh = fresh.length > 0;
    if (fresh.length > 0) return fresh;
    const due = this.#due(nowMs);
    return due === undefined ? [] : [due];
  }

  /** Of those whose time to be tried again has come, the first to have come here. */
  #due(nowMs: number): Append | undefined {
    for (const { appends, retry } of this.#lines.values())
      if (retry !== undefined && retry.dueMs <= nowMs) return appends[0];
    return undefined;
  }

  #fresh(): readonly Append[] {
    const plain: Append[] = [];
    const changing: Append[] = [];
    let entries = 0;
    for (const { appends, retry } of this.#lines.values()) {
      if (retry !== undefined) continue;
      if (changesMore(appends[0]!)) changing.push(appends[0]!);
      for (const append of appends) {
        if (changesMore(append) || plain.length >= this.#atOnce || entries >= BATCH_ENTRIES_MAX) break;
        plain.push(append);
        entries += append.entries.length;
      }
      if (plain.length >= this.#atOnce || entries >= BATCH_ENTRIES_MAX) break;
    }
    return plain.length > 0 ? plain : changing.slice(0, this.#atOnce);
  }

  #failed(batch: readonly Append[], error: unknown): void {
    const outcome = outcomeOf(error);
    const blamed = batch.length === 1 ? batch : this.#blamed(batch, error);
    if (outcome !== 'later' && blamed.length === 0) {
      this.#atOnce = batch.length >> 1;
      return;
    }
    switch (outcome) {
      case 'locked':
        for (const append of blamed) this.#wait(append, error);
        return;
      case 'fenced':
        for (const append of blamed) this.#fail(ownerOf(append), 'fenced', error);
        return;
      case 'refused':
        for (const append of blamed) this.#fail(ownerOf(append), 'conflict', error);
        return;
      case 'broken':
      case 'later':
        this.#options.onFault?.('journal.commit_failed', { appends: batch.length, cause: error });
        for (const append of batch) this.#fail(ownerOf(append), 'unknown', error);
    }
  }

  /** Those of several that the error names: a fence does, whoever else refuses does not. */
  #blamed(batch: readonly Append[], error: unknown): readonly Append[] {
    const shards = lockedShards(error);
    if (shards !== undefined) return batch.filter(({ shard }) => shards.has(shard));
    const pairs = fencedPairs(error);
    return batch.filter(({ shard, epoch }) => pairs.has(`${shard}:${epoch}`));
  }

  /** Is not tried again before its time, nor is what is queued behind it. */
  #wait(append: Append, cause: unknown): void {
    const line = this.#lines.get(ownerOf(append));
    if (line?.appends[0] !== append) return;
    const afterMs =
      line.retry === undefined ? LOCK_RETRY_FIRST_MS : Math.min(2 * line.retry.afterMs, LOCK_RETRY_MAX_MS);
    line.retry = { dueMs: this.#options.monotonicMs() + afterMs, afterMs, cause };
  }

  #giveUp(nowMs: number): void {
    for (const [owner, line] of this.#lines) {
      const [first] = line.appends;
      const waitedMs = nowMs - line.sinceMs;
      if (waitedMs < LOCK_TOLD_MS || this.#batch?.includes(first!) === true) continue;
      const { apartmentId } = first!;
      const details = { apartmentId, waitedMs: Math.round(waitedMs), cause: line.retry?.cause };
      if (waitedMs >= LOCK_GIVEN_UP_MS) {
        this.#options.onFault?.('journal.commit_failed', details);
        this.#fail(owner, 'unknown', line.retry?.cause ?? new Error('PostgreSQL could not be reached'));
      } else if (!line.isTold && line.retry !== undefined) {
        line.isTold = true;
        this.#options.onFault?.('journal.locked', details);
      }
    }
  }

  /** The first of a line is on disk. */
  #shift(owner: string): void {
    const line = this.#lines.get(owner);
    if (line === undefined) return;
    line.appends.shift();
    this.#depth -= 1;
    if (line.appends.length === 0) this.#lines.delete(owner);
    line.sinceMs = this.#options.monotonicMs();
    line.retry = undefined;
    line.isTold = false;
  }

  /** Ends the first of a line so, and what is queued behind it. */
  #fail(owner: string, status: 'fenced' | 'conflict' | 'unknown', cause: unknown): void {
    const [first, ...behind] = this.#lines.get(owner)?.appends ?? [];
    if (first === undefined) return;
    this.#lines.delete(owner);
    this.#depth -= 1 + behind.length;
    this.#options.tell(first, { status, cause });
    for (const append of behind) this.#options.tell(append, behindFailed(cause));
  }

  /** When there is something to do next, unless the lane is ready before. */
  #wake(nowMs: number): void {
    let atMs = Number.POSITIVE_INFINITY;
    const isIdle = this.#lane?.isIdle === true;
    for (const { sinceMs, retry, isTold } of this.#lines.values()) {
      if (retry !== undefined && isIdle) atMs = Math.min(atMs, retry.dueMs);
      const isToBeTold = retry !== undefined && !isTold;
      atMs = Math.min(atMs, sinceMs + (isToBeTold ? LOCK_TOLD_MS : LOCK_GIVEN_UP_MS));
    }
    this.#callOff?.();
    this.#callOff = this.#options.scheduler.after(Math.max(atMs - nowMs, LOCK_RETRY_FIRST_MS), () =>
      this.#flush(),
    );
  }
}

/** Of what is queued behind an append that was not committed: PostgreSQL's key would not notice a gap in the versions. */
export function behindFailed(cause: unknown): AppendResult {
  return {
    status: 'conflict',
    cause: new Error('an append before this one was not committed', { cause }),
  };
}
