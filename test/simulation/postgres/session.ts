/**
 * The server's side of a lane's connection: the extended query protocol with implicit transactions.
 *
 *   reads ── Execute that must wait for a lock ──> waits ── granted, or its time is up ──> reads
 *   reads ── Sync ──> commits ── on disk ──> reads
 *   any ── the client has hung up, an administrator's command, a time-out that ends sessions, a crash ──> over
 *
 * An error rolls back at once, and everything up to the next Sync is passed over. While it commits nothing interrupts it;
 * while it reads the rest of a COPY no time-out does.
 */
import { HISTORY_STATEMENTS } from '../../../src/persistence/history.ts';
import { type BackendMessage, type FrontendMessage, FrontendReader, PostgresError } from './messages.ts';
import type { LockMode } from './row-locks.ts';
import type { SimulatedPostgres } from './server.ts';
import { type Statement, type Steps, statementOf, type Wanted } from './statements.ts';
import { Changes } from './tables.ts';

export interface SessionEvents {
  readonly answered: (messages: readonly BackendMessage[]) => void;
  /** It is over, and so is the connection. */
  readonly ended: () => void;
}

export class Session {
  readonly #server: SimulatedPostgres;
  readonly #events: SessionEvents;
  #settings: Map<string, string>;
  /** As they were before the transaction under way changed any. */
  #settingsBefore: Map<string, string> | undefined;
  readonly #reader = new FrontendReader();
  readonly #prepared = new Map<string, Statement>();
  #inbox: FrontendMessage[] = [];
  #answers: BackendMessage[] = [];
  #state: 'reads' | 'waits' | 'commits' | 'over' = 'reads';
  #bound: { readonly statement: Statement; readonly values: readonly string[] } | undefined;
  /** Rows of the COPY under way. */
  #copied: string | undefined;
  /** Of the transaction under way. */
  #changes: Changes | undefined;
  #begunMs = 0;
  #isFailed = false;
  #isUnwanted = false;
  #stopWaiting = () => {};

  constructor(server: SimulatedPostgres, settings: Iterable<[string, string]>, events: SessionEvents) {
    this.#server = server;
    this.#settings = new Map(settings);
    this.#events = events;
  }

  get name(): string {
    return this.#settings.get('application_name') ?? '';
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** What is being written to disk just now, if it is. */
  get committing(): Changes | undefined {
    return this.#state === 'commits' ? this.#changes : undefined;
  }

  receive(bytes: Buffer): void {
    if (this.isOver) return;
    this.#inbox.push(...this.#reader.read(bytes));
    this.#read();
  }

  /** A query of one row that pg sends itself: what a lane asks of each new session. */
  query(sql: string, values: readonly unknown[]): void {
    if (this.isOver) return;
    const row = sql === HISTORY_STATEMENTS.look ? this.#server.historyFor(values) : this.#settingsFor(sql);
    this.#events.answered([{ type: 'row', row }, { type: 'complete' }, { type: 'ready' }]);
  }

  #settingsFor(sql: string): object {
    for (const [, setting, value] of sql.matchAll(/set_config\('(\w+)', '([^']*)', false\)/g))
      this.#settings.set(setting!, value!);
    const row: Record<string, unknown> = {};
    for (const [, column] of sql.matchAll(/ as "?(\w+)/g)) row[column!] = this.#server.factOf(column!);
    return row;
  }

  /** `pg_terminate_backend`. */
  terminate(): void {
    if (this.#state === 'commits') this.#isUnwanted = true;
    else this.#fatal('57P01', 'terminating connection due to administrator command');
  }

  /** The client is gone, which shows when the session reads: not before it has what it waits for. */
  hangUp(): void {
    if (this.#state === 'reads') this.end();
    else this.#isUnwanted = true;
  }

  /** Without a word: the server has crashed, or the client is gone. */
  end(): void {
    if (this.isOver) return;
    this.#stopWaiting();
    this.#state = 'over';
    this.#rollBack();
    this.#events.ended();
  }

  #read(): void {
    while (this.#state === 'reads') {
      const message = this.#inbox.shift();
      if (message === undefined) return;
      try {
        this.#take(message);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #take(message: FrontendMessage): void {
    if (this.#isFailed && message.type !== 'sync') return;
    switch (message.type) {
      case 'parse':
        return void this.#prepared.set(message.name, statementOf(message.sql));
      case 'close':
        return void this.#prepared.delete(message.name);
      case 'bind': {
        const statement = this.#prepared.get(message.statement);
        if (statement === undefined)
          throw new PostgresError('26000', `prepared statement "${message.statement}" does not exist`);
        this.#bound = { statement, values: message.values };
        return;
      }
      case 'execute': {
        const { statement, values } = this.#bound!;
        this.#begin();
        if (!statement.copies) return this.#run(statement.run(this.#work(), ...values));
        this.#copied = '';
        return void this.#answers.push({ type: 'copyIn' });
      }
      case 'copyData':
        this.#copied += message.text;
        return;
      case 'copyDone': {
        const rows = this.#copied!;
        this.#copied = undefined;
        return this.#run(this.#bound!.statement.run(this.#work(), rows));
      }
      case 'sync':
        return this.#sync();
    }
  }

  #begin(): void {
    if (this.#changes !== undefined) return;
    this.#changes = new Changes();
    this.#begunMs = this.#server.time.nowMs;
  }

  #work() {
    const { tables, epochOf, isUnfenced } = this.#server;
    const set = (setting: string, value: string) => {
      this.#settingsBefore ??= new Map(this.#settings);
      this.#settings.set(setting, value);
    };
    const tryLock = (row: string, mode: LockMode) => {
      const leave = this.#server.locks.take(this, row, mode, () => {});
      leave?.();
      return leave === undefined;
    };
    return { tables, changes: this.#changes!, epochOf, isUnfenced, set, tryLock };
  }

  #run(steps: Steps): void {
    const startedMs = this.#server.time.nowMs;
    const go = () => {
      for (let step = steps.next(); !step.done; step = steps.next()) {
        if (this.#mustWait(step.value, startedMs, resume)) return;
      }
      this.#answers.push({ type: 'complete' });
    };
    const resume = () => {
      try {
        go();
      } catch (error) {
        this.#fail(error);
      }
      this.#read();
    };
    go();
  }

  #mustWait({ row, mode }: Wanted, startedMs: number, resume: () => void): boolean {
    const { locks, time } = this.#server;
    const leave = locks.take(this, row, mode, () => {
      stopTimers();
      this.#stopWaiting = () => {};
      this.#state = 'reads';
      resume();
    });
    if (leave === undefined) return false;
    this.#state = 'waits';
    const timers: (() => void)[] = [];
    const stopTimers = () => {
      for (const callOff of timers) callOff();
    };
    this.#stopWaiting = () => {
      this.#stopWaiting = () => {};
      stopTimers();
      leave();
    };
    const limit = (setting: string, sinceMs: number, over: () => void) => {
      const ms = Number(this.#settings.get(setting) ?? 0);
      if (ms > 0) timers.push(time.at(sinceMs + ms, over));
    };
    const refuse = (code: string, why: string) => () => {
      this.#stopWaiting();
      this.#state = 'reads';
      this.#fail(new PostgresError(code, `canceling statement due to ${why} timeout`));
      this.#read();
    };
    limit('lock_timeout', time.nowMs, refuse('55P03', 'lock'));
    limit('statement_timeout', startedMs, refuse('57014', 'statement'));
    limit('transaction_timeout', this.#begunMs, () =>
      this.#fatal('25P04', 'terminating connection due to transaction timeout'),
    );
    return true;
  }

  #sync(): void {
    const changes = this.#changes;
    this.#isFailed = false;
    if (changes === undefined) return this.#ready();
    this.#state = 'commits';
    this.#server.toDisk(() => {
      if (this.isOver) return;
      this.#server.commit(changes);
      this.#changes = undefined;
      this.#settingsBefore = undefined;
      this.#server.locks.release(this);
      this.#state = 'reads';
      this.#ready();
      this.#read();
    });
  }

  #ready(): void {
    this.#answers.push({ type: 'ready' });
    this.#flush();
    if (!this.#isUnwanted) return;
    this.#fatal('57P01', 'terminating connection due to administrator command');
  }

  #fail(error: unknown): void {
    // Anything else is a defect of the simulation, or of what is sent to it.
    if (!(error instanceof PostgresError)) throw error;
    this.#rollBack();
    this.#isFailed = true;
    this.#answers.push({ type: 'error', error });
  }

  #fatal(code: string, message: string): void {
    if (this.isOver) return;
    this.#answers.push({ type: 'error', error: new PostgresError(code, message) });
    this.#flush();
    this.end();
  }

  #rollBack(): void {
    this.#changes = undefined;
    this.#settings = this.#settingsBefore ?? this.#settings;
    this.#settingsBefore = undefined;
    this.#copied = undefined;
    this.#server.locks.release(this);
  }

  #flush(): void {
    const messages = this.#answers;
    this.#answers = [];
    this.#events.answered(messages);
  }
}
