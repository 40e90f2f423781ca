/** One Socket.IO connection of the driver: handshake, pings, and writes gathered into one a turn of the event loop. */
import { connect as connectTcp, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { clientFrames, connectPacket, NAMESPACE } from './frames.ts';

export interface Connection {
  /** Queues a packet; everything queued in this turn of the event loop leaves in one write. */
  send(packet: string): void;
  /** Takes every packet but pings and the handshake's. May be replaced between phases. */
  onPacket: (packet: string) => void;
  close(): void;
}

export interface ConnectOptions {
  readonly port: number;
  readonly token: string;
  /** The connection was lost though nobody closed it. */
  readonly onLost: (reason: string) => void;
  readonly timeoutMs: number;
}

/** Resolves once the namespace is joined; rejects with the server's reason or after `timeoutMs`. */
export function connect(options: ConnectOptions): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  let tcp: Socket | undefined;
  const socket = new WebSocket(`ws://127.0.0.1:${options.port}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: options.timeoutMs,
    // The bare TCP socket, so that a batch of frames is one buffer and one system call.
    createConnection: () => {
      tcp = connectTcp(options.port, '127.0.0.1').setNoDelay(true);
      return tcp;
    },
  });
  let joined = false;
  let closing = false;
  const connection: Connection = {
    send: (packet) => outboxOf(tcp!).push(packet),
    onPacket: () => {},
    close() {
      closing = true;
      socket.close();
    },
  };
  const deadline = setTimeout(
    () => reject(new Error(`no answer to the handshake within ${options.timeoutMs} ms`)),
    options.timeoutMs,
  );

  socket.on('message', (bytes: Buffer) => {
    const packet = bytes.toString('latin1');
    if (packet === '2') connection.send('3');
    else if (joined) connection.onPacket(packet);
    else if (packet.startsWith('0{')) connection.send(connectPacket(options.token));
    else if (packet.startsWith(`40${NAMESPACE},`)) {
      joined = true;
      clearTimeout(deadline);
      resolve(connection);
    } else if (packet.startsWith(`44${NAMESPACE},`))
      reject(new Error(`the server refused the connection: ${packet}`));
  });
  socket.on('error', (cause) => {
    reject(new Error(`cannot connect to port ${options.port}: ${cause.message}`, { cause }));
  });
  socket.on('close', (code) => {
    clearTimeout(deadline);
    reject(new Error(`closed with code ${code} during the handshake`));
    if (joined && !closing) options.onLost(`closed with code ${code}`);
  });
  return promise;
}

/** Packets waiting for the end of this turn, by socket. */
const outboxes = new Map<Socket, string[]>();

function outboxOf(tcp: Socket): string[] {
  const known = outboxes.get(tcp);
  if (known !== undefined) return known;
  if (outboxes.size === 0) setImmediate(flush);
  const outbox: string[] = [];
  outboxes.set(tcp, outbox);
  return outbox;
}

function flush(): void {
  for (const [tcp, packets] of outboxes) if (!tcp.destroyed) tcp.write(clientFrames(packets));
  outboxes.clear();
}
