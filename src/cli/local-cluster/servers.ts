/** The servers: each `serve` in a process of its own, on a port of its own, on the same PostgreSQL and Redis. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeptProcess } from './kept-process.ts';
import { LogFile } from './log-file.ts';
import { Upstream } from './upstream.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const LIFELINE = new URL('./lifeline.ts', import.meta.url).href;

export interface ServersOptions {
  readonly ports: readonly number[];
  /** Of every server; PORT, HOST and NIGHTLATCH_NODE_URL are each one's own. */
  readonly environment: NodeJS.ProcessEnv;
  readonly logFolder: string;
  readonly isRestarted: boolean;
  readonly say: (line: string) => void;
  readonly onHopeless: (error: Error) => void;
}

export interface OneServer {
  readonly name: string;
  readonly url: string;
  readonly upstream: Upstream;
  readonly log: LogFile;
  readonly process: KeptProcess;
}

export class Servers {
  readonly all: readonly OneServer[];
  readonly #say: (line: string) => void;
  #isRolling = false;

  constructor(options: ServersOptions) {
    this.#say = options.say;
    this.all = options.ports.map((port, index) => oneServer(port, index + 1, options));
  }

  /** All at once; resolves when all are ready. @throws the signal's reason */
  async start(signal: AbortSignal): Promise<void> {
    for (const { process } of this.all) process.start();
    await Promise.all(this.all.map(({ process }) => process.whenReady(signal)));
  }

  /** One after the other leaves and comes back, so that the others carry on meanwhile. Asked again, it is still at it. */
  async roll(signal: AbortSignal): Promise<void> {
    if (this.#isRolling || signal.aborted) return;
    this.#isRolling = true;
    this.#say('rolling restart: one server after the other');
    try {
      for (const server of this.all) {
        await leave(server);
        signal.throwIfAborted();
        server.upstream.isLeaving = false;
        server.process.start();
        await server.process.whenReady(signal);
      }
      this.#say('rolling restart: done');
    } catch (cause) {
      // Asked to stop meanwhile: whoever asked sees to the rest.
      if (!signal.aborted) throw cause;
    } finally {
      this.#isRolling = false;
    }
  }

  /** One after the other; nobody comes back. */
  async stop(): Promise<void> {
    for (const server of this.all) await leave(server);
  }
}

async function leave({ upstream, process }: OneServer): Promise<void> {
  upstream.isLeaving = true;
  await process.stop();
  upstream.refused();
}

function oneServer(port: number, number: number, options: ServersOptions): OneServer {
  const url = `http://127.0.0.1:${port}`;
  const name = `server ${number}`;
  const log = new LogFile(join(options.logFolder, `node-${number}.log`));
  const upstream = new Upstream(port);
  const environment = {
    ...options.environment,
    HOST: '127.0.0.1',
    PORT: String(port),
    NIGHTLATCH_NODE_URL: url,
    NIGHTLATCH_TRUSTED_PROXIES: trusting(options.environment.NIGHTLATCH_TRUSTED_PROXIES),
  };
  const kept = new KeptProcess({
    ...options,
    name,
    log,
    // A session of its own: Ctrl+C at the terminal is for the command, which stops one server after the other.
    spawn: (descriptor) =>
      spawn(process.execPath, [...process.execArgv, '--import', LIFELINE, MAIN, 'serve'], {
        env: environment,
        detached: true,
        stdio: ['ignore', descriptor, descriptor, 'ipc'],
      }),
    isReady: () => upstream.check(),
  });
  return { name, url, upstream, log, process: kept };
}

/** The proxy before them is on this machine, and so may clients be: it is believed by its PROXY header alone. */
function trusting(others: string | undefined): string {
  return ['proxy-protocol:loopback', ...(others ? [others] : [])].join(',');
}
