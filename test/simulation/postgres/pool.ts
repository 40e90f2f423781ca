/**
 * A pool of a process: so many connections, a wait for one that ends in an error, statements that take the longer the more
 * rows they read, and the time-outs of `src/persistence/pool.ts`, whose errors are PostgreSQL's and pg's own.
 */
import type { SimulatedProcess } from '../process.ts';
import { PostgresError } from './messages.ts';
import type { Backend, SimulatedPostgres } from './server.ts';
import type { Wire } from './wire.ts';

export interface PoolWork<T> {
  /** Rows that it has to itself until it is committed. */
  readonly rows?: readonly string[];
  /** Is committed, which takes the disk's time. */
  readonly writes?: boolean;
  /** At once, when it has its rows: what others see of a statement that only reads is as of its beginning. */
  readonly run: (holder: object) => Promise<T>;
  /** Rows that it reads. Default: 1. */
  readonly costs?: (found: T) => number;
  /** Default: a little more than PostgreSQL gives the statement. */
  readonly queryTimeoutMs?: number;
}

interface PoolSettings {
  readonly max: number;
}

/** As `src/persistence/pool.ts` has them, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const ANSWER_OVERDUE_MS = 1_000;

/** A statement this fast takes no happening of its own. */
const IN_NO_TIME_MS = 0.1;

type Connected = (connection: PoolConnection | undefined, cause?: unknown) => void;

export class SimulatedPool {
  readonly #server: SimulatedPostgres;
  readonly #process: SimulatedProcess;
  readonly #settings: PoolSettings;
  readonly #idle: PoolConnection[] = [];
  readonly #waiting: Connected[] = [];
  #open = 0;

  constructor(server: SimulatedPostgres, process: SimulatedProcess, settings: PoolSettings) {
    this.#server = server;
    this.#process = process;
    this.#settings = settings;
  }

  query<T>(work: PoolWork<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#connect((connection, cause) => {
        if (connection === undefined) return reject(cause);
        connection.query(work, (isKept, settle) => {
          this.#release(connection, isKept);
          settle(resolve, reject);
        });
      });
    });
  }

  #connect(connected: Connected): void {
    let idle = this.#idle.pop();
    while (idle?.isClosed === true) {
      this.#open -= 1;
      idle = this.#idle.pop();
    }
    if (idle !== undefined) return connected(idle);
    if (this.#open < this.#settings.max) {
      this.#open += 1;
      const connection = new PoolConnection(this.#server, this.#process);
      connection.open((cause) => {
        if (cause === undefined) return connected(connection);
        this.#release(connection, false);
        connected(undefined, cause);
      });
      return;
    }
    const callOff = this.#process.after(CONNECT_TIMEOUT_MS, () => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      connected(undefined, new Error('timeout exceeded when trying to connect'));
    });
    const waiting: Connected = (connection, cause) => {
      callOff();
      connected(connection, cause);
    };
    this.#waiting.push(waiting);
  }

  #release(connection: PoolConnection, isKept: boolean): void {
    if (isKept) this.#idle.push(connection);
    else this.#open -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#connect(next);
  }
}

type Settled<T> = (
  isKept: boolean,
  settle: (resolve: (found: T) => void, reject: (cause: unknown) => void) => void,
) => void;

class PoolConnection implements Backend {
  /** The client knows that it is over. */
  isClosed = false;
  isOver = false;
  readonly #server: SimulatedPostgres;
  readonly #process: SimulatedProcess;
  readonly #up: Wire;
  readonly #down: Wire;
  #closed: (() => void) | undefined;
  /** What the statement under way holds, and waits for. */
  #stop = () => {};

  constructor(server: SimulatedPostgres, process: SimulatedProcess) {
    this.#server = server;
    this.#process = process;
    this.#up = server.wire(process);
    this.#down = server.wire(process);
  }

  open(done: (cause?: unknown) => void): void {
    let isDone = false;
    const once = (cause?: unknown) => {
      if (isDone) return;
      isDone = true;
      callOff();
      if (cause !== undefined) this.#drop();
      done(cause);
    };
    const callOff = this.#process.after(CONNECT_TIMEOUT_MS, () =>
      once(new Error('Connection terminated due to connection timeout')),
    );
    this.#closed = () => once(new Error('Connection terminated unexpectedly'));
    this.#up.send(() => {
      if (this.#server.isDown) {
        const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        this.#down.send(() => this.#process.enter(() => once(refused)));
        return;
      }
      if (this.isClosed) return;
      this.#server.serve(this);
      this.#process.onKilled(() => this.#hungUp());
      this.#down.send(() => this.#process.enter(() => once()));
    });
  }

  query<T>(work: PoolWork<T>, settled: Settled<T>): void {
    let isDone = false;
    const once: Settled<T> = (isKept, settle) => {
      if (isDone) return;
      isDone = true;
      callOff();
      this.#closed = undefined;
      if (!isKept) this.#drop();
      settled(isKept && !this.isClosed, settle);
    };
    const failed = (message: string) => once(false, (_, reject) => reject(new Error(message)));
    const timeoutMs = work.queryTimeoutMs ?? STATEMENT_TIMEOUT_MS + ANSWER_OVERDUE_MS;
    const callOff = this.#process.after(timeoutMs, () => failed('Query read timeout'));
    this.#closed = () => failed('Connection terminated unexpectedly');
    this.#up.send(() => {
      if (this.isOver) return;
      this.#carryOut(work, (settle) => this.#down.send(() => this.#process.enter(() => once(true, settle))));
    });
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#stop();
    this.#down.send(() =>
      this.#process.enter(() => {
        this.isClosed = true;
        this.#closed?.();
      }),
    );
  }

  #drop(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#up.send(() => this.#hungUp());
  }

  #hungUp(): void {
    this.#server.leave(this);
    this.isOver = true;
    this.#stop();
  }

  #carryOut<T>(
    { rows = [], writes = false, run, costs }: PoolWork<T>,
    answer: (settle: (resolve: (found: T) => void, reject: (cause: unknown) => void) => void) => void,
  ): void {
    const { time, locks } = this.#server;
    const holder = {};
    let isOver = false;
    let leave: (() => void) | undefined;
    const begunMs = time.nowMs;
    const end = () => {
      isOver = true;
      callOff();
      leave?.();
      locks.release(holder);
      this.#stop = () => {};
    };
    this.#stop = end;
    let callOff = () => {};
    const refuse = () => {
      end();
      answer((_, reject) =>
        reject(new PostgresError('57014', 'canceling statement due to statement timeout')),
      );
    };
    const lockAll = (at: number) => {
      const row = rows[at];
      if (row === undefined) return void start();
      const granted = () => {
        leave = undefined;
        lockAll(at + 1);
      };
      const wait = locks.take(holder, row, 'alone', granted);
      if (wait === undefined) return granted();
      callOff();
      callOff = time.at(begunMs + STATEMENT_TIMEOUT_MS, () => refuse());
      leave = wait;
    };
    const start = async () => {
      try {
        const found = await run(holder);
        if (isOver) return locks.release(holder);
        const finish = () => {
          if (isOver) return;
          end();
          answer((resolve) => resolve(found));
        };
        const readMs = (costs?.(found) ?? 1) * this.#server.rowMs;
        const readByMs = time.nowMs + readMs;
        // From here on nothing interrupts it.
        callOff();
        if (readByMs > begunMs + STATEMENT_TIMEOUT_MS)
          time.at(begunMs + STATEMENT_TIMEOUT_MS, () => isOver || refuse());
        else if (writes) this.#server.toDisk(finish);
        else if (readMs < IN_NO_TIME_MS) finish();
        else time.at(readByMs, finish);
      } catch (cause) {
        if (isOver) return;
        end();
        answer((_, reject) => reject(cause));
      }
    };
    lockAll(0);
  }
}
