import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findRedis } from '../../../src/cli/local-cluster/redis.ts';
import { createClient, unwrap } from '../../../src/client/index.ts';
import { isAlive } from '../../../src/persistence/postgres/postmaster.ts';
import { dateOf } from '../../../src/protocol/nights.ts';
import { expectOneSentence } from '../../support/one-sentence.ts';
import { freePort, Program } from '../../support/program.ts';
import { TestRedis } from '../../support/redis.ts';
import { RunningCluster } from './running-cluster.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);

let program: Program;
let cluster: RunningCluster | undefined;
beforeAll(async () => {
  program = await Program.create();
});
afterEach(async () => {
  await cluster?.end('SIGTERM');
  cluster = undefined;
});
afterAll(() => program.remove());

async function expectAllGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    await expect.poll(() => isAlive(pid), { timeout: 20_000, interval: 20 }).toBe(false);
  }
}

describe('a system that cannot be', () => {
  it('says what number of servers it takes', async () => {
    for (const nodes of ['0', '99', 'abc', '-1', '1.5']) {
      const ended = await program.run(['cluster', '--nodes', nodes]);
      expectOneSentence(ended, /--nodes .*is invalid. Give a whole number from 1 to 16\./);
    }
  });

  it('says which port is taken, or would be two things at once', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const free = String(await freePort());
    const taken = await program.run(['cluster', '--nodes', '1', '--port', String(port)], { PORT: free });
    expectOneSentence(taken, new RegExp(`^port ${port} on 127\\.0\\.0\\.1 is taken.*give another --port`));
    const proxy = await program.run(['cluster', '--nodes', '1', '--port', '0'], { PORT: String(port) });
    expectOneSentence(proxy, new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken.*set PORT`));
    await once(other.close(), 'close');
    const both = await program.run(['cluster', '--nodes', '1', '--port', free], { PORT: free });
    expectOneSentence(both, /would be the proxy's \(PORT\) and a server's/);
    const last = await program.run(['cluster', '--nodes', '3', '--port', '65534'], { PORT: free });
    expectOneSentence(last, /would need port 65536, and 65535 is the last/);
  });

  it('says that Redis or PostgreSQL cannot be reached, and leaves nothing running', async () => {
    const run = (environment: Record<string, string>) =>
      program.run(['cluster', '--nodes', '1', '--port', '0'], environment);
    expectOneSentence(
      await run({ REDIS_URL: 'redis://127.0.0.1:9' }),
      /^cannot use Redis at 127\.0\.0\.1:9: .*ECONNREFUSED.*; correct REDIS_URL/,
    );
    expectOneSentence(await run({ REDIS_URL: 'mysql://x' }), /^REDIS_URL is no URL that begins with redis:/);
    expectOneSentence(
      await run({ REDIS_URL: '', DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' }),
      /^cannot use PostgreSQL at 127\.0\.0\.1:9\/none: .*ECONNREFUSED.*; correct DATABASE_URL/,
    );
    expect(await program.processes()).toEqual([]);
  });

  it('says how to get Redis where there is none', () => {
    expect(() => findRedis('/nowhere:/none', '/nothing')).toThrow(
      /there is no redis-server; get it with `sudo apt-get install redis-server`, or set REDIS_URL/,
    );
    expect(findRedis('')).toBe('/usr/bin/redis-server');
  });
});

describe('a system of one server', () => {
  it('is filled, found behind its proxy, survives a kill, is rolled, and leaves nothing behind', async () => {
    cluster = await RunningCluster.start(program, '--nodes', '1');
    const { url, output, processes } = cluster;
    expect(output).toContain('a new embedded PostgreSQL');
    const [server, redis] = processes;
    expect([server?.name, redis?.name]).toEqual(['server 1', 'Redis']);

    const [, email, password] = /sign in as (\S+), password (\S+)/.exec(output) ?? [];
    const signedIn = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    expect(await signedIn.json()).toMatchObject({ subject: { kind: 'admin' } });

    const stay = { checkIn: dateOf(TODAY + 200), checkOut: dateOf(TODAY + 207) };
    const client = createClient({ url });
    const { apartments } = unwrap(await client.search({ ...stay, limit: 1 }));
    const apartmentId = apartments[0]?.id ?? '';
    const { hold } = unwrap(await client.hold({ apartmentId, ...stay }));

    // Servers learn whose a connection is: of whom they do not trust the log names the address.
    const elsewhere = { localAddress: '127.0.0.2', headers: { 'x-forwarded-for': '203.0.113.9' } };
    get(`${url}/v1/cities`, elsewhere, (response) => response.resume());
    const log = join(program.dataDir, 'node-1.log');
    await expect.poll(() => readFileSync(log, 'utf8')).toMatch(/"proxy\.not_trusted","peer":"127\.0\.0\.2"/);

    process.kill(server?.pid ?? 0, 'SIGKILL');
    await cluster.says('server 1 is ready again');
    expect(cluster.output).toContain(
      `server 1 (process ${server?.pid}) ended: SIGKILL; it is started again in 1 s`,
    );
    unwrap(await client.release({ apartmentId, holdId: hold.id }));

    cluster.process.stdin?.write('r\n');
    await cluster.says('rolling restart: done');
    cluster.output = cluster.output.replaceAll('rolling restart: done', '');
    cluster.process.kill('SIGHUP');
    await cluster.says('rolling restart: done');
    unwrap(await client.hold({ apartmentId, ...stay }));
    client.close();

    const last = [...cluster.output.matchAll(/ready again: process (\d+)/g)].map(([, pid]) => Number(pid));
    expect(last).toHaveLength(3);
    expect(await cluster.end('SIGINT')).toBe(0);
    await expectAllGone([...processes.map(({ pid }) => pid), ...last]);
    expect(await program.processes()).toEqual([]);
  });

  it('killed with SIGKILL takes its server and Redis with it', async () => {
    cluster = await RunningCluster.start(program, '--nodes', '1');
    const { processes } = cluster;
    expect(processes).toHaveLength(2);
    await cluster.end('SIGKILL');
    await expectAllGone(processes.map(({ pid }) => pid));
    // Its PostgreSQL stays, as a killed server's does, until the next command on this data has ended.
    expect((await program.run(['verify'])).code).toBe(0);
    expect(await program.processes()).toEqual([]);
  });

  it('asked twice ends at once', async () => {
    cluster = await RunningCluster.start(program, '--nodes', '1', '--verbose');
    const { processes } = cluster;
    await cluster.says('server 1 | Nightlatch is ready');
    cluster.process.kill('SIGTERM');
    expect(await cluster.end('SIGINT')).toBe(1);
    await expectAllGone(processes.map(({ pid }) => pid));
    expect((await program.run(['verify'])).code).toBe(0);
  });

  it('ends with one sentence where its server does not start', async () => {
    await program.start();
    const ended = await program.run(['cluster', '--nodes', '1', '--port', '0']);
    expectOneSentence(ended, /^server 1 did not start: another server \(.*\) is using this database/);
    expect((await fetch(`${program.url}/readyz`)).status).toBe(200);
    expect(await program.stop()).toBe(0);
    expect(await program.processes()).toEqual([]);
  });
});

describe('a system of three servers', () => {
  it('is one behind its address, goes on when a server dies and one freezes, and is rolled', async () => {
    await using redis = await TestRedis.start();
    program.environment.REDIS_URL = redis.url;
    cluster = await RunningCluster.start(program, '--nodes', '3');
    delete program.environment.REDIS_URL;
    const { processes, output, url } = cluster;
    expect(processes.map(({ name }) => name)).toEqual(['server 1', 'server 2', 'server 3']);
    expect(output).toMatch(/Redis +the one of REDIS_URL/);

    const client = createClient({ url });
    /** Holds 30 apartments, which are spread over all servers. */
    const holdMany = async (nth: number) => {
      const stay = { checkIn: dateOf(TODAY + 300 + 8 * nth), checkOut: dateOf(TODAY + 307 + 8 * nth) };
      const { apartments } = unwrap(await client.search({ ...stay, limit: 30 }));
      const held = await Promise.all(apartments.map(({ id }) => client.hold({ apartmentId: id, ...stay })));
      return held.map((outcome) => outcome.ok || outcome.error.message);
    };
    const all = Array.from({ length: 30 }, () => true);
    expect(await holdMany(0)).toEqual(all);

    process.kill(processes[0]!.pid, 'SIGKILL');
    expect(await holdMany(1)).toEqual(all);
    await cluster.says('server 1 is ready again');
    process.kill(processes[1]!.pid, 'SIGSTOP');
    expect(await holdMany(2)).toEqual(all);
    process.kill(processes[1]!.pid, 'SIGCONT');
    cluster.process.stdin?.write('r\n');
    await cluster.says('rolling restart: done');
    expect(await holdMany(3)).toEqual(all);
    client.close();

    expect(await cluster.end('SIGTERM')).toBe(0);
    expect(await program.processes()).toEqual([]);
    expect((await program.run(['verify'])).output).toContain('no night is claimed twice');
  });
});
