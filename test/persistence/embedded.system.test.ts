/** The embedded PostgreSQL through its life, each in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStorage } from '../../src/persistence/index.ts';
import { postgresBinaries, refuseUnlinked } from '../../src/persistence/postgres/binaries.ts';
import { createCluster } from '../../src/persistence/postgres/data-folder.ts';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';
import { findPostmaster, isAlive } from '../../src/persistence/postgres/postmaster.ts';
import { postgresUser } from '../../src/persistence/postgres/system-user.ts';

const EMBEDDED = fileURLToPath(new URL('../../src/persistence/postgres/embedded.ts', import.meta.url));

let data: string;
const running = new Set<number>();
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightlatch-embedded-'));
  await chmod(data, 0o755);
});
afterEach(async () => {
  const left = await findPostmaster(join(data, 'postgres'));
  if (left !== undefined) process.kill(left.pid, 'SIGQUIT');
  while (left !== undefined && (await isAlive(left.pid)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (const pid of running) if (await isAlive(pid)) process.kill(pid, 'SIGKILL');
  running.clear();
  await rm(data, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

/** A server process that starts the database and is then killed, with no chance to clean up. */
async function startedByAServerThatIsKilled(): Promise<void> {
  const script = `const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
    await startEmbedded(${JSON.stringify(data)}); process.stdout.write('up'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child.pid ?? 0);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the embedded PostgreSQL', () => {
  it('is created, durable, on loopback only, behind a password, and there again after a restart', async () => {
    const first = await startEmbedded(data);
    expect(first.state).toBe('created');
    const settings = await ask(
      first.ownerUrl,
      `select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
              current_setting('synchronous_commit') as synchronous_commit, current_setting('listen_addresses') as listens,
              current_setting('unix_socket_directories') as sockets`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      listens: '127.0.0.1',
      sockets: '',
    });
    expect(
      await ask(first.url, `select rolsuper as powerful from pg_roles where rolname = current_user`),
    ).toEqual({
      powerful: false,
    });
    const wrong = new URL(first.url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(data, 'postgres-credentials.json'))).mode & 0o777).toBe(0o600);
    await ask(first.ownerUrl, 'create table kept (id int)');
    await first.stop();
    expect(await findPostmaster(join(data, 'postgres'))).toBeUndefined();

    const second = await startEmbedded(data);
    expect(second.state).toBe('started');
    expect(await ask(second.ownerUrl, 'select count(*)::int as rows from kept')).toEqual({ rows: 0 });
    await second.stop();
  });

  it('is found again after its server was killed, and can be stopped', async () => {
    await startedByAServerThatIsKilled();
    const orphan = await findPostmaster(join(data, 'postgres'));
    expect(orphan?.status).toBe('ready');
    const again = await startEmbedded(data);
    expect(again.state).toBe('attached');
    expect((await findPostmaster(join(data, 'postgres')))?.pid).toBe(orphan?.pid);
    await again.stop();
    expect(await isAlive(orphan?.pid ?? 0)).toBe(false);
  });

  it('recovers after everything was killed, and says so', async () => {
    await startedByAServerThatIsKilled();
    const orphan = await findPostmaster(join(data, 'postgres'));
    process.kill(orphan?.pid ?? 0, 'SIGKILL');
    const again = await startEmbedded(data);
    expect(again.state).toBe('recovered');
    await again.stop();
  });

  it('stays up for another who uses it', async () => {
    const first = await openStorage({ dataDir: data });
    const second = await openStorage({ dataDir: data });
    expect([first.state, second.state]).toEqual(['created', 'attached']);
    await second.pool.query('select 1');
    await first.close();
    expect((await second.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await second.close();
    expect(await findPostmaster(join(data, 'postgres'))).toBeUndefined();
  });

  it('lives in a folder that is closed to whom it runs as, and leaves it closed', async () => {
    await chmod(data, 0o700);
    const first = await startEmbedded(data);
    expect(await ask(first.url, 'select 1 as one')).toEqual({ one: 1 });
    // The file is its process's own: where this one is root, that is somebody else.
    const { uid } = await stat(join(data, 'postgres/postmaster.pid'));
    expect(uid).not.toBe(0);
    await first.stop();
    expect((await stat(data)).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['everybody', 0o755],
    ['root alone', 0o700],
  ])('finds its own programs in a closed folder, where %s may run them', async (_who, mode) => {
    await chmod(data, 0o700);
    const { initdb, major } = await postgresBinaries();
    const copy = join(data, 'native');
    await cp(dirname(dirname(initdb)), copy, { recursive: true, verbatimSymlinks: true });
    const programs = { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres'), major };
    for (const program of [programs.initdb, programs.postgres]) await chmod(program, mode);
    const cluster = join(data, 'postgres');
    const as = await postgresUser(cluster, programs.initdb);
    expect(await createCluster(cluster, programs, as, 'a password')).toBe(true);
  });

  it('says which command of npm completes programs whose install script did not run', async () => {
    await mkdir(join(data, 'native/lib'), { recursive: true });
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await writeFile(join(data, 'native/pg-symlinks.json'), JSON.stringify(links));
    await writeFile(join(data, 'native/lib/libpq.so.5.18'), '');
    await expect(refuseUnlinked('@some/postgres', data)).rejects.toThrow(
      /npm rebuild --ignore-scripts=false @some\/postgres, or set DATABASE_URL/,
    );
    await symlink('libpq.so.5.18', join(data, 'native/lib/libpq.so.5'));
    await refuseUnlinked('@some/postgres', data);
  });

  it('agrees with another first start at the same time', async () => {
    const both = await Promise.all([startEmbedded(data), startEmbedded(data)]);
    expect(new Set(both.map(({ url }) => url)).size).toBe(1);
    for (const one of both) expect(await ask(one.url, 'select 1 as one')).toEqual({ one: 1 });
    for (const one of both) await one.stop();
  });

  it('refuses a folder of a newer PostgreSQL with one sentence', async () => {
    const first = await startEmbedded(data);
    await first.stop();
    const path = join(data, 'postgres', 'PG_VERSION');
    const version = await readFile(path, 'utf8');
    await writeFile(path, '99\n');
    await expect(startEmbedded(data)).rejects.toThrow(
      /was written by PostgreSQL 99 and this nightlatch brings \d+; start a newer nightlatch/,
    );
    await writeFile(path, version);
  });

  it('keeps what guests typed out of its log', async () => {
    const storage = await openStorage({ dataDir: data });
    const contact = JSON.stringify({ name: 'Canary Canarsson', email: 'canary@example.com' });
    await expect(
      storage.pool.query(
        `insert into bookings (id, apartment_id, hold_id, guest_id, stay, guests, contact, price, policy, payment_key, created_at, version)
         values ('b', 'a', 'h', 'g', 'empty', 1, $1, '{}', 'strict', 'k', now(), 1)`,
        [contact],
      ),
    ).rejects.toThrow(/check constraint/);
    await expect(storage.pool.query(`select '${contact}' from nowhere`)).rejects.toThrow(/nowhere/);
    await storage.close();
    expect(await readFile(join(data, 'postgres.log'), 'utf8')).not.toMatch(/canar/i);
  });
});
