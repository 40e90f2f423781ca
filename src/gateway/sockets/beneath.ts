/**
 * The places where this program reaches beneath the public face of Socket.IO and ws, all of them here. They are
 * what makes an answer cheap (one write for all frames of a turn, no emitters in between), and what bounds a
 * socket's buffer, which Engine.IO does not. Versions are pinned; test/gateway/sockets.test.ts notices a move.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Namespace, Socket } from 'socket.io';
import type { WebSocket } from 'ws';

/** Engine.IO's connection. */
export interface EngineConnection {
  readonly id: string;
  readonly remoteAddress: string | undefined;
  request: IncomingMessage | null;
  readonly transport: { readonly socket: WebSocket };
  once(event: 'close', listener: () => void): void;
  close(discard?: boolean): void;
}

export function webSocketOf(connection: EngineConnection): WebSocket {
  return connection.transport.socket;
}

export function tcpSocketOf(webSocket: WebSocket): TcpSocket {
  return (webSocket as unknown as { _socket: TcpSocket })._socket;
}

export function connectionOf(socket: Socket): EngineConnection {
  return socket.conn as unknown as EngineConnection;
}

/** Or the upgrade request and its headers live as long as the socket: several KiB each, for nothing. */
export function releaseRequest(connection: EngineConnection): void {
  connection.request = null;
  // Engine.IO's response object would wait for the end of the socket, and keep the request until then.
  const tcp = tcpSocketOf(webSocketOf(connection));
  const [waiting] = tcp.rawListeners('close');
  if (waiting !== undefined && waiting.name !== 'socketOnClose')
    tcp.removeListener('close', waiting as () => void);
}

type MessageListener = (message: Buffer, isBinary: boolean) => void;

/** Puts `listener` before Engine.IO's own, which it may call. */
export function interceptMessages(
  webSocket: WebSocket,
  makeListener: (engine: MessageListener) => MessageListener,
): void {
  const [engine] = webSocket.listeners('message');
  if (engine === undefined) throw new Error('Engine.IO listens to no messages; its internals have changed');
  webSocket.removeAllListeners('message');
  const original = engine.bind(webSocket) as unknown as MessageListener;
  webSocket.on('message', makeListener(original) as unknown as (...args: unknown[]) => void);
}

/** Everything that Socket.IO itself writes to this client once it is connected: single packets and broadcasts. */
export function redirectWrites(socket: Socket, write: (packet: string) => void): void {
  const client = (socket as unknown as { client: { writeToEngine: (packets: unknown) => void } }).client;
  client.writeToEngine = (packets) => {
    for (const packet of Array.isArray(packets) ? packets : [packets]) {
      if (typeof packet === 'string') write(`4${packet}`);
    }
  };
}

/** Every event that comes the slow way (binary attachments, another namespace): no emitter, no closures. */
export function redirectEvents(
  socket: Socket,
  receive: (args: unknown[], ackId: number | undefined) => void,
): void {
  const inner = socket as unknown as { onevent: (packet: { data?: unknown[]; id?: number }) => void };
  inner.onevent = (packet) => receive(packet.data ?? [], packet.id);
}

/** The token and the request's headers are not kept for the life of the socket. */
export function forgetHandshake(socket: Socket): void {
  (socket as unknown as { handshake: unknown }).handshake = FORGOTTEN;
}
const FORGOTTEN = Object.freeze({ headers: {}, auth: {}, query: {} });

/** Sockets of this server in a room, undefined where there is none. */
export function socketIdsIn(namespace: Namespace, room: string): ReadonlySet<string> | undefined {
  return namespace.adapter.rooms.get(room);
}
