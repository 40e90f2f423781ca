/**
 * `npm run fresh-machines`: the README's commands as newcomers run them, on Debian 12 as it comes with nothing but Node
 * and npm: as root under /root and under /srv and as an ordinary user, with each Node that people have. Prints a table;
 * exit code 1 where anything was not as it should be. Needs root and mmdebstrap, and the network for npm and apt.
 *
 *   --only TEXT      cells whose name has it, such as `root in /root` or `Node 20`; may be given again
 *   --test           `npm ci && npm test` instead of `npm ci && npm start`: a quarter of an hour each
 *   --with-browser   for an ordinary user's tests, root installs Chromium and Redis before; without, a sentence is due
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { table } from '../../bench/table.ts';
import { FreshMachine } from './fresh-machine.ts';
import { PLACES, type Place, RUNTIMES, type Runtime } from './newcomers.ts';
import { type Seen, tryStart, tryTest } from './tries.ts';

const { values: wanted } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    test: { type: 'boolean', default: false },
    'with-browser': { type: 'boolean', default: false },
  },
});

refuseWithout();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error(`asked to stop by ${signal}`)));

const cells = RUNTIMES.flatMap((runtime) => PLACES.map((place) => ({ runtime, place }))).filter((cell) =>
  wanted.only.every((text) => nameOf(cell).includes(text)),
);
const rows: (Seen & { name: string })[] = [];
for (const cell of cells) {
  if (stop.signal.aborted) break;
  // What goes wrong around a machine, Ctrl-C too, is said in its place, and what was seen before still printed.
  const seen = await tryCell(cell).catch((error: Error): Seen => ({ columns: {}, problem: error.message }));
  rows.push({ name: nameOf(cell), ...seen });
  console.log(`${nameOf(cell)}: ${seen.problem ?? 'as it should be'}`);
}
if (rows.length > 0) {
  const heads = [...new Set(rows.flatMap(({ columns }) => Object.keys(columns)))];
  const lines = rows.map(({ name, columns }) => [name, ...heads.map((head) => columns[head] ?? '')]);
  console.log(`\n${table(['machine', ...heads], lines, 0)}`);
}
process.exit(rows.length === cells.length && rows.every(({ problem }) => problem === undefined) ? 0 : 1);

function nameOf({ runtime, place }: { runtime: Runtime; place: Place }): string {
  return `${place.name}, Node ${runtime.node}, npm ${runtime.npm}`;
}

async function tryCell({ runtime, place }: { runtime: Runtime; place: Place }): Promise<Seen> {
  await using machine = await FreshMachine.create(runtime, place, stop.signal);
  return wanted.test ? await tryTest(machine, wanted['with-browser']) : await tryStart(machine);
}

function refuseWithout(): void {
  const isThere = spawnSync('mmdebstrap', ['--version'], { stdio: 'ignore' }).status === 0;
  if (process.getuid?.() === 0 && process.platform === 'linux' && isThere) return;
  console.error(
    'fresh machines are made by root on Linux with mmdebstrap; run this as root after `apt-get install mmdebstrap`',
  );
  process.exit(1);
}
