/**
 * This process as a node: an incarnation with an id of its own, a lease that it renews, and the shards it owns.
 *
 *   joining ──> up ──(no renewal in time)──> silent ──(renewed, nobody took over)──> up
 *                │                             └──(declared dead)──> joining, as a new incarnation
 *                └──(stop)──> left
 *
 * One node owns all shards for now; a second one on the same database is refused. Correctness does not rest on any of
 * this: an append carries its shard's epoch, and a former owner's is fenced.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Ownership } from '../actors/ports.ts';
import { JOIN_TIMEOUT_MS, LEASE_RENEW_EVERY_MS, LEASE_TRUSTED_MS, SHARDS } from '../protocol/limits.ts';
import { DatabaseClock } from './clock.ts';
import {
  databaseTimeMs,
  endLease,
  liveNodes,
  lockJoins,
  type OtherNode,
  renewLease,
  takeEveryShard,
} from './lease-statements.ts';
import { isKnownDead, type ProcessIdentity, thisProcess } from './process-identity.ts';

export interface MembershipOptions {
  readonly pool: Pool;
  /** How peers reach this node. */
  readonly url: string;
  /** After this node has been declared dead and is back as a new incarnation: what it had loaded is worth nothing. */
  readonly onRejoined?: () => void;
  readonly onFault?: (event: string, details: Record<string, unknown>) => void;
}

export interface NodeView {
  readonly id: string;
  readonly state: string;
  readonly shards: number;
}

/** Another server renews its lease on this database. */
export class DatabaseInUse extends Error {
  constructor({ id, url }: { id: string; url: string }) {
    super(
      `another server (${id}, ${url}) is using this database; stop it first, or give this one a database of its own`,
    );
    this.name = 'DatabaseInUse';
  }
}

const POLL_MS = 100;
const CLOCK_SAMPLES_AT_START = 3;

export class Membership implements Ownership {
  readonly clock: DatabaseClock;
  readonly #options: MembershipOptions;
  readonly #identity: ProcessIdentity;
  #nodeId = '';
  /** By shard; 0 where it is not ours. */
  #epochs = new Float64Array(SHARDS);
  /** By the monotonic clock: when the last renewal that succeeded was sent. */
  #renewedMs = Number.NEGATIVE_INFINITY;
  #renewal: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @throws DatabaseInUse */
  static async join(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options, await thisProcess());
    await membership.#measure();
    await membership.#join();
    membership.#schedule();
    return membership;
  }

  private constructor(options: MembershipOptions, identity: ProcessIdentity) {
    this.#options = options;
    this.#identity = identity;
    this.clock = new DatabaseClock();
  }

  get nodeId(): string {
    return this.#nodeId;
  }

  /** Whether the lease is fresh enough to answer anything. */
  get isTrusted(): boolean {
    return performance.now() - this.#renewedMs < LEASE_TRUSTED_MS;
  }

  epochOf(shard: number): number | undefined {
    if (!this.isTrusted) return undefined;
    return this.#epochs[shard] || undefined;
  }

  nodes(): NodeView[] {
    let shards = 0;
    for (const epoch of this.#epochs) if (epoch > 0) shards += 1;
    return [{ id: this.#nodeId, state: this.isTrusted ? 'up' : 'silent', shards }];
  }

  /** Gives up the lease, so that the next server need not wait. The shards are fenced when that one takes them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#renewal;
    this.#renewedMs = Number.NEGATIVE_INFINITY;
    await endLease(this.#options.pool, this.#nodeId).catch((cause) =>
      this.#fault('node.lease_not_ended', { cause }),
    );
  }

  async #measure(): Promise<void> {
    for (let i = 0; i < CLOCK_SAMPLES_AT_START; i++) {
      const sentMs = performance.now();
      const databaseMs = await databaseTimeMs(this.#options.pool);
      this.clock.measured(databaseMs, sentMs, performance.now());
    }
  }

  /** Waits for a lease that nobody renews; one that is renewed belongs to a server that lives. */
  async #join(): Promise<void> {
    const seen = new Map<string, number>();
    for (const until = performance.now() + JOIN_TIMEOUT_MS; ; ) {
      const other = await this.#claim();
      if (other === undefined) return;
      const firstSeenMs = seen.get(other.id) ?? other.leaseUntilMs;
      seen.set(other.id, firstSeenMs);
      // Renewed twice since we looked first: no answer that was on its way when its server died.
      if (other.leaseUntilMs - firstSeenMs > LEASE_RENEW_EVERY_MS * 1.5 || performance.now() > until) {
        throw new DatabaseInUse(other);
      }
      await delay(POLL_MS);
    }
  }

  /** @returns a node that may be alive, or undefined where every shard is ours now */
  async #claim(): Promise<OtherNode | undefined> {
    const client = await this.#options.pool.connect();
    let fault: unknown;
    try {
      await client.query('begin');
      await lockJoins(client);
      for (const other of await liveNodes(client)) {
        if (!(await isKnownDead(other, this.#identity))) {
          await client.query('rollback');
          return other;
        }
      }
      const sentMs = performance.now();
      const id = `node_${randomUUID().slice(0, 8)}`;
      const epochs = await takeEveryShard(client, { id, url: this.#options.url }, this.#identity);
      await client.query('commit');
      this.#nodeId = id;
      for (const [shard, epoch] of epochs) this.#epochs[shard] = epoch;
      this.#renewedMs = sentMs;
      return undefined;
    } catch (error) {
      fault = error;
      throw error;
    } finally {
      // A connection in an unknown state goes, and its transaction with it.
      client.release(fault !== undefined);
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew().finally(() => {
        if (!this.#isStopped) this.#schedule();
      });
    }, LEASE_RENEW_EVERY_MS);
  }

  async #renew(): Promise<void> {
    const sentMs = performance.now();
    try {
      const databaseMs = await renewLease(this.#options.pool, this.#nodeId);
      if (databaseMs === undefined) return await this.#rejoin();
      this.clock.measured(databaseMs, sentMs, performance.now());
      this.#renewedMs = sentMs;
    } catch (cause) {
      this.#fault('node.lease_not_renewed', { nodeId: this.#nodeId, cause });
    }
  }

  async #rejoin(): Promise<void> {
    this.#renewedMs = Number.NEGATIVE_INFINITY;
    this.#epochs = new Float64Array(SHARDS);
    this.#fault('node.declared_dead', { nodeId: this.#nodeId });
    await this.#join();
    this.#options.onRejoined?.();
  }

  #fault(event: string, details: Record<string, unknown>): void {
    this.#options.onFault?.(event, details);
  }
}
