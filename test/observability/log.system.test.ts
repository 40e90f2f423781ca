/** What the real log says of real errors: enough to find the fault, and nothing that somebody has typed. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { TestRedis } from '../support/redis.ts';

const TYPED = 'ana@example.com';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-log-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** The line that is written of it, as text and as what it says. */
async function lineOf(cause: unknown) {
  const dest = join(folder, `${Math.random()}.log`);
  createLog('info', pino.destination({ dest, sync: true })).error({ event: 'gateway.fault', cause });
  const text = await readFile(dest, 'utf8');
  return { text, cause: JSON.parse(text).cause };
}

const thrownBy = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable(),
    (error) => error,
  );
const query = (text: string, values: unknown[]) => database.pool.query(text, values);
const account = (id: string) =>
  query(`insert into accounts (id, kind, email, name) values ($1, 'guest', $2, 'Ana')`, [id, TYPED]);

it('names the constraint that an e-mail address breaks, and not the address', async () => {
  await account('acc_1');
  const error = await thrownBy(account('acc_2'));
  expect(JSON.stringify({ ...error })).toContain(TYPED);
  const { text, cause } = await lineOf(new Error('it could not be written', { cause: error }));
  expect(cause).toMatchObject({ type: 'Error', message: 'it could not be written' });
  expect(cause.cause).toMatchObject({
    ...{ code: '23505', severity: 'ERROR', table: 'accounts', constraint: 'accounts_email' },
    message: 'duplicate key value violates unique constraint "accounts_email"',
    stack: expect.stringContaining('log.system.test.ts'),
  });
  expect(text).not.toContain(TYPED);
});

it('leaves out what could not be read as what it should be', async () => {
  const errors = [
    await thrownBy(query('select $1::int', [TYPED])),
    await thrownBy(query('select $1::int', [`a "quoted" ${TYPED}"`])),
    await thrownBy(query('select $1::date', [TYPED])),
    await thrownBy(query('select $1::json', [`{"email":${TYPED}}`])),
    await thrownBy((async () => JSON.parse(TYPED))()),
  ];
  for (const error of errors) {
    const { text, cause } = await lineOf(new AggregateError([error], 'several'));
    expect(text).not.toMatch(/ana@|quoted/);
    expect(cause.errors[0].message).toMatch(/"…"|for type json$/);
  }
});

it('leaves out the arguments of a command that Redis refuses', async () => {
  const server = await TestRedis.start();
  const redis = new Redis(server.url);
  try {
    const error = await thrownBy(redis.call('NOSUCH', TYPED));
    expect(JSON.stringify(error)).toContain(TYPED);
    const { text, cause } = await lineOf(error);
    expect(cause).toMatchObject({
      type: 'ReplyError',
      message: expect.stringMatching(/^ERR unknown command/),
    });
    expect(text).not.toContain(TYPED);
  } finally {
    redis.disconnect();
    await server.kill();
  }
});
