/**
 * Every TCP connection of the port, whatever is spoken on it: how many there may be, how much may be asked on one and
 * left unread, and who is cut for it. One sweep over all of them; a connection's own code need not think of it.
 *
 *   accept ──too many or too often, of its address or in all──> ended at once
 *     │
 *   open ──more than REQUESTS_UNANSWERED_MAX at once, or asking on while UNREAD_BYTES_MAX wait──> cut
 *     ├─── takes nothing for STALLED_READER_MS of what is sent to it ──────────────────────────> cut
 *     └─── its address leaves more than UNREAD_BYTES_PER_ADDRESS_MAX unread: those with most ──> cut
 *
 * That a connection says something in time is Node's own to see (`headersTimeout`, `requestTimeout`). Who has said nothing
 * at all by then is ended without a word: a thousand answers that nobody waits for would hold everybody up.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { network } from '../addresses/address.ts';
import type { ClientAddresses } from '../addresses/client-address.ts';
import { Budgets } from '../limits/budgets.ts';
import {
  ACCEPTS_PER_ADDRESS,
  CONNECTIONS_MAX,
  CONNECTIONS_PER_ADDRESS_MAX,
  CUT_COSTS_CONNECTIONS,
  REQUESTS_UNANSWERED_MAX,
  STALLED_READER_MS,
  UNREAD_BYTES_MAX,
  UNREAD_BYTES_OF_ALL_MAX,
  UNREAD_BYTES_PER_ADDRESS_MAX,
} from '../limits.ts';
import type { Log } from '../log.ts';
import { interpose } from './interpose.ts';
import { stopParsing, writeQueueOf } from './node-internals.ts';

/** Why a connection was refused or cut: counted, and told once a second, as an attacker must not fill the log either. */
export type Reason =
  | 'too_many'
  | 'too_many_of_address'
  | 'too_often'
  | 'requests_unanswered'
  | 'answers_unread'
  | 'answers_of_address_unread'
  | 'reader_stalled';

interface Connection {
  /** Of a trusted proxy, which may yet name its client, or bring many whom it names with each request. */
  readonly isOfProxy: boolean;
  /** As it counts; undefined where it is many, who count with each request. */
  address: string | undefined;
  unanswered: number;
  unreadBytes: number;
  /** A measure of what its reader has taken; whatever moves it is progress. */
  taken: number;
  takenAtMs: number;
}

/** Also how long a connection may count that is gone: a listener for each of them would be memory. */
const SWEEP_EVERY_MS = 250;
const TELL_EVERY_MS = 1_000;

export class Connections {
  readonly #addresses: ClientAddresses;
  readonly #log: Log;
  /** Stalled readers and pipelined requests are cut always; the rest is what a load test turns off. */
  readonly #isLimited: boolean;
  readonly #open = new Map<Socket, Connection>();
  readonly #countOf = new Map<string, number>();
  readonly #paceOf = new Budgets(ACCEPTS_PER_ADDRESS);
  readonly #sweeping: NodeJS.Timeout;
  readonly #untold = new Map<Reason, number>();
  #toldAtMs = 0;

  constructor({ mode, addresses, log }: { mode: 'on' | 'off'; addresses: ClientAddresses; log: Log }) {
    this.#isLimited = mode === 'on';
    this.#addresses = addresses;
    this.#log = log;
    this.#sweeping = setInterval(() => this.#sweep(performance.now()), SWEEP_EVERY_MS);
    this.#sweeping.unref();
  }

  /** Before anybody else listens to it. */
  watch(server: Server): void {
    interpose(server, 'connection', (socket: Socket) => this.#accepts(socket));
    interpose(server, 'request', (request: IncomingMessage, response: ServerResponse) =>
      this.#takes(request.socket, response),
    );
    interpose(server, 'clientError', (_: Error, socket: Socket) => {
      if (socket.bytesRead > 0) return true;
      socket.resetAndDestroy();
      return false;
    });
  }

  /** From here on its own code sees to it, as a link between servers does. */
  leave(socket: Socket): void {
    this.#forget(socket);
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  #accepts(socket: Socket): boolean {
    const peer = this.#addresses.ofConnection(socket);
    const isOfProxy = this.#addresses.trusted.inProxyProtocol(peer);
    const address = isOfProxy ? undefined : network(peer);
    const count = address === undefined ? 0 : (this.#countOf.get(address) ?? 0);
    if (this.#isLimited) {
      const reason =
        this.#open.size >= CONNECTIONS_MAX
          ? 'too_many'
          : count >= CONNECTIONS_PER_ADDRESS_MAX
            ? 'too_many_of_address'
            : address === undefined || this.#paceOf.of(address).take()
              ? undefined
              : 'too_often';
      if (reason !== undefined) {
        this.#count(reason);
        // With a reset: nothing of it stays, here or in the kernel.
        socket.resetAndDestroy();
        return false;
      }
    }
    if (address !== undefined) this.#countOf.set(address, count + 1);
    this.#open.set(socket, { isOfProxy, address, unanswered: 0, unreadBytes: 0, taken: 0, takenAtMs: 0 });
    return true;
  }

  /** Browsers and proxies wait for an answer before they ask again on the same connection. */
  #takes(socket: Socket, response: ServerResponse): boolean {
    const connection = this.#open.get(socket);
    if (connection === undefined || socket.destroyed) return false;
    if (connection.unanswered >= REQUESTS_UNANSWERED_MAX) {
      this.#punish(socket, connection, 'requests_unanswered');
      return false;
    }
    if (socket.writableLength > UNREAD_BYTES_MAX) {
      this.#punish(socket, connection, 'answers_unread');
      return false;
    }
    connection.unanswered += 1;
    response.once('close', () => {
      connection.unanswered -= 1;
    });
    return true;
  }

  #sweep(nowMs: number): void {
    const unreadOf = new Map<string, number>();
    let unreadBytes = 0;
    for (const [socket, connection] of this.#open) {
      if (socket.destroyed) {
        this.#forget(socket);
        continue;
      }
      if (connection.isOfProxy && !this.#settles(socket, connection)) continue;
      const waiting = socket.writableLength;
      if (waiting === 0) {
        connection.unreadBytes = 0;
        continue;
      }
      const taken = socket.bytesWritten - waiting - writeQueueOf(socket);
      if (connection.unreadBytes === 0 || taken !== connection.taken) {
        connection.taken = taken;
        connection.takenAtMs = nowMs;
      } else if (nowMs - connection.takenAtMs >= STALLED_READER_MS) {
        this.#cut(socket, 'reader_stalled');
        continue;
      }
      connection.unreadBytes = waiting;
      unreadBytes += waiting;
      const { address } = connection;
      if (address !== undefined) unreadOf.set(address, (unreadOf.get(address) ?? 0) + waiting);
    }
    if (this.#isLimited) {
      for (const [address, bytes] of unreadOf) {
        if (bytes > UNREAD_BYTES_PER_ADDRESS_MAX)
          this.#cutUntil(bytes - UNREAD_BYTES_PER_ADDRESS_MAX / 2, (each) => each.address === address);
      }
      if (unreadBytes > UNREAD_BYTES_OF_ALL_MAX)
        this.#cutUntil(unreadBytes - UNREAD_BYTES_OF_ALL_MAX / 2, () => true);
    }
    if (nowMs - this.#toldAtMs >= TELL_EVERY_MS) this.#tell(nowMs);
  }

  /** Whom the PROXY protocol has named since counts like anybody else, and so does who is trusted in that alone and named nobody. */
  #settles(socket: Socket, connection: Connection): boolean {
    const client = this.#addresses.ofConnection(socket);
    const address = this.#addresses.trusted.inHeaders(client) ? undefined : network(client);
    if (address === connection.address) return true;
    this.#uncount(connection);
    connection.address = address;
    if (address === undefined) return true;
    const count = (this.#countOf.get(address) ?? 0) + 1;
    this.#countOf.set(address, count);
    if (!this.#isLimited || count <= CONNECTIONS_PER_ADDRESS_MAX) return true;
    this.#cut(socket, 'too_many_of_address');
    return false;
  }

  /** Those of them that leave most unread, until so many bytes are free. */
  #cutUntil(bytes: number, of: (connection: Connection) => boolean): void {
    const slow = [...this.#open].filter(([, each]) => each.unreadBytes > 0 && of(each));
    slow.sort(([, a], [, b]) => b.unreadBytes - a.unreadBytes);
    let left = bytes;
    for (const [socket, { unreadBytes }] of slow) {
      if (left <= 0) return;
      left -= unreadBytes;
      this.#cut(socket, 'answers_of_address_unread');
    }
  }

  /** What no honest client does costs its address many a new connection, or it would come again at once. */
  #punish(socket: Socket, { address }: Connection, reason: Reason): void {
    if (this.#isLimited && address !== undefined) {
      const pace = this.#paceOf.of(address);
      for (let n = 1; n < CUT_COSTS_CONNECTIONS && pace.take(); n++);
    }
    this.#cut(socket, reason);
  }

  #cut(socket: Socket, reason: Reason): void {
    this.#count(reason);
    stopParsing(socket);
    socket.resetAndDestroy();
    this.#forget(socket);
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    this.#open.delete(socket);
    this.#uncount(connection);
  }

  #uncount({ address }: Connection): void {
    if (address === undefined) return;
    const rest = (this.#countOf.get(address) ?? 1) - 1;
    if (rest > 0) this.#countOf.set(address, rest);
    else this.#countOf.delete(address);
  }

  #count(reason: Reason): void {
    this.#untold.set(reason, (this.#untold.get(reason) ?? 0) + 1);
  }

  #tell(nowMs: number): void {
    this.#toldAtMs = nowMs;
    for (const [reason, count] of this.#untold) this.#log.info({ event: 'connection.cut', reason, count });
    this.#untold.clear();
  }
}
