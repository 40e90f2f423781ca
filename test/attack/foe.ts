/**
 * An attacker's hands: raw connections to one server, from an address of its own, each watched from its first misdeed
 * until the server ends it.
 */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Hoard, Toll } from './attack.ts';

/** What it takes from others: nothing, but for an attack that says so. */
const NOTHING: Hoard = { holds: 0, nights: 0, freeWeeksBefore: 0, freeWeeks: 0 };

/** Loopback addresses are many on Linux: nobody else's limits are spent. */
const ADDRESS = '127.0.0.2';
const TEXT_FRAME = 1;
const KNOCK_EVERY_MS = 100;
const MASK_BIT = 0x80;

export interface Said<T> {
  readonly status: number;
  readonly body: T;
}

export class Foe {
  readonly port: number;
  hoard: Hoard = NOTHING;
  readonly #overMs: number;
  readonly #since = new Map<Socket, number>();
  readonly #agent = new Agent({ keepAlive: true });
  #opened = 0;
  #cut = 0;
  #longestMs = 0;
  #sentBytes = 0;

  constructor(port: number, seconds: number) {
    this.port = port;
    this.#overMs = performance.now() + seconds * 1_000;
  }

  get isOver(): boolean {
    return performance.now() >= this.#overMs;
  }

  /** Resolves with the connection, or with undefined where it was refused. Nothing of it is read before `resume()`. */
  async connect(): Promise<Socket | undefined> {
    const socket = connect({ port: this.port, host: '127.0.0.1', localAddress: ADDRESS });
    // A connection that the server resets is what is hoped for.
    socket.on('error', () => {});
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('close', () => resolve(false));
    });
    if (!isOpen) return undefined;
    this.#opened += 1;
    socket.once('close', () => this.#ended(socket));
    return socket;
  }

  /** A WebSocket whose handshake is done; nothing after it is read before `resume()`. */
  async webSocket(): Promise<Socket | undefined> {
    const socket = await this.connect();
    if (socket === undefined) return undefined;
    const key = randomBytes(16).toString('base64');
    this.send(
      socket,
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    const said = await new Promise<string>((resolve) => {
      socket.once('data', (bytes) => resolve(String(bytes))).once('close', () => resolve(''));
    });
    socket.pause();
    return said.startsWith('HTTP/1.1 101') ? socket : undefined;
  }

  /** A well-made request, and what came back. */
  ask<T>(method: string, path: string, more: { token?: string; body?: object } = {}): Promise<Said<T>> {
    const { token, body } = more;
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const { port } = this;
    const where = { host: '127.0.0.1', port, localAddress: ADDRESS, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const asked = request({ ...where, method, path, headers }, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
      asked.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  send(socket: Socket, bytes: string | Buffer): void {
    if (!socket.writable) return;
    this.#sentBytes += bytes.length;
    socket.write(bytes);
  }

  /** As `send`, resolving when there is room for more, or the connection is gone. */
  async pour(socket: Socket, bytes: Buffer): Promise<void> {
    this.send(socket, bytes);
    // Also where it cannot be written to any more: that it has ended is heard of in a later turn.
    await delay(1);
    while (socket.writableNeedDrain && !socket.destroyed && !this.isOver) await delay(5);
  }

  /** From here on the server is to end it. */
  misbehaves(socket: Socket): void {
    this.#since.set(socket, performance.now());
  }

  /** Resolves when the server has ended it, or all is over. */
  async gone(socket: Socket): Promise<void> {
    // Who does not read hears of its end only as it writes; empty lines before a request are nothing.
    const knocking = setInterval(() => !socket.readableFlowing && socket.write('\r\n'), KNOCK_EVERY_MS);
    while (!socket.destroyed && !this.isOver) await delay(10);
    clearInterval(knocking);
  }

  /** Ends all that is still open. */
  toll(): Toll {
    for (const [socket, sinceMs] of this.#since) {
      this.#longestMs = Math.max(this.#longestMs, performance.now() - sinceMs);
      socket.removeAllListeners('close').destroy();
    }
    this.#agent.destroy();
    return {
      hoard: this.hoard,
      opened: this.#opened,
      cut: this.#cut,
      longestMs: Math.round(this.#longestMs),
      sentBytes: this.#sentBytes,
    };
  }

  #ended(socket: Socket): void {
    this.#cut += 1;
    const sinceMs = this.#since.get(socket);
    this.#since.delete(socket);
    if (sinceMs !== undefined) this.#longestMs = Math.max(this.#longestMs, performance.now() - sinceMs);
  }
}

/** A masked frame of at most 65,535 bytes (RFC 6455, section 5.2), under a mask of zeros. */
export function frame(payload: string | Buffer, opcode = TEXT_FRAME, isFinal = true): Buffer {
  const bytes = Buffer.from(payload);
  const head = bytes.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  head[0] = opcode | (isFinal ? 0x80 : 0);
  if (bytes.length < 126) {
    head[1] = MASK_BIT | bytes.length;
  } else {
    head[1] = MASK_BIT | 126;
    head.writeUInt16BE(bytes.length, 2);
  }
  return Buffer.concat([head, bytes]);
}

/** `count` of them at once, each again and again until it is over. */
export async function many(count: number, foe: Foe, one: () => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (!foe.isOver) {
        await one();
        await delay(10);
      }
    }),
  );
}
