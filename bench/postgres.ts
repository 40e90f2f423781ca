/** One embedded PostgreSQL for everything a run compares: the product's own settings, a fresh database each. */
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../src/persistence/postgres/embedded.ts';
import { familyCpuMicros, parentOf } from './proc.ts';

export interface BenchPostgres {
  readonly version: string;
  /** Creates an empty database. @returns its URL */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Milliseconds of each of up to `count` single-row commits, one after another, each on disk before the next. */
  commitsMs(count: number): Promise<number[]>;
  /** Microseconds of CPU that all its processes have used; undefined where the system does not tell (no /proc). */
  cpuMicros(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** However slow the disk is. */
const COMMITS_DEADLINE_MS = 10_000;

export async function startPostgres(dataDir: string): Promise<BenchPostgres> {
  const embedded = await startEmbedded(join(dataDir, 'cluster'));
  const admin = new pg.Client({ connectionString: embedded.ownerUrl });
  admin.on('error', () => {});
  await admin.connect();
  const { rows } = await admin.query<{ pid: number; version: string }>(
    `select pg_backend_pid() as pid, current_setting('server_version') as version`,
  );
  const postmaster = await parentOf(rows[0]!.pid);
  await admin.query('create table commits (id int primary key, count int not null)');
  await admin.query('insert into commits values (1, 0)');

  return {
    version: rows[0]!.version,
    async createDatabase(name) {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query(`create database ${name}`);
      // Whoever runs next starts behind a checkpoint, as the one before did.
      await admin.query('checkpoint');
      const url = new URL(embedded.ownerUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async dropDatabase(name) {
      await admin.query(`drop database if exists ${name} with (force)`);
    },
    async commitsMs(count) {
      const times: number[] = [];
      const deadline = performance.now() + COMMITS_DEADLINE_MS;
      while (times.length < count && performance.now() < deadline) {
        const began = performance.now();
        await admin.query({ name: 'commit', text: 'update commits set count = count + 1 where id = 1' });
        times.push(performance.now() - began);
      }
      return times;
    },
    cpuMicros: () => (postmaster === undefined ? Promise.resolve(undefined) : familyCpuMicros(postmaster)),
    async stop() {
      await admin.end();
      await embedded.stop();
    },
  };
}
