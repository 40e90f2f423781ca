import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { type Ended, Program } from '../support/program.ts';

let program: Program;
beforeAll(async () => {
  program = await Program.create();
});
afterAll(() => program.remove());

function expectOneSentence({ code, output }: Ended, sentence: RegExp): void {
  expect(output).toMatch(sentence);
  expect(output).not.toMatch(/\n\s+at /);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
}

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
    expectOneSentence(ended, /127\.0\.0\.1:9/);
  });

  it('refuses a database that may forget what it acknowledged, unless told otherwise', async () => {
    await using database = await createTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    const { asOwner } = await import('../support/postgres.ts');
    await asOwner(database.ownerUrl, `alter database ${name} set synchronous_commit = off`);
    const ended = await program.run(['serve'], { DATABASE_URL: database.url });
    expectOneSentence(ended, /synchronous_commit/);
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

    const second = await program.run(['serve']);
    expectOneSentence(second, /another server \(.*\) is using this database/);
    expect(await program.stop()).toBe(0);
    await program.start();
    expect(program.output).toContain(`password ${password}`);
    expect(program.output).toContain('Listings 60');
  });

  it('says in one sentence that its port is taken', async () => {
    await program.stop();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const ended = await program.run(['serve'], { PORT: String(port) });
    other.close();
    expectOneSentence(ended, new RegExp(`${port}`));
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
    expectOneSentence(await program.run(['serve']), /99/);
    await writeFile(file, version);
    expect((await program.run(['verify'])).code).toBe(0);
  });
});

describe('other commands', () => {
  it('import listings: reports by line, is repeatable, works beside a running server and without one', async () => {
    const file = join(program.dataDir, '../listings.csv');
    const header =
      'id,name,host_id,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,minimum_nights,number_of_reviews,last_review,reviews_per_month,calculated_host_listings_count,availability_365,number_of_reviews_ltm,license,state,city';
    const row = (id: number, name: string, price: string) =>
      `${id},"${name}",1,Centre,Old Town,34.05,-118.24,Entire home/apt,${price},2,0,,,1,365,0,,CA,Los Angeles`;
    await writeFile(
      file,
      [header, row(1, 'Sea &amp; ""sun"" 🌊', '152'), row(2, 'No price', ''), row(1, 'Again', '90'), ''].join(
        '\n',
      ),
    );
    const first = await program.run(['import', 'listings', file]);
    expect(first.output).toMatch(/3 rows, 1 new, 0 changed, 0 as before, 2 skipped/);
    expect(first.output).toMatch(/line 3 skipped: .*price/i);
    expect(first.code).toBe(0);

    await program.start();
    const again = await program.run(['import', 'listings', file]);
    expect(again.output).toMatch(/3 rows, 0 new, 0 changed, 1 as before/);
    await writeFile(file, [header, row(3, 'Second', '99'), ''].join('\n'));
    await program.run(['import', 'listings', file]);
    await expect
      .poll(() => listedIn('los+angeles'), { timeout: 5_000 })
      .toMatchObject([{ name: 'Second' }, { name: 'Sea & "sun" 🌊' }]);
    await program.stop();
  });

  it('say in one sentence what is wrong with a file or a word', async () => {
    expectOneSentence(
      await program.run(['import', 'listings', '/no/such/file.csv']),
      /\/no\/such\/file\.csv cannot be read/,
    );
    const file = join(program.dataDir, '../wrong.csv');
    await writeFile(file, 'a,b\n1,2\n');
    const { code, output } = await program.run(['import', 'listings', file]);
    expect([code, /column/.test(output), /\n\s+at /.test(output)]).toEqual([1, true, false]);
    const unknown = await program.run(['sreve']);
    expect(unknown.output).toMatch(/unknown command/);
    expect(unknown.code).toBe(1);
  });

  it('admin create makes an admin, and says the password that it made', async () => {
    const { code, output } = await program.run(['admin', 'create', 'boss@example.com']);
    expect(output).toMatch(/boss@example.com is an admin, password \S+/);
    expect(code).toBe(0);
  });
});

async function listedIn(city: string): Promise<unknown> {
  const answer = await fetch(`${program.url}/v1/apartments?city=${city}`);
  return ((await answer.json()) as { apartments: unknown }).apartments;
}
