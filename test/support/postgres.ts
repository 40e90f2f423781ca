/**
 * One real PostgreSQL for the whole run, with durability on, and a database of its own for each test file, copied
 * from a template that has the schema. Name this file as `globalSetup` of the vitest project that uses it.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/persistence/migrate.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';

const HUNG_UP_MS = 500;
/** Several files at a time have several servers or nodes each. */
const CONNECTIONS_MAX = 300;

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { readonly url: string; readonly ownerUrl: string };
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-test-'));
  await chmod(folder, 0o755);
  const embedded = await startEmbedded(folder, CONNECTIONS_MAX);
  await migrate(embedded.ownerUrl, { grantTo: embedded.role });
  project.provide('postgres', { url: embedded.url, ownerUrl: embedded.ownerUrl });
  return async () => {
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

export interface TestDatabase {
  /** Of the program's own role. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly pool: pg.Pool;
  /** Closes the pool, disconnects whoever is left, drops the database. */
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An empty database with the schema. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { inject } = await import('vitest');
  const server = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asOwner(server.ownerUrl, `create database ${name} template nightlatch`);
  const url = inDatabase(server.url, name);
  const pool = createPool(url);
  let dropped: Promise<void> | undefined;
  const drop = () => {
    dropped ??= pool.end().then(() => dropDatabase(server.ownerUrl, name));
    return dropped;
  };
  return { url, ownerUrl: inDatabase(server.ownerUrl, name), pool, drop, [Symbol.asyncDispose]: drop };
}

/** With whoever is left in it. Those who have hung up are waited for: to be cut off is an error that nobody hears any more. */
async function dropDatabase(ownerUrl: string, name: string): Promise<void> {
  const client = new pg.Client(inDatabase(ownerUrl, 'postgres'));
  await client.connect();
  try {
    const untilMs = performance.now() + HUNG_UP_MS;
    for (let left = 1; left > 0 && performance.now() < untilMs; ) {
      const here = await client.query(
        'select count(*)::int as left from pg_stat_activity where datname = $1',
        [name],
      );
      left = here.rows[0].left;
      if (left > 0) await delay(10);
    }
    await client.query(`drop database ${name} with (force)`);
  } finally {
    await client.end();
  }
}

/** One statement as the owner of everything; in the maintenance database unless told otherwise. */
export async function asOwner(ownerUrl: string, sql: string, database = 'postgres'): Promise<void> {
  const client = new pg.Client(inDatabase(ownerUrl, database));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const MIGRATIONS = new URL('../../src/persistence/migrations/', import.meta.url);

/** The schema as of a migration, with what was written then. The rights of the program's role come with the next migrations. */
export async function schemaAsOf(older: TestDatabase, last: string, written = ''): Promise<void> {
  const names = (await readdir(MIGRATIONS)).map((file) => file.slice(0, -'.sql'.length)).sort();
  const done = names.slice(0, names.indexOf(last) + 1);
  const made = await Promise.all(
    done.map(async (name) => {
      const sql = await readFile(new URL(`${name}.sql`, MIGRATIONS), 'utf8');
      return `${sql}; insert into migrations (name, run_on) values ('${name}', now());`;
    }),
  );
  await asOwner(
    older.ownerUrl,
    `drop schema public cascade;
     create schema public;
     grant usage on schema public to public;
     create table migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null);
     ${made.join('\n')}
     ${written}`,
    new URL(older.ownerUrl).pathname.slice(1),
  );
}

function inDatabase(url: string, name: string): string {
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  return copy.href;
}
