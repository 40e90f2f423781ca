import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';
import { expectOneSentence } from '../support/one-sentence.ts';
import { asOwner, createTestDatabase } from '../support/postgres.ts';
import { Program } from '../support/program.ts';

let program: Program;
beforeAll(async () => {
  program = await Program.create();
});
afterAll(() => program.remove());

describe('a start that cannot be', () => {
  it('lists every wrong value of the environment', async () => {
    const wrong = {
      PORT: 'http',
      LOG_LEVEL: 'loud',
      NIGHTLATCH_HOLD_TTL_SECONDS: '0',
      DATABASE_URL: 'mysql://x',
    };
    const { code, output } = await program.run(['serve'], wrong);
    for (const name of Object.keys(wrong)) expect(output).toContain(`  ${name}`);
    expect(output).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('says that the database cannot be reached', async () => {
    const ended = await program.run(['serve'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' });
    expectOneSentence(
      ended,
      /^cannot use PostgreSQL at 127\.0\.0\.1:9\/none: .*ECONNREFUSED.*; correct DATABASE_URL/,
    );
  });

  it('refuses to be paid in a sandbox where somebody may rely on the money, unless told that it is meant', async () => {
    const given = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' };
    for (const command of ['serve', 'cluster']) {
      for (const [why, where] of [
        ['NODE_ENV is production', { NODE_ENV: 'production' }],
        ['DATABASE_URL names a database of yours', given],
      ] as const) {
        const ended = await program.run([command], { ...where, NIGHTLATCH_PAYMENTS: '' });
        expectOneSentence(ended, new RegExp(`^${why}, .*set NIGHTLATCH_PAYMENTS=sandbox-takes-no-money`));
      }
    }
    // What serves nobody takes no payments.
    const ended = await program.run(['verify'], { ...given, NIGHTLATCH_PAYMENTS: '' });
    expect(ended.output).toMatch(/^cannot use PostgreSQL/);
  });

  it('refuses a database that may forget what it acknowledged, unless told otherwise', async () => {
    await using database = await createTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    await asOwner(database.ownerUrl, `alter database ${name} set synchronous_commit = off`);
    const ended = await program.run(['serve'], { DATABASE_URL: database.url });
    expectOneSentence(ended, /setting synchronous_commit is off.*NIGHTLATCH_UNSAFE_STORAGE=accept-data-loss/);
    await program.start({ DATABASE_URL: database.url, NIGHTLATCH_UNSAFE_STORAGE: 'accept-data-loss' });
    expect(program.output).toContain('the PostgreSQL of DATABASE_URL');
    expect(program.output).toContain('Listings 0');
    expect(await program.stop()).toBe(0);
  });
});

describe('a start', () => {
  it('prints one screen: addresses, a sign-in that works, where the data is; a second start finds all of it again', async () => {
    await program.start();
    const { output, url } = program;
    for (const text of [
      `${url}/`,
      `${url}/admin`,
      `${url}/docs`,
      program.dataDir,
      'a new embedded PostgreSQL',
      'Listings 60',
    ]) {
      expect(output).toContain(text);
    }
    const [, email, password] = /sign in as (\S+), password (\S+)/.exec(output) ?? [];
    const answer = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ subject: { kind: 'admin' } });
    const host = /Host .*\/hosting {3}sign in as (\S+), password (\S+)/.exec(output);
    const hosted = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: host?.[1], password: host?.[2] }),
    });
    expect(await hosted.json()).toMatchObject({ subject: { kind: 'host', id: 'demo-host' } });

    const second = await program.run(['serve']);
    expectOneSentence(second, /another server \(.*\) is using this database/);
    expect(await program.stop()).toBe(0);
    await program.start();
    // It has been printed once: what is printed at every start ends up in logs.
    expect(program.output).toContain(`password in ${join(program.dataDir, 'admin-password')}`);
    for (const printed of [password, host?.[2]]) expect(program.output).not.toContain(printed);
    expect(program.output).toContain('Listings 60');
  });

  it('says in one sentence that its port is taken', async () => {
    await program.stop();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const ended = await program.run(['serve'], { PORT: String(port) });
    other.close();
    expectOneSentence(
      ended,
      new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken; stop what listens there, or set PORT`),
    );
  });

  it('finds the PostgreSQL that a killed server left, and says when one was recovered', async () => {
    await program.start();
    await program.kill();
    await program.start();
    expect(program.output).toContain('that an earlier server left running');
    await program.kill('everything');
    await program.start();
    expect(program.output).toContain('recovered after it had been killed');
  });

  it('refuses a data folder of a newer version', async () => {
    await program.stop();
    const file = join(program.dataDir, 'postgres/PG_VERSION');
    const version = await readFile(file, 'utf8');
    await writeFile(file, '99\n');
    expectOneSentence(
      await program.run(['serve']),
      /written by PostgreSQL 99 .*; start a newer nightlatch, or set/,
    );
    await writeFile(file, version);

    await program.start();
    const least = (level: unknown) =>
      program.asOwner((owner) =>
        owner.query(`update settings set value = $1 where key = 'least_level'`, [level]),
      );
    const before = await program.asOwner(async (owner) => {
      const { rows } = await owner.query(`select value from settings where key = 'least_level'`);
      return rows[0].value as number;
    });
    await least(99);
    await program.stop();
    const newer =
      /takes feature level 99 to understand, and this server has level \d+; start a newer nightlatch/;
    expectOneSentence(await program.run(['serve']), newer);
    expectOneSentence(await program.run(['verify']), newer);
    const storage = await startEmbedded(program.dataDir);
    expect(storage.state).toBe('started');
    await least(before);
    await storage.stop();
    expect((await program.run(['verify'])).code).toBe(0);
  });
});
