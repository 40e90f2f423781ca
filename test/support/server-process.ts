/** The program as a process that is to be ready some time and ended some time: how each fixture starts a server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'src/main.ts');
/** The last line of the start's screen. */
const READY = 'Stop it with Ctrl+C';
/** Less than a hook may take, so that what it wrote is told. */
const READY_WITHIN_MS = 100_000;

/** One command of the program, with an environment over the test's own. */
export function spawnProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  detached = false,
): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    env: { ...process.env, NIGHTLATCH_PAYMENTS: 'sandbox-takes-no-money', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  });
}

export class ServerProcess {
  /** Everything that it has written so far. */
  output = '';
  readonly #child: ChildProcess;
  #look = () => {};

  constructor(args: readonly string[], environment: Readonly<Record<string, string | undefined>>) {
    this.#child = spawnProgram(args, environment);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#look();
      });
    }
  }

  /** @throws with all that it wrote, where it ends before it is ready, or is not within READY_WITHIN_MS */
  async ready(): Promise<this> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (what: string) => reject(new Error(`the server ${what}; it wrote:\n${this.output}`));
    const ended = () => fail('ended before it was ready');
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    this.#child.once('exit', ended);
    this.#look = () => {
      if (this.output.includes(READY)) resolve();
    };
    this.#look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#child.off('exit', ended);
    }
    return this;
  }

  /** 0 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** It was ended by this. */
  get endedBy(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns the exit code; null where a signal ended it, or it had ended before */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.hasEnded) return null;
    const gone = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.kill(signal);
    return (await gone)[0];
  }
}
