/** What newcomers type, and what they are to see. */
import { once } from 'node:events';
import { ended, type FreshMachine } from './fresh-machine.ts';

export interface Seen {
  /** For the table. */
  readonly columns: Readonly<Record<string, string>>;
  /** What was not as it should be. */
  readonly problem: string | undefined;
}

const READY_DEADLINE_MS = 120_000;
/** The server takes 24 s at most, npm and its shell a moment. */
const STOP_DEADLINE_MS = 40_000;
/** Of what a command has said, enough to see why it failed. */
const SAID_CHARACTERS = 3_000;

/**
 * Starts, and ends the server with SIGTERM as soon as anything is written to it: from within, where it has a process id.
 * npm and its shell would not pass the signal on.
 */
const START_AND_STOP = `npm start & npm=$!
read -r
for process in /proc/[0-9]*; do
  case $(tr '\\0' ' ' <$process/cmdline) in
    /*/bin/node*'src/main.ts serve'*) kill -TERM \${process#/proc/} ;;
  esac
done
wait $npm`;

/** `npm ci && npm start`: an address, ready, a page; and after SIGTERM it has drained. */
export async function tryStart(machine: FreshMachine): Promise<Seen> {
  const beganMs = performance.now();
  const install = await ended(machine.start('npm ci'));
  const installed = secondsSince(beganMs);
  if (install.code !== 0) return failed({ 'npm ci': `exit ${install.code}` }, install.output);

  const startedMs = performance.now();
  const child = machine.start(START_AND_STOP);
  let output = '';
  const ready = new Promise<string | undefined>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const [, url] = /Guests\s+(http:\S+?)\/\s.*Stop it with/s.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
    child.once('close', () => resolve(undefined));
    setTimeout(() => resolve(undefined), READY_DEADLINE_MS).unref();
  });
  const url = await ready;
  const columns = {
    'npm ci': installed,
    'npm start': url === undefined ? 'not ready' : secondsSince(startedMs),
  };
  if (url === undefined) return failed(columns, output);
  const [readiness, page] = await Promise.all([`${url}/readyz`, `${url}/`].map(statusOf));

  const stoppedMs = performance.now();
  const closed = once(child, 'close', { signal: AbortSignal.timeout(STOP_DEADLINE_MS) });
  child.stdin?.end('\n');
  const code = await closed.then(
    ([code]) => code as number | null,
    () => 'none',
  );
  const seen = {
    ...columns,
    '/readyz': String(readiness),
    '/': String(page),
    SIGTERM: `exit ${code} after ${secondsSince(stoppedMs)}`,
  };
  const isRight = readiness === 200 && page === 200 && code === 0;
  return isRight ? { columns: seen, problem: undefined } : failed(seen, output);
}

/**
 * `npm ci && npm test`. Who is no root and has no browser gets one sentence instead.
 * @param withBrowser root installs beforehand what an ordinary user's tests need
 */
export async function tryTest(machine: FreshMachine, withBrowser: boolean): Promise<Seen> {
  const isRefused = !machine.isRoots && !withBrowser;
  if (!machine.isRoots && withBrowser) {
    const install = 'apt-get update && apt-get install --yes --no-install-recommends chromium redis-server';
    const brought = await ended(machine.start(install, 'root'));
    if (brought.code !== 0) return failed({ tests: 'no browser' }, brought.output);
  }
  const beganMs = performance.now();
  const { code, output } = await ended(machine.start('npm ci && npm test'));
  const last = output.trim().split('\n').at(-1) ?? '';
  const columns = { 'npm ci && npm test': secondsSince(beganMs), exit: String(code), 'last line': last };
  const isRight = isRefused ? code === 1 && /sudo apt-get install/.test(last) : code === 0;
  return isRight ? { columns, problem: undefined } : failed(columns, output);
}

function failed(columns: Seen['columns'], output: string): Seen {
  return { columns, problem: `failed; the end of what it said:\n${output.slice(-SAID_CHARACTERS)}` };
}

function secondsSince(beganMs: number): string {
  return `${((performance.now() - beganMs) / 1_000).toFixed(1)} s`;
}

async function statusOf(url: string): Promise<number | string> {
  try {
    const { status } = await fetch(url, { headers: { accept: 'text/html' } });
    return status;
  } catch (error) {
    return String(error);
  }
}
