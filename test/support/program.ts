/** The program as an operator has it: started, killed and started again on one data folder; its other commands beside it. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { credentials } from '../../src/persistence/postgres/role-passwords.ts';
import { ServerProcess, spawnProgram } from './server-process.ts';

const DEADLINE_MS = 50_000;
const POLL_MS = 2;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export class Program {
  readonly dataDir: string;
  readonly environment: Record<string, string>;
  url = '';
  #server: ServerProcess | undefined;

  static async create(environment: Record<string, string> = {}): Promise<Program> {
    const folder = await mkdtemp(join(tmpdir(), 'nightlatch-program-'));
    // The embedded PostgreSQL of a root process runs as a user of its own.
    await chmod(folder, 0o755);
    return new Program(folder, environment);
  }

  private constructor(folder: string, environment: Record<string, string>) {
    this.dataDir = join(folder, 'data');
    this.environment = {
      PORT: '0',
      NIGHTLATCH_DATA_DIR: this.dataDir,
      NIGHTLATCH_SEED: 'demo',
      NIGHTLATCH_RATE_LIMIT: 'off',
      NIGHTLATCH_HOLDS_PER_GUEST: '1000',
      LOG_LEVEL: 'warn',
      ...environment,
    };
  }

  /** Of the server that was started last. */
  get output(): string {
    return this.#server?.output ?? '';
  }

  /** Of the server that was started last; 0 before. */
  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#server?.hasEnded ?? true;
  }

  /** Resolves once it has printed that it is ready. */
  async start(environment: Record<string, string> = {}): Promise<this> {
    this.#server = new ServerProcess(['serve'], { ...this.environment, ...environment });
    await this.#server.ready();
    this.url = /Guests\s+(http:\/\/\S+?)\/\s/.exec(this.output)?.[1] ?? '';
    return this;
  }

  /**
   * Starts it and sends the signals one after the other as soon as it is time, which should be before it is ready.
   * @param to its process, or its whole group, as a terminal does
   */
  async interrupt(
    isTime: () => Promise<boolean>,
    signals: readonly NodeJS.Signals[],
    to: 'process' | 'group' = 'process',
  ): Promise<Ended> {
    const server = spawnProgram(['serve'], this.environment, to === 'group');
    let output = '';
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const closed = once(server, 'close') as Promise<[number | null]>;
    const pid = to === 'group' ? -(server.pid ?? 0) : (server.pid ?? 0);
    while (server.exitCode === null && !(await isTime())) await delay(POLL_MS);
    for (const signal of signals) if (server.exitCode === null) process.kill(pid, signal);
    const [code] = await closed;
    return { code, output };
  }

  /** Processes that work on this data folder: the embedded PostgreSQL's, and what makes it. */
  async processes(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      if (`${folder} ${command}`.includes(this.dataDir)) found.push(`${pid} ${command}`);
    }
    return found;
  }

  /** SIGKILL of the server alone, or of every process of its PostgreSQL too. */
  async kill(what: 'server' | 'everything' = 'server'): Promise<void> {
    await this.#server?.end('SIGKILL');
    if (what === 'everything') {
      const { pid } = await this.#postmaster();
      // Each of its processes is a group of its own.
      const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).match(/\d+/g);
      for (const process of [pid, ...(children ?? []).map(Number)]) killed(process);
    }
  }

  /** Something done to the running embedded PostgreSQL by who owns everything in it. */
  async asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
    const [{ port }, { owner: password }] = await Promise.all([
      this.#postmaster(),
      credentials(this.dataDir),
    ]);
    const owner = new pg.Client({
      connectionString: `postgres://postgres:${password}@127.0.0.1:${port}/nightlatch`,
    });
    await owner.connect();
    try {
      return await work(owner);
    } finally {
      await owner.end();
    }
  }

  /** SIGTERM, as an operator does. */
  async stop(): Promise<number | null> {
    return (await this.#server?.end('SIGTERM')) ?? null;
  }

  /** Another command of the program on the same data, to its end. */
  async run(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
    const command = spawnProgram(args, { ...this.environment, ...environment });
    let output = '';
    for (const stream of [command.stdout, command.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const timer = setTimeout(() => command.kill('SIGKILL'), DEADLINE_MS);
    const [code] = (await once(command, 'close')) as [number | null];
    clearTimeout(timer);
    return { code, output };
  }

  async remove(): Promise<void> {
    await this.stop();
    // A server that was killed has left its PostgreSQL running: a command that stops what it started ends that too.
    const isOrphaned = this.#server?.endedBy === 'SIGKILL';
    if (isOrphaned) await this.run(['verify']);
    await rm(join(this.dataDir, '..'), { recursive: true, force: true });
  }

  async #postmaster(): Promise<{ pid: number; port: number }> {
    const lines = (await readFile(join(this.dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself, as PostgreSQL's processes do without their first one.
  }
}

const PORTS = 1_000;
/** A range of each worker's own, so that no two files are given the same. */
const PORT_MIN = 20_000 + Number(process.env.VITEST_POOL_ID ?? 0) * PORTS;
let nextPort = randomInt(PORTS);

/**
 * For a server that must come back on the same port: below those that the kernel gives to whoever connects or listens
 * on any (from 32768 on), which would have given it away by then.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = PORT_MIN + (nextPort++ % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${PORT_MIN} to ${PORT_MIN + PORTS - 1} is free on 127.0.0.1`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const isListening = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (isListening) await once(server.close(), 'close');
  return isListening;
}
