/**
 * Group commit. All that has gathered from all apartments goes to PostgreSQL as one batch on its shard's lane, while
 * the next one fills; an idle lane takes what is there at the end of the event loop's turn, without waiting for more.
 *
 * A batch is many apartments' fate. One that is refused is split until the offender stands alone; a fence names
 * whom it refuses. Whatever does not commit takes with it what was queued behind it for the same apartment, since
 * PostgreSQL's key would not notice a gap in the versions.
 */
import type { Append, AppendResult } from '../../actors/ports.ts';
import { BATCH_ENTRIES_MAX, COMMIT_LANES, LANE_QUEUE_MAX } from '../limits.ts';
import { fencedPairs, outcomeOf } from '../sqlstate.ts';
import { changesMore } from './batch-encoder.ts';
import { CommitStats, type CommitSummary } from './commit-stats.ts';
import { Lane, type LaneOptions } from './lane.ts';

export interface GroupCommitOptions {
  readonly url: string;
  readonly lanes?: number;
  readonly recognise?: LaneOptions['recognise'];
  /** See `LaneOptions`. */
  readonly acceptDataLoss?: boolean;
  /** Default: a connection to PostgreSQL. */
  readonly open?: (options: LaneOptions) => BatchLane;
  /** Calls once, when what is to be appended in this turn has been. Default: at the end of the event loop's turn. */
  readonly soon?: (call: () => void) => void;
  /** Monotonic, in milliseconds. Default: this process's. */
  readonly monotonicMs?: () => number;
  /** `journal.lane_lost`, `journal.commit_failed`, `journal.not_heard`: for the log. */
  readonly onFault?: ((event: string, details: Record<string, unknown>) => void) | undefined;
}

/** Takes one batch at a time, and commits it whole or not at all; see `Lane`. */
export type BatchLane = Pick<Lane, 'isIdle' | 'isConnected' | 'send' | 'become' | 'close'>;

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
  #isScheduled = false;
  #closing: (() => void) | undefined;
  #isClosed = false;

  constructor(name: string, options: GroupCommitOptions, stats: CommitStats) {
    const { url, acceptDataLoss = false, onFault, recognise } = options;
    const { open = (options) => new Lane(options) } = options;
    this.#stats = stats;
    this.#onFault = onFault;
    this.#soon = options.soon ?? ((call) => void setImmediate(call));
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    // What keeps it from connecting is said once, not at every try.
    let said: string | undefined;
    this.#lane = open({
      ...{ url, name, recognise, acceptDataLoss },
      ready: () => {
        said = undefined;
        this.#flush();
      },
      lost: (cause) => {
        if (said !== String(cause)) onFault?.('journal.lane_lost', { lane: name, cause });
        said = String(cause);
      },
    });
  }

  get isConnected(): boolean {
    return this.#lane.isConnected;
  }

  get depth(): number {
    const parts = this.#parts.reduce((sum, part) => sum + part.length, 0);
    return this.#waiting.length - this.#head + parts + (this.#batch?.length ?? 0);
  }

  become(nodeId: string): void {
    this.#lane.become(nodeId);
  }

  append(append: Append): void {
    if (this.#isClosed || this.#waiting.length - this.#head >= LANE_QUEUE_MAX) {
      const cause = new Error(
        this.#isClosed ? 'the journal is closed' : `${LANE_QUEUE_MAX} appends wait for the disk already`,
      );
      queueMicrotask(() => this.#tell(append, { status: 'unknown', cause }));
      return;
    }
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
    if (this.depth > 0 && this.#lane.isConnected) {
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
      });
    }
    await this.#lane.close();
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
    let entries = 0;
    for (const append of batch) entries += append.entries.length;
    const sentMs = this.#monotonicMs();
    this.#lane.send(batch, (error) => {
      this.#batch = undefined;
      if (error !== undefined) return this.#failed(batch, error);
      const endedMs = this.#monotonicMs();
      this.#stats.record(endedMs, endedMs - sentMs, entries);
      // The next batch leaves first: PostgreSQL works while the answers of this one are written.
      this.#flush();
      for (const append of batch) this.#tell(append, COMMITTED);
    });
  }

  /** The oldest that wait, whole appends in order, up to the limit; alone if one is larger. */
  #take(): Append[] {
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
      case 'refused':
        if (batch.length === 1) this.#fail(batch, 'conflict', error);
        else {
          const half = batch.length >> 1;
          this.#parts.push(batch.slice(half), batch.slice(0, half));
        }
    }
    this.#flush();
  }

  /** Ends these, and what is queued behind their facts for the same apartments by the same owner. */
  #fail(failed: readonly Append[], status: 'fenced' | 'conflict' | 'unknown', cause: unknown): void {
    if (failed.length === 0) return;
    const owners = new Set(failed.filter(({ entries }) => entries.length > 0).map(ownerOf));
    const behind: Append[] = [];
    const stays = (append: Append) => {
      if (!owners.has(ownerOf(append))) return true;
      behind.push(append);
      return false;
    };
    this.#parts = this.#parts.map((part) => part.filter(stays)).filter((part) => part.length > 0);
    this.#waiting = this.#waiting.slice(this.#head).filter(stays);
    this.#head = 0;
    for (const append of failed) this.#tell(append, { status, cause });
    for (const append of behind) {
      const behindIt = new Error('an append before this one was not committed', { cause });
      this.#tell(append, { status: 'conflict', cause: behindIt });
    }
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

function ownerOf(append: Append): string {
  return `${append.apartmentId} ${append.epoch}`;
}
