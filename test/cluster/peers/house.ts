/** Nodes with links between them on loopback, and parties that hold the secret but not the manners. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { WebSocket } from 'ws';
import type { OnRequest } from '../../../src/cluster/peers/accepted-link.ts';
import { Arrivals } from '../../../src/cluster/peers/arrivals.ts';
import { dial, type Peer, type PeerLoss } from '../../../src/cluster/peers/dial.ts';
import { Handshake } from '../../../src/cluster/peers/handshake.ts';
import type { PeerReply } from '../../../src/cluster/peers/messages.ts';
import { PeerLinks, type PeerLinksOptions } from '../../../src/cluster/peers/peer-links.ts';
import { onlySecret } from '../../../src/cluster/peers/ports.ts';

export const SECRET = 'a secret of at least thirty-two characters';
const LEVELS = { own: 0, least: () => 0 };
const UNTIL_MS = 15_000;

const ends: (() => Promise<unknown> | unknown)[] = [];
export function atEnd(end: () => Promise<unknown> | unknown): void {
  ends.push(end);
}
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export const timers = {
  after(ms: number, call: () => void) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export const echo: OnRequest = (_peerId, _method, body, _deadlineMs, reply) => reply({ ok: true, body });

export interface Node {
  readonly links: PeerLinks;
  readonly peer: Peer;
  readonly port: number;
  readonly lost: { peerId: string; how: PeerLoss }[];
  readonly faults: { event: string; details: Record<string, unknown> }[];
  /** Its process is gone, as far as others can tell. */
  stop(): Promise<void>;
}

export async function startNode(
  id: string,
  options: Partial<PeerLinksOptions> & {
    port?: number;
    tls?: { key: string; cert: string };
    /** Nobody is answered before. */
    letIn?: Promise<void>;
  } = {},
): Promise<Node> {
  const lost: Node['lost'] = [];
  const faults: Node['faults'] = [];
  const links = new PeerLinks({
    selfId: id,
    secrets: onlySecret(SECRET),
    onRequest: echo,
    onLinkClosed: (peerId, how) => lost.push({ peerId, how }),
    onFault: (event, details) => faults.push({ event, details }),
    ...options,
  });
  const { tls } = options;
  const http = tls === undefined ? createServer() : createTlsServer(tls);
  http.on('upgrade', async (request, socket, head) => {
    await options.letIn;
    if (!links.upgrade(request, socket, head)) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  const port = await listen(http, options.port);
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await links.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  atEnd(stop);
  const url = tls === undefined ? `http://127.0.0.1:${port}` : `wss://localhost:${port}`;
  return { links, peer: { id, url }, port, lost, faults, stop };
}

/** Knows the secret, and does with the link what the test says. */
export async function startListener(
  id: string,
  arrived: (webSocket: WebSocket, socket: Socket) => void,
): Promise<Peer> {
  const arrivals = new Arrivals({
    selfId: () => id,
    handshake: new Handshake(onlySecret(SECRET)),
    ...{ levels: LEVELS, history: undefined },
    scheduler: timers,
    stranger: () => {},
    arrived(_peerId, webSocket, socket) {
      const pinging = setInterval(() => webSocket.ping(), 200);
      webSocket.on('error', () => {});
      webSocket.on('close', () => clearInterval(pinging));
      atEnd(() => webSocket.terminate());
      arrived(webSocket, socket);
    },
  });
  const http = createServer();
  http.on('upgrade', (request, socket, head) => arrivals.upgrade(request, socket, head));
  const port = await listen(http);
  atEnd(() => {
    arrivals.close();
    http.closeAllConnections();
    http.close();
  });
  return { id, url: `ws://127.0.0.1:${port}` };
}

/** A WebSocket to a node, opened with the secret, that pings and does nothing else by itself. */
export async function dialRaw(
  peer: Peer,
  from = 'raw',
): Promise<{ webSocket: WebSocket; socket: Socket; closed: Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ webSocket: WebSocket; socket: Socket }>();
  dial(
    peer,
    {
      selfId: () => from,
      handshake: new Handshake(onlySecret(SECRET)),
      ...{ levels: LEVELS, history: undefined },
      scheduler: timers,
      ca: undefined,
    },
    (dialled) => (dialled.ok ? resolve(dialled) : reject(new Error(dialled.how))),
  );
  const { webSocket, socket } = await promise;
  const pinging = setInterval(() => webSocket.ping(), 200);
  const closed = once(webSocket, 'close').then(() => clearInterval(pinging));
  atEnd(() => webSocket.terminate());
  return { webSocket, socket, closed };
}

export function ask(
  node: Node,
  peer: Peer,
  body: unknown,
  { method = 'echo', deadlineMs = 10_000 }: { method?: string; deadlineMs?: number } = {},
): Promise<PeerReply> {
  return new Promise((resolve) => node.links.request(peer, method, body, deadlineMs, resolve));
}

/** The link is there: what ends while it is being dialled is never sent. */
export async function connected(node: Node, peer: Peer): Promise<void> {
  node.links.connect(peer);
  await until(() => node.links.stats().linksOut === 1);
}

/** Resolves as soon as it is so; looks at every turn of the event loop. */
export async function until(isSo: () => boolean, what = String(isSo)): Promise<void> {
  const deadlineMs = performance.now() + UNTIL_MS;
  while (!isSo()) {
    if (performance.now() > deadlineMs) throw new Error(`it never came to be that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function listen(http: Server, port = 0): Promise<number> {
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
}
