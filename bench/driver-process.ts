/** The load driver as a child process: planned, run phase by phase, stopped. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DriverPlan, FromDriver, Measured, Phase, Stage, ToDriver } from './driver/messages.ts';

const PROGRAM = fileURLToPath(new URL('./driver/main.ts', import.meta.url));

export interface DriverEvents {
  readonly onProgress: (stage: Stage, done: number, total: number) => void;
  /** The measured window begins or ends at this moment. */
  readonly onWindow: (edge: 'begin' | 'end') => void;
  /** Ends the driver, and with it whatever is waited for. */
  readonly signal: AbortSignal;
}

export interface DriverProcess {
  /** Connects, and has the server load what the run touches. */
  plan(plan: DriverPlan): Promise<void>;
  phase(phase: Phase): Promise<Measured>;
  stop(): Promise<void>;
}

export function startDriver({ onProgress, onWindow, signal }: DriverEvents): DriverProcess {
  const child = fork(PROGRAM, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const abort = () => child.kill();
  signal.addEventListener('abort', abort, { once: true });
  child.once('exit', () => signal.removeEventListener('abort', abort));
  child.on('message', (message: FromDriver) => {
    if (message.type === 'progress') onProgress(message.stage, message.done, message.total);
    else if (message.type === 'window') onWindow(message.edge);
  });
  return {
    async plan(plan) {
      await exchange(child, { type: 'plan', plan }, 'ready');
    },
    async phase(phase) {
      const answer = await exchange(child, { type: 'phase', phase }, 'measured');
      return (answer as Extract<FromDriver, { type: 'measured' }>).measured;
    },
    async stop() {
      if (child.connected) child.send({ type: 'stop' } satisfies ToDriver, leftUnsaid);
      await gone;
    },
  };
}

/** A driver that is ending cannot be told anything: its exit says what there is to know. */
function leftUnsaid(): void {}

/** Every wait inside the driver is bounded, so this one ends when it answers, fails or dies. */
function exchange(
  child: ChildProcess,
  message: ToDriver,
  answerType: FromDriver['type'],
): Promise<FromDriver> {
  const { promise, resolve, reject } = Promise.withResolvers<FromDriver>();
  const listen = (answer: FromDriver) => {
    if (answer.type === 'failed')
      settle(() => reject(new Error(`the load driver failed: ${answer.message}`)));
    else if (answer.type === answerType) settle(() => resolve(answer));
  };
  const gone = (code: number | null) =>
    settle(() => reject(new Error(`the load driver ended with code ${code} in mid-run`)));
  function settle(how: () => void): void {
    child.off('message', listen).off('exit', gone);
    how();
  }
  child.on('message', listen).once('exit', gone);
  if (child.connected) child.send(message, leftUnsaid);
  else gone(child.exitCode);
  return promise;
}
