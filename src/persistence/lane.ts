/**
 * One connection for appends, with one batch under way at most. Reconnects by itself; a batch that was under way when
 * the connection broke ends with an error that carries no SQLSTATE: nobody knows whether it was committed.
 */
import pg from 'pg';
import type { Append } from '../actors/ports.ts';
import { COMMIT_TIMEOUT_MS, RECONNECT_FIRST_MS, RECONNECT_MAX_MS } from '../protocol/limits.ts';
import { BatchEncoder, COPY_JOURNAL } from './batch-encoder.ts';
import { connectionConfig } from './pool.ts';
import { sideStatements } from './side-statements.ts';
import { sqlStateOf } from './sqlstate.ts';
import { Frames } from './wire.ts';

const STATEMENTS: Readonly<Record<string, string>> = {
  fence: 'select fence($1::smallint[], $2::bigint[])',
  copy: COPY_JOURNAL,
  ...sideStatements,
};
/** A transaction left open by a frozen process would hold the shards' locks; PostgreSQL 17 and later end it. */
const TRANSACTION_TIMEOUT_MS = 5_000;

export interface LaneOptions {
  readonly url: string;
  readonly name: string;
  /** Called whenever the lane can take a batch after it could not. */
  readonly ready: () => void;
  /** Called when the connection is gone or could not be made, before it is tried again. */
  readonly lost: (cause: unknown) => void;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #encoder = new BatchEncoder();
  #client: pg.Client | undefined;
  #isReady = false;
  #exchange: Exchange | undefined;
  #backOffMs = RECONNECT_FIRST_MS;
  #retry: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Whether `send` may be called now. */
  get isIdle(): boolean {
    return this.#isReady && this.#exchange === undefined;
  }

  get isConnected(): boolean {
    return this.#isReady;
  }

  /** @param done called once, with the error that kept the batch from being committed, if any */
  send(batch: readonly Append[], done: (error: unknown) => void): void {
    for (const append of batch) this.#encoder.add(append);
    this.#submit(this.#encoder.finish(), (error) => {
      this.#exchange = undefined;
      this.#watch?.close();
      this.#watch = undefined;
      done(error);
    });
    this.#watch = setTimeout(() => this.#client?.connection.stream.destroy(), COMMIT_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#isReady = false;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => {});
  }

  #submit(bytes: Uint8Array, done: (error: unknown) => void): void {
    this.#exchange = new Exchange(bytes, done);
    this.#client?.query(this.#exchange);
  }

  #connect(): void {
    const { url, name } = this.#options;
    const client = new pg.Client({
      ...connectionConfig(url, { name, statementTimeoutMs: COMMIT_TIMEOUT_MS }),
    });
    this.#client = client;
    let isOver = false;
    const lost = (cause?: unknown) => {
      if (isOver) return;
      isOver = true;
      this.#isReady = false;
      this.#exchange?.abort();
      if (this.#closed) return;
      this.#options.lost(cause);
      this.#reconnect();
    };
    client.on('error', lost);
    client.on('end', () => lost());
    client.connect().then(
      () => this.#prepare(client, lost),
      (cause) => {
        void client.end().catch(() => {});
        lost(cause);
      },
    );
  }

  #prepare(client: pg.Client, lost: (cause: unknown) => void): void {
    client
      .query(
        `select set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, false),
                -- Prepared once, when the tables may be empty: a scan that was right then is kept for ever. Every
                -- row that a batch touches is found by its key.
                set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
                set_config('enable_mergejoin', 'off', false), set_config('enable_bitmapscan', 'off', false),
                case when exists (select from pg_settings where name = 'transaction_timeout')
                  then set_config('transaction_timeout', '${TRANSACTION_TIMEOUT_MS}', false) end`,
      )
      .then(() => {
        const frames = new Frames();
        for (const [name, sql] of Object.entries(STATEMENTS)) frames.parse(name, sql);
        frames.sync();
        this.#submit(frames.bytes(), (error) => {
          this.#exchange = undefined;
          if (error !== undefined) {
            void client.end().catch(() => {});
            lost(error);
            return;
          }
          this.#isReady = !this.#closed;
          this.#backOffMs = RECONNECT_FIRST_MS;
          this.#options.ready();
        });
      }, lost);
  }

  #reconnect(): void {
    this.#retry = setTimeout(() => this.#connect(), this.#backOffMs);
    this.#backOffMs = Math.min(this.#backOffMs * 2, RECONNECT_MAX_MS);
  }
}

/**
 * What pg calls while one set of messages is answered. It ends with ReadyForQuery also after an error: until then
 * PostgreSQL is still reading, and the bytes must not be overwritten by those of the next batch.
 */
class Exchange implements pg.Submittable {
  readonly #bytes: Uint8Array;
  readonly #done: (error: unknown) => void;
  #error: unknown;
  #isDone = false;

  constructor(bytes: Uint8Array, done: (error: unknown) => void) {
    this.#bytes = bytes;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    connection.stream.write(this.#bytes);
  }

  handleReadyForQuery(): void {
    this.#finish();
  }

  handleError(error: unknown, connection: pg.Connection): void {
    this.#error = error;
    if (sqlStateOf(error) === undefined) this.#finish();
    // pg has forgotten this exchange with the error; its connection has not.
    else connection.once('readyForQuery', () => this.#finish());
  }

  /** The connection is gone: no answer will come. */
  abort(): void {
    this.#error ??= new Error('the connection to PostgreSQL broke');
    this.#finish();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  callback(): void {}

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#done(this.#error);
  }
}
