/**
 * What a lane uses of `pg.Client`, with pg's own manners: a query that failed is forgotten at its error, and a connection
 * that breaks says so to the query under way after it has said so to whoever listens. The bytes are the lane's own.
 */
import type pg from 'pg';
import type { SimulatedProcess } from '../process.ts';
import type { BackendMessage } from './messages.ts';
import type { SimulatedPostgres } from './server.ts';
import type { Session } from './session.ts';
import type { Wire } from './wire.ts';

/** What pg calls of a query. */
type Query = Pick<
  pg.Submittable & {
    handleCommandComplete(): void;
    handleCopyInResponse(): void;
    handleDataRow(row: object): void;
    handleError(error: unknown, connection: object): void;
    handleReadyForQuery(): void;
  },
  | 'submit'
  | 'handleCommandComplete'
  | 'handleCopyInResponse'
  | 'handleDataRow'
  | 'handleError'
  | 'handleReadyForQuery'
>;
interface Asked {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly query_timeout: number;
}
type Heard = (cause?: unknown) => void;

/** In the connection's first message, where they are set; others are the role's. */
const SENT = [
  'application_name',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
] as const;

export function clientsOf(server: SimulatedPostgres, process: SimulatedProcess) {
  return (config: pg.ClientConfig) => new SimulatedClient(server, process, config) as unknown as pg.Client;
}

class SimulatedClient {
  readonly connection = {
    stream: {
      write: (bytes: Buffer) => this.#write(bytes),
      destroy: () => this.#destroy(),
    },
    once: (_: 'readyForQuery', heard: () => void) => void this.#onReady.push(heard),
  };
  readonly #server: SimulatedPostgres;
  readonly #process: SimulatedProcess;
  readonly #config: pg.ClientConfig;
  readonly #up: Wire;
  readonly #down: Wire;
  readonly #heard = { error: [] as Heard[], end: [] as Heard[] };
  #session: Session | undefined;
  #connecting: { resolve: () => void; reject: (cause: unknown) => void } | undefined;
  #onReady: (() => void)[] = [];
  #onClosed: (() => void)[] = [];
  #unread: BackendMessage[] = [];
  #queue: Query[] = [];
  #active: Query | undefined;
  #isReady = false;
  #isBroken = false;
  #isEnding = false;
  #isClosed = false;

  constructor(server: SimulatedPostgres, process: SimulatedProcess, config: pg.ClientConfig) {
    this.#server = server;
    this.#process = process;
    this.#config = config;
    this.#up = server.wire(process);
    this.#down = server.wire(process);
  }

  on(event: 'error' | 'end', heard: Heard): void {
    this.#heard[event].push(heard);
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const callOff = this.#process.after(this.#config.connectionTimeoutMillis!, () =>
        this.#notConnected(new Error('timeout expired')),
      );
      const over = (settle: () => void) => () => {
        callOff();
        this.#connecting = undefined;
        settle();
      };
      this.#connecting = {
        resolve: over(resolve),
        reject: (cause) => over(() => reject(cause))(),
      };
      this.#up.send(() => {
        if (this.#server.isDown) {
          const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
          this.#down.send(() => this.#process.enter(() => this.#notConnected(refused)));
          return;
        }
        if (this.#isClosed) return;
        this.#session = this.#server.open(this.#process, this.#settings(), {
          answered: (messages) => this.#down.send(() => this.#arrive(messages)),
          ended: () => this.#down.send(() => this.#process.enter(() => this.#closed())),
        });
        this.#down.send(() =>
          this.#process.enter(() => {
            this.#isReady = true;
            this.#connecting?.resolve();
          }),
        );
      });
    });
  }

  query(asked: Query | Asked): Promise<unknown> | Query {
    if ('submit' in asked) {
      this.#enqueue(asked);
      return asked;
    }
    return new Promise((resolve, reject) => {
      const rows: object[] = [];
      const callOff = this.#process.after(asked.query_timeout, () => reject(new Error('Query read timeout')));
      this.#enqueue({
        submit: () => this.#up.send(() => this.#session!.query(asked.text, asked.values ?? [])),
        handleDataRow: (row) => void rows.push(row),
        handleCommandComplete: () => {},
        handleCopyInResponse: () => {},
        handleError(error) {
          callOff();
          reject(error);
        },
        handleReadyForQuery() {
          callOff();
          resolve({ rows });
        },
      });
    });
  }

  end(): Promise<void> {
    this.#isEnding = true;
    if (this.#isClosed) return Promise.resolve();
    const closed = new Promise<void>((resolve) => void this.#onClosed.push(resolve));
    if (this.#isBroken || this.#active !== undefined || this.#session === undefined) this.#destroy();
    else this.#up.send(() => this.#session!.hangUp());
    return closed;
  }

  #settings(): [string, string][] {
    return SENT.flatMap((setting) => {
      const value = this.#config[setting];
      return value ? [[setting, String(value)] as [string, string]] : [];
    });
  }

  #enqueue(query: Query): void {
    if (this.#isBroken || this.#isEnding) {
      const why = this.#isBroken
        ? 'Client has encountered a connection error and is not queryable'
        : 'Client was closed and is not queryable';
      queueMicrotask(() => query.handleError(new Error(why), this.connection));
      return;
    }
    this.#queue.push(query);
    this.#pulse();
  }

  #pulse(): void {
    if (!this.#isReady) return;
    this.#active = this.#queue.shift();
    if (this.#active === undefined) return;
    this.#isReady = false;
    this.#active.submit(this.connection as unknown as pg.Connection);
  }

  /**
   * The kernel takes what fits. The rest leaves when there is room, out of the same memory, and not at all where the
   * process stands still or is gone.
   */
  #write(bytes: Buffer): void {
    const at = this.#server.fits(bytes.length);
    const send = (part: Buffer) => {
      const sent = Buffer.from(part);
      this.#up.send(() => this.#session!.receive(sent));
    };
    send(bytes.subarray(0, at));
    if (at === bytes.length) return;
    this.#process.after(0, () => {
      if (!this.#isClosed) send(bytes.subarray(at));
    });
  }

  #destroy(): void {
    if (this.#isClosed) return;
    this.#up.send(() => this.#session?.hangUp());
    queueMicrotask(() => this.#closed());
  }

  /** What came while the process stood still it reads in one go: no promise settles between one message and the next. */
  #arrive(messages: readonly BackendMessage[]): void {
    this.#unread.push(...messages);
    if (this.#unread.length === messages.length)
      this.#process.enter(() => this.#hear(this.#unread.splice(0)));
  }

  #hear(messages: readonly BackendMessage[]): void {
    for (const message of messages) {
      if (this.#isClosed) return;
      this.#take(message);
    }
  }

  #take(message: BackendMessage): void {
    switch (message.type) {
      case 'row':
        return this.#active?.handleDataRow(message.row);
      case 'complete':
        return this.#active?.handleCommandComplete();
      case 'copyIn':
        return this.#active?.handleCopyInResponse();
      case 'error': {
        const active = this.#active;
        this.#active = undefined;
        if (active === undefined) this.#broken(message.error);
        else active.handleError(message.error, this.connection);
        return;
      }
      case 'ready': {
        const active = this.#active;
        this.#active = undefined;
        this.#isReady = true;
        active?.handleReadyForQuery();
        this.#pulse();
        for (const heard of this.#onReady.splice(0)) heard();
      }
    }
  }

  #notConnected(cause: unknown): void {
    if (this.#connecting === undefined) return;
    this.#connecting.reject(cause);
    this.#isBroken = true;
    this.#closed();
  }

  #broken(cause: unknown): void {
    this.#isBroken = true;
    this.#failAll(cause);
    for (const heard of this.#heard.error) heard(cause);
  }

  #failAll(cause: unknown): void {
    const failed = this.#active === undefined ? this.#queue : [this.#active, ...this.#queue];
    this.#active = undefined;
    this.#queue = [];
    for (const query of failed) queueMicrotask(() => query.handleError(cause, this.connection));
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const cause = new Error(`Connection terminated${this.#isEnding ? '' : ' unexpectedly'}`);
    this.#failAll(cause);
    if (this.#connecting !== undefined) this.#connecting.reject(cause);
    else if (!this.#isEnding && !this.#isBroken) this.#broken(cause);
    queueMicrotask(() => {
      for (const heard of this.#heard.end) heard();
      for (const resolve of this.#onClosed) resolve();
    });
  }
}
