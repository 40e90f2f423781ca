/**
 * Brings a database to this program's schema: numbered SQL files, each in a transaction, one migrator at a time. Files of
 * a newer program only add, so that an older one runs on what they leave as long as it understands what was written
 * (`least_level`); one that could not be lived with would have to raise that first, and wait for older nodes to leave.
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { FEATURE_LEVEL } from '../protocol/feature-levels.ts';
import { addressOf, connectionConfig, StorageUnreachable } from './pool.ts';
import { settle } from './session.ts';
import { sqlStateOf } from './sqlstate.ts';
import { LevelTooLow, leastLevel } from './statements/least-level.ts';

const DIRECTORY = fileURLToPath(new URL('./migrations', import.meta.url));
const TABLE = 'migrations';
/** How long a migration waits for a table, and then lets others have it; and how often, which makes a minute of it. */
const LOCK_TIMEOUT_MS = 1_000;
const LOCK_TRIES = 30;
const LOCK_NOT_AVAILABLE = '55P03';

export class SchemaTooNew extends Error {
  constructor(unknown: readonly string[]) {
    super(
      `the database was written by a newer nightlatch (${unknown.join(', ')} unknown here); start that version, or use another database`,
    );
    this.name = 'SchemaTooNew';
  }
}

export interface MigrateOptions {
  /** A role with a password of its own under which the program runs; it may use the tables, not own them. */
  readonly grantTo?: string;
}

export class SchemaNotOurs extends Error {
  constructor(url: string, cause: unknown) {
    const { username } = new URL(url);
    super(
      `the role ${username} may not change the schema of PostgreSQL at ${addressOf(url)}, which this version must; name one that owns the tables and may create more in DATABASE_OWNER_URL`,
      { cause },
    );
    this.name = 'SchemaNotOurs';
  }
}

export class SchemaInUse extends Error {
  constructor(url: string, cause: unknown) {
    super(
      `the schema of PostgreSQL at ${addressOf(url)} could not be changed for a minute, as somebody keeps reading its tables; end the longest query in pg_stat_activity, then start again`,
      { cause },
    );
    this.name = 'SchemaInUse';
  }
}

/**
 * @param url of a role that may create tables
 * @returns the names of the migrations that were missing
 * @throws StorageUnreachable, SchemaTooNew, LevelTooLow, SchemaNotOurs, SchemaInUse
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const client = new pg.Client(connectionConfig(url, { name: 'migrations', statementTimeoutMs: 0 }));
  client.on('error', () => {});
  try {
    await client.connect();
    await settle(client);
  } catch (cause) {
    throw new StorageUnreachable(url, cause);
  }
  try {
    const known = (await readdir(DIRECTORY)).filter((file) => file.endsWith('.sql')).sort();
    const names = known.map((file) => file.slice(0, -'.sql'.length));
    const done = await namesDone(client);
    const least = await leastLevel(client);
    if (least !== undefined && least > FEATURE_LEVEL) throw new LevelTooLow(least, FEATURE_LEVEL);
    const unknown = done.filter((name) => !names.includes(name));
    if (unknown.length > 0 && least === undefined) throw new SchemaTooNew(unknown);
    const ran = names.filter((name) => !done.includes(name));
    if (ran.length > 0) await runMissing(client, url);
    if (options.grantTo !== undefined) await grantUse(client, options.grantTo);
    return ran;
  } finally {
    await client.end();
  }
}

/**
 * A change of a table waits for everybody who reads it, and everybody else then waits behind it: every append, where
 * others serve meanwhile. So it waits for a second at a time only, and lets them pass before it tries again.
 */
async function runMissing(client: pg.Client, url: string): Promise<void> {
  // Loaded only where there is work: it brings a TypeScript compiler along, which costs each start 100 ms.
  const { PG_MIGRATE_LOCK_ID, runner } = await import('node-pg-migrate');
  // By ourselves, as another migrator may take its time, and `lock_timeout` would hold for this lock too.
  await client.query(`select pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  for (let tries = 1; ; tries++) {
    try {
      await runner({
        dbClient: client,
        dir: DIRECTORY,
        ignorePattern: '.*\\.(?!sql$)[^.]*$',
        migrationsTable: TABLE,
        migrationsSchema: await schemaForRecord(client),
        direction: 'up',
        singleTransaction: false,
        noLock: true,
        logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      });
      return;
    } catch (cause) {
      if (/permission denied|must be owner/.test(String(cause))) throw new SchemaNotOurs(url, cause);
      if (sqlStateOf(cause) !== LOCK_NOT_AVAILABLE) throw cause;
      if (tries === LOCK_TRIES) throw new SchemaInUse(url, cause);
      await client.query('rollback');
      await delay(LOCK_TIMEOUT_MS);
    }
  }
}

/** Where the schema's own record is, or is to be made: with the tables. */
async function schemaForRecord(client: pg.Client): Promise<string> {
  const result = await client.query<{ schema: string }>(
    `select coalesce((select nspname from pg_class c join pg_namespace n on n.oid = relnamespace
       where c.oid = to_regclass('${TABLE}')), current_schema(), 'public')::text as schema`,
  );
  return result.rows[0]!.schema;
}

async function namesDone(client: pg.Client): Promise<string[]> {
  const there = await client.query(`select to_regclass('${TABLE}') is not null as there`);
  if (there.rows[0]?.there !== true) return [];
  const result = await client.query<{ name: string }>(`select name from ${TABLE} order by id`);
  return result.rows.map(({ name }) => name);
}

/** Least privilege: the open volume of the journal may be read and added to, closed ones and the schema's own record only read. */
async function grantUse(client: pg.Client, role: string): Promise<void> {
  const granted = await client.query(
    `select bool_and(has_table_privilege($1, oid, 'select')) as done
     from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition`,
    [role],
  );
  if (granted.rows[0]?.done === true) return;
  const name = client.escapeIdentifier(role);
  const here = await client.query<{ schema: string }>('select quote_ident(current_schema()) as schema');
  const { schema } = here.rows[0]!;
  const closed = await client.query<{ name: string }>(
    `select relid::regclass::text as name from pg_partition_tree('facts') where level = 1 and relid <> 'journal'::regclass`,
  );
  const readOnly = [
    'facts',
    'volumes',
    'baselines',
    'archived_events',
    TABLE,
    ...closed.rows.map(({ name }) => name),
  ].join(', ');
  await client.query(`
    begin;
    grant usage on schema ${schema} to ${name};
    grant select, insert, update, delete on all tables in schema ${schema} to ${name};
    revoke update, delete on journal from ${name};
    revoke insert, update, delete on ${readOnly} from ${name};
    commit`);
}
