/** Connections to PostgreSQL: the pool for everything but appends, and what every connection has in common. */

import type { Duplex } from 'node:stream';
import pg from 'pg';
import { TIMERS } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import { firstSettings, settle } from './session.ts';

export interface PoolOptions {
  /** Connections; appends have their own. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`, after `nightlatch`. */
  readonly name?: string;
  /** Longest statement, in milliseconds; 0 for no bound (a migration). */
  readonly statementTimeoutMs?: number;
  /** Longest wait for a lock, in milliseconds; 0, the default, for no bound but the statement's. */
  readonly lockTimeoutMs?: number;
}

const POOL_MAX = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/**
 * PostgreSQL ends a statement that takes too long, and says so. No word this long after is no connection any more, to a
 * machine that vanished, say: TCP alone would wait for a quarter of an hour. pg's pool drops a connection whose
 * statement ended so.
 */
const ANSWER_OVERDUE_MS = 1_000;
/** What is under way when a pool ends may take this long, then it is cut off. */
const POOL_END_MS = 1_000;

const INT8 = 20;
const DATE = 1082;

/** DATE as `YYYY-MM-DD` (pg would make a local midnight of it), int8 as a number (all ours are below 2^53). */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === DATE) return (text: string) => text;
    if (format !== 'binary' && oid === INT8) return exactNumber;
    return pg.types.getTypeParser(oid, format as 'text');
  },
} as pg.CustomTypesConfig;

export function createPool(url: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    ...connectionConfig(url, options),
    max: options.max ?? POOL_MAX,
    idleTimeoutMillis: 30_000,
    onConnect: (client) => settle(client),
  });
  // A connection that breaks is replaced at the next query, and fails the one under way. Unheard, these events, of an
  // idle one and of one in use, would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const clients = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => clients.add(client));
  pool.on('release', (_, client) => clients.delete(client));
  inUse.set(pool, clients);
  return pool;
}

const inUse = new WeakMap<pg.Pool, ReadonlySet<pg.PoolClient>>();

/** Ends a pool of `createPool` within a second, also where PostgreSQL does not answer any more. */
export async function endPool(pool: pg.Pool): Promise<void> {
  if (await within(TIMERS, POOL_END_MS, pool.end())) return;
  for (const client of inUse.get(pool) ?? []) streamOf(client).destroy();
}

/** The socket: to end it is the only way out of a statement that is never answered. */
export function streamOf(client: pg.ClientBase): Duplex {
  return (client as pg.ClientBase & { readonly connection: pg.Connection }).connection.stream;
}

/** Of one connection; what it rests on besides is its first statement's (`session.ts`). */
export function connectionConfig(url: string, options: PoolOptions = {}): pg.ClientConfig {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, lockTimeoutMs = 0 } = options;
  return {
    connectionString: url,
    application_name: options.name === undefined ? 'nightlatch' : `nightlatch ${options.name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_OVERDUE_MS,
    ...firstSettings({ statementTimeoutMs, lockTimeoutMs }),
    types,
  };
}

/** PostgreSQL could not be reached or would not let us in: for a person, in one sentence, without the password. */
export class StorageUnreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(
      `cannot use PostgreSQL at ${addressOf(url)}: ${reasonOf(cause)}; correct DATABASE_URL, or unset it to use the embedded one`,
      { cause },
    );
    this.name = 'StorageUnreachable';
  }
}

/** `host:port/database` of a connection URL. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return 'an address that is no URL';
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || 'localhost'}:${port || '5432'}${pathname}`;
}

/** A dual-stack refusal is an AggregateError without a message of its own. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
}

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} is past 2^53 and no exact number`);
  return value;
}
