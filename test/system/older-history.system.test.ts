import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { freePort } from '../support/program.ts';
import { importRows } from '../support/server.ts';
import { ServerProcess, spawnProgram } from '../support/server-process.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const WAITS_MS = 20_000;
const POLL_MS = 20;

let folder: string;
let database: TestDatabase;
let name: string;
let environment: { readonly PORT: string; readonly [name: string]: string };
let server: ServerProcess;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-older-'));
  database = await createTestDatabase();
  name = new URL(database.url).pathname.slice(1);
  await importRows([{ id: 1, name: 'River room', city: 'Porto', price: 80 }], database.pool);
  await database.pool.end();
  // The backup: as of before the server was there.
  await asOwner(database.ownerUrl, `create database ${name}_backup template ${name}`);
  environment = {
    ...{ DATABASE_URL: database.url, PORT: String(await freePort()), NIGHTLATCH_DATA_DIR: folder },
    ...{ NIGHTLATCH_SEED: 'none', NIGHTLATCH_RATE_LIMIT: 'off', LOG_LEVEL: 'warn' },
  };
  server = await new ServerProcess(['serve'], environment).ready();
  url = `http://127.0.0.1:${environment.PORT}`;
});
afterAll(async () => {
  await server.end('SIGTERM');
  for (const one of [name, `${name}_lost`])
    await asOwner(database.ownerUrl, `drop database if exists ${one} with (force)`);
  await rm(folder, { recursive: true, force: true });
});

/** The backup takes the place of the database, as an operator does it: nobody is connected while it happens. */
async function restoreBackup(): Promise<void> {
  const owner = database.ownerUrl;
  await asOwner(owner, `alter database ${name} allow_connections false`);
  await asOwner(owner, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  await asOwner(owner, `alter database ${name} rename to ${name}_lost`);
  await asOwner(owner, `alter database ${name}_backup rename to ${name}`);
}

async function readiness(): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined);
  return { status: answer?.status ?? 0, text: (await answer?.text()) ?? '' };
}
async function until<T>(look: () => Promise<T>, isIt: (found: T) => boolean): Promise<T> {
  for (const endMs = performance.now() + WAITS_MS; ; await delay(POLL_MS)) {
    const found = await look();
    if (isIt(found)) return found;
    if (performance.now() > endMs)
      throw new Error(`it stayed ${JSON.stringify(found)}; it wrote ${server.output}`);
  }
}
async function factsThere(): Promise<number> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    return (await client.query('select count(*)::int as n from journal')).rows[0].n;
  } finally {
    await client.end();
  }
}
async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawnProgram(args, environment);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

it('[I2] serves nothing on an older copy of its database, says so, and goes on when an operator has accepted it', async () => {
  const { accessToken } = (await (await fetch(`${url}/v1/sessions/guest`, { method: 'POST' })).json()) as {
    accessToken: string;
  };
  const ana = createClient({ url, token: async () => accessToken });
  const stay = { apartmentId: 'airbnb-1', checkIn: dateOf(TODAY + 10), checkOut: dateOf(TODAY + 12) };
  const calendars: { version: number; taken: number }[] = [];
  // Somebody who only looks: accounts are as old as the rest.
  const onlooker = createClient({ url });
  onlooker.watch(['airbnb-1'], dateOf(TODAY), dateOf(TODAY + 30), {
    update: ({ calendar }) =>
      void calendars.push({ version: calendar.version, taken: calendar.nights.filter(Boolean).length }),
  });
  unwrap(await ana.hold(stay));
  ana.close();
  await until(
    async () => calendars.at(-1),
    (last) => last?.version === 1,
  );

  await restoreBackup();
  const refused = await until(readiness, ({ text }) => text.includes('history accept'));
  expect(refused.status).toBe(503);
  expect(refused.text).toMatch(/has not the history that was acknowledged/);
  expect(server.output).toContain('"event":"history.refused"');
  const answer = await fetch(
    `${url}/v1/apartments/airbnb-1/calendar?from=${stay.checkIn}&to=${stay.checkOut}`,
  );
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('unavailable')]);
  expect(await factsThere()).toBe(0);

  // A server that starts knows as well.
  const other = await run('serve');
  expect([other.code, other.output]).toEqual([
    1,
    expect.stringContaining('has not the history that was acknowledged'),
  ]);
  expect(await run('history')).toMatchObject({ code: 1 });
  expect(await run('history', 'accept')).toMatchObject({
    code: 0,
    output: expect.stringContaining('Accepted: '),
  });
  await until(readiness, ({ status }) => status === 200);
  expect(await run('history', 'accept')).toMatchObject({
    output: expect.stringContaining('nothing to accept'),
  });

  // The watcher's calendar has gone back, and goes on from there.
  await until(
    async () => calendars.at(-1),
    (last) => last?.version === 0 && last.taken === 0,
  );
  const bea = (await (await fetch(`${url}/v1/sessions/guest`, { method: 'POST' })).json()) as typeof ana & {
    accessToken: string;
  };
  const held = await createClient({ url, token: async () => bea.accessToken }).hold(stay);
  expect(held.ok).toBe(true);
  await until(
    async () => calendars.at(-1),
    (last) => last?.version === 1 && last.taken === 2,
  );
  expect(await run('verify')).toMatchObject({ code: 0 });
  onlooker.close();
}, 90_000);
