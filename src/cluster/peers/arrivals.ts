/**
 * The listening side until a dialler has opened: checks the upgrade, proves itself, waits for the one frame that only
 * somebody can send who has the secret and heard the answer. Refusals: 401 who does not know the secret, 421 who
 * looks for another incarnation, 409 who serves another history, 412 who may not understand what is said, 426 who frames
 * it in another way, 503 who comes when this server leaves.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Scheduler } from '../../time/scheduler.ts';
import { PEER_ARRIVALS_MAX, PEER_DIAL_DEADLINE_MS } from '../limits.ts';
import { WEBSOCKET_OPTIONS } from './dial.ts';
import {
  equal,
  type Handshake,
  HISTORY_HEADER,
  LEVEL_HEADER,
  type Levels,
  LISTENER_HEADER,
  levelIn,
  PEER_PATH,
  PEER_PROTOCOL,
  PROTOCOL_HEADER,
  protocolOf,
} from './handshake.ts';

export interface ArrivalsHost {
  readonly selfId: () => string;
  readonly handshake: Handshake;
  readonly levels: Levels;
  /** Which one is served here; undefined: whichever. */
  readonly history: string | undefined;
  readonly scheduler: Scheduler;
  /** Somebody without the secret; told of each. */
  readonly stranger: (address: string | undefined) => void;
  readonly arrived: (peerId: string, webSocket: WebSocket, socket: Socket) => void;
}

const REASONS = {
  401: 'Unauthorized',
  409: 'Conflict',
  412: 'Precondition Failed',
  421: 'Misdirected Request',
  426: 'Upgrade Required',
  503: 'Service Unavailable',
} as const;
const OWN_PROTOCOL = `${PROTOCOL_HEADER}: ${PEER_PROTOCOL}`;

export class Arrivals {
  readonly #host: ArrivalsHost;
  readonly #server = new WebSocketServer({ ...WEBSOCKET_OPTIONS, noServer: true, clientTracking: false });
  readonly #proofs = new WeakMap<IncomingMessage, string>();
  /** Not opened yet, the oldest first. */
  readonly #waiting = new Set<WebSocket>();
  #isClosed = false;

  constructor(host: ArrivalsHost) {
    this.#host = host;
    this.#server.on('headers', (headers, request) => {
      const proof = this.#proofs.get(request);
      if (proof !== undefined)
        headers.push(`${LISTENER_HEADER}: ${proof}`, OWN_PROTOCOL, levelLine(host.levels.own));
    });
  }

  /** @returns false where the path is another's; otherwise the socket is taken, whatever becomes of it */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (request.url !== PEER_PATH) return false;
    const { handshake, levels, history } = this.#host;
    const introduction = handshake.readIntroduction(request.headers.authorization);
    if (introduction === undefined) {
      this.#host.stranger(request.socket.remoteAddress);
      refuse(socket, 401);
    } else if (this.#isClosed) {
      refuse(socket, 503);
    } else if (introduction.to !== this.#host.selfId()) {
      refuse(socket, 421);
    } else if (!isSameHistory(request.headers[HISTORY_HEADER], history)) {
      refuse(socket, 409);
    } else if (protocolOf(request.headers[PROTOCOL_HEADER]) !== PEER_PROTOCOL) {
      refuse(socket, 426);
    } else if (levelIn(request.headers[LEVEL_HEADER]) < levels.least()) {
      refuse(socket, 412, levelLine(levels.least()));
    } else {
      const { proof, opening } = handshake.answer(introduction);
      this.#proofs.set(request, proof);
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        this.#wait(webSocket, opening, () =>
          this.#host.arrived(introduction.from, webSocket, socket as Socket),
        );
      });
    }
    return true;
  }

  /** Nobody is let in any more. */
  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  /** Cuts those that have not opened yet. */
  forget(): void {
    for (const webSocket of this.#waiting) webSocket.terminate();
  }

  /** Its first frame is compared, not parsed. */
  #wait(webSocket: WebSocket, opening: string, opened: () => void): void {
    // Who repeats recorded upgrades must not keep out those who can open: the oldest makes room.
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#waiting.size >= PEER_ARRIVALS_MAX) {
      this.#waiting.delete(oldest);
      oldest.terminate();
    }
    this.#waiting.add(webSocket);
    const stopWaiting = this.#host.scheduler.after(PEER_DIAL_DEADLINE_MS, () => webSocket.terminate());
    const settle = () => {
      stopWaiting();
      this.#waiting.delete(webSocket);
    };
    webSocket.once('close', settle);
    webSocket.on('error', () => webSocket.terminate());
    webSocket.once('message', (frame: Buffer) => {
      settle();
      if (equal(frame, opening)) opened();
      else webSocket.terminate();
    });
  }
}

/** A server of a version that tells none serves the same for all that can be known. */
function isSameHistory(theirs: string | string[] | undefined, own: string | undefined): boolean {
  return theirs === undefined || own === undefined || theirs === own;
}

function levelLine(level: number): string {
  return `${LEVEL_HEADER}: ${level}`;
}

function refuse(socket: Duplex, status: keyof typeof REASONS, ...headers: readonly string[]): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    OWN_PROTOCOL,
    ...headers,
    'Connection: close',
    'Content-Length: 0',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n`);
}
