/** A whole system on one machine: PostgreSQL, Redis, several servers, and a proxy before them. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { keysFileOf } from '../app/keys.ts';
import { type Config, refusePlayMoney } from '../config.ts';
import { addressProblem } from '../gateway/gateway.ts';
import { addressOf } from '../persistence/pool.ts';
import { listenForWishes } from './local-cluster/controls.ts';
import type { KeptProcess } from './local-cluster/kept-process.ts';
import { LogFile } from './local-cluster/log-file.ts';
import { openDatabase, prepare, shortOfConnections } from './local-cluster/prepare.ts';
import { TcpProxy } from './local-cluster/proxy.ts';
import { findRedis, type OwnRedis, ownRedis, refuseUnreachable } from './local-cluster/redis.ts';
import { screen } from './local-cluster/screen.ts';
import { Servers } from './local-cluster/servers.ts';
import { serverPorts } from './local-cluster/tcp-ports.ts';
import { STARTED } from './serve.ts';

export interface ClusterFlags {
  readonly nodes: number;
  /** Of the first server; the others follow. 0: free ones. */
  readonly port: number;
  readonly restart: boolean;
  readonly verbose: boolean;
}

/**
 * Runs until SIGTERM or SIGINT, then stops what it started: the servers one after the other, Redis, PostgreSQL. A second
 * signal ends everything at once.
 * @throws Error whose message is for a person, when nothing is left running
 */
export async function cluster(
  config: Config,
  environment: NodeJS.ProcessEnv,
  flags: ClusterFlags,
): Promise<void> {
  refusePlayMoney(config);
  const startedMs = performance.now();
  const ending = new AbortController();
  const { signal } = ending;
  let isAskedToStop = false;
  let servers: Servers | undefined;
  listenForWishes({
    roll: () => void servers?.roll(signal),
    stop(why) {
      isAskedToStop = true;
      ending.abort(why);
    },
  });
  const kept: KeptProcess[] = [];
  process.on('exit', () => {
    for (const child of kept) child.kill();
  });
  const stops: (() => Promise<void> | void)[] = [];
  const keeping = {
    isRestarted: flags.restart,
    say: (line: string) => console.log(line),
    onHopeless: (error: Error) => ending.abort(error),
  };

  try {
    const ports = await serverPorts({
      host: config.HOST,
      port: config.PORT,
      nodes: flags.nodes,
      from: flags.port,
    });
    const givenRedis = environment.REDIS_URL || undefined;
    const program = givenRedis === undefined ? findRedis(environment.PATH ?? '') : '';
    if (givenRedis !== undefined) await refuseUnreachable(givenRedis);
    await mkdir(config.NIGHTLATCH_DATA_DIR, { recursive: true });
    const logFolder = resolve(config.NIGHTLATCH_DATA_DIR);

    // Stopped in the opposite order: what is started first is stopped last.
    signal.throwIfAborted();
    const storage = await openDatabase(config, flags.nodes);
    stops.push(() => storage.close());
    signal.throwIfAborted();
    const signIn = await prepare(config, storage, signal);
    signal.throwIfAborted();

    let redis: OwnRedis | undefined;
    if (givenRedis === undefined) {
      redis = await ownRedis(program, { ...keeping, log: new LogFile(join(logFolder, 'redis.log')) });
      const { process } = redis;
      kept.push(process);
      stops.push(() => process.stop());
      process.start();
      await process.whenReady(signal);
    }

    const system = new Servers({
      ...keeping,
      ports,
      logFolder,
      environment: {
        ...environment,
        DATABASE_URL: storage.url,
        REDIS_URL: redis?.url ?? givenRedis,
        // Done by now, once for all.
        NIGHTLATCH_SEED: 'none',
        NIGHTLATCH_ADMIN_PASSWORD: '',
        NIGHTLATCH_PAYMENTS: 'sandbox-takes-no-money',
        NIGHTLATCH_KEYS_FILE: keysFileOf(config),
      },
    });
    servers = system;
    kept.push(...system.all.map(({ process }) => process));
    const proxy = new TcpProxy({ upstreams: system.all.map(({ upstream }) => upstream) });
    stops.push(
      () => proxy.close(),
      () => system.stop(),
    );
    if (flags.verbose) {
      for (const { log, name } of system.all) {
        stops.push(log.follow((line) => console.log(`${name} | ${line}`)));
      }
    }
    await system.start(signal);

    const port = await proxy.listen(config.HOST, config.PORT).catch((cause) => {
      throw addressProblem(cause, config.HOST, config.PORT);
    });
    stops.push(() => proxy.closeDoor());
    const short = await shortOfConnections(storage, flags.nodes);
    const started = storage.isEmbedded
      ? `${STARTED[storage.state]}, in ${logFolder}`
      : `${STARTED.given}, ${addressOf(storage.url)}`;
    process.stdout.write(
      screen({
        seconds: ((performance.now() - startedMs) / 1_000).toFixed(1),
        url: `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`,
        ...signIn,
        servers: system.all,
        postgres: short === undefined ? started : `${started}; ${short}`,
        redis:
          redis === undefined
            ? 'the one of REDIS_URL'
            : `127.0.0.1:${redis.port}   process ${redis.process.pid}`,
      }),
    );
    if (!signal.aborted) await once(signal, 'abort');
    signal.throwIfAborted();
  } catch (cause) {
    for (const stop of stops.reverse()) await stop();
    // Ctrl+C at a terminal also reaches what the start runs, and that it failed is what was asked for.
    if (!isAskedToStop) throw cause;
    process.exit(0);
  }
}
