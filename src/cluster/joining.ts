/** How a process becomes a node: one at a time, and not beside a node that shares its database with nobody. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { JOIN_TIMEOUT_MS, LEASE_MS, LEASE_RENEW_EVERY_MS } from '../protocol/limits.ts';
import { insertNode, lockJoins, type NodeRow, presentNodes } from './lease-statements.ts';
import { isKnownDead, type ProcessIdentity } from './process-identity.ts';

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
  pool: Pool,
  candidate: Candidate,
  here: ProcessIdentity,
): Promise<{ id: string; sentMs: number }> {
  const seen = new Map<string, { lease: string; renewals: number }>();
  for (const until = performance.now() + JOIN_TIMEOUT_MS; ; ) {
    const joined = await tryToJoin(pool, candidate, here);
    if ('id' in joined) return joined;
    const { inTheWay } = joined;
    const before = seen.get(inTheWay.id) ?? { lease: inTheWay.lease, renewals: 0 };
    const renewals = before.renewals + (before.lease === inTheWay.lease ? 0 : 1);
    seen.set(inTheWay.id, { lease: inTheWay.lease, renewals });
    // Renewed twice since we looked first: no answer that was on its way when its server died.
    if (renewals >= 2 || performance.now() > until) throw new DatabaseInUse(inTheWay);
    await delay(POLL_MS);
  }
}

async function tryToJoin(
  pool: Pool,
  { url, exclusive }: Candidate,
  here: ProcessIdentity,
): Promise<{ id: string; sentMs: number } | { inTheWay: NodeRow }> {
  const client = await pool.connect();
  let fault: unknown;
  try {
    await client.query('begin');
    await lockJoins(client);
    const dead: string[] = [];
    for (const other of await presentNodes(client)) {
      const isInTheWay = exclusive || other.exclusive;
      if (isDead(other, isInTheWay) || (await isKnownDead(other, here))) dead.push(other.id);
      else if (isInTheWay) {
        await client.query('rollback');
        return { inTheWay: other };
      }
    }
    const id = `node_${randomUUID().slice(0, 8)}`;
    const sentMs = performance.now();
    await insertNode(client, { id, url, exclusive, dead }, here);
    await client.query('commit');
    return { id, sentMs };
  } catch (error) {
    fault = error;
    throw error;
  } finally {
    // A connection in an unknown state goes, and its transaction with it.
    client.release(fault !== undefined);
  }
}

/** One that is in the way at the end of its lease; another has time to renew it, after PostgreSQL was away. */
function isDead({ leaseLeftMs }: NodeRow, isInTheWay: boolean): boolean {
  return leaseLeftMs <= (isInTheWay ? 0 : -LEASE_MS - LEASE_RENEW_EVERY_MS);
}
