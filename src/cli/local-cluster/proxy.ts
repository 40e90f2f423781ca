/**
 * The one address of several servers, below HTTP, so that WebSockets pass as they are: each connection goes to the next
 * server that is ready, and where that one refuses, to the one after it. Bytes wait in two bounded buffers; while the
 * one side takes nothing, nothing is read from the other.
 *
 * Servers learn the client's address from the PROXY header that each connection begins with. For one machine only: who
 * needs more has a load balancer.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { proxyLine } from '../../gateway/addresses/proxy-protocol.ts';
import {
  PROXY_CONNECTIONS_MAX,
  PROXY_DIAL_DEADLINE_MS,
  PROXY_HALF_OPEN_MS,
  PROXY_IDLE_MS,
} from './limits.ts';
import type { Upstream } from './upstream.ts';

export interface TcpProxyOptions {
  readonly upstreams: readonly Upstream[];
  /** How long a connection of which one side has ended may be without a byte, in milliseconds. */
  readonly halfOpenMs?: number;
}

export class TcpProxy {
  readonly #upstreams: readonly Upstream[];
  readonly #halfOpenMs: number;
  readonly #server: Server;
  /** Both sockets of each connection, by the server it goes to. */
  readonly #links = new Map<Upstream, Set<Link>>();
  #turn = 0;

  constructor({ upstreams, halfOpenMs = PROXY_HALF_OPEN_MS }: TcpProxyOptions) {
    this.#upstreams = upstreams;
    this.#halfOpenMs = halfOpenMs;
    // Nothing is read before there is somebody to give it to.
    this.#server = createServer({ ...SOCKET, pauseOnConnect: true }, (client) => void this.#accept(client));
    this.#server.maxConnections = PROXY_CONNECTIONS_MAX;
  }

  /**
   * @param port 0 takes a free one
   * @throws the error of `listen`, EADDRINUSE for one
   */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    // From here on it is one connection that could not be accepted, for want of file descriptors.
    this.#server.on('error', () => {});
    for (const upstream of this.#upstreams) upstream.watch(() => this.#cut(upstream));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more connections; those that are there go on. */
  closeDoor(): void {
    this.#server.close();
  }

  /** Cuts what is left. */
  close(): void {
    this.#server.close();
    for (const upstream of this.#upstreams) {
      upstream.close();
      this.#cut(upstream);
    }
  }

  async #accept(client: Socket): Promise<void> {
    client.on('error', () => {});
    const tried = new Set<Upstream>();
    for (let upstream = this.#next(tried); upstream !== undefined; upstream = this.#next(tried)) {
      tried.add(upstream);
      const server = await dial(upstream);
      if (server === undefined) continue;
      if (this.#server.listening) return this.#join(upstream, client, server);
      server.destroy();
      break;
    }
    client.resetAndDestroy();
  }

  #next(tried: ReadonlySet<Upstream>): Upstream | undefined {
    for (let i = 0; i < this.#upstreams.length; i++) {
      const upstream = this.#upstreams[this.#turn++ % this.#upstreams.length];
      if (upstream?.isReady && !tried.has(upstream)) return upstream;
    }
    return undefined;
  }

  #join(upstream: Upstream, client: Socket, server: Socket): void {
    const link: Link = { client, server };
    const links = this.#links.get(upstream) ?? new Set();
    this.#links.set(upstream, links.add(link));
    server.write(headerOf(client));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setTimeout(PROXY_IDLE_MS, () => cut(link));
      from.once('end', () => {
        for (const socket of [from, to]) socket.setTimeout(this.#halfOpenMs);
      });
      from.once('close', (hadError: boolean) => {
        // One that ended in good order may have left bytes that its other side has yet to take.
        if (hadError || !from.readableEnded) to.resetAndDestroy();
        else to.resume();
        if (to.destroyed) links.delete(link);
      });
      from.pipe(to);
    }
  }

  #cut(upstream: Upstream): void {
    for (const link of this.#links.get(upstream) ?? []) cut(link);
  }
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

function headerOf(client: Socket): string {
  const { remoteAddress, remotePort, localAddress, localPort } = client;
  return proxyLine({ address: remoteAddress, port: remotePort }, { address: localAddress, port: localPort });
}

/** By a reset, as what has passed so far is not the whole. */
function cut({ client, server }: Link): void {
  client.resetAndDestroy();
  server.resetAndDestroy();
}

/** Each direction ends on its own, as TCP has it. Keep-alive finds a peer whose machine is gone. */
const SOCKET = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 10_000,
} as const;

/** @returns undefined where it refuses, or takes too long */
function dial(upstream: Upstream): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...SOCKET, host: '127.0.0.1', port: upstream.port });
    const tooLate = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, PROXY_DIAL_DEADLINE_MS);
    const failed = (error: NodeJS.ErrnoException) => {
      clearTimeout(tooLate);
      if (error.code === 'ECONNREFUSED') upstream.refused();
      resolve(undefined);
    };
    socket.on('error', failed);
    socket.once('connect', () => {
      clearTimeout(tooLate);
      // That a connection is reset says nothing about the next one.
      socket.off('error', failed).on('error', () => {});
      resolve(socket);
    });
  });
}
