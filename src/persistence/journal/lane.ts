/**
 * One connection for appends, with one batch under way at most. Reconnects by itself; a batch that was under way when
 * the connection broke ends with an error that carries no SQLSTATE: nobody knows whether it was committed.
 */

import pg from 'pg';
import type { Append } from '../../actors/ports.ts';
import { type Scheduler, TIMERS } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import type { Acknowledged, History } from '../history.ts';
import {
  COMMIT_TIMEOUT_MS,
  LOCK_WAIT_MS,
  LOOK_EVERY_MS,
  RECONNECT_FIRST_MS,
  RECONNECT_MAX_MS,
} from '../limits.ts';
import { addressOf, connectionConfig, streamOf } from '../pool.ts';
import { forgetful, KEPT, type Kept } from '../postgres/requirements.ts';
import { settle } from '../session.ts';
import { endsSession, sqlStateOf } from '../sqlstate.ts';
import { BatchEncoder, COPY_JOURNAL } from './batch-encoder.ts';
import { Frames } from './postgres-messages.ts';
import { sideStatements } from './side-statements.ts';

const STATEMENTS: Readonly<Record<string, string>> = {
  name: `select set_config('application_name', $1, false)`,
  fence: 'select fence_marked($1::smallint[], $2::bigint[])',
  copy: COPY_JOURNAL,
};
/** A transaction left open by a frozen process would hold the shards' locks; PostgreSQL 17 and later end it. */
const TRANSACTION_TIMEOUT_MS = 5_000;
/** How long PostgreSQL may take to hear that a connection is over, before it is simply dropped. */
const GOODBYE_MS = 500;

/**
 * What a lane's session is, once, beside what every session is. Its statements are prepared when the tables may be empty, and a
 * scan that was right then would be kept for ever: every row that a batch touches is found by its key. None of its time-outs
 * ends a COPY whose rest does not come, so that the machine has vanished must be noticed, within 5 s; where only the
 * process stands still, who takes its shards ends the session (`claim_free_shards`), and knows it by its name.
 */
const SESSION = `
  select set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
    set_config('enable_mergejoin', 'off', false), set_config('enable_bitmapscan', 'off', false),
    set_config('tcp_keepalives_idle', '2', false), set_config('tcp_keepalives_interval', '1', false),
    set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '5000', false),
    case when current_setting('transaction_timeout', true) is not null
      then set_config('transaction_timeout', '${TRANSACTION_TIMEOUT_MS}', false) end`;

/** Whether what is appended is kept: when a lane connects, and again from time to time, as a reload may change it. */
const LOOK = `
  select current_setting('transaction_read_only') = 'on' as "isReadOnly", pg_is_in_recovery() as "isStandby", ${KEPT}`;

interface Found extends Kept {
  readonly isReadOnly: boolean;
  readonly isStandby: boolean;
}

export interface LaneOptions {
  readonly url: string;
  readonly name: string;
  /** Goes on with a PostgreSQL that may forget what it acknowledged. */
  readonly acceptDataLoss: boolean;
  /** Called whenever the lane can take a batch after it could not. */
  readonly ready: () => void;
  /** Called when the connection is gone or could not be made, before it is tried again. */
  readonly lost: (cause: unknown) => void;
  /** What was acknowledged, here and by others of this process: nothing is appended where it is not. Default: it always is. */
  readonly history?: LaneHistory | undefined;
  /** Default: a connection to PostgreSQL. */
  readonly client?: (config: pg.ClientConfig) => pg.Client;
  /** Default: the timers of this process. */
  readonly scheduler?: Scheduler;
}

export type LaneHistory = Pick<History, 'acknowledged' | 'recognise' | 'refusal'>;

/** Takes one batch at a time, and commits it whole or not at all; see `Lane`. */
export type BatchLane = Pick<Lane, 'isIdle' | 'isConnected' | 'send' | 'drop' | 'become' | 'close'>;

export class Lane {
  readonly #options: LaneOptions;
  readonly #scheduler: Scheduler;
  readonly #frames = new Frames();
  readonly #encoder = new BatchEncoder(this.#frames);
  /** Undefined between one that was lost and the next. What is left of the last one changes nothing any more. */
  #client: pg.Client | undefined;
  #isReady = false;
  #exchange: Exchange | undefined;
  #backOffMs = RECONNECT_FIRST_MS;
  #callOffRetry = () => {};
  #nodeId = '';
  /** The node after which the session is named: PostgreSQL must know whose locks it holds. */
  #named = '';
  #callOffLook = () => {};
  /** Is due, after the batch under way. */
  #look: (() => void) | undefined;
  #isLooking = false;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? TIMERS;
    this.#connect();
  }

  /** Whether `send` may be called now. */
  get isIdle(): boolean {
    return this.isConnected && this.#exchange === undefined && !this.#isLooking;
  }

  /** With a PostgreSQL that may be appended to. */
  get isConnected(): boolean {
    return this.#isReady && this.#options.history?.refusal === undefined;
  }

  /** @param done called once, with the error that kept the batch from being committed, if any */
  send(batch: readonly Append[], done: (error: unknown) => void): void {
    for (const append of batch) this.#encoder.add(append);
    const nodeId = this.#nodeId;
    const session = nodeId === this.#named ? undefined : `nightlatch ${this.#options.name} ${nodeId}`;
    this.#submit(this.#encoder.finish(session), (error) => {
      if (error === undefined) {
        this.#named = nodeId;
        const last = lastOf(batch);
        if (last !== undefined) this.#options.history?.acknowledged(this.#options.name, last);
        this.#frames.carriedOut();
      }
      if (endsSession(error)) this.drop();
      else this.#look?.();
      done(error);
    });
  }

  /** For which node it appends, from the next batch on. */
  become(nodeId: string): void {
    this.#nodeId = nodeId;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#isReady = false;
    this.#callOffRetry();
    this.#callOffLook();
    const client = this.#client;
    if (client === undefined) return;
    const ended = client.end().catch(() => {});
    if (!(await within(this.#scheduler, GOODBYE_MS, ended))) streamOf(client).destroy();
    await ended;
  }

  #submit(bytes: Uint8Array, done: (error: unknown) => void): void {
    const stopWatching = this.#scheduler.after(COMMIT_TIMEOUT_MS, () => this.drop());
    this.#exchange = new Exchange(bytes, (error) => {
      stopWatching();
      this.#exchange = undefined;
      done(error);
    });
    this.#client?.query(this.#exchange);
  }

  /** What may come after this is another connection. */
  drop(): void {
    this.#isReady = false;
    if (this.#client !== undefined) streamOf(this.#client).destroy();
  }

  #connect(): void {
    const { url, name, client: clientOf = (config) => new pg.Client(config) } = this.#options;
    const client = clientOf({
      ...connectionConfig(url, {
        ...{ name, statementTimeoutMs: COMMIT_TIMEOUT_MS, lockTimeoutMs: LOCK_WAIT_MS },
      }),
      // Batches have a watch of their own.
      query_timeout: 0,
    });
    this.#client = client;
    let isOver = false;
    const lost = (cause?: unknown) => {
      if (isOver) return;
      isOver = true;
      this.#isReady = false;
      this.#isLooking = false;
      this.#look = undefined;
      this.#callOffLook();
      this.#exchange?.abort();
      this.#client = undefined;
      if (this.#closed) return;
      this.#options.lost(cause);
      this.#reconnect();
    };
    client.on('error', lost);
    client.on('end', () => lost());
    const failed = (cause: unknown) => {
      void client.end().catch(() => {});
      lost(cause);
    };
    client.connect().then(() => this.#prepare(client, failed), failed);
  }

  #prepare(client: pg.Client, failed: (cause: unknown) => void): void {
    const session = { text: SESSION, query_timeout: COMMIT_TIMEOUT_MS };
    settle(client, COMMIT_TIMEOUT_MS)
      .then(() => client.query(session))
      .then(() => this.#throwIfUnfit(client))
      .then(async () => {
        if ((await this.#options.history?.recognise(client)) === false) {
          const where = addressOf(this.#options.url);
          throw new Error(`PostgreSQL at ${where} has not the history that was acknowledged`);
        }
        if (this.#client !== client) return;
        const frames = this.#frames;
        frames.reset();
        for (const [name, sql] of Object.entries(STATEMENTS)) frames.parse(name, sql);
        for (const [name, sql] of Object.entries(sideStatements)) frames.parseLate(name, sql);
        frames.sync();
        this.#submit(frames.bytes(), (error) => {
          if (error !== undefined) return failed(error);
          this.#named = '';
          this.#isReady = !this.#closed;
          this.#backOffMs = RECONNECT_FIRST_MS;
          this.#lookLater(client, failed);
          this.#options.ready();
        });
      })
      .catch(failed);
  }

  /** Between two batches. */
  #lookLater(client: pg.Client, failed: (cause: unknown) => void): void {
    if (this.#closed) return;
    const look = () => {
      this.#isLooking = true;
      this.#throwIfUnfit(client).then(() => {
        // It has answered and ended in one breath: the next connection has looks of its own.
        if (this.#client !== client) return;
        this.#isLooking = false;
        this.#lookLater(client, failed);
        this.#options.ready();
      }, failed);
    };
    this.#look = undefined;
    this.#callOffLook = this.#scheduler.after(LOOK_EVERY_MS, () => {
      if (this.isIdle) look();
      else this.#look = look;
    });
  }

  async #throwIfUnfit(client: pg.Client): Promise<void> {
    const look = { text: LOOK, query_timeout: COMMIT_TIMEOUT_MS };
    const { rows } = await client.query<Found>(look);
    const why = this.#unfit(rows[0]);
    if (why !== undefined) throw new Error(`PostgreSQL at ${addressOf(this.#options.url)} ${why}`);
  }

  /** @returns why nothing may be appended there */
  #unfit(found: Found | undefined): string | undefined {
    if (found === undefined) return 'answered without its settings';
    if (found.isReadOnly) return found.isStandby ? 'is a read-only standby' : 'takes no writes';
    const problems = this.#options.acceptDataLoss ? [] : forgetful(found);
    return problems.length === 0 ? undefined : `is not written to any more: ${problems.join('; ')}`;
  }

  #reconnect(): void {
    this.#callOffRetry = this.#scheduler.after(this.#backOffMs, () => this.#connect());
    this.#backOffMs = Math.min(this.#backOffMs * 2, RECONNECT_MAX_MS);
  }
}

function lastOf(batch: readonly Append[]): Acknowledged | undefined {
  const entry = batch.at(-1)?.entries.at(-1);
  return entry && { apartmentId: entry.apartmentId, version: entry.version, hash: entry.hash };
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
