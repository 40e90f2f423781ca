/**
 * One WebSocket, in bytes. Frames of one turn of the event loop leave in one write; what a slow reader does not
 * take is bounded; what a client sends is counted before it is looked at.
 *
 *            room for more                      past SOCKET_CONFLATE_BYTES: `isBehind`, deltas are conflated
 *   send ──> queue of this turn ──flush──> TCP ──> past SOCKET_CUT_BYTES: cut
 *
 * One who takes nothing at all is cut as any TCP connection is (connections/connections.ts).
 */
import type { Socket as TcpSocket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Budget } from '../limits/budgets.ts';
import {
  ANSWER_BYTES_PER_COMMAND,
  FLOOD_REFUSALS_MAX,
  NAMESPACES_PER_SOCKET_MAX,
  SOCKET_CONFLATE_BYTES,
  SOCKET_CUT_BYTES,
} from '../limits.ts';
import type { Log } from '../log.ts';
import { mostFrameBytes, readAckId, readEvent, writeFrame } from './packets.ts';
import { type EngineConnection, interceptMessages, tcpSocketOf, webSocketOf } from './socket-io-internals.ts';

const FLOOD_WINDOW_MS = 10_000;
/** What a frame begins with that asks to enter a namespace: `40/v1,{…}`, or `40{…}` for the one without a name. */
const CONNECT = Buffer.from('40');
const OPEN = 1;
const CLOSED = 3;

/** What gets the events of the one namespace that has most of them, straight from the frame. */
export interface EventSink {
  /** The first bytes of its events: `42/v1,`. */
  readonly prefix: Buffer;
  /** The budget of whoever sends them; undefined: that of the link. */
  readonly budget: Budget | undefined;
  receive(args: unknown[], ackId: number | undefined): void;
  refuseForRate(ackId: number | undefined, retryAfterMs: number): void;
}

export interface LinkHost {
  readonly log: Log;
  /** Calls `link.flush()` before the loop waits again. */
  flushSoon(link: Link): void;
}

export class Link {
  readonly address: string;
  sink: EventSink | undefined;
  /** Told when a reader that was behind has taken all it was sent. */
  readonly sessions = new Set<{ caughtUp(): void }>();
  readonly #connection: EngineConnection;
  readonly #webSocket: WebSocket;
  readonly #tcp: TcpSocket;
  readonly #host: LinkHost;
  /** Of its own while nobody is signed in, and of its address; undefined where rates are not limited. */
  readonly #ownBudget: Budget | undefined;
  readonly #addressBudget: Budget | undefined;
  /** Namespaces that were asked for and not left since. */
  #entered: string[] = [];
  #queue: (string | Buffer)[] = [];
  /** About, in characters where it is text. */
  #queuedBytes = 0;
  #refusals = 0;
  #refusalsSinceMs = 0;

  constructor(
    connection: EngineConnection,
    options: {
      host: LinkHost;
      address: string;
      ownBudget: Budget | undefined;
      addressBudget: Budget | undefined;
    },
  ) {
    this.address = options.address;
    this.#connection = connection;
    this.#webSocket = webSocketOf(connection);
    this.#tcp = tcpSocketOf(this.#webSocket);
    this.#host = options.host;
    this.#ownBudget = options.ownBudget;
    this.#addressBudget = options.addressBudget;
    interceptMessages(this.#webSocket, (engine) => (message, isBinary) => {
      if (!this.#take(message)) return;
      const { sink } = this;
      if (sink !== undefined && !isBinary && startsWith(message, sink.prefix)) {
        const packet = readEvent(message.toString(), sink.prefix.length);
        if (packet !== undefined) {
          sink.receive(packet.args, packet.ackId);
          return;
        }
      }
      if (isBinary || !startsWith(message, CONNECT) || this.#enters(message.toString())) {
        engine(message, isBinary);
      }
    });
    // What WebSocket itself answers is counted like a message. Answers that wait are bounded (web-sockets.ts).
    const control = (payload: Buffer) => void this.#take(payload);
    this.#webSocket.on('ping', control);
    this.#webSocket.on('pong', control);
    this.#tcp.on('drain', () => this.#caughtUp());
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === OPEN;
  }

  /** Deltas written now would only lengthen what the reader is behind by. */
  get isBehind(): boolean {
    return this.#tcp.writableLength + this.#queuedBytes > SOCKET_CONFLATE_BYTES;
  }

  /** @param message an Engine.IO message, or one framed already; leaves with the others of this turn, in order */
  send(message: string | Buffer): void {
    if (!this.isOpen) return;
    // Asked before this message is added: one answer may be large, a backlog of them may not.
    if (this.#tcp.writableLength + this.#queuedBytes > SOCKET_CUT_BYTES) {
      this.cut('reader_too_slow');
      return;
    }
    if (message.length > ANSWER_BYTES_PER_COMMAND)
      this.#addressBudget?.owe(message.length / ANSWER_BYTES_PER_COMMAND);
    this.#queuedBytes += message.length;
    if (this.#queue.push(message) === 1) this.#host.flushSoon(this);
  }

  /** A message that was let in as one command turned out to be the work of so many more: whose it is, and their address, pay for it. */
  owe(commands: number): void {
    (this.sink?.budget ?? this.#ownBudget)?.owe(commands);
    this.#addressBudget?.owe(commands);
  }

  flush(): void {
    const queue = this.#queue;
    if (queue.length === 0) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (!this.isOpen || this.#tcp.destroyed) return;
    this.#tcp.write(queue.length === 1 && typeof queue[0] !== 'string' ? queue[0]! : joined(queue));
    if (this.#tcp.writableLength === 0) this.#caughtUp();
  }

  /** At once, without waiting for the reader. */
  cut(reason: 'reader_too_slow' | 'flood' | 'namespace_entered_twice'): void {
    if (!this.isOpen) return;
    this.#host.log.info({ event: 'socket.cut', reason });
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#webSocket.terminate();
  }

  /** Closes after what is queued has been written. */
  close(): void {
    this.flush();
    this.#connection.close();
  }

  get isClosed(): boolean {
    return this.#webSocket.readyState === CLOSED;
  }

  /** Of a peer that has not answered the closing handshake. */
  terminate(): void {
    if (!this.isClosed) this.#webSocket.terminate();
  }

  /** It was not let in, or has left: it may ask again. */
  left(namespace: string): void {
    this.#entered = this.#entered.filter((entered) => entered !== namespace);
  }

  /**
   * Socket.IO makes a session of every CONNECT that comes before the first one to its namespace has been let in; no
   * client sends a second one.
   */
  #enters(frame: string): boolean {
    const namespace = /^40(\/[^,]*)/.exec(frame)?.[1] ?? '/';
    if (this.#entered.includes(namespace) || this.#entered.length >= NAMESPACES_PER_SOCKET_MAX) {
      this.cut('namespace_entered_twice');
      return false;
    }
    this.#entered.push(namespace);
    return true;
  }

  #caughtUp(): void {
    for (const session of this.sessions) session.caughtUp();
  }

  /** False where this frame is one too many: it is answered from its first bytes, or dropped. */
  #take(message: Buffer): boolean {
    if (this.#addressBudget === undefined) return true;
    const nowMs = performance.now();
    // One's own first: who floods spends what is theirs, not what they share with their neighbours.
    const own = this.sink?.budget ?? this.#ownBudget;
    const spent =
      own?.take(nowMs) === false ? own : this.#addressBudget.take(nowMs) ? undefined : this.#addressBudget;
    if (spent === undefined) return true;
    this.#refuse(message, spent.retryAfterMs(), nowMs);
    return false;
  }

  /** A client that does not listen to refusals is cut. */
  #refuse(message: Buffer, retryAfterMs: number, nowMs: number): void {
    if (nowMs - this.#refusalsSinceMs > FLOOD_WINDOW_MS) {
      this.#refusalsSinceMs = nowMs;
      this.#refusals = 0;
    }
    this.#refusals += 1;
    // Who was not let in because of it would wait for ever.
    if (this.#refusals > FLOOD_REFUSALS_MAX || startsWith(message, CONNECT)) {
      this.cut('flood');
      return;
    }
    const { sink } = this;
    if (sink === undefined || !startsWith(message, sink.prefix)) return;
    sink.refuseForRate(readAckId(message, sink.prefix.length), retryAfterMs);
  }
}

function startsWith(message: Buffer, prefix: Buffer): boolean {
  if (message.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (message[i] !== prefix[i]) return false;
  return true;
}

/** Frames are written here first: how long a text is in bytes is known once it is written, and not asked before. */
const SCRATCH_KEPT_BYTES = 256 * 1_024;
let scratch = Buffer.allocUnsafeSlow(SCRATCH_KEPT_BYTES);

/** The frames of one turn, one after the other in one buffer: one write, one system call. */
function joined(queue: readonly (string | Buffer)[]): Buffer {
  let most = 0;
  for (const message of queue) most += typeof message === 'string' ? mostFrameBytes(message) : message.length;
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * most);
  let at = 0;
  for (const message of queue) {
    if (typeof message === 'string') at = writeFrame(scratch, at, message);
    else at += message.copy(scratch, at);
  }
  const bytes = Buffer.allocUnsafe(at);
  scratch.copy(bytes, 0, 0, at);
  if (scratch.length > SCRATCH_KEPT_BYTES) scratch = Buffer.allocUnsafeSlow(SCRATCH_KEPT_BYTES);
  return bytes;
}
