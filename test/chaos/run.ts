/**
 * One run from beginning to end:
 *
 *   house up ──> load ──> faults, load goes on ──> guests give back what they hold ──> nothing open, nothing owed
 *     ──> watchers whole ──> journal, books and table exported ──> checked
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CHANGES_EVERY_MS,
  CLOCK_AGREES_MS,
  COUNT_AGAIN_MS,
  INTRODUCTION_DEADLINE_MS,
  PEER_DIAL_DEADLINE_MS,
  PEER_REDIAL_MAX_MS,
} from '../../src/cluster/limits.ts';
import { check } from '../history/check.ts';
import { factsLost, paymentsLost } from '../history/eras.ts';
import { exportOf, linesOf } from '../history/export.ts';
import type { Damage, HistoryEvent, LostHistory, Outage, Run, Span } from '../history/history.ts';
import { HistoryParser } from '../history/parse.ts';
import { machineClockMs } from '../history/recorder.ts';
import type { Report } from '../history/report.ts';
import { HOLD_TTL_SECONDS, House, TIME_ZONE } from './house.ts';
import { Injector, type Struck } from './inject.ts';
import { type Abandoned, headsOf, staleRows, unfinished, withEpochs } from './ledger.ts';
import { Load } from './load.ts';
import type { Options } from './options.ts';
import { pageOf } from './page.ts';
import { type Finding, type Result, textOf } from './report.ts';
import { type FaultKind, schedule, targetOf } from './schedule.ts';
import { type Recovery, Tally } from './tally.ts';
import { fakeTime } from './wall-clock.ts';

const POLL_MS = 200;
/** Each server waits before it tries again for as long as the damage was, at most. */
const READ_WITHIN_MS = 20_000;
/** Changes are gathered for CHANGES_EVERY_MS, and heard a turn of a busy machine later. */
const HEARD_MS = 50;
const TOLD_MS = CHANGES_EVERY_MS + HEARD_MS;
const DAY_MS = 86_400_000;

export interface RunOptions {
  readonly options: Options;
  readonly command: string;
  readonly folder: string;
  /** Called about twice a second. */
  readonly progress?: (line: string) => void;
}

export interface RunResult extends Result {
  readonly struck: readonly Struck[];
}

/** @throws where the run could not be made, or not be checked */
export async function run({ options, command, folder, progress }: RunOptions): Promise<RunResult> {
  const { seed, nodes, faults: kinds, minutes, lasting } = options;
  if (kinds.includes('clock') && !fakeTime.isInstalled)
    throw new Error('clocks cannot be set without libfaketime: install it, or leave clock out of --faults');
  const lengthMs = minutes * 60_000;
  const faults = schedule({ seed, nodes, kinds, lengthMs, everyMs: options.every * 1_000, lasting });
  await mkdir(folder, { recursive: true });
  const events = join(folder, 'events.jsonl');
  const findings: Finding[] = [];
  const house = await House.open(options, folder, (name, how) =>
    findings.push({ rule: 'server-ended', message: `${name} ended by itself with ${how}` }),
  );
  let load: Load | undefined;
  let showing: NodeJS.Timeout | undefined;
  try {
    const zero = await systemAtZero(house);
    const today = Math.floor((zero + machineClockMs()) / DAY_MS);
    load = await Load.start(
      { ...options, url: house.front.url, apartments: house.apartments, today, events },
      folder,
    );
    const injector = new Injector(house, load);
    const startMs = machineClockMs();
    showing = progress && setInterval(() => progress(stateOf(load!, injector, house, startMs)), 500);
    await injector.run(faults, startMs, startMs + lengthMs);
    const endMs = machineClockMs();
    const abandoned = { guests: await load.stop(), payments: injector.lost.flatMap(paymentsLost) };
    const isSettled = await settled(house, abandoned, options.patience * 1_000);
    if (!isSettled)
      findings.push({
        rule: 'not-settled',
        message: JSON.stringify(await unfinished(house.owner, abandoned)),
      });
    for (const watch of await load.finish(await headsOf(house.owner)))
      findings.push({ rule: 'watcher-behind', message: `watch ${watch} was not told everything` });
    findings.push(...(await stillUnreadable(house, injector.damages, today)));
    const driftMs = Math.abs((await systemAtZero(house)) - zero);

    const { struck, lost, damages, staleLost } = injector;
    struck.sort((a, b) => a.fault.n - b.fault.n);
    for (const { fault, problem } of struck)
      if (problem !== undefined)
        findings.push({
          rule: 'fault-problem',
          message: `#${fault.n} ${fault.kind} ${targetOf(fault)}: ${problem}`,
        });
    const tally = new Tally(struck, startMs, endMs);
    const parser = new HistoryParser();
    for await (const line of createInterface({
      input: createReadStream(events),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      tally.take(JSON.parse(line) as HistoryEvent);
      parser.take(line);
    }
    const facts: Run = {
      ...{
        systemAtZeroMs: zero,
        skewMs: CLOCK_AGREES_MS + driftMs,
        toldMs: TOLD_MS,
      },
      ...{ holdsPerGuest: options.holds, holdTtlMs: HOLD_TTL_SECONDS * 1_000, isSettled },
      timeZones: Object.fromEntries(house.apartments.map((id) => [id, TIME_ZONE])),
      outages: outagesOf(tally, endMs),
      deafs: deafsOf(struck),
      damages,
    };
    const exported = await exportOf(house.owner);
    const journal = await withEpochs(house.owner, exported.journal);
    await pipeline(
      function* () {
        for (const line of linesOf({ run: facts, lost, ...exported, journal })) {
          parser.take(line);
          yield `${line}\n`;
        }
      },
      createWriteStream(join(folder, 'database.jsonl')),
    );
    const report = check(parser.history());
    for (const { rule, message, apartmentId, operations, versions } of report.violations)
      findings.push({ rule, message: `${message} (${[apartmentId, ...operations, ...versions].join(' ')})` });
    findings.push(...unfelt(tally.of('poison')));
    const stale = [...staleLost, ...(await staleRows(house.owner))];
    for (const { apartmentId, version, epoch, inForce } of stale)
      findings.push({
        rule: 'stale-row',
        message: `${apartmentId} version ${version} was written under epoch ${epoch}, and ${inForce} was in force`,
      });
    const verified = await house.verify();
    if (!verified.isContent) findings.push({ rule: 'verify', message: verified.output });

    const failedStarts = house.servers.reduce((sum, server) => sum + server.failedStarts, 0);
    const result = {
      ...{ command, startMs, endMs, tally, findings, struck },
      counts: { ...report.counts },
      notes: [
        `verify: ${verified.output.split('\n').at(-1)}`,
        `rows written under an epoch that was over: ${stale.length}`,
        ...lossOf(lost, report),
        `starts that failed and were tried again: ${failedStarts}`,
        `clock: within ${Math.round(facts.skewMs)} ms of PostgreSQL's; it drifted ${driftMs.toFixed(1)} ms from this machine's`,
      ],
    };
    await Promise.all([
      writeFile(join(folder, 'report.txt'), `${textOf(result)}\n`),
      writeFile(join(folder, 'report.html'), pageOf(result)),
      writeFile(join(folder, 'faults.jsonl'), struck.map((each) => `${JSON.stringify(each)}\n`).join('')),
    ]);
    return result;
  } finally {
    clearInterval(showing);
    load?.kill();
    await house.close();
  }
}

/** What had been damaged and cannot be read, although it was mended long ago. */
async function stillUnreadable(house: House, damages: readonly Damage[], today: number): Promise<Finding[]> {
  const mended = new Set(damages.flatMap(({ apartmentIds }) => apartmentIds));
  const looks = [...mended].map(async (apartmentId): Promise<Finding[]> => {
    const untilMs = machineClockMs() + READ_WITHIN_MS;
    for (let said: string | undefined; ; await delay(POLL_MS)) {
      said = await house.failureToRead(apartmentId, today);
      if (said === undefined) return [];
      if (machineClockMs() > untilMs) return [{ rule: 'poison-stays', message: `${apartmentId}: ${said}` }];
    }
  });
  return (await Promise.all(looks)).flat();
}

/** A run whose damage nobody was told of has looked at nothing. */
function unfelt(poisons: readonly Recovery[]): Finding[] {
  const isFelt = poisons.length === 0 || poisons.some(({ unreadable }) => unreadable > 0);
  return isFelt ? [] : [{ rule: 'poison-unnoticed', message: 'no apartment was said to be unreadable' }];
}

/** For people: what was lost by the database, and what an operator has to see to. */
function lossOf(lost: readonly LostHistory[], { orphans }: Report): string[] {
  if (lost.length === 0) return [];
  const gone = lost.flatMap(factsLost);
  const keys = orphans.map(({ key, amountMinor, refundedMinor }) => `${key} ${amountMinor - refundedMinor}`);
  return [
    `lost with ${lost.length} histories: ${gone.length} facts; payments captured for bookings that are lost, to be given back or booked anew: ${keys.length}`,
    ...keys.map((key) => `  ${key}`),
  ];
}

/** What PostgreSQL's clock showed when the run's was at 0; from the quickest of some questions. */
async function systemAtZero(house: House): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, zeroMs: 0 };
  for (let i = 0; i < 10; i++) {
    const before = machineClockMs();
    const { rows } = await house.owner.query<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    );
    const after = machineClockMs();
    if (after - before < best.tookMs)
      best = { tookMs: after - before, zeroMs: rows[0]!.ms - (before + after) / 2 };
  }
  return best.zeroMs;
}

async function settled(house: House, abandoned: Abandoned, patienceMs: number): Promise<boolean> {
  const untilMs = machineClockMs() + patienceMs;
  for (;;) {
    const { holds, payments } = await unfinished(house.owner, abandoned);
    if (holds + payments === 0) return true;
    if (machineClockMs() > untilMs) return false;
    await delay(POLL_MS);
  }
}

const EVERYBODYS: ReadonlySet<FaultKind> = new Set(['postgres', 'role', 'history']);

/** A deploy is no outage, nor is a server that others cannot reach: what is promised then is promised always. */
function outagesOf(tally: Tally, endMs: number): Outage[] {
  return tally.recoveries.flatMap((recovery) => {
    const { fault, fromMs, apartmentIds } = recovery.struck;
    const isDown =
      fault.kind === 'kill' ||
      fault.kind === 'freeze' ||
      fault.kind === 'postgres' ||
      fault.kind === 'lock' ||
      fault.kind === 'role' ||
      fault.kind === 'history' ||
      fault.kind === 'poison' ||
      (fault.kind === 'cut' && fault.link === 'postgres');
    if (!isDown || apartmentIds.length === 0) return [];
    const toMs = tally.outageEndMs(recovery, endMs);
    const isEverybodys = EVERYBODYS.has(fault.kind);
    return [isEverybodys ? { fromMs, toMs } : { fromMs, toMs, apartmentIds }];
  });
}

/**
 * Servers hear each other again once they have dialled; also of one that began meanwhile and knows of nobody's holds. Where
 * all have begun anew nobody does: until they have counted, and once more where somebody was too busy to answer (H5).
 */
function deafsOf(struck: readonly Struck[]): Span[] {
  return struck.flatMap(({ fault, fromMs, backMs }) => {
    if (fault.kind === 'freeze' || (fault.kind === 'cut' && fault.link === 'peers'))
      return [{ fromMs, toMs: backMs + PEER_DIAL_DEADLINE_MS + PEER_REDIAL_MAX_MS + TOLD_MS }];
    if (fault.kind === 'history')
      return [{ fromMs, toMs: backMs + INTRODUCTION_DEADLINE_MS + COUNT_AGAIN_MS + TOLD_MS }];
    return [];
  });
}

function stateOf(load: Load, { struck, now }: Injector, house: House, startMs: number): string {
  const { asked, ok, refused, unknown } = load.figures;
  const seconds = (machineClockMs() - startMs) / 1_000;
  const servers = house.servers.map(({ state }) => state).join(' ');
  const current = [...now].map((fault) => `${fault.kind} ${targetOf(fault)}`).join(', ') || 'none';
  return `${seconds.toFixed(0)} s  asked ${asked}  ok ${ok} (${(ok / seconds).toFixed(0)}/s)  refused ${refused}  unknown ${unknown}  faults ${struck.length}  servers ${servers}  now: ${current}`;
}
