/**
 * Group commit. All that has gathered from all apartments goes to PostgreSQL as one batch on its shard's lane, while
 * the next one fills; an idle lane takes what is there at the end of the event loop's turn, without waiting for more.
 *
 * A batch is many apartments' fate. One that is refused is split until the offender stands alone; a fence names
 * whom it refuses; who needs what somebody else has locked waits for it aside (`siding.ts`). Whatever does not commit takes with it what was queued behind it for the same apartment, since
 * PostgreSQL's key would not notice a gap in the versions.
 */
import type { Append, AppendResult } from '../../actors/ports.ts';
import { type Scheduler, TIMERS } from '../../time/scheduler.ts';
import {
  BATCH_ENTRIES_MAX,
  COMMIT_LANES,
  LANE_QUEUE_MAX,
  LANE_STUCK_MS,
  LANE_WATCH_EVERY_MS,
  LOCK_WARY_MS,
} from '../limits.ts';
import { fencedPairs, lockedShards, outcomeOf } from '../sqlstate.ts';
import { changesMore } from './batch-encoder.ts';
import { CommitStats, type CommitSummary } from './commit-stats.ts';
import { type BatchLane, Lane, type LaneOptions } from './lane.ts';
import { behindFailed, ownerOf, Siding } from './siding.ts';

export interface GroupCommitOptions {
  readonly url: string;
  readonly lanes?: number;
  readonly history?: LaneOptions['history'];
  /** See `LaneOptions`. */
  readonly acceptDataLoss?: boolean;
  /** Default: a connection to PostgreSQL. */
  readonly open?: (options: LaneOptions) => BatchLane;
  /** Calls once, when what is to be appended in this turn has been. Default: at the end of the event loop's turn. */
  readonly soon?: (call: () => void) => void;
  /** Monotonic, in milliseconds. Default: this process's. */
  readonly monotonicMs?: () => number;
  /** Default: this process's. */
  readonly scheduler?: Scheduler;
  /** `journal.lane_lost`, `journal.lane_stuck`, `journal.locked`, `journal.commit_failed`, `journal.not_heard`: for the log. */
  readonly onFault?: ((event: string, details: Record<string, unknown>) => void) | undefined;
}

const COMMITTED: AppendResult = { status: 'committed' };

export class GroupCommit {
  readonly #stats = new CommitStats();
  readonly #lanes: readonly LaneQueue[];
  readonly #monotonicMs: () => number;

  constructor(options: GroupCommitOptions) {
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#lanes = Array.from(
      { length: options.lanes ?? COMMIT_LANES },
      (_, i) => new LaneQueue(`lane ${i}`, options, this.#stats),
    );
  }

  /** See the port: `done` is called once, never before this returns. */
  append(append: Append): void {
    this.#lanes[append.shard % this.#lanes.length]!.append(append);
  }

  /** For which node it appends: its sessions in PostgreSQL are named after it, for who takes its shards. */
  become(nodeId: string): void {
    for (const lane of this.#lanes) lane.become(nodeId);
  }

  commitStats(): CommitSummary {
    return this.#stats.read(this.#monotonicMs());
  }

  /** Whether every lane has its connection. */
  get isConnected(): boolean {
    return this.#lanes.every((lane) => lane.isConnected);
  }

  /** Appends waiting or under way. */
  get depth(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.depth, 0);
  }

  /** Takes nothing more, finishes what is queued where that goes without delay, closes the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

class LaneQueue {
  readonly #lane: BatchLane;
  readonly #soon: (call: () => void) => void;
  readonly #monotonicMs: () => number;
  readonly #stats: CommitStats;
  readonly #onFault: GroupCommitOptions['onFault'];
  #waiting: Append[] = [];
  /** Index of the first of `#waiting` that has not been sent. */
  #head = 0;
  /** Parts of a batch that was refused, to be sent before anything that waits; the last is the next. */
  #parts: Append[][] = [];
  #batch: Append[] | undefined;
  readonly #siding: Siding;
  /** Until then whatever changes more than the journal waits aside, too, while anything does. */
  #waryUntilMs = Number.NEGATIVE_INFINITY;
  /** When the lane last sent or heard something, or had nothing to do. */
  #movedMs: number;
  #callOffWatch = () => {};
  #isScheduled = false;
  #closing: (() => void) | undefined;
  #isClosed = false;

  constructor(name: string, options: GroupCommitOptions, stats: CommitStats) {
    const { url, acceptDataLoss = false, onFault, history } = options;
    const { open = (options) => new Lane(options) } = options;
    this.#stats = stats;
    this.#onFault = onFault;
    this.#soon = options.soon ?? ((call) => void setImmediate(call));
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#movedMs = this.#monotonicMs();
    // What keeps it from connecting is said once, not at every try.
    const opened = (name: string, isReady: () => void) => {
      let said: string | undefined;
      const ready = () => {
        said = undefined;
        isReady();
      };
      const lost = (cause: unknown) => {
        if (said !== String(cause)) onFault?.('journal.lane_lost', { lane: name, cause });
        said = String(cause);
      };
      return open({ url, name, history, acceptDataLoss, ready, lost });
    };
    const { scheduler = TIMERS } = options;
    this.#siding = new Siding({
      open: (ready) => opened(`${name}-aside`, ready),
      scheduler,
      monotonicMs: this.#monotonicMs,
      tell: (append, result) => this.#tell(append, result),
      committed: (batch, sentMs) => this.#record(batch, sentMs),
      onFault,
    });
    this.#lane = opened(name, () => this.#flush());
    this.#watch(name, scheduler);
  }

  get isConnected(): boolean {
    return this.#lane.isConnected;
  }

  get depth(): number {
    const parts = this.#parts.reduce((sum, part) => sum + part.length, 0);
    return this.#waiting.length - this.#head + parts + (this.#batch?.length ?? 0) + this.#siding.depth;
  }

  become(nodeId: string): void {
    this.#lane.become(nodeId);
    this.#siding.become(nodeId);
  }

  append(append: Append): void {
    if (this.#isClosed || this.#waiting.length - this.#head + this.#siding.depth >= LANE_QUEUE_MAX) {
      const cause = new Error(
        this.#isClosed ? 'the journal is closed' : `${LANE_QUEUE_MAX} appends wait for the disk already`,
      );
      queueMicrotask(() => this.#tell(append, { status: 'unknown', cause }));
      return;
    }
    if (!this.#siding.isEmpty && this.#siding.holds(append)) return this.#siding.add([append]);
    this.#waiting.push(append);
    if (this.#isScheduled || !this.#lane.isIdle) return;
    this.#isScheduled = true;
    this.#soon(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callOffWatch();
    if (this.depth > this.#siding.depth && this.#lane.isConnected) {
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
      });
    }
    await Promise.all([this.#lane.close(), this.#siding.close()]);
    const left = [...this.#parts.flat(), ...this.#waiting.slice(this.#head)];
    this.#parts = [];
    this.#waiting = [];
    this.#head = 0;
    this.#fail(left, 'unknown', new Error('the journal is closed'));
  }

  #flush(): void {
    if (!this.#lane.isIdle) {
      // What is left when the connection goes while closing is not waited for.
      if (!this.#lane.isConnected) this.#closing?.();
      return;
    }
    const batch = this.#parts.pop() ?? this.#take();
    if (batch.length === 0) {
      this.#closing?.();
      return;
    }
    this.#batch = batch;
    const sentMs = this.#monotonicMs();
    this.#movedMs = sentMs;
    this.#lane.send(batch, (error) => {
      this.#batch = undefined;
      if (error !== undefined) return this.#failed(batch, error);
      this.#record(batch, sentMs);
      // The next batch leaves first: PostgreSQL works while the answers of this one are written.
      this.#flush();
      for (const append of batch) this.#tell(append, COMMITTED);
    });
  }

  /** Nothing is known by which a lane gets stuck: where it does all the same, its server would own shards and write nothing. */
  #watch(name: string, scheduler: Scheduler): void {
    this.#callOffWatch = scheduler.after(LANE_WATCH_EVERY_MS, () => {
      const nowMs = this.#monotonicMs();
      const appends = this.depth - this.#siding.depth;
      if (appends === 0 || !this.#lane.isConnected) this.#movedMs = nowMs;
      else if (nowMs - this.#movedMs >= LANE_STUCK_MS) {
        this.#onFault?.('journal.lane_stuck', {
          lane: name,
          appends,
          forMs: Math.round(nowMs - this.#movedMs),
        });
        this.#movedMs = nowMs;
        this.#lane.drop();
      }
      this.#watch(name, scheduler);
    });
  }

  #record(batch: readonly Append[], sentMs: number): void {
    let entries = 0;
    for (const append of batch) entries += append.entries.length;
    const endedMs = this.#monotonicMs();
    this.#stats.record(endedMs, endedMs - sentMs, entries);
  }

  /** The oldest that wait, whole appends in order, up to the limit; alone if one is larger. */
  #take(): Append[] {
    if (!this.#siding.isEmpty && this.#monotonicMs() < this.#waryUntilMs)
      this.#setAside(this.#waiting.slice(this.#head).filter(changesMore));
    const waiting = this.#waiting;
    const batch: Append[] = [];
    let changed: Set<string> | undefined;
    let entries = 0;
    let i = this.#head;
    for (; i < waiting.length; i++) {
      const append = waiting[i]!;
      // A change of a mark alone is as much work as an entry.
      entries += append.entries.length || 1;
      if (entries > BATCH_ENTRIES_MAX && batch.length > 0) break;
      if (changesMore(append)) {
        changed ??= new Set();
        if (changed.has(append.apartmentId)) break;
        changed.add(append.apartmentId);
      }
      batch.push(append);
    }
    if (i === waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (i > LANE_QUEUE_MAX) {
      this.#waiting = waiting.slice(i);
      this.#head = 0;
    } else {
      this.#head = i;
    }
    return batch;
  }

  #failed(batch: Append[], error: unknown): void {
    switch (outcomeOf(error)) {
      case 'later':
        this.#onFault?.('journal.commit_failed', { appends: batch.length, cause: error });
        this.#fail(batch, 'unknown', error);
        break;
      case 'fenced': {
        const pairs = fencedPairs(error);
        const isFenced = (append: Append) => pairs.has(`${append.shard}:${append.epoch}`);
        const others = batch.filter((append) => !isFenced(append));
        const fenced = batch.length === others.length ? batch : batch.filter(isFenced);
        if (fenced !== batch && others.length > 0) this.#parts.push(others);
        this.#fail(fenced, 'fenced', error);
        break;
      }
      case 'locked': {
        const shards = lockedShards(error);
        const needIt = shards && batch.filter(({ shard }) => shards.has(shard));
        const isNamed = needIt !== undefined && needIt.length > 0;
        if (!isNamed) this.#waryUntilMs = this.#monotonicMs() + LOCK_WARY_MS;
        this.#parts.push(batch);
        this.#setAside(isNamed ? needIt : batch);
        break;
      }
      case 'broken':
      case 'refused':
        if (batch.length > 1) {
          const half = batch.length >> 1;
          this.#parts.push(batch.slice(half), batch.slice(0, half));
        } else if (outcomeOf(error) === 'refused') this.#fail(batch, 'conflict', error);
        else {
          this.#onFault?.('journal.commit_failed', { apartmentId: batch[0]?.apartmentId, cause: error });
          this.#fail(batch, 'unknown', error);
        }
    }
    this.#flush();
  }

  /** These wait aside, with all that is queued for the same apartments, in order. */
  #setAside(queued: readonly Append[]): void {
    if (queued.length > 0) this.#siding.add(this.#takeOut(queued));
  }

  /** Ends these, and what is queued behind their facts for the same apartments by the same owner. */
  #fail(failed: readonly Append[], status: 'fenced' | 'conflict' | 'unknown', cause: unknown): void {
    if (failed.length === 0) return;
    const behind = this.#takeOut(failed.filter(({ entries }) => entries.length > 0));
    for (const append of failed) this.#tell(append, { status, cause });
    for (const append of behind) this.#tell(append, behindFailed(cause));
  }

  /** @returns what is queued for the same apartments by the same owner, in order, and is not any more */
  #takeOut(appends: readonly Append[]): readonly Append[] {
    const owners = new Set(appends.map(ownerOf));
    const out: Append[] = [];
    const stays = (append: Append) => {
      if (!owners.has(ownerOf(append))) return true;
      out.push(append);
      return false;
    };
    // The last part is the next to be sent.
    const parts = this.#parts.toReversed().map((part) => part.filter(stays));
    this.#parts = parts.filter((part) => part.length > 0).toReversed();
    this.#waiting = this.#waiting.slice(this.#head).filter(stays);
    this.#head = 0;
    return out;
  }

  /** A defect of whoever hears it is theirs alone: the rest of the batch is told, and the lane goes on. */
  #tell(append: Append, result: AppendResult): void {
    try {
      append.done(result);
    } catch (cause) {
      this.#onFault?.('journal.not_heard', { apartmentId: append.apartmentId, status: result.status, cause });
    }
  }
}
