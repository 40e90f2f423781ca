/**
 * The places where this program reaches beneath the public face of Socket.IO and ws, all of them here. They are
 * what makes an answer cheap (one write for all frames of a turn, no emitters in between), and what bounds a
 * socket's buffer, which Engine.IO does not. Versions are pinned; test/gateway/sockets.system.test.ts notices a move.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Namespace, Socket } from 'socket.io';
import type { WebSocket } from 'ws';

/** Engine.IO's connection. */
export interface EngineConnection {
  readonly id: string;
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

/** As far as it is used here, the adapter of `@socket.io/redis-adapter`. */
interface ShardedAdapter {
  readonly uid: string;
  onMessage(message: ClusterMessage, offset?: unknown): void;
  publish(message: { readonly type: number; readonly data: unknown }): void;
  dynamicChannel(room: string): string;
}
interface ClusterMessage {
  readonly uid: string;
  readonly nsp: string;
  readonly type: number;
  readonly data?: { readonly packet?: { readonly data?: unknown }; readonly opts?: { rooms?: unknown } };
}
/** `MessageType.BROADCAST` of socket.io-adapter, and `PacketType.EVENT` of socket.io-parser. */
const BROADCAST = 3;
const EVENT = 2;

function shardedAdapterOf(namespace: Namespace): ShardedAdapter {
  return namespace.adapter as unknown as ShardedAdapter;
}

/** An event for the sockets of other servers in a room, as any Socket.IO emitter would send it. */
export function publishEvent(namespace: Namespace, room: string, event: string, payload: unknown): void {
  shardedAdapterOf(namespace).publish({
    type: BROADCAST,
    data: {
      packet: { type: EVENT, data: [event, payload], nsp: namespace.name },
      opts: { rooms: [room], except: [], flags: {} },
    },
  });
}

/** Such an event from another server goes to `deliver` instead of straight to the sockets. */
export function redirectBroadcasts(
  namespace: Namespace,
  deliver: (room: string, event: string, payload: unknown) => void,
): void {
  const adapter = shardedAdapterOf(namespace);
  const inherited = adapter.onMessage.bind(adapter);
  adapter.onMessage = (message, offset) => {
    const { uid, nsp, type, data } = message;
    const rooms = data?.opts?.rooms;
    const args = data?.packet?.data;
    if (uid === adapter.uid || nsp !== namespace.name) return;
    if (type !== BROADCAST || !Array.isArray(rooms) || rooms.length !== 1 || !Array.isArray(args)) {
      return inherited(message, offset);
    }
    deliver(String(rooms[0]), String(args[0]), args[1]);
  };
}

export function roomChannel(namespace: Namespace, room: string): string {
  return shardedAdapterOf(namespace).dynamicChannel(room);
}
