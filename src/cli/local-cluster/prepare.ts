/** What several servers find already done: a database with its schema, its admin, and the demo. */
import { createApp } from '../../app/app.ts';
import { keySourceOf, keysFileOf } from '../../app/keys.ts';
import { storageOf } from '../../app/storage.ts';
import type { Config } from '../../config.ts';
import { createLog } from '../../observability/log.ts';
import { openStorage, type Storage } from '../../persistence/index.ts';
import { anyListing } from '../../persistence/statements/listings.ts';
import { createAccounts } from '../../services/accounts/index.ts';
import { demoHost, firstAdmin } from '../first-accounts.ts';
import { seedDemo } from '../seed-demo.ts';

/** Connections to PostgreSQL that one server may open under load, and what commands beside the servers need. */
const CONNECTIONS_PER_SERVER = 16;
const CONNECTIONS_BESIDE = 20;

/** Kept open until the end, its connections also tell other commands that this PostgreSQL is in use. */
export function openDatabase(config: Config, nodes: number): Promise<Storage> {
  return openStorage({
    ...storageOf(config),
    acceptDataLoss: config.NIGHTLATCH_UNSAFE_STORAGE === 'accept-data-loss',
    poolSize: 2,
    connectionsMax: connectionsWanted(nodes),
  });
}

/** A sentence where PostgreSQL has fewer connections than so many servers may ask it for. */
export async function shortOfConnections(storage: Storage, nodes: number): Promise<string | undefined> {
  const result = await storage.pool.query<{ max: number }>(
    `select current_setting('max_connections')::int as max`,
  );
  const max = result.rows[0]?.max ?? 0;
  const wanted = connectionsWanted(nodes);
  if (max >= wanted) return undefined;
  return `it takes ${max} connections, and under load ${nodes} servers may ask for ${wanted}: raise its max_connections`;
}

function connectionsWanted(nodes: number): number {
  return Math.max(60, nodes * CONNECTIONS_PER_SERVER + CONNECTIONS_BESIDE);
}

/**
 * Makes the admin and the demo's host, and fills an empty catalogue as a single server would: as one that nobody can reach yet, which has
 * the database to itself and is gone before the servers start.
 * @returns how they sign in
 */
export async function prepare(
  config: Config,
  storage: Storage,
  signal: AbortSignal,
): Promise<{ adminLine: string; hostLine: string | undefined }> {
  const accounts = await createAccounts({
    pool: storage.pool,
    keys: keySourceOf(config, storage),
    nowMs: () => Date.now(),
    onError: () => {},
  });
  try {
    const adminLine = await firstAdmin(config, storage, accounts);
    signal.throwIfAborted();
    await fillEmpty(config, storage, signal);
    return { adminLine, hostLine: await demoHost(config, storage, accounts) };
  } finally {
    accounts.close();
  }
}

async function fillEmpty(config: Config, storage: Storage, signal: AbortSignal): Promise<void> {
  if (config.NIGHTLATCH_SEED === 'demo' && storage.isEmbedded && !(await anyListing(storage.pool))) {
    const own = { DATABASE_URL: storage.url, NIGHTLATCH_KEYS_FILE: keysFileOf(config) };
    const alone = { ...config, ...own, HOST: '127.0.0.1', PORT: 0 };
    const app = await createApp(alone, createLog(config.LOG_LEVEL), { signal, beforeOpening: seedDemo });
    await app.close();
  }
}
