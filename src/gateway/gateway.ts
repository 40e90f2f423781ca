/**
 * The gateway: HTTP and Socket.IO on one port, over the same dispatch.
 *
 *   listen ──> starting ──open──> serving ──drain──> no new sockets, everyone asked to leave ──> in-flight answers out ──> closed
 */

import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuse } from '../protocol/errors.ts';
import { TIMERS } from '../time/scheduler.ts';
import { until } from '../time/until.ts';
import { within } from '../time/within.ts';
import { ClientAddresses } from './addresses/client-address.ts';
import { Connections } from './connections/connections.ts';
import { Faults } from './faults.ts';
import { admitRequests } from './http/admission.ts';
import { createHttp } from './http/server.ts';
import { busyShareOfLoop, Load } from './limits/load.ts';
import { createRateLimits } from './limits/rate-limits.ts';
import { DRAIN_DEADLINE_MS, DRAIN_SPREAD_MAX_MS, DRAIN_SPREAD_PER_SOCKET_MS } from './limits.ts';
import type { Log } from './log.ts';
import { Origins } from './origins.ts';
import type { GatewayParts } from './ports.ts';
import type { RedisLink } from './redis/redis-link.ts';
import { SecurityLog } from './security-log.ts';
import type { Backplane } from './sockets/backplane.ts';
import { isSocketPath, SocketServer } from './sockets/server.ts';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder of the built page. */
  readonly webRoot: string;
  /** Of which pages may load pictures. */
  readonly pictureHosts: readonly string[];
  readonly rateLimit: 'on' | 'off';
  /** Whether work is refused where there is more than can be done (limits/load.ts). */
  readonly loadShedding: 'on' | 'off';
  /** Origins whose pages may open sockets and change something, besides those that are this server's own whatever a client says. */
  /** Who is believed when they say whom they speak for (addresses/trusted-proxies.ts). */
  readonly trustedProxies: readonly string[];
  readonly origins: readonly string[];
  /** To the sockets of other servers; undefined where this one is alone. */
  readonly backplane?: Backplane | undefined;
  /** The links between servers, on the same port; undefined where this one is alone. */
  readonly peers?: PeerDoor | undefined;
  /** Through which limits count over all servers; undefined where this one is alone. */
  readonly redis?: RedisLink | undefined;
  readonly log: Log;
}

export interface Gateway {
  /**
   * Takes the address and answers that it is starting; peers are let in.
   * @throws Error whose message is one sentence for the operator, where the address cannot be had
   */
  listen(): Promise<{ url: string }>;
  /** Everybody is let in from here on. */
  open(): void;
  /**
   * Answers nothing any more, but why (`/readyz`): what is stored is not what was acknowledged.
   * @param why one sentence, for the operator
   */
  refuseAll(why: string): void;
  /**
   * Leaves without an error seen outside: `/readyz` turns 503, clients are asked to connect elsewhere, what is
   * under way is answered (at most DRAIN_DEADLINE_MS), then everything is closed.
   * @param graceMs how long clients may take to find another server, beyond the time over which they are spread
   */
  drain(graceMs?: number): Promise<void>;
  /** At once. */
  close(): Promise<void>;
  /** Open WebSockets. */
  sockets(): number;
  /** Admins on the feed. */
  feeds(): number;
}

export interface PeerDoor {
  /** @returns false where the path is not theirs */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

export async function createGateway(parts: GatewayParts, options: GatewayOptions): Promise<Gateway> {
  const { log } = options;
  const faults = new Faults(log, parts.explain);
  const load = new Load({
    mode: options.loadShedding,
    log,
    scheduler: TIMERS,
    nowMs: () => performance.now(),
    busyShare: busyShareOfLoop(),
  });
  const origins = new Origins(options.origins, log);
  const security = new SecurityLog(log, TIMERS);
  parts.accounts.onReplayed((subjectId) => security.tell({ event: 'token.replayed', subjectId }));
  parts.apartments.onAccessRefused((subjectId, route) =>
    security.tell({ event: 'access.refused', subjectId, route }),
  );
  const limits = createRateLimits(options.rateLimit, security, options.redis);
  const addresses = new ClientAddresses(options.trustedProxies, log);
  const inFlight = { count: 0 };
  let state: 'starting' | 'serving' | 'refusing' | 'draining' | 'leaving' | 'closed' = 'starting';
  let whyRefusing = '';

  const refusal = () => {
    if (state === 'starting') return STARTING;
    if (state === 'refusing') return refuse('unavailable', OUT_OF_ORDER, { retryAfterMs: 5_000 });
    return state === 'leaving' || state === 'closed' ? REFUSAL : undefined;
  };
  const http = await createHttp({
    parts,
    limits,
    load,
    addresses,
    security,
    log,
    faults,
    webRoot: options.webRoot,
    pictureHosts: options.pictureHosts,
    refusal,
    notReady: () => {
      if (state === 'serving') return parts.operations.notReady();
      if (state === 'refusing') return [whyRefusing];
      return [state === 'starting' ? 'this server is starting' : LEAVING];
    },
  });
  http.server.on('upgrade', (request, socket, head) => {
    if (options.peers?.upgrade(request, socket, head)) connections.leave(request.socket);
    else if (!isSocketPath(request.url)) socket.destroy();
  });
  const sockets = new SocketServer(http.server, {
    parts,
    limits,
    load,
    addresses,
    security,
    log,
    faults,
    origins,
    backplane: options.backplane,
    inFlight,
    refusal,
  });
  admitRequests(http.server, { limits, addresses, origins, security });
  const connections = new Connections({ mode: options.rateLimit, addresses, log });
  connections.watch(http.server);

  async function listen(): Promise<{ url: string }> {
    const { host, port } = options;
    try {
      // Of `localhost` the framework would make a second server, of which nothing here would know.
      const address = host === 'localhost' ? (await lookup(host)).address : host;
      await http.listen({ host: address, port });
    } catch (error) {
      throw addressProblem(error, host, port);
    }
    const { port: actual } = http.server.address() as AddressInfo;
    const name = host.includes(':') ? `[${host}]` : host;
    const url = `http://${name}:${actual}`;
    log.debug({ event: 'gateway.listening', url });
    return { url };
  }

  function open(): void {
    if (state !== 'starting') return;
    state = 'serving';
    load.watch();
  }

  function refuseAll(why: string): void {
    if (state === 'closed') return;
    state = 'refusing';
    whyRefusing = why;
    sockets.closeDoor();
    sockets.sendAway();
  }

  async function drain(graceMs = 0): Promise<void> {
    if (state !== 'serving') return;
    state = 'draining';
    const deadlineMs = performance.now() + DRAIN_DEADLINE_MS;
    const spreadMs = Math.min(sockets.size * DRAIN_SPREAD_PER_SOCKET_MS, DRAIN_SPREAD_MAX_MS);
    log.info({ event: 'gateway.draining', sockets: sockets.size, spreadMs });
    sockets.closeDoor();
    sockets.askToLeave(spreadMs);
    // Commands are still taken while clients move, so that none sees an error.
    await until(() => sockets.size === 0, Math.min(deadlineMs, performance.now() + spreadMs + graceMs));
    state = 'leaving';
    await until(() => inFlight.count === 0, deadlineMs);
    log.info({ event: 'gateway.drained', abandoned: inFlight.count });
    await end(deadlineMs - performance.now());
  }

  /** @param graceMs how long requests under way may still take */
  async function end(graceMs: number): Promise<void> {
    if (state === 'closed') return;
    state = 'closed';
    await sockets.close();
    await options.peers?.close();
    const closed = http.close();
    if (!(await within(TIMERS, Math.max(0, graceMs), closed))) http.server.closeAllConnections();
    await closed;
    connections.close();
    load.close();
  }

  return {
    listen,
    open,
    refuseAll,
    drain,
    close: () => end(0),
    sockets: () => sockets.size,
    feeds: () => sockets.feeds,
  };
}

const STARTING = refuse('unavailable', 'this server is starting; try again in a second', {
  retryAfterMs: 500,
});
const OUT_OF_ORDER = 'this server is out of order until its operator has looked at it; try again later';
const LEAVING = 'this server is about to leave; ask another one';
const REFUSAL = refuse(
  'unavailable',
  'this server is about to leave; send it again with the same requestId',
  {
    retryAfterMs: 100,
  },
);

/** Why an address cannot be listened on, for the operator. */
export function addressProblem(error: unknown, host: string, port: number): Error {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new Error(
        `Port ${port} on ${host} is taken; stop what listens there, or set PORT to another one.`,
        {
          cause: error,
        },
      );
    case 'EACCES':
      return new Error(`Port ${port} on ${host} may not be used by this user; set PORT to 1024 or more.`, {
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} is no address of this machine; set HOST to one that is, such as 127.0.0.1.`, {
        cause: error,
      });
    default:
      return error as Error;
  }
}
