import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Calendar } from '../../src/protocol/resources.ts';
import { asOwner, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { freePort } from '../support/program.ts';
import { importRows } from '../support/server.ts';
import { ServerProcess } from '../support/server-process.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const APARTMENT = 'airbnb-1';
const TTL_SECONDS = 500;
/** Two clocks on one machine, a round trip and the hold's own way apart. */
const SAME_MS = 2_000;

/** In this database alone: what PostgreSQL takes the time to be is looked up by name, and is what a table says besides. */
const SETTABLE_CLOCK = `
  create table public.clock_ahead as select interval '0' as by;
  grant select on public.clock_ahead to public;
  alter function pg_catalog.clock_timestamp() rename to clock_timestamp_unset;
  alter function pg_catalog.now() rename to now_unset;
  create function pg_catalog.clock_timestamp() returns timestamptz volatile language sql
    as 'select pg_catalog.clock_timestamp_unset() + by from public.clock_ahead';
  create function pg_catalog.now() returns timestamptz stable language sql
    as 'select pg_catalog.now_unset() + by from public.clock_ahead'`;

let folder: string;
let database: TestDatabase;
let server: ServerProcess;
let url: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-clock-'));
  database = await createTestDatabase();
  await importRows([{ id: 1, name: 'River room', city: 'Porto', price: 80 }], database.pool);
  await owner(SETTABLE_CLOCK);
  server = await start();
});
afterEach(async () => {
  await server.end('SIGTERM');
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

function owner(sql: string): Promise<void> {
  return asOwner(database.ownerUrl, sql, new URL(database.url).pathname.slice(1));
}

async function start(): Promise<ServerProcess> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  return new ServerProcess(['serve'], {
    ...{ DATABASE_URL: database.url, PORT: String(port), NIGHTLATCH_DATA_DIR: folder },
    ...{ NIGHTLATCH_SEED: 'none', NIGHTLATCH_RATE_LIMIT: 'off', LOG_LEVEL: 'warn' },
    NIGHTLATCH_HOLD_TTL_SECONDS: String(TTL_SECONDS),
  }).ready();
}

async function placeHold(fromNight: number): Promise<{ expiresAt: string }> {
  const session = await fetch(`${url}/v1/sessions/guest`, { method: 'POST' });
  const { accessToken } = (await session.json()) as { accessToken: string };
  const client = createClient({ url, token: async () => accessToken });
  try {
    const stay = { checkIn: dateOf(fromNight), checkOut: dateOf(fromNight + 2) };
    return unwrap(await client.hold({ apartmentId: APARTMENT, ...stay })).hold;
  } finally {
    client.close();
  }
}

async function taken(): Promise<Calendar['taken']> {
  const window = `from=${dateOf(TODAY)}&to=${dateOf(TODAY + 30)}`;
  const answer = await fetch(`${url}/v1/apartments/${APARTMENT}/calendar?${window}`);
  return ((await answer.json()) as Calendar).taken;
}

it.each([
  ['on the machine on which it ran', ''],
  [
    'on another machine, after more than a minute without any server',
    `update nodes set host = 'elsewhere another-boot', clock_ms = clock_ms - 75000`,
  ],
])(
  "[I5] ends no hold early where PostgreSQL's clock was set an hour ahead while no server was there: %s",
  async (_, meanwhile) => {
    const { expiresAt } = await placeHold(TODAY + 10);
    await server.end('SIGTERM');
    await owner(`update public.clock_ahead set by = interval '1 hour'; ${meanwhile}`);
    const { rows } = await database.pool.query('select now() as "nowAt"');
    expect(rows[0].nowAt.getTime() - Date.now()).toBeGreaterThan(3_590_000);

    server = await start();
    expect(await taken()).toMatchObject([{ status: 'held', heldUntil: expiresAt }]);
    expect(server.output).toContain('"event":"clock.in_doubt"');
    // What is placed now is placed now, and not in an hour.
    const { expiresAt: laterAt } = await placeHold(TODAY + 20);
    expect(Math.abs(Date.parse(laterAt) - Date.now() - TTL_SECONDS * 1_000)).toBeLessThan(SAME_MS);
  },
  60_000,
);
