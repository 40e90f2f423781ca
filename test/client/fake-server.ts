/** A server that says what a test tells it to: real Socket.IO and HTTP, no bookings behind them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Namespace, Server, type Socket } from 'socket.io';
import { refuse } from '../../src/protocol/errors.ts';
import { instant } from '../../src/protocol/instant.ts';
import type { Session } from '../../src/protocol/resources.ts';

/** What a handler gives back is acknowledged; `silent` never answers, `drop` cuts the connection first. */
export type Reaction = unknown | 'silent' | 'drop';
interface Answer {
  readonly status: number;
  readonly body: unknown;
}
export interface Heard {
  readonly event: string;
  readonly payload: Record<string, unknown>;
  readonly socket: Socket;
  /** The token this socket is known by at that moment. */
  readonly token: string | undefined;
}

export class FakeServer {
  readonly heard: Heard[] = [];
  readonly requests: {
    method: string;
    path: string;
    body: Record<string, unknown>;
    token: string;
    requestId: string | undefined;
  }[] = [];
  readonly handlers = new Map<string, (heard: Heard, nth: number) => Reaction | Promise<Reaction>>();
  /** `METHOD /path` → status and body. */
  readonly routes = new Map<string, (body: Record<string, unknown>) => Answer | Promise<Answer>>();
  /** Tokens that are refused, at the handshake and after. */
  readonly refused = new Set<string>();
  serverTime: () => number = () => Date.now();
  protocol = 1;
  /** Called as a new connection is welcomed. */
  onConnection: (socket: Socket) => void = () => {};
  /** A new connection is welcomed when it resolves. */
  welcoming = Promise.resolve();
  connections = 0;
  readonly #http = createServer((request, response) => void this.#serve(request, response));
  readonly #io = new Server(this.#http, { transports: ['websocket'], serveClient: false });
  #waiters: { enough: () => boolean; resolve: () => void }[] = [];
  #sessions = 0;

  static async start(port = 0): Promise<FakeServer> {
    const fake = new FakeServer();
    await new Promise<void>((resolve) => fake.#http.listen(port, '127.0.0.1', resolve));
    return fake;
  }

  private constructor() {
    for (const name of ['/v1', '/v1/admin']) this.#attend(this.#io.of(name));
    this.routes.set('POST /v1/sessions/guest', () => ({ status: 201, body: this.session() }));
    this.routes.set('POST /v1/sessions/refresh', () => ({ status: 200, body: this.session() }));
    this.handlers.set('authenticate', ({ payload }) => ({
      ok: true,
      data: { subject: { id: `subject-of-${String(payload.token)}`, kind: 'guest' } },
    }));
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  all(): Socket[] {
    return [...this.#io.of('/v1').sockets.values()];
  }
  get sockets(): number {
    return this.#io.of('/v1').sockets.size;
  }

  session(changes: Partial<Session> = {}): Session {
    this.#sessions += 1;
    return {
      accessToken: `access-${this.#sessions}`,
      expiresInSeconds: 900,
      refreshToken: `refresh-${this.#sessions}`,
      subject: { id: 'guest-1', kind: 'guest' },
      ...changes,
    };
  }

  emit(event: string, payload: unknown, namespace = '/v1'): void {
    this.#io.of(namespace).emit(event, payload);
  }

  cutAll(): void {
    for (const socket of this.#io.of('/v1').sockets.values()) socket.conn.close();
  }

  events(event: string): Heard[] {
    return this.heard.filter((one) => one.event === event);
  }

  /** Resolves when the n-th such event has come. */
  until(event: string, n = 1): Promise<void> {
    return this.when(() => this.events(event).length >= n);
  }

  /** Looked at after each event, request, connection and disconnection. */
  when(enough: () => boolean): Promise<void> {
    if (enough()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ enough, resolve }));
  }

  async stop(): Promise<void> {
    await this.#io.close();
  }

  #attend(namespace: Namespace): void {
    namespace.use((socket, next) => {
      const { token } = socket.handshake.auth as { token?: string };
      if (token === undefined || !this.refused.has(token)) return next();
      const error = Object.assign(new Error('refused'), {
        data: refuse('unauthenticated', 'the token is not valid; sign in again').error,
      });
      next(error);
    });
    namespace.on('connection', (socket) => {
      this.connections += 1;
      let token = (socket.handshake.auth as { token?: string }).token;
      this.#look();
      void this.welcoming.then(() => {
        socket.emit('welcome', {
          protocol: this.protocol,
          serverTime: instant(this.serverTime()),
          ...(token === undefined ? {} : { subject: { id: 'guest-1', kind: 'guest' } }),
        });
        this.onConnection(socket);
      });
      socket.on('disconnect', () => this.#look());
      socket.onAny(
        async (event: string, payload: Record<string, unknown>, acknowledge: (answer: unknown) => void) => {
          const heard: Heard = { event, payload, socket, token };
          this.heard.push(heard);
          if (event === 'authenticate') token = payload.token as string;
          const nth = this.events(event).length;
          this.#look();
          const reaction = await (this.handlers.get(event)?.(heard, nth) ?? { ok: true, data: {} });
          if (reaction === 'drop') socket.conn.close();
          else if (reaction !== 'silent') acknowledge(reaction);
        },
      );
      this.#look();
    });
  }

  #look(): void {
    this.#waiters = this.#waiters.filter((waiter) => {
      if (!waiter.enough()) return true;
      waiter.resolve();
      return false;
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const method = request.method ?? '';
    const path = (request.url ?? '').split('?')[0] ?? '';
    const { authorization: token = '', 'idempotency-key': requestId } = request.headers;
    this.requests.push({ method, path, body, token, requestId: requestId?.toString() });
    this.#look();
    const answer = (await this.routes.get(`${method} ${path}`)?.(body)) ?? {
      status: 404,
      body: { error: refuse('not_found', `no route ${method} ${path}`).error },
    };
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }
}
