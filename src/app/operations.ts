/** What there is to see of the running servers: stats of the last second, today's bookings, what keeps this one from serving. */
import type { NodeStats } from '../cluster/node-stats.ts';
import type { Operations } from '../gateway/ports.ts';
import type { Storage } from '../persistence/index.ts';
import { countConfirmedSince } from '../persistence/statements/bookings.ts';
import { instant } from '../protocol/instant.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import type { Start } from './start.ts';

/** How often the count of today's bookings is read, in milliseconds: it is for people to look at. */
const BOOKINGS_TODAY_EVERY_MS = 5_000;
const DAY_MS = 86_400_000;

export interface OperationsService extends Operations {
  /** To be called once a second: takes this node's stats and tells them to the others. */
  tick(sockets: SocketCounts): void;
}

export interface SocketCounts {
  /** Open WebSockets of this node, and admins on its feed. */
  sockets(): number;
  feeds(): number;
}

export async function openOperations(
  { onFault, started }: Start,
  { pool, history }: Storage,
  node: ApartmentsNode,
): Promise<OperationsService> {
  const { clock, registry, openHolds, journal, membership, cluster } = node;
  let last = { atMs: performance.now(), commands: 0 };
  let own: NodeStats = {
    holdsOpen: 0,
    commandsPerSecond: 0,
    sockets: 0,
    feeds: 0,
    commitMsP50: 0,
    commitMsP99: 0,
  };
  /** Confirmed since the day began (UTC), and not cancelled. */
  let bookingsToday = 0;
  const countBookings = async () => {
    bookingsToday = await countConfirmedSince(pool, Math.floor(clock.nowMs() / DAY_MS) * DAY_MS);
  };
  await countBookings();
  const counting = setInterval(
    () => countBookings().catch((cause) => onFault('stats.fault', { cause })),
    BOOKINGS_TODAY_EVERY_MS,
  );
  started(() => clearInterval(counting));

  return {
    tick({ sockets, feeds }) {
      const nowMs = performance.now();
      const seconds = Math.max(0.001, (nowMs - last.atMs) / 1_000);
      const commandsPerSecond = Math.round((registry.commands - last.commands) / seconds);
      last = { atMs: nowMs, commands: registry.commands };
      const { commitMsP50, commitMsP99 } = journal.commitStats();
      own = {
        holdsOpen: openHolds.count,
        commandsPerSecond,
        sockets: sockets(),
        feeds: feeds(),
        commitMsP50,
        commitMsP99,
      };
      cluster.tell(own);
    },
    stats() {
      const { feeds: _, ...stats } = cluster.statsWithOthers(own);
      return { at: instant(clock.nowMs()), bookingsToday, ...stats, nodes: membership.nodes() };
    },
    notReady() {
      const reasons: string[] = [];
      if (!journal.isConnected)
        reasons.push('PostgreSQL cannot be reached, takes no writes, or may forget what it acknowledges');
      if (!membership.isTrusted) reasons.push('the lease of this node has run out');
      return reasons;
    },
    nowMs: () => clock.nowMs(),
    historyId: () => history.id,
  };
}
