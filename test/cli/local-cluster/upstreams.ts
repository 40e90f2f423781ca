/** Servers as the proxy meets them, which answer, drain, freeze and die as they are told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { TcpProxy } from '../../../src/cli/local-cluster/proxy.ts';
import { Upstream } from '../../../src/cli/local-cluster/upstream.ts';
import { ClientAddresses } from '../../../src/gateway/addresses/client-address.ts';
import { understandProxyProtocol } from '../../../src/gateway/addresses/proxied-connections.ts';
import { createLog } from '../../../src/observability/log.ts';

const LOG = createLog('silent');

export class FakeServer {
  readonly name: string;
  readonly sockets = new WebSocketServer({ noServer: true });
  /** Answers of its own, for whatever is not `/readyz` and not the name. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    response.end(this.name);
  /** As a server of the cluster knows its clients. */
  readonly addresses = new ClientAddresses(['proxy-protocol:loopback'], LOG);
  isDraining = false;
  /** Connections are accepted, nothing is answered: what a frozen process looks like. */
  isFrozen = false;
  port = 0;
  #http: Server | undefined;
  readonly #open = new Set<Socket>();

  constructor(name: string) {
    this.name = name;
    this.sockets.on('connection', (socket) => {
      socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
      socket.send(name);
    });
  }

  async listen(): Promise<this> {
    const http = createServer((request, response) => {
      if (this.isFrozen) return;
      if (request.url === '/readyz') response.writeHead(this.isDraining ? 503 : 200).end();
      else this.onRequest(request, response);
    });
    http.on('upgrade', (request, socket, head) =>
      this.sockets.handleUpgrade(request, socket, head, (ws) => this.sockets.emit('connection', ws)),
    );
    http.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    understandProxyProtocol(http, this.addresses, LOG);
    http.on('clientError', (_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    http.listen(this.port, '127.0.0.1');
    await once(http, 'listening');
    this.port = (http.address() as AddressInfo).port;
    this.#http = http;
    return this;
  }

  /** As SIGKILL does: its port refuses, its connections are reset. */
  async die(): Promise<void> {
    const http = this.#http;
    if (http === undefined) return;
    this.#http = undefined;
    const closed = once(http, 'close');
    http.close();
    for (const socket of this.#open) socket.resetAndDestroy();
    await closed;
  }

  get connections(): number {
    return this.#open.size;
  }
}

export interface Street {
  readonly servers: readonly FakeServer[];
  readonly upstreams: readonly Upstream[];
  readonly proxy: TcpProxy;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Some servers, and others by their ports, behind a proxy that has found all of them ready. */
export async function street(
  count: number,
  halfOpenMs?: number,
  others: readonly number[] = [],
): Promise<Street> {
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => new FakeServer(`s${index}`).listen()),
  );
  const upstreams = [...servers.map(({ port }) => port), ...others].map((port) => new Upstream(port));
  const proxy = new TcpProxy({ upstreams, ...(halfOpenMs === undefined ? {} : { halfOpenMs }) });
  const port = await proxy.listen('127.0.0.1', 0);
  await Promise.all(upstreams.map((upstream) => upstream.check()));
  return {
    servers,
    upstreams,
    proxy,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      proxy.close();
      await Promise.all(servers.map((server) => server.die()));
    },
  };
}
