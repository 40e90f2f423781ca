/** A whole run: every contender once a round, by turns, so that a machine that drifts drifts for all of them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type ContenderName, contender } from './contenders.ts';
import { combine } from './measurement.ts';
import { type BenchPostgres, startPostgres } from './postgres.ts';
import { profileReport } from './profile.ts';
import { startProgress } from './progress.ts';
import { type Report, reportText, warnings } from './report.ts';
import { runTrial, type Trial } from './trial.ts';

export interface RunOptions {
  readonly workload: Report['workload'];
  /** The first is the one the others are compared to. */
  readonly contenders: readonly ContenderName[];
  readonly sockets: number;
  readonly depth: number;
  readonly apartments: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly rounds: number;
  readonly rate: number | 'half' | undefined;
  /** Profile the first contender's server in its first round. */
  readonly profile: boolean;
  readonly jsonFile: string | undefined;
}

const MS_PER_DAY = 86_400_000;
/** From the day after tomorrow, so that no time zone calls it the past, to well within the horizon of 730. */
const FIRST_NIGHT_IN_DAYS = 2;
const NIGHTS = 700;
const COMMITS_BEFORE_TRIAL = 300;

/** @returns false where an answer broke a promise */
export async function run(options: RunOptions): Promise<boolean> {
  const at = new Date().toISOString();
  const file = resolve(options.jsonFile ?? `results/${options.workload}-${at.replaceAll(':', '')}.json`);
  const profileFile = options.profile ? file.replace(/(\.json)?$/, '.cpuprofile') : undefined;
  await mkdir(dirname(file), { recursive: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'nightlatch-bench-'));
  const postgres = await startPostgres(dataDir);
  // PostgreSQL is a session of its own: an interrupted run must still stop it.
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const report = await trials(options, { postgres, dataDir, profileFile, at, signal: interrupted.signal });
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(`\n${reportText(report)}\n\nwritten to ${file}`);
    if (profileFile !== undefined) console.log(`\n${await profileReport(profileFile)}`);
    return !warnings(report).some((warning) => warning.includes('BROKEN PROMISE'));
  } catch (cause) {
    if (interrupted.signal.aborted) throw new Error('interrupted; nothing was written', { cause });
    throw cause;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Place {
  readonly postgres: BenchPostgres;
  readonly dataDir: string;
  readonly profileFile: string | undefined;
  readonly at: string;
  readonly signal: AbortSignal;
}

async function trials(
  options: RunOptions,
  { postgres, dataDir, profileFile, at, signal }: Place,
): Promise<Report> {
  const { workload, sockets, depth, apartments, seconds, warmupSeconds, rounds, rate } = options;
  const progress = startProgress(process.stderr);
  const firstNight = Math.floor(Date.now() / MS_PER_DAY) + FIRST_NIGHT_IN_DAYS;
  const contenders = options.contenders.map(contender);
  const done = new Map<string, Trial[]>(contenders.map(({ name }) => [name, []]));
  const commitsMs: number[] = [];

  for (let round = 0; round < rounds; round++) {
    for (const [index, each] of contenders.entries()) {
      signal.throwIfAborted();
      commitsMs.push(...(await postgres.commitsMs(COMMITS_BEFORE_TRIAL)));
      const trial = await runTrial({
        contender: each,
        postgres,
        plan: { workload, sockets, depth, apartments, firstNight, nights: NIGHTS },
        warmupSeconds,
        seconds,
        rate,
        dataDir,
        progress,
        signal,
        ...(profileFile !== undefined && round === 0 && index === 0 ? { profileFile } : {}),
      });
      done.get(each.name)!.push(trial);
    }
  }

  return {
    workload,
    at,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      postgres: postgres.version,
    },
    settings: { sockets, depth, apartments, seconds, warmupSeconds, rounds, profiled: options.profile },
    commitMsMedian: commitsMs.sort((a, b) => a - b)[Math.floor(commitsMs.length / 2)] ?? Number.NaN,
    contenders: contenders.map(({ name, is }) => {
      const open = done.get(name)!.flatMap((trial) => trial.open ?? []);
      return {
        name,
        is,
        closed: combine(done.get(name)!.map((trial) => trial.closed)),
        open: open.length === 0 ? undefined : combine(open),
      };
    }),
  };
}
