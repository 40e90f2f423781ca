/**
 * A server of the system, a process of its own, on the same port each time it is started; kept up as an orchestrator
 * does: one that ends by itself is started again, and that it did is written down.
 *
 *   down ──start──> starting ──ready──> up ──SIGSTOP──> frozen
 *    ^                 └──ended, tried again  │ └──SIGTERM──> leaving
 *    └──────────────────────SIGKILL──────────┘
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/program.ts';
import { Relay } from './relay.ts';
import type { Link } from './schedule.ts';
import type { Version } from './versions.ts';
import { fakeTime } from './wall-clock.ts';

const RESTART_PAUSE_MS = 200;
const STARTS_MAX = 30;
const LEAVE_DEADLINE_MS = 60_000;
const READINESS_TIMEOUT_MS = 2_000;

export type ServerState = 'down' | 'starting' | 'up' | 'frozen' | 'leaving';

export interface ServerOptions {
  readonly name: string;
  /** The one that it begins with. */
  readonly version: Version;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly redisPort: number;
  /** Modules that are loaded before the program. */
  readonly imports: readonly string[];
  /** It was up and ended without being told to: with which code, or by which signal. */
  readonly onEnded: (server: ChaosServer, how: string) => void;
}

export class ChaosServer {
  readonly name: string;
  readonly port: number;
  readonly links: Readonly<Record<Link, Relay>>;
  state: ServerState = 'down';
  /** Starts that ended before it was ready: PostgreSQL was away, say. */
  failedStarts = 0;
  /** Times that it said that the database has not the history which was acknowledged. */
  refusedHistories = 0;
  readonly #options: ServerOptions;
  readonly #log: WriteStream;
  readonly #clockFile: string;
  #version: Version;
  #child: ChildProcess | undefined;
  #isWanted = false;

  static async create(options: ServerOptions): Promise<ChaosServer> {
    const port = await freePort();
    const links = {
      peers: await new Relay(port).open(),
      postgres: await new Relay(Number(new URL(options.databaseUrl).port)).open(),
      redis: await new Relay(options.redisPort).open(),
    };
    const server = new ChaosServer(options, port, links);
    await server.setClock(0);
    return server;
  }

  private constructor(options: ServerOptions, port: number, links: Record<Link, Relay>) {
    this.#options = options;
    this.name = options.name;
    this.#version = options.version;
    this.port = port;
    this.links = links;
    this.#log = createWriteStream(join(options.folder, `${options.name}.log`));
    this.#clockFile = join(options.folder, `${options.name}.clock`);
  }

  /** How peers know it. */
  get url(): string {
    return `http://127.0.0.1:${this.links.peers.port}`;
  }

  /**
   * Resolves once it is up, which may take several tries: PostgreSQL may be away.
   * @throws where it ended each of STARTS_MAX times
   */
  async start(): Promise<void> {
    this.#isWanted = true;
    for (let n = 1; this.#isWanted && !(await this.#startOnce()); n++) {
      this.failedStarts += 1;
      if (n === STARTS_MAX)
        throw new Error(`${this.name} ended at each of ${n} starts; see ${this.name}.log`);
      await delay(RESTART_PAUSE_MS);
    }
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** As a deploy does; resolves to its exit code. */
  async leave(): Promise<number | null> {
    this.state = 'leaving';
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), LEAVE_DEADLINE_MS);
    const code = await this.#end('SIGTERM');
    clearTimeout(timer);
    return code;
  }

  /** Leaves, and the next process is of that version. @returns the exit code of the one that left */
  async become(version: Version): Promise<number | null> {
    const code = await this.leave();
    this.#version = version;
    await this.start();
    return code;
  }

  freeze(): void {
    this.state = 'frozen';
    this.#child?.kill('SIGSTOP');
  }
  wake(): void {
    this.#child?.kill('SIGCONT');
    if (this.state === 'frozen') this.state = 'up';
  }

  /** What it says at `/readyz`; status 0 where it says nothing. */
  async readiness(): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const signal = AbortSignal.timeout(READINESS_TIMEOUT_MS);
      const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`, { signal });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /** Its wall clock, so many seconds ahead of this machine's. */
  async setClock(aheadSeconds: number): Promise<void> {
    await writeFile(this.#clockFile, fakeTime.offset(aheadSeconds));
  }

  close(): void {
    for (const link of Object.values(this.links)) link.close();
    this.#log.end();
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    this.#isWanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      this.state = 'down';
      return child?.exitCode ?? null;
    }
    const gone = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await gone;
    this.state = 'down';
    return code;
  }

  async #startOnce(): Promise<boolean> {
    const { imports } = this.#options;
    const { root } = this.#version;
    this.state = 'starting';
    await this.links.peers.become('pass');
    const child = spawn(
      process.execPath,
      [...imports.map((module) => `--import=${module}`), join(root, 'src/main.ts'), 'serve'],
      { cwd: root, env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        if (line.includes('"event":"history.refused"')) this.refusedHistories += 1;
      });
    const ready = new Promise<void>((resolve) => {
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => {
        if (this.state === 'starting') {
          seen = (seen + chunk.toString()).slice(-10_000);
          if (seen.includes('Stop it with Ctrl+C')) resolve();
        }
        this.#log.write(chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => this.#log.write(chunk));
    });
    // Where nobody listens any more, others must find nobody.
    child.once('exit', () => void this.links.peers.become('refuse'));
    const gone = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const isReady = await Promise.race([ready.then(() => true), gone.then(() => false)]);
    if (!isReady) {
      this.state = 'down';
      return false;
    }
    this.state = 'up';
    void gone.then(([code, signal]) => {
      if (!this.#isWanted || this.#child !== child) return;
      this.state = 'down';
      this.#options.onEnded(this, signal ?? `code ${code}`);
      this.start().catch((error: unknown) => this.#options.onEnded(this, String(error)));
    });
    return true;
  }

  #environment(): NodeJS.ProcessEnv {
    const { environment, databaseUrl } = this.#options;
    const database = new URL(databaseUrl);
    database.port = String(this.links.postgres.port);
    return {
      ...process.env,
      ...environment,
      ...fakeTime.environment(this.#clockFile),
      PORT: String(this.port),
      DATABASE_URL: database.href,
      REDIS_URL: `redis://127.0.0.1:${this.links.redis.port}`,
      NIGHTLATCH_NODE_URL: this.url,
    };
  }
}
