/**
 * A PostgreSQL that answers and must not be appended to: it takes no writes, as the former primary of a failover, say, that
 * is back as a standby; or it may forget what it acknowledges.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { migrate } from '../../src/persistence/migrate.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { postgresBinaries } from '../../src/persistence/postgres/binaries.ts';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';
import { findPostmaster, stopPostmaster, whenReady } from '../../src/persistence/postgres/postmaster.ts';
import { postgresUser } from '../../src/persistence/postgres/system-user.ts';
import { Relay } from '../chaos/relay.ts';
import { asOwner } from '../support/postgres.ts';
import { freePort } from '../support/program.ts';
import { appendTo, entry } from './facts.ts';

let data: string;
let relay: Relay;
let postgres: Awaited<ReturnType<typeof startEmbedded>>;
let journal: PostgresJournal;
let version: number;
const lost: string[] = [];

/** It may come back on another port. */
async function start(): Promise<string> {
  postgres = await startEmbedded(data);
  const url = new URL(postgres.url);
  relay.targetPort = Number(url.port);
  url.port = String(relay.port);
  return url.href;
}

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightlatch-standby-'));
  await chmod(data, 0o755);
  relay = await new Relay().open();
  const url = await start();
  await migrate(postgres.ownerUrl, { grantTo: postgres.role });
  await asOwner(postgres.ownerUrl, 'update shards set epoch = 1', 'nightlatch');
  const pool = createPool(url);
  lost.length = 0;
  version = 0;
  journal = createPostgresJournal({
    ...{ pool, url },
    onFault: (event, { cause }) => void (event === 'journal.lane_lost' && lost.push(String(cause))),
  });
});
afterEach(async () => {
  await journal.close();
  relay.close();
  await postgres.stop();
  await rm(data, { recursive: true, force: true });
});

async function append(): Promise<string> {
  const { status } = await appendTo(journal, 1, entry('a', version + 1));
  if (status === 'committed') version += 1;
  return status;
}
const untilLost = async (why: string) => {
  while (!lost.some((cause) => cause.includes(why))) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(journal.isConnected).toBe(false);
};
async function configure(how: string): Promise<void> {
  await asOwner(postgres.ownerUrl, `alter system ${how}`);
  await asOwner(postgres.ownerUrl, 'select pg_reload_conf()');
}

it('appends wait where PostgreSQL takes no writes, are not answered, and go on when it does', async () => {
  expect(await append()).toBe('committed');
  await configure('set default_transaction_read_only = on');
  while ((await append()) === 'committed');
  await untilLost('takes no writes');
  await configure('reset default_transaction_read_only');
  expect(await append()).toBe('committed');

  const running = await findPostmaster(join(data, 'postgres'));
  await stopPostmaster(running?.pid ?? 0, 10_000);
  await writeFile(join(data, 'postgres/standby.signal'), '');
  await start();
  await untilLost(`PostgreSQL at 127.0.0.1:${relay.port}/nightlatch is a read-only standby`);
  const waiting = append();
  await asOwner(postgres.ownerUrl, 'select pg_promote()');
  expect(await waiting).toBe('committed');
});

/** As an operator's own: what it is started with leaves everything to its files. */
async function restartPlain(): Promise<void> {
  const cluster = join(data, 'postgres');
  const running = await findPostmaster(cluster);
  await stopPostmaster(running?.pid ?? 0, 10_000);
  const { postgres: program, initdb } = await postgresBinaries();
  const as = await postgresUser(cluster, initdb);
  const { file, args } = as.command(program, [
    ...['-D', cluster, '-c', `port=${await freePort()}`],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
  ]);
  const { pid } = spawn(file, args, { ...as.user, cwd: '/', stdio: 'ignore' });
  await whenReady(cluster, pid, () => false, 30_000);
  await start();
}

it('[I2] nothing is answered while a reload lets PostgreSQL forget, unless the operator has said so', async () => {
  await restartPlain();
  while ((await append()) !== 'committed');
  const { url } = postgres;
  const careless = createPostgresJournal({ pool: createPool(url), url, acceptDataLoss: true });
  expect(await appendTo(careless, 1, entry('b', 1))).toEqual({ status: 'committed' });
  for (const setting of ['fsync', 'full_page_writes']) {
    await configure(`set ${setting} = off`);
    await untilLost(`its setting ${setting} is off, so it may forget what it acknowledged`);
    expect(lost.filter((cause) => cause.includes(`${setting} is off`))).toHaveLength(1);
    let answer: string | undefined;
    const waiting = append().then((status) => {
      answer = status;
    });
    const other = await appendTo(careless, 1, entry(setting, 1));
    expect([other.status, answer]).toEqual(['committed', undefined]);
    await configure(`reset ${setting}`);
    await waiting;
    expect(answer).toBe('committed');
  }
  await careless.close();
});
