/** One contender, once: a fresh database, its server, a driver, the phases one after another. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { TestRedis } from '../test/support/redis.ts';
import type { Contender } from './contenders.ts';
import type { DriverPlan } from './driver/messages.ts';
import { startDriver } from './driver-process.ts';
import type { Round } from './measurement.ts';
import type { BenchPostgres } from './postgres.ts';
import { machineCpuMicros } from './proc.ts';
import type { Progress } from './progress.ts';
import { type ServerProcess, startServer } from './servers/server-process.ts';

export interface TrialOptions {
  readonly contender: Contender;
  readonly postgres: BenchPostgres;
  readonly plan: Omit<DriverPlan, 'ports'>;
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Commands a second of a second, open-loop phase; `half` of what the closed loop reached; undefined for none. */
  readonly rate: number | 'half' | undefined;
  /** Where the server's CPU profile of the closed loop goes. */
  readonly profileFile?: string;
  readonly dataDir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Trial {
  readonly closed: Round;
  readonly open: Round | undefined;
}

export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { contender, postgres, plan } = options;
  const database = `bench_${contender.name.replaceAll('-', '_')}`;
  const url = await postgres.createDatabase(database);
  await contender.prepare(url, plan.apartments);
  const servers: ServerProcess[] = [];
  const redis = contender.nodes === undefined ? undefined : await TestRedis.start();
  try {
    for (let i = 0; i < (contender.nodes ?? 1); i++) {
      const port = await freePort();
      const own = { HOST: '127.0.0.1', DATABASE_URL: url, NIGHTLATCH_DATA_DIR: options.dataDir };
      const together = redis && { REDIS_URL: redis.url, NIGHTLATCH_NODE_URL: `http://127.0.0.1:${port}` };
      servers.push(
        await startServer({ args: contender.args, port, env: { ...contender.env, ...own, ...together } }),
      );
    }
    return await drive(options, servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await redis?.kill();
    await postgres.dropDatabase(database);
    options.progress.end();
  }
}

async function drive(options: TrialOptions, servers: readonly ServerProcess[]): Promise<Trial> {
  const { contender, warmupSeconds, seconds, rate, profileFile, progress } = options;
  let mode = '';
  let begin: Promise<Usage> | undefined;
  let end: Promise<Usage> | undefined;
  const driver = startDriver({
    signal: options.signal,
    onProgress: (stage, done, total) => progress.show(`${contender.name}${mode}: ${stage}`, done, total),
    onWindow(edge) {
      const usage = usageOf(servers, options.postgres);
      usage.catch(() => {});
      if (edge === 'begin') begin = usage;
      else end = usage;
    },
  });
  async function phase(ratePerSecond?: number): Promise<Round> {
    const measured = await driver.phase({
      warmupSeconds,
      seconds,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    });
    const [from, to] = [(await begin)!, (await end)!];
    return {
      ...measured,
      violations: contender.stores ? measured.violations : [],
      ratePerSecond,
      serverCpuMicros: total(to.servers) - total(from.servers),
      serverCpuMicrosByNode: to.servers.map((micros, i) => micros - from.servers[i]!),
      postgresCpuMicros: between(from.postgres, to.postgres),
      machineCpuMicros: between(from.machine, to.machine),
      serverRssBytes: to.rssBytes,
    };
  }
  try {
    const ports = servers.slice(0, contender.doors).map(({ port }) => port);
    await driver.plan({ ...options.plan, ports });
    if (profileFile !== undefined) await servers[0]!.beginProfile();
    const closed = await phase();
    if (profileFile !== undefined) await servers[0]!.endProfile(profileFile);
    if (rate === undefined) return { closed, open: undefined };
    mode = ' (open loop)';
    const open = await phase(rate === 'half' ? closed.ok / closed.seconds / 2 : rate);
    return { closed, open };
  } finally {
    await driver.stop();
  }
}

interface Usage {
  readonly servers: readonly number[];
  readonly postgres: number | undefined;
  readonly machine: number | undefined;
  readonly rssBytes: number;
}

async function usageOf(servers: readonly ServerProcess[], postgres: BenchPostgres): Promise<Usage> {
  const [usages, postgresMicros, machine] = await Promise.all([
    Promise.all(servers.map((server) => server.usage())),
    postgres.cpuMicros(),
    machineCpuMicros(),
  ]);
  return {
    servers: usages.map(({ cpuMicros }) => cpuMicros),
    postgres: postgresMicros,
    machine,
    rssBytes: total(usages.map(({ rssBytes }) => rssBytes)),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
