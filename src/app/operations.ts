/** The gateway's face of operations: figures of the last second, and what keeps this server from serving. */
import type { OpenHolds } from '../actors/open-holds.ts';
import type { Registry } from '../actors/registry.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Membership } from '../cluster/membership/membership.ts';
import type { NodeFigures } from '../cluster/node-stats.ts';
import type { Operations } from '../gateway/ports.ts';
import type { PostgresJournal } from '../persistence/journal/journal.ts';
import { instant } from '../protocol/instant.ts';

export interface OperationsParts {
  readonly registry: Registry;
  readonly openHolds: OpenHolds;
  readonly journal: PostgresJournal;
  readonly membership: Membership;
  readonly cluster: Cluster;
  /** Open WebSockets of this node, and admins on its feed. */
  readonly sockets: () => number;
  readonly feeds: () => number;
  /** Bookings confirmed since the day began (UTC) that still stand. */
  readonly bookingsToday: () => number;
  /** Until the search index stands and what was under way before the start goes on. */
  readonly isStarted: () => boolean;
}

export interface OperationsFace extends Operations {
  /** To be called once a second: takes this node's figures and tells them to the others. */
  tick(): void;
}

export function operationsFace(parts: OperationsParts): OperationsFace {
  const { registry, openHolds, journal, membership, cluster } = parts;
  let last = { atMs: performance.now(), commands: 0 };
  let own: NodeFigures = {
    holdsOpen: 0,
    commandsPerSecond: 0,
    sockets: 0,
    feeds: 0,
    commitMsP50: 0,
    commitMsP99: 0,
  };
  return {
    tick() {
      const nowMs = performance.now();
      const seconds = Math.max(0.001, (nowMs - last.atMs) / 1_000);
      const commandsPerSecond = Math.round((registry.commands - last.commands) / seconds);
      last = { atMs: nowMs, commands: registry.commands };
      const { commitMsP50, commitMsP99 } = journal.figures();
      own = {
        holdsOpen: openHolds.count,
        commandsPerSecond,
        sockets: parts.sockets(),
        feeds: parts.feeds(),
        commitMsP50,
        commitMsP99,
      };
      cluster.tell(own);
    },
    stats() {
      const { feeds: _, ...figures } = cluster.figuresWithOthers(own);
      return {
        at: instant(membership.clock.nowMs()),
        bookingsToday: parts.bookingsToday(),
        ...figures,
        nodes: membership.nodes(),
      };
    },
    notReady() {
      const reasons: string[] = [];
      if (!parts.isStarted()) reasons.push('the server is starting');
      if (!journal.isConnected) reasons.push('PostgreSQL cannot be reached, or takes no writes');
      if (!membership.isTrusted) reasons.push('the lease of this node has run out');
      return reasons;
    },
    nowMs: () => membership.clock.nowMs(),
  };
}
