/**
 * The real server as a process of its own, on a free port: on a database of its own in the run's PostgreSQL, or with an
 * embedded one, as only that is filled with the demo.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { importListings } from '../../src/services/listings/import-airbnb.ts';
import { createTestDatabase } from './postgres.ts';
import { ROOT, ServerProcess } from './server-process.ts';

export const ADMIN = { email: 'admin@nightlatch.example', password: 'a password for tests' } as const;

/** A row of Inside Airbnb's summary format, as `import listings` reads it. */
export interface ListingRow {
  readonly id: number;
  readonly name: string;
  readonly city: string;
  /** Major units a night. */
  readonly price: number;
  /** The shortest stay; 1 where nothing is said. */
  readonly minNights?: number;
  /** Its address; none where nothing is said. */
  readonly picture?: string;
}

export interface ServerOptions {
  readonly holdTtlSeconds?: number;
  /** The demo's apartments and stays, in an embedded PostgreSQL. */
  readonly seed?: 'demo';
  /** There from the start; their ids become `airbnb-<id>`. */
  readonly listings?: readonly ListingRow[];
  readonly environment?: Record<string, string>;
  /** More than 1: so many servers as one system, over a Redis of theirs, behind a proxy. */
  readonly nodes?: number;
}

export interface RunningServer {
  /** Of several servers: their proxy's. */
  readonly url: string;
  /** Of each server itself. */
  readonly nodeUrls: readonly string[];
  /** Everything it has written so far, for a failing test's message. */
  output(): string;
  /** Ends the server by SIGTERM, as an operator does, and forgets its data. */
  stop(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  if (!existsSync(join(ROOT, 'dist/web/index.html'))) {
    throw new Error('dist/web is missing: run `npm run build` before the browser tests');
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'nightlatch-server-'));
  // The embedded PostgreSQL of a root process runs as a user of its own.
  await chmod(dataDir, 0o755);
  const database = options.seed === 'demo' ? undefined : await createTestDatabase();
  const environment = {
    PORT: '0',
    NIGHTLATCH_DATA_DIR: join(dataDir, 'data'),
    NIGHTLATCH_SEED: options.seed ?? 'none',
    NIGHTLATCH_HOLD_TTL_SECONDS: String(options.holdTtlSeconds ?? 600),
    NIGHTLATCH_ADMIN_EMAIL: ADMIN.email,
    NIGHTLATCH_ADMIN_PASSWORD: ADMIN.password,
    NIGHTLATCH_RATE_LIMIT: 'off',
    LOG_LEVEL: 'warn',
    ...(database === undefined ? {} : { DATABASE_URL: database.url }),
    ...options.environment,
  };
  if (database !== undefined && options.listings !== undefined)
    await importRows(options.listings, database.pool);
  const { nodes = 1 } = options;
  const command = nodes === 1 ? ['serve'] : ['cluster', '--nodes', String(nodes), '--port', '0'];
  const server = new ServerProcess(command, environment);
  const stop = async () => {
    await server.end('SIGTERM');
    await database?.drop();
    // A PostgreSQL whose server was killed may still write as it ends.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const { output } = await server.ready();
    const url = /\bGuests\s+(http:\/\/\S+?)\/?$/m.exec(output)?.[1] ?? '';
    const nodeUrls = [...output.matchAll(/^\s*server \d+\s+(http:\/\/\S+)/gm)].map(([, one]) => one ?? '');
    return { url, nodeUrls: nodeUrls.length === 0 ? [url] : nodeUrls, output: () => server.output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function importRows(rows: readonly ListingRow[], pool: Pool): Promise<void> {
  const header =
    'id,name,host_id,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,minimum_nights,number_of_reviews,last_review,reviews_per_month,calculated_host_listings_count,availability_365,number_of_reviews_ltm,license,state,city,picture_url';
  const lines = rows.map(
    ({ id, name, city, price, minNights = 1, picture = '' }) =>
      `${id},${name},1,Centre,Old Town,41.14,-8.61,Entire home/apt,${price},${minNights},0,,,1,365,0,,,${city},${picture}`,
  );
  const { inserted, skippedLines } = await importListings({
    stream: Readable.from([[header, ...lines, ''].join('\n')]),
    ...{ pool, source: 'airbnb', currency: 'EUR', country: 'Portugal' },
  });
  if (inserted !== rows.length)
    throw new Error(`of ${rows.length} listings ${inserted} were imported: ${JSON.stringify(skippedLines)}`);
}
