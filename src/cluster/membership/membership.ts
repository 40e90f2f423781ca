/**
 * This process as a node: an incarnation with an id of its own, a lease that it renews, and the shards it owns.
 *
 *   joining ──> up ──(no renewal in time)──> silent ──(renewed, nobody took over)──> up
 *                │                             └──(declared dead)──> joining, as a new incarnation
 *                └──(leave)──> leaving: hands over ──> left
 *
 * Every half second one statement renews the lease and reads who is there and who owns what. From that each node
 * computes by itself who is dead (`liveness.ts`) and who should own which shard (`placement.ts`), takes what nobody owns
 * (`takeover.ts`) and gives what should be another's (`handover.ts`).
 *
 * Correctness does not rest on any of this: an append carries its shard's epoch, and a former owner's is fenced. Trust in
 * the lease keeps a former owner from answering reads. It is counted from the moment a renewal was sent, by the
 * monotonic clock: a process that was stopped, or whose event loop stood still, finds its trust gone at the first question
 * after that, before any timer has run. A machine that was suspended does not, as its monotonic clock stood still too: it
 * may answer reads of the past until its next renewal, LEASE_RENEW_EVERY_MS later at most.
 */
import type { Ownership } from '../../actors/ports.ts';
import { LevelTooLow } from '../../persistence/statements/least-level.ts';
import { FEATURE_LEVEL, type Feature, levelOf } from '../../protocol/feature-levels.ts';
import { SHARDS } from '../../protocol/limits.ts';
import { OneAtATime } from '../../time/one-at-a-time.ts';
import { within } from '../../time/within.ts';
import {
  JOIN_TIMEOUT_MS,
  LEASE_MS,
  LEASE_RENEW_EVERY_MS,
  LEASE_RETRY_MS,
  LEASE_TRUSTED_MS,
  LEAVE_DEADLINE_MS,
} from '../limits.ts';
import { ClusterView } from './cluster-view.ts';
import { DatabaseClock } from './database-clock.ts';
import { firstClock } from './first-clock.ts';
import { Handover } from './handover.ts';
import { joinNodes } from './joining.ts';
import type { LeaseStore } from './lease-store.ts';
import { Liveness } from './liveness.ts';
import { type NodeHost, pause, thisHost } from './node-host.ts';
import { OwnShards } from './own-shards.ts';
import type { MembershipParts } from './parts.ts';
import type { LossReason, NodeView, Peer, ShardKeeper, ShardOwner } from './ports.ts';
import { ShardLoads } from './shard-loads.ts';
import type { ShardState } from './shard-machine.ts';
import { Takeover } from './takeover.ts';

export interface MembershipOptions extends ShardKeeper {
  readonly leases: LeaseStore;
  /** Default: this process. */
  readonly host?: NodeHost;
  /** How peers reach this node. */
  readonly url: string;
  /** Shares the database with no other node. */
  readonly exclusive: boolean;
  /** What this node tells that it understands. Default: all that the program does. */
  readonly level?: number | undefined;
  /** Each incarnation's id, before it owns anything: peers must be able to reach it under that id from then on. */
  readonly onEntered?: (nodeId: string) => void;
  readonly onFault?: (event: string, details: Record<string, unknown>) => void;
}

const CLOCK_SAMPLES_AT_START = 3;
const LEAVE_POLL_MS = 20;
const LOOK_SOONEST_MS = 5;

export class Membership implements Ownership {
  readonly clock: DatabaseClock;
  readonly #options: MembershipOptions;
  readonly #host: NodeHost;
  readonly #own = new OwnShards();
  readonly #view = new ClusterView();
  readonly #liveness: Liveness;
  readonly #loads: ShardLoads;
  readonly #takeover: Takeover;
  readonly #handover: Handover;
  readonly #looking = new OneAtATime(() => this.#look());
  readonly #takingOver = new OneAtATime(() => this.#takeover.run());
  readonly #handingOver = new OneAtATime(() => this.#handover.run());
  readonly #raising = new OneAtATime(() => this.#raise());
  readonly #listeners = new Set<() => void>();
  #nodeId = '';
  /** By the monotonic clock: when the last renewal that succeeded was sent. */
  #renewedMs = Number.NEGATIVE_INFINITY;
  #callOff = () => {};
  /** The last one that was asked for; where it fails that is told. */
  #lookTold: Promise<void> | undefined;
  #isLeaving = false;
  #isStopped = false;

  /** Measures the clock. Nothing is owned before `join`. */
  static async open(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options, options.host ?? (await thisHost()));
    await membership.#measure();
    return membership;
  }

  private constructor(options: MembershipOptions, host: NodeHost) {
    this.#options = options;
    this.#host = host;
    this.clock = new DatabaseClock(host.time);
    this.#liveness = new Liveness((node) => host.isKnownDead(node));
    const parts: MembershipParts = {
      leases: options.leases,
      scheduler: host.scheduler,
      own: this.#own,
      view: this.#view,
      keeper: options,
      selfId: () => this.#nodeId,
      // Who stops takes and gives nothing more.
      wanted: () => (this.#isStopped ? [] : this.#view.wanted(this.#isLeaving ? this.#nodeId : undefined)),
      changed: () => this.#changed(),
      look: () => this.hint(),
      fault: (event, details) => options.onFault?.(event, details),
    };
    this.#loads = new ShardLoads(parts);
    this.#takeover = new Takeover(parts);
    this.#handover = new Handover(parts);
  }

  /**
   * Peers must be able to reach this node from now on. Resolves when what nobody owned and should be this node's is
   * loaded; its share of what others own comes by their handover.
   * @throws DatabaseInUse, UrlInUse, LevelTooLow
   */
  async join(): Promise<void> {
    await this.#enter();
    await this.#looking.ask();
    await this.#raising.idle();
    await this.#takingOver.idle();
    await this.#loads.idle();
  }

  get nodeId(): string {
    return this.#nodeId;
  }

  /** Whether the lease is fresh enough to answer anything. */
  get isTrusted(): boolean {
    return this.#host.time.monotonicMs() - this.#renewedMs < LEASE_TRUSTED_MS;
  }

  /**
   * Whether every node understands it, and every one that will ever join: what not all understand is neither written nor
   * sent. Once true it stays so. It is not yet where the others have only just been replaced, for half a second at most;
   * where an older one is there, or is gone and may come back, until that has changed.
   */
  mayWrite(feature: Feature): boolean {
    return levelOf(feature) <= this.#view.leastLevel;
  }

  /** What a node must understand to be one of this system, as far as is known here. */
  get leastLevel(): number {
    return this.#view.leastLevel;
  }

  /** The sum of all epochs, at the least. */
  get generation(): number {
    return this.#view.generationKnown;
  }

  /** Also while the shard is loading or draining: what is under way then needs it. */
  epochOf(shard: number): number | undefined {
    return this.isTrusted ? this.#own.epochOf(shard) || undefined : undefined;
  }

  /** Whether new commands are taken. */
  accepts(shard: number): boolean {
    return this.#own.accepts(shard) && this.isTrusted;
  }

  stateOf(shard: number): ShardState {
    return this.#own.stateOf(shard);
  }

  /** An array read; undefined where nobody owns it. */
  ownerOf(shard: number): ShardOwner | undefined {
    return this.#view.ownerOf(shard, this.#nodeId);
  }

  /** All nodes that are there, and those gone whose shards nobody has taken yet. */
  nodes(): NodeView[] {
    return this.#view
      .nodes()
      .map((node) => (node.id === this.#nodeId && !this.isTrusted ? { ...node, state: 'silent' } : node));
  }

  /** Asked with every committed change: the same list until the next look. */
  peers(): readonly Peer[] {
    return this.#view.peersOf(this.#nodeId);
  }

  /**
   * Called when an owner has changed, a node has come, gone or fallen silent, or what this node answers for a shard.
   * @returns a function that ends it
   */
  onOwnersChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A peer says that something has changed: looks now rather than within LEASE_RENEW_EVERY_MS. */
  hint(): void {
    if (this.#nodeId !== '' && !this.#isStopped) void this.#lookNow();
  }

  /**
   * A peer seems to be gone: its link has closed, and where it listened the connection is refused. See `liveness.ts` for
   * what comes of that, and what it does not know.
   */
  suspect(nodeId: string, evidence: string): void {
    this.#liveness.suspect(nodeId, evidence, this.#host.time.monotonicMs());
    this.hint();
  }

  /**
   * Hands over every shard, where somebody is there to take it, within LEAVE_DEADLINE_MS. What is left is served until
   * `stop`.
   */
  async leave(): Promise<void> {
    await this.#inTime(LEAVE_DEADLINE_MS, this.#leave(), 'node.not_handed_over');
  }

  /**
   * Gives up the lease, so that others need not wait, unless that takes as long as the lease itself. Shards still owned
   * are fenced when somebody claims them.
   */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#callOff();
    await this.#inTime(LEASE_MS, this.#end(), 'node.lease_not_ended');
    this.#callOff();
    this.#renewedMs = Number.NEGATIVE_INFINITY;
  }

  /** What was read of the tables is worth nothing: this node owns nothing any more, and does not come back. */
  abandon(): void {
    this.#isStopped = true;
    this.#callOff();
    this.#renewedMs = Number.NEGATIVE_INFINITY;
    this.#own.send(this.#own.inState('claiming'), 'lost');
    this.#lose(this.#own.owned(), 'the database has another history');
    this.#changed();
  }

  async #leave(): Promise<void> {
    // Whom PostgreSQL leaves without an answer for so long is about to be declared dead.
    if (!(await within(this.#host.scheduler, LEASE_MS, this.#options.leases.startLeaving(this.#nodeId))))
      throw new Error(`PostgreSQL did not answer within ${LEASE_MS} ms`);
    // Not before the others can know: whoever did not would give back what it is given.
    this.#isLeaving = true;
    while (!this.#isStopped) {
      await this.#looking.ask();
      await this.#handingOver.ask();
      if (this.#own.owned().length === 0 || this.#view.wanted(this.#nodeId).length === 0) break;
      await pause(this.#host, LEAVE_POLL_MS);
    }
  }

  async #end(): Promise<void> {
    for (const work of [this.#looking, this.#takingOver, this.#handingOver, this.#raising]) await work.idle();
    this.#renewedMs = Number.NEGATIVE_INFINITY;
    if (this.#nodeId !== '') await this.#options.leases.endLease(this.#nodeId);
  }

  /** PostgreSQL may be away, and nobody who stops waits for it for ever. */
  async #inTime(ms: number, work: Promise<void>, event: string): Promise<void> {
    try {
      if (await within(this.#host.scheduler, ms, work)) return;
      this.#fault(event, { nodeId: this.#nodeId, cause: new Error(`it took longer than ${ms} ms`) });
    } catch (cause) {
      this.#fault(event, { nodeId: this.#nodeId, cause });
    }
  }

  async #measure(): Promise<void> {
    const { time, identity } = this.#host;
    const before = await this.#options.leases.clocksBefore(identity);
    for (let i = 0; i < CLOCK_SAMPLES_AT_START; i++) await this.#readClock();
    const databaseMs = this.clock.nowMs();
    const first = firstClock(before, { databaseMs, uptimeMs: time.uptimeMs(), wallMs: time.wallMs() });
    this.clock.beginBehind(databaseMs - first.nowMs);
    if (first.doubt !== undefined) this.#fault('clock.in_doubt', { cause: new Error(first.doubt) });
  }

  async #readClock(): Promise<void> {
    const { time } = this.#host;
    const sentMs = time.monotonicMs();
    const nowMs = await this.#options.leases.nowMs();
    this.clock.measured(nowMs, sentMs, time.monotonicMs());
  }

  async #enter(): Promise<void> {
    const { leases, url, exclusive, level = FEATURE_LEVEL } = this.#options;
    const { id, sentMs } = await joinNodes(leases, { url, exclusive, level }, this.#host);
    this.#nodeId = id;
    this.#renewedMs = sentMs;
    this.#options.onEntered?.(id);
  }

  #schedule(ms: number): void {
    this.#callOff();
    if (this.#isStopped) return;
    const soonMs = Math.max(ms, LOOK_SOONEST_MS);
    this.#callOff = this.#host.scheduler.after(soonMs, () => void this.#lookNow());
  }

  #lookNow(): Promise<void> {
    const look = this.#looking.ask();
    // However many asked for it, why it failed is told once.
    if (look === this.#lookTold) return look.catch(() => {});
    this.#lookTold = look;
    return look.catch((cause) => this.#fault('node.lease_not_renewed', { nodeId: this.#nodeId, cause }));
  }

  async #look(): Promise<void> {
    let nextMs = LEASE_RETRY_MS;
    try {
      await this.#renewOrRejoin();
      nextMs = Math.min(LEASE_RENEW_EVERY_MS, this.#liveness.nextMs(this.#others()));
    } catch (cause) {
      // The others went on without this one, for good: it is said now and then, not ten times a second.
      if (cause instanceof LevelTooLow) nextMs = JOIN_TIMEOUT_MS;
      throw cause;
    } finally {
      this.#schedule(nextMs);
    }
  }

  async #renewOrRejoin(): Promise<void> {
    const sentMs = this.#host.time.monotonicMs();
    // Where it fails the renewal does, too, and says so.
    void this.#readClock().catch(() => {});
    const look = await this.#options.leases.renew(this.#nodeId, {
      generation: this.#view.generation,
      clockBehindMs: this.clock.errorMs,
      clockMs: this.clock.nowMs(),
      uptimeMs: this.#host.time.uptimeMs(),
    });
    if (look.state === null) return this.#rejoin();
    const receivedMs = this.#host.time.monotonicMs();
    this.#renewedMs = sentMs;
    const hasChanged = this.#view.saw(look);
    this.#reconcile();
    this.#takeover.deaths = await this.#liveness.look(this.#others(), receivedMs);
    if (this.#isStopped) return;
    if (this.#takeover.isDue) this.#start(this.#takingOver, 'node.not_taken_over');
    if (this.#handover.isDue) this.#start(this.#handingOver, 'node.not_handed_over');
    if (this.#view.isLevelDue()) this.#start(this.#raising, 'node.level_not_raised');
    this.#loads.start();
    if (hasChanged) this.#changed();
  }

  /** Not before nobody can join any more who would not understand what is written then. */
  async #raise(): Promise<void> {
    this.#view.raised(await this.#options.leases.raiseLeastLevel());
  }

  /**
   * Not awaited: a takeover waits for appends under way, a handover for its actors, a raise for who joins, and renewals
   * for none of them.
   */
  #start(work: OneAtATime, event: string): void {
    if (!work.isRunning) work.ask().catch((cause) => this.#fault(event, { nodeId: this.#nodeId, cause }));
  }

  #others() {
    return this.#view.present().filter(({ id }) => id !== this.#nodeId);
  }

  /** Brings the lives of the shards here in line with what was read. */
  #reconcile(): void {
    const lost: number[] = [];
    const handed: number[] = [];
    const kept: number[] = [];
    for (let shard = 0; shard < SHARDS; shard++) {
      const owned = this.#view.ownedBy(shard);
      const epoch = this.#own.epochOf(shard);
      const isDraining = this.#own.stateOf(shard) === 'draining';
      if (epoch > 0 && (owned?.nodeId !== this.#nodeId || owned.epoch !== epoch)) {
        // What this node gave is seen at times before the answer to its own statement is.
        (isDraining ? handed : lost).push(shard);
      } else if (isDraining && !this.#handingOver.isRunning) {
        // A handover that failed, or whose outcome nobody knew: it has not happened.
        kept.push(shard);
      }
    }
    this.#lose(lost, 'taken by another node');
    this.#own.send(handed, 'handed');
    this.#own.send(kept, 'kept');
    for (let shard = 0; shard < SHARDS; shard++) {
      const owned = this.#view.ownedBy(shard);
      if (owned?.nodeId === this.#nodeId) this.#own.taken(shard, owned.epoch);
    }
  }

  #lose(shards: readonly number[], reason: LossReason): void {
    const lost = this.#own.send(shards, 'lost');
    if (lost.length > 0) this.#options.onLost?.(lost, reason);
  }

  /** What this incarnation owned is gone, and its id with it: whoever hears of it again must not take it for this one. */
  async #rejoin(): Promise<void> {
    if (this.#renewedMs > Number.NEGATIVE_INFINITY) {
      this.#renewedMs = Number.NEGATIVE_INFINITY;
      this.#fault('node.declared_dead', { nodeId: this.#nodeId });
      this.#own.send(this.#own.inState('claiming'), 'lost');
      this.#lose(this.#own.owned(), 'this node was declared dead');
      this.#changed();
    }
    if (this.#isStopped || this.#isLeaving) return;
    await this.#enter();
    void this.#lookNow();
  }

  #changed(): void {
    if (!this.#isStopped) this.#loads.start();
    for (const listener of this.#listeners) listener();
  }

  #fault(event: string, details: Record<string, unknown>): void {
    this.#options.onFault?.(event, details);
  }
}
