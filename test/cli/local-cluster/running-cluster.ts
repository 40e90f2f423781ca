/** `nightlatch cluster` as a person runs it, and what its screen says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Program } from '../../support/program.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export class RunningCluster {
  readonly process: ChildProcess;
  output = '';
  #look: () => void = () => {};

  private constructor(program: Program, args: readonly string[]) {
    this.process = spawn(process.execPath, ['src/main.ts', 'cluster', '--port', '0', ...args], {
      cwd: ROOT,
      env: { ...process.env, REDIS_URL: '', ...program.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#look();
      });
    }
  }

  /** Resolves once it has printed that it is ready. */
  static async start(program: Program, ...args: string[]): Promise<RunningCluster> {
    const cluster = new RunningCluster(program, args);
    await cluster.says('Stop it with Ctrl+C');
    return cluster;
  }

  get url(): string {
    return /Guests +(http:\S+?)\/\s/.exec(this.output)?.[1] ?? '';
  }

  /** Of the servers and Redis, as they were first. */
  get processes(): { name: string; pid: number }[] {
    const found = this.output.matchAll(/^ +(server \d+|Redis) .*process (\d+)/gm);
    return [...found].map(([, name = '', pid]) => ({ name, pid: Number(pid) }));
  }

  /** @throws with all that it said, where it ends before it says that */
  async says(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#look = () => this.output.includes(text) && resolve();
      this.process.once('close', () => reject(new Error(`it did not say "${text}":\n${this.output}`)));
      this.#look();
    });
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const closed = once(this.process, 'close') as Promise<[number | null]>;
    this.process.kill(signal);
    return (await closed)[0];
  }
}
