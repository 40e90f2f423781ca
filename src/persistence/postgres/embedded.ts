/**
 * PostgreSQL of our own under a data folder: created at the first start, found again if it outlived the server,
 * recovered if it did not. It listens on 127.0.0.1 only, asks for a password, and never runs with durability off.
 *
 *   <data>/postgres/                  the cluster, owned by the user PostgreSQL runs as
 *   <data>/postgres-credentials.json  made once, readable by the server's user alone
 *   <data>/postgres.log               starts, stops and recoveries; no statements, no values
 */
import { spawn } from 'node:child_process';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectionConfig } from '../pool.ts';
import { type PostgresBinaries, postgresBinaries } from './binaries.ts';
import { createCluster, environment, OWNER, refuseOtherVersion } from './data-folder.ts';
import { freePort } from './free-port.ts';
import {
  findPostmaster,
  isAlive,
  type Postmaster,
  stopPostmaster,
  wasShutDown,
  whenGone,
  whenReady,
} from './postmaster.ts';
import { type Credentials, credentials } from './role-passwords.ts';
import { postgresUser, type RunAs } from './system-user.ts';

export interface EmbeddedPostgres {
  /** For the program: a role that may use the tables, not own them. */
  readonly url: string;
  /** For migrations. */
  readonly ownerUrl: string;
  readonly role: string;
  /** `attached`: it was running already, left by a server that was killed, or shared with one that runs. */
  readonly state: 'created' | 'started' | 'recovered' | 'attached';
  /** Stops PostgreSQL unless another nightlatch still uses it. Call it after closing every pool. */
  stop(): Promise<void>;
}

const DATABASE = 'nightlatch';
const ROLE = 'nightlatch';
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const LEFTOVERS_TIMEOUT_MS = 15_000;
const LAST_BREATH_MS = 1_000;
const CLOSED_NOTICED_MS = 1_000;
const CLOSED_POLL_MS = 20;
const LOG_BYTES_MAX = 1_000_000;
/** Enough for one server, and a command or two beside it. */
const CONNECTIONS_MAX = 60;

/** Command-line settings win over any file in the data folder. Figures for a small machine; each was measured. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  // Fewer checkpoints, fewer full pages in the log; recovery of this much takes seconds.
  max_wal_size: '2GB',
  min_wal_size: '128MB',
  checkpoint_timeout: '15min',
  wal_buffers: '16MB',
  jit: 'off',
  timezone: 'UTC',
  lc_messages: 'C',
  // Neither statements nor the values of a refused row: they hold guests' contact data.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/**
 * @param dataDir relative to the working directory, or absolute; created if need be
 * @param connectionsMax for more than one server; one that is running already keeps what it was started with
 */
export async function startEmbedded(
  dataDir: string,
  connectionsMax = CONNECTIONS_MAX,
): Promise<EmbeddedPostgres> {
  const data = resolve(dataDir);
  const cluster = join(data, 'postgres');
  const binaries = await postgresBinaries();
  await mkdir(data, { recursive: true });
  await refuseOtherVersion(cluster, binaries);
  const secrets = await credentials(data);
  const as = await postgresUser(cluster, binaries.initdb);

  const first = await attach(cluster, secrets);
  if (first !== undefined) return first;
  const created = await createCluster(cluster, binaries, as, secrets.owner);
  const clean = await wasShutDown(cluster);
  for (const until = performance.now() + LEFTOVERS_TIMEOUT_MS; ; ) {
    const launched = await launch(data, cluster, binaries, as, connectionsMax);
    if (launched.started !== undefined) {
      return await running(launched.started, created ? 'created' : clean ? 'started' : 'recovered', secrets);
    }
    const other = await attach(cluster, secrets);
    if (other !== undefined) return other;
    if (!isLeftover(launched.said) || performance.now() > until) {
      throw new Error(`PostgreSQL did not start in ${cluster}: ${launched.said || 'it said nothing'}`);
    }
    await delay(50);
  }
}

/** @returns undefined where none runs, or the one that did has just ended */
async function attach(cluster: string, secrets: Credentials): Promise<EmbeddedPostgres | undefined> {
  const found = await findPostmaster(cluster);
  if (found === undefined) return undefined;
  if (found.status === 'stopping') {
    await whenGone(found.pid, STOP_TIMEOUT_MS);
    return undefined;
  }
  const isOver = async () => !(await isAlive(found.pid));
  const ready = await whenReady(cluster, found.pid, isOver, START_TIMEOUT_MS);
  if (ready === undefined) return undefined;
  try {
    return await running(ready, 'attached', secrets);
  } catch (error) {
    // Killed a moment ago: its files still say that it is ready.
    if (await whenGone(ready.pid, LAST_BREATH_MS)) return undefined;
    throw error;
  }
}

/** Of a PostgreSQL that was killed a moment ago: its processes are still going, or nobody has collected them yet. */
function isLeftover(said: string): boolean {
  return said.includes('lock file') || said.includes('pre-existing shared memory');
}

async function launch(
  data: string,
  cluster: string,
  binaries: PostgresBinaries,
  as: RunAs,
  connectionsMax: number,
): Promise<{ started?: Postmaster; said: string }> {
  const settings = Object.entries({
    ...SETTINGS,
    max_connections: String(connectionsMax),
    port: String(await freePort()),
  });
  const command = as.command(binaries.postgres, [
    ...['-D', cluster],
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const logPath = join(data, 'postgres.log');
  const size = (await stat(logPath).catch(() => undefined))?.size ?? 0;
  const log = await open(logPath, size > LOG_BYTES_MAX ? 'w' : 'a', 0o600);
  const logFrom = size > LOG_BYTES_MAX ? 0 : size;
  // A session of its own: Ctrl-C at the terminal is for the server, which stops PostgreSQL when it has drained.
  const child = spawn(command.file, command.args, {
    ...as.user,
    cwd: '/',
    env: environment(),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  child.on('exit', over).on('error', over);
  await log.close();
  const started = await whenReady(cluster, child.pid, () => isOver, START_TIMEOUT_MS);
  if (started !== undefined) return { started, said: '' };
  const lines = (await readFile(logPath)).subarray(logFrom).toString('utf8').trim().split('\n');
  return { said: lines.slice(-3).join(' / ') };
}

async function running(
  postmaster: Postmaster,
  state: EmbeddedPostgres['state'],
  secrets: Credentials,
): Promise<EmbeddedPostgres> {
  const url = (role: string, password: string, database: string) =>
    `postgres://${role}:${password}@127.0.0.1:${postmaster.port}/${database}`;
  const ownerUrl = url(OWNER, secrets.owner, DATABASE);
  const adminUrl = url(OWNER, secrets.owner, 'postgres');
  await ensureDatabase(ownerUrl, adminUrl, secrets);
  return {
    url: url(ROLE, secrets.program, DATABASE),
    ownerUrl,
    role: ROLE,
    state,
    async stop() {
      if (await isUsedByOthers(adminUrl)) return;
      await stopPostmaster(postmaster.pid, STOP_TIMEOUT_MS);
    },
  };
}

async function ensureDatabase(ownerUrl: string, adminUrl: string, secrets: Credentials): Promise<void> {
  const probe = new pg.Client(connectionConfig(ownerUrl, { name: 'start' }));
  probe.on('error', () => {});
  try {
    await probe.connect();
    return;
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (code === '28P01') {
      throw new Error(
        'the password in postgres-credentials.json is not that of the PostgreSQL beside it; restore that file from a backup',
        { cause },
      );
    }
    if (code !== '3D000') throw cause;
  } finally {
    await probe.end().catch(() => {});
  }
  const admin = new pg.Client(connectionConfig(adminUrl, { name: 'start', statementTimeoutMs: 0 }));
  admin.on('error', () => {});
  await admin.connect();
  try {
    // Two first starts at once: the second waits here, and finds everything done.
    await admin.query(`select pg_advisory_lock(hashtext('nightlatch start'))`);
    const found = await admin.query(
      `select exists (select from pg_roles where rolname = $1) as role,
              exists (select from pg_database where datname = $2) as database`,
      [ROLE, DATABASE],
    );
    const there: { role: boolean; database: boolean } = found.rows[0];
    if (!there.role) {
      await admin.query(`create role ${ROLE} login password ${admin.escapeLiteral(secrets.program)}`);
    }
    if (!there.database) await admin.query(`create database ${DATABASE}`);
  } finally {
    await admin.end();
  }
}

async function isUsedByOthers(adminUrl: string): Promise<boolean> {
  const client = new pg.Client(connectionConfig(adminUrl, { name: 'stop' }));
  client.on('error', () => {});
  try {
    await client.connect();
    // One's own connections are closed by now, but PostgreSQL may not have noticed on a busy machine.
    const untilMs = performance.now() + CLOSED_NOTICED_MS;
    for (;;) {
      const result = await client.query(
        `select count(*)::int as others from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name like 'nightlatch%'`,
      );
      if (result.rows[0]?.others === 0) return false;
      if (performance.now() >= untilMs) return true;
      await delay(CLOSED_POLL_MS);
    }
  } catch {
    // It does not answer any more: stopping it is all that is left.
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
