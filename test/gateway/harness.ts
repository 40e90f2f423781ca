/** A gateway over a world in memory, and clients that speak to it: the well-behaved one, and raw frames. */
import { once } from 'node:events';
import type { Socket as TcpSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import { createWorld, type World } from './fakes.ts';

export interface House extends AsyncDisposable {
  readonly world: World;
  readonly gateway: Gateway;
  readonly url: string;
  /** Connected and welcomed. */
  client(token?: string, namespace?: string): Promise<Client>;
  raw(options?: { headers?: Record<string, string> }): Promise<RawClient>;
  http(method: string, path: string, options?: HttpOptions): Promise<HttpAnswer>;
}
export interface HttpOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what the test looks at.
  readonly body: any;
  readonly text: string;
}

export async function openHouse(options: Partial<GatewayOptions> = {}): Promise<House> {
  const world = createWorld();
  const gateway = await createGateway(world.parts, {
    host: '127.0.0.1',
    port: 0,
    webRoot: '/nonexistent',
    pictureHosts: [],
    rateLimit: 'off',
    // Its clients work in the same loop, and often hold it.
    loadShedding: 'off',
    trustedProxies: [],
    origins: [],
    log: world.log,
    ...options,
  });
  const { url } = await gateway.listen();
  gateway.open();
  const open: { close(): void }[] = [];
  return {
    world,
    gateway,
    url,
    async client(token, namespace = '/v1') {
      const client = new Client(url + namespace, token);
      open.push(client);
      await client.welcomed;
      return client;
    },
    async raw({ headers = {} } = {}) {
      const client = new RawClient(url, headers);
      open.push(client);
      await client.connected;
      return client;
    },
    async http(method, path, { token, body, headers = {} } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true;
      return {
        status: response.status,
        headers: response.headers,
        body: json ? JSON.parse(text) : undefined,
        text,
      };
    },
    async [Symbol.asyncDispose]() {
      for (const client of open) client.close();
      await gateway.close();
    },
  };
}

/** socket.io-client, with everything it hears kept. */
export class Client {
  readonly socket: Socket;
  readonly heard: { event: string; payload: never }[] = [];
  readonly welcomed: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(url: string, token: string | undefined) {
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: token === undefined ? {} : { token },
    });
    this.socket.onAny((event: string, payload: unknown) => {
      this.heard.push({ event, payload: payload as never });
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const wake of waiting) wake();
    });
    this.welcomed = new Promise((resolve, reject) => {
      this.socket.once('welcome', () => resolve());
      this.socket.once('connect_error', reject);
    });
  }

  ask(event: string, ...payload: unknown[]): Promise<Outcome<never>> {
    return this.socket.timeout(20_000).emitWithAck(event, ...payload);
  }

  /** The first payload of this event that fits, heard already or to come. */
  async hears<T = Record<string, unknown>>(
    event: string,
    fits: (payload: T) => boolean = () => true,
  ): Promise<T> {
    for (let seen = 0; ; ) {
      for (; seen < this.heard.length; seen++) {
        const heard = this.heard[seen]!;
        if (heard.event === event && fits(heard.payload as T)) return heard.payload as T;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.socket.disconnect();
  }
}

/** Frames as they are on the wire. */
export class RawClient {
  readonly socket: WebSocket;
  readonly frames: string[] = [];
  readonly connected: Promise<void>;
  readonly closed: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      headers,
    });
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(data.toString());
      this.#wake();
    });
    this.connected = once(this.socket, 'open').then(() => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        resolve();
        this.#wake();
      });
      this.socket.on('error', () => resolve());
    });
  }

  get tcp(): TcpSocket {
    return (this.socket as unknown as { _socket: TcpSocket })._socket;
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Into /v1. */
  async enter(token?: string): Promise<this> {
    this.send(token === undefined ? '40/v1,' : `40/v1,${JSON.stringify({ token })}`);
    await this.hears('42/v1,["welcome"');
    return this;
  }

  /** The first frame that begins so, heard already or to come. */
  async hears(prefix: string): Promise<string> {
    for (;;) {
      const frame = this.frames.find((candidate) => candidate.startsWith(prefix));
      if (frame !== undefined) return frame;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${prefix} came`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.socket.terminate();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Waits for what is only visible by looking; fails with the name of what did not come. */
export async function eventually(what: string, condition: () => boolean, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`within ${withinMs} ms this did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const REQUEST_ID = '8f14e45f-ceea-467f-a9f8-1c2d3e4f5a6b';
export const HOLD = {
  requestId: REQUEST_ID,
  apartmentId: 'apt-1',
  checkIn: '2026-11-03',
  checkOut: '2026-11-07',
  guests: 2,
};
export const WINDOW = { from: '2026-11-01', to: '2026-12-01' };
