/** The storage as one thing to open and close: PostgreSQL (embedded or given), its schema, pool and journal. */
import type { Pool } from 'pg';
import { History, HistoryRefused } from './history.ts';
import { createPostgresJournal, type PostgresJournal } from './journal/journal.ts';
import { migrate } from './migrate.ts';
import { createPool, endPool } from './pool.ts';
import { startEmbedded } from './postgres/embedded.ts';
import { checkStorage } from './postgres/requirements.ts';
import { mayRewrite, roleOf, schemaOf } from './roles.ts';
import { inSchema } from './session.ts';

export interface StorageConfig {
  /** Undefined: an embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl?: string | undefined;
  /** The same database under the role that owns the tables. Undefined: they are the role's of `databaseUrl`. */
  readonly ownerUrl?: string | undefined;
  readonly dataDir: string;
  /** Goes on with a PostgreSQL that may forget what it acknowledged. */
  readonly acceptDataLoss?: boolean;
  /** To look at a database whose history was refused, or to accept it; not to serve from it. */
  readonly acceptRefused?: boolean;
  readonly poolSize?: number;
  /** Connections that an embedded PostgreSQL is started with. */
  readonly connectionsMax?: number;
  readonly onFault?: (event: string, details: Record<string, unknown>) => void;
}

export interface Storage {
  /** Of the program's own role; carries a password. */
  readonly url: string;
  /** Of the role that owns the tables, where that is another one. */
  readonly ownerUrl: string;
  readonly pool: Pool;
  readonly journal: PostgresJournal;
  readonly history: History;
  readonly isEmbedded: boolean;
  /** `given`: it is not ours to start or stop. */
  readonly state: 'created' | 'started' | 'recovered' | 'attached' | 'given';
  /** Finishes what is queued, closes every connection, stops an embedded PostgreSQL that nobody else uses. */
  close(): Promise<void>;
}

/** A row that somebody keeps locked is not waited for by one connection after the other, until none is left to load with. */
const LOCK_TIMEOUT_MS = 2_000;

/** @throws StorageUnreachable, UnsafeStorage, SchemaTooNew, LevelTooLow, HistoryRefused, or an Error whose message is for a person */
export async function openStorage(config: StorageConfig): Promise<Storage> {
  const embedded =
    config.databaseUrl === undefined ? await startEmbedded(config.dataDir, config.connectionsMax) : undefined;
  const given = embedded?.url ?? config.databaseUrl ?? '';
  const { acceptDataLoss = false, onFault } = config;
  let url: string;
  let history: History;
  const first = createPool(given, { max: 1 });
  try {
    // A database that is too old or not durable is refused before anything is written to it.
    await checkStorage(first, given, acceptDataLoss);
    const ownerUrl = embedded?.ownerUrl ?? config.ownerUrl;
    if (ownerUrl === undefined) await migrate(given);
    else await migrate(ownerUrl, { grantTo: embedded?.role ?? (await roleOf(first)) });
    url = inSchema(given, embedded === undefined ? await schemaOf(first, given) : 'public');
    const tooMuch = embedded === undefined ? await mayRewrite(first, given) : undefined;
    if (tooMuch !== undefined) onFault?.('storage.role_may_rewrite', { advice: tooMuch });
    history = await History.open(first);
    if (history.refusal !== undefined && config.acceptRefused !== true)
      throw new HistoryRefused(history.refusal);
    await endPool(first);
  } catch (error) {
    await endPool(first);
    await embedded?.stop().catch(() => {});
    throw error;
  }
  const pool = createPool(url, {
    ...(config.poolSize !== undefined && { max: config.poolSize }),
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  });
  const journal = createPostgresJournal({
    ...{ pool, url, acceptDataLoss, onFault, history },
  });
  return {
    url,
    ownerUrl: embedded?.ownerUrl ?? url,
    pool,
    journal,
    history,
    isEmbedded: embedded !== undefined,
    state: embedded?.state ?? 'given',
    async close() {
      await journal.close();
      await endPool(pool);
      await embedded?.stop();
    },
  };
}
