/**
 * Socket.IO on the HTTP server's port: WebSocket only (no sticky sessions, no long polling), no compression (a
 * broadcast is encoded once), no connection state recovery (versions and beacons do that), and the two namespaces.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type Namespace, Server, type Socket } from 'socket.io';
import type { ErrorBody } from '../../protocol/errors.ts';
import { PROTOCOL_VERSION, type Welcome } from '../../protocol/events.ts';
import { instant } from '../../protocol/instant.ts';
import { FRAME_BYTES_MAX, HANDSHAKE_DEADLINE_MS } from '../../protocol/limits.ts';
import { until } from '../../time/until.ts';
import type { ClientAddresses } from '../addresses/client-address.ts';
import { BAD_TOKEN, callerOf, NO_ADMIN } from '../caller.ts';
import { Dispatch } from '../dispatch.ts';
import type { Faults } from '../faults.ts';
import { Budget } from '../limits/budgets.ts';
import type { Load } from '../limits/load.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { CLOSING_HANDSHAKE_MS, COMMANDS_PER_SUBJECT, PING_DEADLINE_MS, PING_EVERY_MS } from '../limits.ts';
import type { Log } from '../log.ts';
import type { Origins } from '../origins.ts';
import type { GatewayParts, VerifiedToken } from '../ports.ts';
import type { SecurityLog } from '../security-log.ts';
import { adminSocketCommands, leaveFeed } from './admin-commands.ts';
import type { Backplane } from './backplane.ts';
import { Beacons } from './beacons.ts';
import { Door } from './door.ts';
import { FanOut } from './fan-out.ts';
import { Flusher } from './flusher.ts';
import { guestSocketCommands, signIn, signOut } from './guest-commands.ts';
import { Link } from './link.ts';
import { MissedNotice } from './missed-notice.ts';
import { headsOf } from './packets.ts';
import { Session, type SessionHost } from './session.ts';
import {
  connectionOf,
  type EngineConnection,
  forgetHandshake,
  redirectEvents,
  redirectWrites,
  releaseRequest,
} from './socket-io-internals.ts';
import { BoundedWebSocketServer } from './web-sockets.ts';

export interface SocketServerOptions {
  readonly parts: GatewayParts;
  readonly limits: RateLimits;
  readonly load: Load;
  readonly addresses: ClientAddresses;
  readonly security: SecurityLog;
  readonly log: Log;
  readonly faults: Faults;
  readonly origins: Origins;
  /** To the sockets of other servers; undefined where this one is alone. */
  readonly backplane: Backplane | undefined;
  readonly inFlight: { count: number };
  /** Why no further command is taken; undefined while all is well. */
  readonly refusal: () => { ok: false; error: ErrorBody } | undefined;
}

const TICK_MS = 1_000;

const PATH = '/socket.io/';

/** Whether an upgrade is Socket.IO's to answer. */
export function isSocketPath(url: string | undefined): boolean {
  return url?.startsWith(PATH) === true;
}

export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #io: Server;
  readonly #door: Door;
  readonly #flusher = new Flusher();
  readonly #links = new Map<string, Link>();
  readonly #guests = new Map<string, Session>();
  readonly #admins = new Map<string, Session>();
  readonly #fanOut: FanOut;
  readonly #beacons: Beacons;
  readonly #missed: MissedNotice;
  readonly #unsubscribe: (() => void)[];
  readonly #tick: NodeJS.Timeout;

  constructor(http: HttpServer, options: SocketServerOptions) {
    this.#options = options;
    const { parts, log, faults, backplane } = options;
    this.#door = new Door(options);
    this.#io = new Server({
      path: PATH,
      transports: ['websocket'],
      wsEngine: BoundedWebSocketServer,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      allowUpgrades: false,
      maxHttpBufferSize: FRAME_BYTES_MAX,
      connectTimeout: HANDSHAKE_DEADLINE_MS,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PING_DEADLINE_MS,
      cleanupEmptyChildNamespaces: true,
      allowRequest: (request: IncomingMessage, done) => this.#door.check(request, done),
    });
    backplane?.serve(this.#io);
    // Upgrades to other paths are the gateway's to answer.
    this.#io.attach(http, { destroyUpgrade: false });
    this.#io.engine.on('connection', (connection: EngineConnection) => this.#linked(connection));

    const guests = this.#io.of('/v1');
    const admins = this.#io.of('/v1/admin');
    const guestHeads = headsOf('/v1');
    const adminHeads = headsOf('/v1/admin');
    this.#fanOut = new FanOut(
      { namespace: guests, heads: guestHeads, sessions: this.#guests },
      { namespace: admins, heads: adminHeads, sessions: this.#admins },
      backplane,
    );
    const subscribed = (namespace: Namespace) => async (rooms: readonly string[]) =>
      backplane?.subscribed(namespace, rooms);
    const common = {
      log,
      faults,
      security: options.security,
      inFlight: options.inFlight,
      refusal: options.refusal,
      budgetOf: (subjectId: string) => options.limits.ofSubject(subjectId),
    };
    const dispatch = { nowMs: () => parts.operations.nowMs(), log, faults, load: options.load };
    this.#serveGuests(guests, {
      ...common,
      heads: guestHeads,
      subscribed: subscribed(guests),
      dispatch: new Dispatch(guestSocketCommands(parts, this.#fanOut), dispatch),
    });
    this.#serveAdmins(admins, {
      ...common,
      heads: adminHeads,
      subscribed: async (rooms) => {
        await subscribed(admins)(rooms);
        // Before the picture is read: what follows it must not be missed.
        await backplane?.audience.tellFeed();
      },
      dispatch: new Dispatch(adminSocketCommands(parts), dispatch),
    });
    this.#beacons = new Beacons(this.#fanOut, (ids) => parts.apartments.versions(ids));
    this.#missed = new MissedNotice(() => this.#sessions());
    backplane?.onBack(() => {
      void this.#beacons.catchUp();
      this.#missed.tell();
    });
    parts.apartments.onMissed(() => this.#missed.tell());
    parts.apartments.onOwnersChanged(() => void this.#beacons.catchUp());
    this.#unsubscribe = [
      parts.apartments.subscribe((change) => this.#fanOut.committed(change)),
      parts.apartments.onBooking((guestId, booking) => this.#fanOut.booked(guestId, booking)),
      parts.accounts.onRevoked((sessionId) => this.#revoked(sessionId)),
    ];
    this.#tick = setInterval(() => this.#everySecond(), TICK_MS);
    this.#tick.unref();
  }

  /** Admins on the feed. */
  get feeds(): number {
    return this.#fanOut.feeds;
  }

  /** Open WebSockets. */
  get size(): number {
    return this.#links.size;
  }

  /** No new sockets from here on. */
  closeDoor(): void {
    this.#door.close();
  }

  /** Ends every connection. */
  sendAway(): void {
    for (const link of [...this.#links.values()]) link.close();
  }

  /** Asks every client to connect elsewhere, each at a moment of its own within `spreadMs`. */
  askToLeave(spreadMs: number): void {
    for (const session of this.#sessions()) {
      session.send('notice', { kind: 'draining', reconnectInMs: Math.floor(Math.random() * spreadMs) });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#tick);
    this.#beacons.close();
    this.#missed.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    const links = [...this.#links.values()];
    this.sendAway();
    this.#io.engine.close();
    await until(() => links.every((link) => link.isClosed), performance.now() + CLOSING_HANDSHAKE_MS);
    for (const link of links) link.terminate();
  }

  *#sessions(): Iterable<Session> {
    yield* this.#guests.values();
    yield* this.#admins.values();
  }

  /** A WebSocket is open; nothing has been said on it yet. */
  #linked(connection: EngineConnection): void {
    const { limits, addresses } = this.#options;
    const { request } = connection;
    if (request === null) throw new Error('a connection came without its request');
    const address = addresses.of(request);
    const addressBudget = limits.ofAddress(address);
    releaseRequest(connection);
    const link = new Link(connection, {
      host: { log: this.#options.log, flushSoon: this.#flusher.flushSoon },
      address,
      addressBudget,
      ownBudget: addressBudget === undefined ? undefined : new Budget(COMMANDS_PER_SUBJECT),
    });
    this.#links.set(connection.id, link);
    this.#door.entered(address);
    connection.once('close', () => {
      this.#links.delete(connection.id);
      this.#door.left(address);
    });
  }

  #serveGuests(namespace: Namespace, host: SessionHost): void {
    const tokens = this.#admit(namespace, host, () => undefined);
    namespace.on('connection', (socket) => {
      const session = this.#open(socket, host, this.#guests);
      // The guests' namespace has nearly all traffic: its events come straight from the frame.
      session.link.sink = session;
      const token = tokens.get(socket);
      if (token !== undefined) void signIn(session, token, this.#options.parts.listings);
      this.#welcome(session);
    });
  }

  #serveAdmins(namespace: Namespace, host: SessionHost): void {
    const tokens = this.#admit(namespace, host, (token) =>
      token?.subject.kind === 'admin' ? undefined : token === undefined ? BAD_TOKEN : NO_ADMIN,
    );
    namespace.on('connection', (socket) => {
      const session = this.#open(socket, host, this.#admins);
      const token = tokens.get(socket);
      if (token !== undefined) session.become(callerOf(token));
      this.#welcome(session);
    });
  }

  /** Who connects is settled before the namespace is joined: a refusal is a `connect_error` with the Error. */
  #admit(
    namespace: Namespace,
    host: SessionHost,
    objection: (token: VerifiedToken | undefined) => ErrorBody | undefined,
  ): WeakMap<Socket, VerifiedToken> {
    const tokens = new WeakMap<Socket, VerifiedToken>();
    namespace.use((socket, next) => {
      this.#identify(socket, host).then(
        (token) => {
          const error = 'code' in token ? token : objection(token.verified);
          if (error === undefined && 'verified' in token && token.verified !== undefined) {
            tokens.set(socket, token.verified);
          }
          if (error !== undefined) this.#linkOf(socket)?.left(namespace.name);
          if (error !== undefined && 'verified' in token) {
            const subjectId = token.verified?.subject.id;
            // Who sends no token is no attempt on one, but asks for what is not theirs.
            const code = subjectId === undefined ? 'forbidden' : error.code;
            const route = `connect ${namespace.name}`;
            this.#options.security.refused({ by: 'socket', route, subjectId, code });
          }
          next(error === undefined ? undefined : connectError(error));
        },
        (fault: unknown) => {
          this.#linkOf(socket)?.left(namespace.name);
          next(connectError(this.#options.faults.answer('connect', undefined, fault).error));
        },
      );
    });
    return tokens;
  }

  async #identify(
    socket: Socket,
    host: SessionHost,
  ): Promise<{ verified: VerifiedToken | undefined } | ErrorBody> {
    const refusal = host.refusal();
    if (refusal !== undefined) return refusal.error;
    const token: unknown = (socket.handshake.auth as { token?: unknown } | undefined)?.token;
    forgetHandshake(socket);
    if (token === undefined || token === null) return { verified: undefined };
    const verified = typeof token === 'string' ? await this.#options.parts.accounts.verify(token) : undefined;
    if (verified !== undefined) return { verified };
    this.#options.security.tell({ event: 'token.refused', by: 'socket' });
    return BAD_TOKEN;
  }

  #open(socket: Socket, host: SessionHost, sessions: Map<string, Session>): Session {
    const link = this.#linkOf(socket);
    if (link === undefined) throw new Error('a namespace was joined on a connection that is not open');
    const session = new Session(socket, link, host);
    redirectWrites(socket, (message) => link.send(message));
    redirectEvents(socket, (args, ackId) => session.receive(args, ackId));
    // Socket.IO puts each socket into a room of its own, for which there is no use here.
    session.leave(socket.id);
    sessions.set(socket.id, session);
    link.sessions.add(session);
    socket.on('disconnect', () => {
      sessions.delete(socket.id);
      link.sessions.delete(session);
      link.left(host.heads.namespace);
      if (link.sink === session) link.sink = undefined;
    });
    return session;
  }

  #linkOf(socket: Socket): Link | undefined {
    return this.#links.get(connectionOf(socket).id);
  }

  #welcome(session: Session): void {
    const welcome: Welcome = {
      protocol: PROTOCOL_VERSION,
      serverTime: instant(this.#options.parts.operations.nowMs()),
      history: this.#options.parts.operations.historyId(),
      ...(session.subject === undefined ? {} : { subject: session.subject }),
    };
    session.send('welcome', welcome);
  }

  #everySecond(): void {
    const { operations } = this.#options.parts;
    const nowMs = operations.nowMs();
    this.#end((session) => session.expiresAtMs <= nowMs);
    this.#fanOut.toFeed('stats', () => operations.stats());
  }

  #revoked(sessionId: string): void {
    this.#end((session) => session.sessionId === sessionId);
  }

  /** Whose right has ended keeps the socket and what anyone may see, nothing else. */
  #end(ended: (session: Session) => boolean): void {
    for (const session of this.#guests.values()) {
      if (session.subject !== undefined && ended(session)) signOut(session, this.#options.parts.listings);
    }
    for (const session of this.#admins.values()) {
      if (session.subject !== undefined && ended(session)) leaveFeed(session);
    }
  }
}

function connectError(error: ErrorBody): Error {
  return Object.assign(new Error(error.message), { data: error });
}
