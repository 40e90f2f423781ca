/**
 * A database that comes back older than it was: a copy of its data folder, made while everybody works, takes its place.
 *
 *   copy ──time passes, facts are acknowledged──> everybody's connections end ──> PostgreSQL is killed
 *     ──> the copy is started, where nobody reaches it ──> the provider's books are brought up to date ──> reached again
 *
 * What the lost one had and the copy has not is kept: it was acknowledged, and nobody but the database has lost it. The
 * sandbox's books lie in the same database, and a provider's would not: they stay as they were.
 */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { exportOf } from '../history/export.ts';
import type { RecordedEntry } from '../history/history.ts';
import { type StaleRow, staleRows, withEpochs } from './ledger.ts';

/** What the lost database had. */
export interface Lost {
  /** Whole. */
  readonly journal: readonly RecordedEntry[];
  readonly stale: readonly StaleRow[];
  /** The provider's, as JSON. */
  readonly books: string;
}

const POLL_MS = 20;
const run = promisify(execFile);

/** As a base backup does. */
export async function copyDatabase(owner: Pool, from: string, to: string): Promise<void> {
  const client = await owner.connect();
  // PostgreSQL may be killed meanwhile: then there is no copy.
  client.on('error', () => {});
  try {
    await client.query(`select pg_backup_start('chaos', true)`);
    await rm(to, { recursive: true, force: true });
    await run('cp', ['-a', from, to]);
    const { rows } = await client.query<{ label: string }>(
      'select labelfile as label from pg_backup_stop(false)',
    );
    // The log up to the end of the backup is part of it.
    await run('cp', ['-a', join(from, 'pg_wal'), to]);
    for (const file of ['postmaster.pid', 'postmaster.opts']) await rm(join(to, file), { force: true });
    // Any file's copy: PostgreSQL wants it to be its own user's.
    await run('cp', ['-a', join(from, 'PG_VERSION'), join(to, 'backup_label')]);
    await writeFile(join(to, 'backup_label'), rows[0]!.label);
  } finally {
    client.release(true);
  }
}

/** Keeps the program out for good, and reads what is about to be lost once nobody writes any more. */
export async function takeLeave(owner: Pool, role: string): Promise<Lost> {
  await owner.query(`alter role ${role} nologin`);
  for (;;) {
    const { rowCount } = await owner.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1',
      [role],
    );
    if (rowCount === 0) break;
    await delay(POLL_MS);
  }
  const { rows } = await owner.query<{ books: string }>(
    `select coalesce(json_agg(p), '[]')::text as books from sandbox_payments p`,
  );
  const journal = await withEpochs(owner, (await exportOf(owner)).journal);
  return { journal, stale: await staleRows(owner), books: rows[0]!.books };
}

/** The provider knows of no database that was lost. */
export async function restoreBooks(owner: Pool, { books }: Lost): Promise<void> {
  await owner.query('delete from sandbox_payments');
  await owner.query(
    'insert into sandbox_payments select * from json_populate_recordset(null::sandbox_payments, $1)',
    [books],
  );
}
