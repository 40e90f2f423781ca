/**
 * How a process becomes a node: one at a time, not beside a node that shares its database with nobody, and not at the
 * url of another, where peers would reach only one of the two.
 */
import { JOIN_TIMEOUT_MS, LEASE_MISSED_MS, LEASE_MS, LEASE_RENEW_EVERY_MS } from '../limits.ts';
import type { LeaseStore, NodeRow } from './lease-store.ts';
import { type NodeHost, pause } from './node-host.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface Candidate {
  readonly url: string;
  /** Shares the database with nobody. */
  readonly exclusive: boolean;
  readonly level: number;
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

/** Another server renews its lease at the url of this one. */
export class UrlInUse extends Error {
  constructor({ id, url, ...other }: NodeRow, self: ProcessIdentity) {
    super(
      `another server (${id}, ${processOf(other)}) is reached at ${url}, the NIGHTLATCH_NODE_URL of this one (${processOf(self)}) too; give each server one that leads to it alone, or stop that one first`,
    );
    this.name = 'UrlInUse';
  }
}

function processOf({ host, pid }: { readonly host: string | null; readonly pid: number | null }): string {
  return `process ${pid ?? 'unknown'} on ${host?.split(' ')[0] ?? 'another machine'}`;
}

const POLL_MS = 100;

/**
 * Waits for a lease that nobody renews; one that is renewed belongs to a server that lives.
 * @returns the new incarnation, and when its lease began or later, by the monotonic clock
 * @throws DatabaseInUse, UrlInUse, LevelTooLow
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
    if (renewals >= 2 || monotonicMs() > until) {
      throw excludes(candidate, inTheWay)
        ? new DatabaseInUse(inTheWay)
        : new UrlInUse(inTheWay, host.identity);
    }
    await pause(host, POLL_MS);
  }
}

async function tryToJoin(
  leases: LeaseStore,
  candidate: Candidate,
  host: NodeHost,
): Promise<{ id: string; sentMs: number } | { inTheWay: NodeRow }> {
  const { url, exclusive, level } = candidate;
  const id = host.newNodeId();
  let sentMs = host.time.monotonicMs();
  const inTheWay = await leases.join({ id, url, exclusive, level }, host.identity, async (others) => {
    const dead: string[] = [];
    for (const other of others) {
      if (isDead(other, candidate, host.identity) || (await host.isKnownDead(other))) dead.push(other.id);
      else if (isInTheWay(other, candidate)) return { inTheWay: other };
    }
    sentMs = host.time.monotonicMs();
    return { dead };
  });
  return inTheWay === undefined ? { id, sentMs } : { inTheWay };
}

function isInTheWay(other: NodeRow, candidate: Candidate): boolean {
  return excludes(candidate, other) || isSamePlace(candidate, other);
}

/** Paths are nothing to a peer, nor is how the protocol is called. */
function isSamePlace(one: { readonly url: string }, other: { readonly url: string }): boolean {
  const [place, otherPlace] = [one, other].map(({ url }) => URL.parse(url.replace(/^ws/, 'http'))?.origin);
  return place !== undefined && place === otherPlace;
}

/** One of the two shares the database with nobody. */
function excludes(candidate: Candidate, other: NodeRow): boolean {
  return candidate.exclusive || other.exclusive;
}

/**
 * Where one of the two must be alone, at the end of its lease. At the same url this process listens now, which is as
 * good as an address that refuses: who was there is dead as soon as it has missed a renewal (should it live, and
 * PostgreSQL have been away, it comes back and finds this one in its way), and at once where it was this very process,
 * which did not hear that it had joined. Any other has time to renew its lease, after PostgreSQL was away.
 */
function isDead(other: NodeRow, candidate: Candidate, self: ProcessIdentity): boolean {
  const { leaseLeftMs } = other;
  if (excludes(candidate, other)) return leaseLeftMs <= 0;
  if (!isSamePlace(candidate, other)) return leaseLeftMs <= -LEASE_MS - LEASE_RENEW_EVERY_MS;
  return leaseLeftMs <= LEASE_MS - LEASE_MISSED_MS || isSame(other, self);
}

function isSame(other: NodeRow, self: ProcessIdentity): boolean {
  const isToldApart = self.started !== '';
  return isToldApart && other.host === self.host && other.pid === self.pid && other.started === self.started;
}
