/**
 * A child process that is kept running.
 *
 *   stopped ──start──> starting ──ready──> up
 *      ^                  │  ^              │ ends
 *      │                  │  └──after 1 s── waiting
 *      └──stop────────────┴──ends before it was ever ready, or too often too soon──> hopeless
 */

import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { TIMERS } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import type { LogFile } from './log-file.ts';

export interface KeptProcessOptions {
  /** For people: `server 2`. */
  readonly name: string;
  readonly log: LogFile;
  /** Writes to the log's descriptor. A process that ended may be started again by it. */
  readonly spawn: (log: number) => ChildProcess;
  readonly isReady: () => Promise<boolean>;
  /** Whether one that ended unasked is started again. */
  readonly isRestarted: boolean;
  readonly say: (line: string) => void;
  /** Told once, with its last words, when there is no use in starting it again. */
  readonly onHopeless: (error: Error) => void;
}

/** One that ended is started again after this, in milliseconds. */
const RESTART_AFTER_MS = 1_000;
/** So many ends in a row, each this soon after its start (in milliseconds), and it is hopeless. */
const EARLY_ENDS_MAX = 5;
const EARLY_MS = 10_000;
/** One that does not end on SIGTERM is killed after this, in milliseconds: longer than a server's own deadlines. */
const STOP_DEADLINE_MS = 25_000;
const READY_POLL_MS = 50;

export class KeptProcess {
  readonly #options: KeptProcessOptions;
  #child: ChildProcess | undefined;
  #gone = Promise.resolve();
  #up = Promise.withResolvers<void>();
  #waiting: NodeJS.Timeout | undefined;
  #isWanted = false;
  #wasReady = false;
  #earlyEnds = 0;

  constructor(options: KeptProcessOptions) {
    this.#options = options;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** At once also where it would have been started again in a moment. */
  start(): void {
    clearTimeout(this.#waiting);
    this.#isWanted = true;
    if (this.#child === undefined) this.#spawn();
  }

  /** @throws the signal's reason */
  async whenReady(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    try {
      await Promise.race([this.#up.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** SIGTERM, also to one that was frozen; resolves when it has ended, and it is not started again. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    clearTimeout(this.#waiting);
    const child = this.#child;
    if (child === undefined) return;
    const { name, say } = this.#options;
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    if (await within(TIMERS, STOP_DEADLINE_MS, this.#gone)) return;
    say(`${name} (process ${child.pid}) did not end within ${STOP_DEADLINE_MS / 1_000} s and is killed`);
    child.kill('SIGKILL');
    await this.#gone;
  }

  /** At once, for when there is no time to wait. */
  kill(): void {
    this.#isWanted = false;
    clearTimeout(this.#waiting);
    this.#child?.kill('SIGKILL');
  }

  #spawn(): void {
    const spawnedMs = performance.now();
    const child = this.#options.log.lend(this.#options.spawn);
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      const ended = (how: string) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        resolve();
        void this.#ended(how, child.pid, performance.now() - spawnedMs);
      };
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
      // Also said of a message that could not be sent; without a process there is no exit to wait for.
      child.on('error', (error) => child.pid === undefined && ended(error.message));
    });
    void this.#becomeReady(child);
  }

  async #becomeReady(child: ChildProcess): Promise<void> {
    const { name, isReady, say } = this.#options;
    while (this.#child === child) {
      if (!(await isReady())) {
        await delay(READY_POLL_MS);
        continue;
      }
      if (this.#child !== child) return;
      if (this.#wasReady) say(`${name} is ready again: process ${child.pid}`);
      this.#wasReady = true;
      this.#up.resolve();
      return;
    }
  }

  async #ended(how: string, pid: number | undefined, afterMs: number): Promise<void> {
    this.#up = Promise.withResolvers();
    if (!this.#isWanted) return;
    const { name, log, isRestarted, say } = this.#options;
    this.#earlyEnds = afterMs < EARLY_MS ? this.#earlyEnds + 1 : 0;
    if (!this.#wasReady) return this.#hopeless(`${name} did not start`, await log.lastWords(), how);
    if (!isRestarted) return say(`${name} (process ${pid}) ended: ${how}; it stays away (--no-restart)`);
    if (this.#earlyEnds >= EARLY_ENDS_MAX) {
      const often = `${name} ended ${EARLY_ENDS_MAX} times in a row within ${EARLY_MS / 1_000} s of its start`;
      return this.#hopeless(often, await log.lastWords(), how);
    }
    say(`${name} (process ${pid}) ended: ${how}; it is started again in ${RESTART_AFTER_MS / 1_000} s`);
    this.#waiting = setTimeout(() => {
      try {
        this.#spawn();
      } catch (cause) {
        this.#hopeless(`${name} cannot be started again`, '', (cause as Error).message);
      }
    }, RESTART_AFTER_MS);
  }

  #hopeless(what: string, words: string, how: string): void {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#options.onHopeless(new Error(`${what}: ${words === '' ? how : words}`));
  }
}
