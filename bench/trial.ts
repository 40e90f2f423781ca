/** One contender, once: a fresh database, its server, a driver, the phases one after another. */

import { once } from 'node:events';
import { createServer } from 'node:net';
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
  readonly plan: Omit<DriverPlan, 'port'>;
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
  const server = await startServer({
    args: contender.args,
    port: await freePort(),
    env: { ...contender.env, HOST: '127.0.0.1', DATABASE_URL: url, NIGHTLATCH_DATA_DIR: options.dataDir },
  });
  try {
    return await drive(options, server);
  } finally {
    await server.stop();
    await postgres.dropDatabase(database);
    options.progress.end();
  }
}

async function drive(options: TrialOptions, server: ServerProcess): Promise<Trial> {
  const { contender, warmupSeconds, seconds, rate, profileFile, progress } = options;
  let mode = '';
  let begin: Promise<Usage> | undefined;
  let end: Promise<Usage> | undefined;
  const driver = startDriver({
    signal: options.signal,
    onProgress: (stage, done, total) => progress.show(`${contender.name}${mode}: ${stage}`, done, total),
    onWindow(edge) {
      const usage = usageOf(server, options.postgres);
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
      serverCpuMicros: to.server - from.server,
      postgresCpuMicros: between(from.postgres, to.postgres),
      machineCpuMicros: between(from.machine, to.machine),
      serverRssBytes: to.rssBytes,
    };
  }
  try {
    await driver.plan({ ...options.plan, port: server.port });
    if (profileFile !== undefined) await server.beginProfile();
    const closed = await phase();
    if (profileFile !== undefined) await server.endProfile(profileFile);
    if (rate === undefined) return { closed, open: undefined };
    mode = ' (open loop)';
    const open = await phase(rate === 'half' ? closed.ok / closed.seconds / 2 : rate);
    return { closed, open };
  } finally {
    await driver.stop();
  }
}

interface Usage {
  readonly server: number;
  readonly postgres: number | undefined;
  readonly machine: number | undefined;
  readonly rssBytes: number;
}

async function usageOf(server: ServerProcess, postgres: BenchPostgres): Promise<Usage> {
  const [{ cpuMicros, rssBytes }, postgresMicros, machine] = await Promise.all([
    server.usage(),
    postgres.cpuMicros(),
    machineCpuMicros(),
  ]);
  return { server: cpuMicros, postgres: postgresMicros, machine, rssBytes };
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
