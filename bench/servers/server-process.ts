/** A server under test as a child process: started, waited for, asked for its usage, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FromProbe, ToProbe, Turns, Usage } from './messages.ts';

const START_DEADLINE_MS = 60_000;
/**
 * As in `npm start`, for every contender alike. Commands in flight outlive a small young generation, and V8, seeing
 * that, would make their answers in the old one at once, where they wait for a full collection: 10 % more CPU.
 */
const NODE_FLAGS = ['--max-semi-space-size=64', '--no-allocation-site-pretenuring'];
const PROBE_DEADLINE_MS = 10_000;
const STOP_DEADLINE_MS = 30_000;
const OUTPUT_KEPT = 8_000;
const PROBE = new URL('./probe.ts', import.meta.url).href;

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  usage(): Promise<Usage>;
  /** Of the event loop since the last call; of the first one nothing is to be learnt. */
  turns(): Promise<Turns>;
  beginProfile(): Promise<void>;
  endProfile(file: string): Promise<void>;
  /** Resolves once the process is gone: SIGTERM, and SIGKILL where that does not help in time. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Program and its arguments, for Node. */
  readonly args: readonly string[];
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Resolves when `/readyz` answers 200; rejects with the server's own last words where it ends before that. */
export async function startServer({ args, port, env }: StartOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...NODE_FLAGS, '--import', PROBE, ...args], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT);
    });
  const ended = once(child, 'exit');

  const server: ServerProcess = {
    pid: child.pid!,
    port,
    usage: async () => (await ask(child, { type: 'usage' }, 'usage')) as Usage,
    turns: async () => (await ask(child, { type: 'turns' }, 'turns')) as Turns,
    async beginProfile() {
      await ask(child, { type: 'profile-begin' }, 'profiling');
    },
    async endProfile(file) {
      await ask(child, { type: 'profile-end', file }, 'profiled');
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
  try {
    await ready(child, port);
    return server;
  } catch (cause) {
    await server.stop();
    throw new Error(`${args.join(' ')} did not become ready: ${(cause as Error).message}\n${output}`, {
      cause,
    });
  }
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const answered = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(1_000),
    }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`/readyz did not answer 200 within ${START_DEADLINE_MS / 1_000} s`);
}

function ask(child: ChildProcess, message: ToProbe, answerType: FromProbe['type']): Promise<FromProbe> {
  const { promise, resolve, reject } = Promise.withResolvers<FromProbe>();
  const listen = (answer: FromProbe) => {
    if (answer.type === answerType) settle(() => resolve(answer));
  };
  const gone = () => settle(() => reject(new Error('the server ended while it was measured')));
  const timer = setTimeout(
    () => settle(() => reject(new Error(`the server's probe did not answer ${message.type}`))),
    PROBE_DEADLINE_MS,
  );
  function settle(how: () => void): void {
    clearTimeout(timer);
    child.off('message', listen).off('exit', gone);
    how();
  }
  child.on('message', listen).once('exit', gone);
  child.send(message, (cause) => {
    if (cause !== null) gone();
  });
  return promise;
}
