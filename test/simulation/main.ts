/** `npm run simulate`: many seeds, one after another; see README.md. */
import { parseArgs } from 'node:util';
import { BUGS } from './bugs.ts';
import { KINDS, type Kind } from './faults.ts';
import { pin } from './pins.ts';
import { type RunReport, simulate } from './run.ts';

const USAGE = `simulate [--seeds N] [--from S] [--nodes 3] [--minutes M] [--bug NAME] [--mixed] [--faults KIND,…] [--every K] [--trace [APARTMENT]] | simulate --pin [--seeds N]`;
/** Violations printed of one seed. */
const SHOWN_MAX = 10;

interface Settings {
  readonly seeds: number;
  readonly from: number;
  readonly nodes: number;
  readonly minutes: number;
  /** Only each K-th seed, for several processes side by side. */
  readonly every: number;
  readonly bug: string | undefined;
  readonly isMixed: boolean;
  /** These, in haste, in place of what each seed says. */
  readonly faults: readonly Kind[] | undefined;
  /** Prints what happens; '' for all of it, or an apartment's id. */
  readonly trace: string | undefined;
  /** Looks for the seeds at which the seeded bugs are caught, instead. */
  readonly isPinning: boolean;
}

/** @returns the exit code: 0 nothing found, 1 something, 2 wrong arguments */
export async function main(args: readonly string[], print: (text: string) => void): Promise<number> {
  let settings: Settings;
  try {
    settings = settingsOf(args);
  } catch (error) {
    print(`${(error as Error).message}: ${USAGE}`);
    return 2;
  }
  const { seeds, from, nodes, minutes, every, bug, isMixed, faults, trace, isPinning } = settings;
  if (isPinning) return (await pin(seeds, { nodes, minutes }, print)).length === 0 ? 0 : 1;
  const startedMs = performance.now();
  let virtualMs = 0;
  let failed = 0;
  let done = 0;
  for (let seed = from; seed < from + seeds * every; seed += every) {
    const report = await simulate({
      ...{ seed, nodes, minutes },
      ...(bug !== undefined && {
        bug: BUGS[bug]!.parts,
        faults: BUGS[bug]!.faults,
        isMixed: BUGS[bug]!.isMixed,
      }),
      ...(isMixed && { isMixed }),
      ...(faults !== undefined && { faults }),
      ...(trace !== undefined && { trace: (line) => line.includes(trace) && print(line) }),
    });
    virtualMs += report.virtualMs;
    done += 1;
    if (report.findings.length > 0) {
      failed += 1;
      print(failureOf(seed, settings, report));
    } else if (seeds === 1) print(`seed ${seed}: nothing found, history ${report.hash}`);
    if (done % 1_000 === 0) print(`${done} seeds, ${failed} with findings`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const figures = [
    `${done} seeds in ${seconds.toFixed(1)} s, ${failed} with findings`,
    `${Math.round((done / seconds) * 60)} seeds a minute`,
    `${Math.round(virtualMs / 1_000 / seconds)} virtual seconds a second`,
  ];
  print(figures.join('; '));
  return failed === 0 ? 0 : 1;
}

function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      nodes: { type: 'string', default: '3' },
      minutes: { type: 'string', default: '1' },
      every: { type: 'string', default: '1' },
      bug: { type: 'string' },
      mixed: { type: 'boolean', default: false },
      faults: { type: 'string' },
      trace: { type: 'string' },
      pin: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'seeds' | 'from' | 'nodes' | 'minutes' | 'every', min: number, isWhole = true) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < min || (isWhole && !Number.isSafeInteger(value)))
      throw new Error(`--${name} ${values[name]} is no ${isWhole ? 'whole ' : ''}number from ${min} on`);
    return value;
  };
  if (values.bug !== undefined && BUGS[values.bug] === undefined)
    throw new Error(`no bug ${values.bug}; one of ${Object.keys(BUGS).join(', ')}`);
  const kinds: readonly string[] = KINDS;
  const faults = values.faults?.split(',').map((kind) => kind.trim());
  const unknown = faults?.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined) throw new Error(`no fault ${unknown}; some of ${kinds.join(', ')}`);
  return {
    seeds: number('seeds', 1),
    from: number('from', 0),
    nodes: number('nodes', 1),
    minutes: number('minutes', 0.01, false),
    every: number('every', 1),
    bug: values.bug,
    isMixed: values.mixed,
    faults: faults as Kind[] | undefined,
    trace: values.trace,
    isPinning: values.pin,
  };
}

export function failureOf(
  seed: number,
  { nodes, minutes, bug, isMixed, faults }: Pick<Settings, 'nodes' | 'minutes'> & Partial<Settings>,
  { findings, byRule, hash }: RunReport,
): string {
  const lines = findings
    .slice(0, SHOWN_MAX)
    .map(
      ({ rule, message, apartmentId }) => `  ${rule}: ${message}${apartmentId ? ` (${apartmentId})` : ''}`,
    );
  const total = [...byRule.values()].reduce((sum, count) => sum + count, 0);
  if (total > lines.length) lines.push(`  … and ${total - lines.length} more`);
  const rest = [
    bug === undefined ? '' : ` --bug '${bug}'`,
    isMixed === true ? ' --mixed' : '',
    faults === undefined ? '' : ` --faults '${faults.join(',')}'`,
  ].join('');
  const again = `npm run simulate -- --seeds 1 --from ${seed} --nodes ${nodes} --minutes ${minutes}${rest}`;
  return [`seed ${seed} (history ${hash}):`, ...lines, `  again: ${again}`].join('\n');
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), (text) => process.stdout.write(`${text}\n`));
}
