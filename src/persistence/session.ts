/**
 * What every connection rests on, said by itself: roles, databases and the server's configuration can be changed at any
 * time (`alter role … set`), and each new connection would follow. One thing is left to them: whoever turns writes off
 * (`default_transaction_read_only`), before a move to another server, say, or as the disk is full, means us, too.
 */
import type pg from 'pg';

/** A transaction that its client has forgotten holds locks and keeps the vacuum from working. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Longest time-out that PostgreSQL knows: 24 days. 0 would be left out of the connection's first message, and the role's hold. */
const NEVER_MS = 2 ** 31 - 1;

export interface SessionLimits {
  /** Longest statement, in milliseconds; 0 for no bound. */
  readonly statementTimeoutMs: number;
  /** Longest wait for a lock that somebody else holds, in milliseconds; 0 for no bound. */
  readonly lockTimeoutMs: number;
}

/** In the connection's first message, so that none of its statements runs without. */
export function firstSettings({ statementTimeoutMs, lockTimeoutMs }: SessionLimits): pg.ClientConfig {
  return {
    statement_timeout: statementTimeoutMs || NEVER_MS,
    lock_timeout: lockTimeoutMs || NEVER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  };
}

/**
 * The first statement. Locks and fences count on each statement seeing what is committed by then; a claim or an epoch that is
 * forgotten is as bad as a fact; dates are read as ISO 8601. PostgreSQL before 17 has no bound for a whole transaction.
 */
const SESSION = `
  select set_config('default_transaction_isolation', 'read committed', false),
    set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on'
      else current_setting('synchronous_commit') end, false),
    set_config('idle_session_timeout', '0', false), set_config('datestyle', 'ISO', false),
    case when current_setting('transaction_timeout', true) is not null
      then set_config('transaction_timeout', '0', false) end`;

/** @param query_timeout where the connection has none of its own */
export async function settle(client: pg.ClientBase, query_timeout?: number): Promise<void> {
  await client.query({ text: SESSION, ...(query_timeout !== undefined && { query_timeout }) });
}

/**
 * The URL, with the schema in which a name is looked up, also where the role's `search_path` becomes another one later; and
 * without a bound for idle sessions, which might end one before its first statement.
 * @param schema as SQL has it, quoted where it must be
 */
export function inSchema(url: string, schema: string): string {
  const pinned = new URL(url);
  const ours = `-c idle_session_timeout=0 -c search_path=${schema.replace(/[\\ ]/g, '\\$&')}`;
  const options = [pinned.searchParams.get('options'), ours].filter((each) => each !== null).join(' ');
  pinned.searchParams.set('options', options);
  // PostgreSQL's own programs take a plus for one.
  pinned.search = pinned.search.replaceAll('+', '%20');
  return pinned.href;
}
