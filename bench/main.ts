/** `npm run bench -- holds`, `flash-sale`, `peers`, `start`, `journal`, `load`, `unreadable`, `chart`, `live`, `pages`: see bench/README.md. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ChartOptions, measureChart } from './chart/run.ts';
import { CONTENDER_NAMES, type ContenderName } from './contenders.ts';
import { type JournalOptions, measureJournal } from './journal.ts';
import { type LoadOptions, measureLoad } from './load.ts';
import { measurePages, type PagesOptions } from './pages/lighthouse.ts';
import { type LiveOptions, measureLive } from './pages/live.ts';
import { runPeers } from './peers/run.ts';
import { profileReport } from './profile.ts';
import { type RunOptions, run } from './run.ts';
import { measureStart, type StartOptions } from './start.ts';
import { measureUnreadable, type UnreadableOptions } from './unreadable.ts';

interface Flags {
  readonly sockets: number;
  readonly depth: number;
  readonly apartments: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly rate: number | 'half' | 'none';
  readonly baseline: readonly ContenderName[];
  readonly nightlatch: boolean;
  readonly cpuProf?: boolean;
  readonly json?: string;
}

const program = new Command('bench').description('Loads a server with virtual guests, beside its baselines.');

common(program.command('holds'), 'echo,direct')
  .description('holds, each followed by a release, every fourth by a confirm; spread over many apartments')
  .option('--sockets <n>', 'connections, each a guest of its own', integer(1, 2_000), 50)
  .option('--depth <n>', 'commands in flight on each connection', integer(1, 256), 16)
  .option(
    '--apartments <n>',
    'apartments, all loaded before anything is measured',
    integer(1, 1_000_000),
    10_000,
  )
  .option(
    '--rate <n|half|none>',
    'a second, open-loop phase: this many commands a second, or half of the closed loop',
    rate,
    'half',
  )
  .action((flags: Flags) => start('holds', flags));

common(program.command('flash-sale'), 'direct')
  .description('everybody wants the same night of one apartment')
  .option('--sockets <n>', 'guests, each with one command in flight', integer(2, 2_000), 200)
  .action((flags: Flags) => start('flash-sale', { ...flags, depth: 1, apartments: 1, rate: 'none' }));

program
  .command('peers')
  .description('what a request from one server to another costs, beside a bare WebSocket echo')
  .option('--seconds <n>', 'measured, in each round and row', integer(1, 600), 3)
  .option('--rounds <n>', 'every row once a round', integer(1, 10), 2)
  .option('--depths <n,n>', 'requests in flight, a row each', depths, [1, 16, 256])
  .action(runPeers);

program
  .command('start')
  .description('from starting the server to its first hold: on an empty folder, and on one with a past')
  .option('--facts <n>', 'recorded before', integer(0, 100_000_000), 1_000_000)
  .option('--apartments <n>', 'that they are of', integer(1, 1_000_000), 10_000)
  .option('--days <n>', 'over which they are spread, up to now; 0.0625 is 90 minutes', days, 30)
  .option('--rounds <n>', 'starts of each kind', integer(1, 100), 3)
  .option('--json <file>', 'where the report goes (results/start-<time>.json)')
  .action(({ json, ...flags }: Omit<StartOptions, 'jsonFile'> & { json?: string }) =>
    measureStart({ ...flags, jsonFile: json }),
  );

program
  .command('journal')
  .description('a past over many volumes: bytes a fact, loads and questions, and archiving half of it')
  .option('--facts <n>', 'recorded before', integer(0, 100_000_000), 3_000_000)
  .option('--apartments <n>', 'that they are of', integer(1, 1_000_000), 10_000)
  .option('--days <n>', 'over which they are spread, up to now', days, 3_650)
  .option('--volumes <n>', 'in which they lie', integer(1, 1_000), 120)
  .option('--json <file>', 'where the report goes (results/journal-<time>.json)')
  .action(({ json, ...flags }: Omit<JournalOptions, 'jsonFile'> & { json?: string }) =>
    measureJournal({ ...flags, jsonFile: json }),
  );

program
  .command('load')
  .description('an apartment with a long history and no snapshot: until its first hold, and what others feel')
  .option('--facts <n>', 'of its history, held and released by turns', integer(2, 10_000_000), 1_000_000)
  .option('--days <n>', 'over which they are spread, up to now', integer(1, 10_000), 30)
  .option('--rounds <n>', 'loads, each by a server that has just started', integer(1, 100), 1)
  .option('--patience <n>', 'seconds after which a load is given up', integer(1, 3_600), 180)
  .option('--json <file>', 'where the report goes (results/load-<time>.json)')
  .action(({ json, ...flags }: Omit<LoadOptions, 'jsonFile'> & { json?: string }) =>
    measureLoad({ ...flags, jsonFile: json }),
  );

program
  .command('unreadable')
  .description("others' holds beside apartments whose history cannot be read")
  .option('--unreadable <n,n>', 'such apartments, a row each beside none', depths, [800, 3_000])
  .option('--rounds <n>', 'every row once a round', integer(1, 10), 2)
  .option('--seconds <n>', 'measured, in each round and row', integer(1, 600), 10)
  .option('--rate <n>', "the others' holds and releases a second", integer(1, 2_000), 200)
  .option('--asked <n>', 'holds a second asked of apartments that cannot be read', integer(0, 2_000), 200)
  .option('--json <file>', 'where the report goes (results/unreadable-<time>.json)')
  .action(({ json, ...flags }: Omit<UnreadableOptions, 'jsonFile'> & { json?: string }) =>
    measureUnreadable({ ...flags, jsonFile: json }),
  );

program
  .command('chart')
  .description(
    "frames of the admin's tape chart in Chromium: still and scrolled, quiet and while changes arrive",
  )
  .option('--apartments <n>', 'rows', integer(1, 2_000), 500)
  .option('--rate <n>', 'changes a second', integer(1, 2_000), 50)
  .option('--seconds <n>', 'measured, of each kind', integer(1, 120), 8)
  .option('--json <file>', 'where the report goes (results/chart-<time>.json)')
  .action((flags: Omit<ChartOptions, 'json'> & { json?: string }) =>
    measureChart({ json: undefined, ...flags }),
  );

program
  .command('live')
  .description('from the click that holds in one browser to the night that says so in another')
  .option('--holds <n>', 'measured, one after another', integer(1, 10_000), 100)
  .option(
    '--sockets <n>',
    'others that hold and release meanwhile; measured without them, too',
    integer(1, 2_000),
    200,
  )
  .option('--pause-ms <n>', 'of each of them between two commands', integer(0, 60_000), 500)
  .option('--nodes <n,n>', 'servers of the system, by turns', depths, [1, 2])
  .action((options: LiveOptions) => measureLive(options));

program
  .command('pages')
  .description('Lighthouse over the main pages, and what the first one loads')
  .addOption(
    new Option('--device <kind>', "Lighthouse's own").choices(['phone', 'desktop', 'both']).default('both'),
  )
  .option('--why', 'also what keeps a page from a full score', false)
  .action((options: PagesOptions) => measurePages(options));

program
  .command('profile')
  .description('reads a .cpuprofile: self time by function and by file')
  .argument('<file>')
  .action(async (file: string) => console.log(await profileReport(file)));

await program.parseAsync().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
});

function common(command: Command, baseline: string): Command {
  return command
    .option('--seconds <n>', 'measured, in each round and phase', integer(1, 600), 10)
    .option('--warmup <n>', 'seconds of the same load before, not measured', integer(0, 120), 3)
    .option('--rounds <n>', 'every server once a round, by turns', integer(1, 10), 2)
    .option(
      '--baseline <names>',
      `of ${CONTENDER_NAMES.slice(1).join(', ')}, by commas; none for none`,
      baselines,
      baselines(baseline),
    )
    .option('--no-nightlatch', 'the baselines alone')
    .addOption(new Option('--cpu-prof', 'profile the first server in the closed loop of round 1'))
    .option('--json <file>', 'where the report goes (results/<command>-<time>.json)');
}

async function start(workload: RunOptions['workload'], flags: Flags): Promise<void> {
  const contenders = flags.nightlatch ? (['nightlatch', ...flags.baseline] as const) : flags.baseline;
  if (contenders.length === 0)
    throw new Error('nothing to measure: name a --baseline or leave out --no-nightlatch');
  const kept = await run({
    workload,
    contenders,
    sockets: flags.sockets,
    depth: flags.depth,
    apartments: flags.apartments,
    seconds: flags.seconds,
    warmupSeconds: flags.warmup,
    rounds: flags.rounds,
    rate: flags.rate === 'none' ? undefined : flags.rate,
    profile: flags.cpuProf === true,
    jsonFile: flags.json,
  });
  if (!kept) process.exitCode = 1;
}

function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It is no whole number from ${min} to ${max}.`);
    return value;
  };
}

function days(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10_000))
    throw new InvalidArgumentError('It is no number of days above 0, to 10000 at most.');
  return value;
}

function depths(text: string): number[] {
  return text.split(',').map(integer(1, 8_192));
}

function rate(text: string): Flags['rate'] {
  return text === 'half' || text === 'none' ? text : integer(1, 1_000_000)(text);
}

function baselines(text: string): ContenderName[] {
  if (text === 'none' || text === '') return [];
  const names = text.split(',');
  const unknown = names.find((name) => !(CONTENDER_NAMES.slice(1) as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `There is no baseline ${unknown}; choose of ${CONTENDER_NAMES.slice(1).join(', ')}.`,
    );
  return names as ContenderName[];
}
