/** How a process becomes a node: one at a time, and not beside a node that shares its database with nobody. */
import { JOIN_TIMEOUT_MS, LEASE_MS, LEASE_RENEW_EVERY_MS } from '../protocol/limits.ts';
import type { LeaseStore, NodeRow } from './lease-store.ts';
import { type NodeHost, pause } from './node-host.ts';

export interface Candidate {
  readonly url: string;
  /** Shares the database with nobody. */
  readonly exclusive: boolean;
}

/** Another server renews its lease on this database, and one of the two shares it with nobody. */
export class DatabaseInUse extends Error {
  constructor({ id, url }: { id: string; url: string }) {
    super(
      `another server (${id}, ${url}) is using this database; stop it first, give this one a database of its own, or run both as one cluster by setting REDIS_URL and NIGHTLATCH_NODE_URL for each`,
    );
    this.name = 'DatabaseInUse';
  }
}

const POLL_MS = 100;

/**
 * Waits for a lease that nobody renews; one that is renewed belongs to a server that lives.
 * @returns the new incarnation, and when its lease began or later, by the monotonic clock
 * @throws DatabaseInUse
 */
export async function joinNodes(
  leases: LeaseStore,
  candidate: Candidate,
  host: NodeHost,
): Promise<{ id: string; sentMs: number }> {
  const seen = new Map<string, { lease: string; renewals: number }>();
  const { monotonicMs } = host.time;
  for (const until = monotonicMs() + JOIN_TIMEOUT_MS; ; ) {
    const joined = await tryToJoin(leases, candidate, host);
    if ('id' in joined) return joined;
    const { inTheWay } = joined;
    const before = seen.get(inTheWay.id) ?? { lease: inTheWay.lease, renewals: 0 };
    const renewals = before.renewals + (before.lease === inTheWay.lease ? 0 : 1);
    seen.set(inTheWay.id, { lease: inTheWay.lease, renewals });
    // Renewed twice since we looked first: no answer that was on its way when its server died.
    if (renewals >= 2 || monotonicMs() > until) throw new DatabaseInUse(inTheWay);
    await pause(host, POLL_MS);
  }
}

async function tryToJoin(
  leases: LeaseStore,
  { url, exclusive }: Candidate,
  host: NodeHost,
): Promise<{ id: string; sentMs: number } | { inTheWay: NodeRow }> {
  const id = host.newNodeId();
  let sentMs = host.time.monotonicMs();
  const inTheWay = await leases.join({ id, url, exclusive }, host.identity, async (others) => {
    const dead: string[] = [];
    for (const other of others) {
      const isInTheWay = exclusive || other.exclusive;
      if (isDead(other, isInTheWay) || (await host.isKnownDead(other))) dead.push(other.id);
      else if (isInTheWay) return { inTheWay: other };
    }
    sentMs = host.time.monotonicMs();
    return { dead };
  });
  return inTheWay === undefined ? { id, sentMs } : { inTheWay };
}

/** One that is in the way at the end of its lease; another has time to renew it, after PostgreSQL was away. */
function isDead({ leaseLeftMs }: NodeRow, isInTheWay: boolean): boolean {
  return leaseLeftMs <= (isInTheWay ? 0 : -LEASE_MS - LEASE_RENEW_EVERY_MS);
}
