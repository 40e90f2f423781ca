/** A PostgreSQL that answers and takes no writes: the former primary of a failover, say, back as a standby. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { migrate } from '../../src/persistence/migrate.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';
import { findPostmaster, stopPostmaster } from '../../src/persistence/postgres/postmaster.ts';
import { Relay } from '../chaos/relay.ts';
import { asOwner } from '../support/postgres.ts';
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
