/**
 * Who of the other nodes is dead, as far as one node can tell from the tables it looks at every half second.
 *
 *   its process is known to be dead (same machine)            at once
 *   suspected, and it has missed a renewal                    0.7 s after its last one
 *   its lease has ended, and it was seen unrenewed meanwhile  2 s after its last one
 *   seen unrenewed for two leases, whatever the clock says    PostgreSQL's clock was set back
 *
 * What this does not know: whether a node that seems dead is only cut off from PostgreSQL, or frozen. It need not. Once
 * declared dead its shards go to a higher epoch, and whatever it still appends at the old one is refused. What it can
 * still do is answer reads, until its own trust in its lease ends: LEASE_TRUSTED_MS after its last renewal.
 *
 * A suspicion (nobody listens at its address any more) comes from outside and may be wrong: a node whose peers
 * cannot reach it but which reaches PostgreSQL goes on renewing, and is not declared dead.
 */
import {
  LEASE_MISSED_MS,
  LEASE_MS,
  LEASE_TRUSTED_MS,
  LEASE_UNRENEWED_MAX_MS,
  LEASE_UNRENEWED_MS,
} from '../limits.ts';
import type { Accusation, NodeRow } from './lease-store.ts';

export interface Death extends Accusation {
  readonly why: string;
}

export class Liveness {
  readonly #isKnownDead: (node: NodeRow) => Promise<boolean>;
  /** When a node was first seen with the lease that it has, by the monotonic clock. */
  readonly #seen = new Map<string, { readonly lease: string; readonly sinceMs: number }>();
  /** By node, why, and until when that is worth something, by the monotonic clock. */
  readonly #suspected = new Map<string, { readonly evidence: string; readonly untilMs: number }>();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(isKnownDead: (node: NodeRow) => Promise<boolean>) {
    this.#isKnownDead = isKnownDead;
  }

  /** A renewal does not end a suspicion, as it may have been the last one; time does. */
  suspect(nodeId: string, evidence: string, nowMs: number): void {
    this.#suspected.set(nodeId, { evidence, untilMs: nowMs + LEASE_MS });
  }

  /**
   * @param others nodes that are up or leaving, as just read, without the one that looks
   * @param nowMs by the monotonic clock
   */
  async look(others: readonly NodeRow[], nowMs: number): Promise<Death[]> {
    // Who was blind for a while (frozen, or without PostgreSQL) has not seen that nobody renewed.
    if (nowMs - this.#lookedMs > LEASE_TRUSTED_MS) this.#seen.clear();
    this.#lookedMs = nowMs;
    const present = new Set(others.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id);
    for (const [id, { untilMs }] of this.#suspected) {
      if (!present.has(id) || nowMs >= untilMs) this.#suspected.delete(id);
    }

    const deaths: Death[] = [];
    for (const node of others) {
      const seen = this.#seen.get(node.id);
      const sinceMs = seen?.lease === node.lease ? seen.sinceMs : nowMs;
      this.#seen.set(node.id, { lease: node.lease, sinceMs });
      const death = await this.#deathOf(node, nowMs - sinceMs);
      if (death !== undefined) deaths.push(death);
    }
    return deaths;
  }

  /** How long from the last look until somebody may turn out to be dead, in milliseconds. */
  nextMs(others: readonly NodeRow[]): number {
    const ends = others.map(({ id, leaseLeftMs }) =>
      this.#suspected.has(id) ? leaseLeftMs - (LEASE_MS - LEASE_MISSED_MS) : leaseLeftMs,
    );
    return Math.min(...ends.filter((ms) => ms > 0), Number.POSITIVE_INFINITY);
  }

  async #deathOf(node: NodeRow, unrenewedMs: number): Promise<Death | undefined> {
    const { id, lease, leaseLeftMs } = node;
    const suspicion = this.#suspected.get(id);
    const hasMissed = leaseLeftMs <= LEASE_MS - LEASE_MISSED_MS;
    if ((hasMissed || suspicion !== undefined) && (await this.#isKnownDead(node))) {
      return { id, lease: null, why: 'its process is dead' };
    }
    if (suspicion !== undefined && hasMissed) return { id, lease, why: suspicion.evidence };
    if (leaseLeftMs <= 0 && unrenewedMs >= LEASE_UNRENEWED_MS) return { id, lease, why: 'its lease ended' };
    if (unrenewedMs >= LEASE_UNRENEWED_MAX_MS) return { id, lease, why: 'it does not renew its lease' };
    return undefined;
  }
}
