/** What was measured of one contender in one phase, and how several rounds of it become one. */
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Measured } from './driver/messages.ts';
import { newHistogram } from './driver/recorder.ts';

export interface Round extends Measured {
  /** Of the server process over the window, all its threads. */
  readonly serverCpuMicros: number;
  /** The same of each server of one system. */
  readonly serverCpuMicrosByNode: readonly number[];
  readonly postgresCpuMicros: number | undefined;
  /** Of everything that ran on the machine, on all cores. */
  readonly machineCpuMicros: number | undefined;
  readonly serverRssBytes: number;
  /** Open loop: what was asked for. */
  readonly ratePerSecond: number | undefined;
}

export interface Measurement {
  readonly okPerSecond: number;
  /** The same of each round, in their order: how far the machine drifted. */
  readonly okPerSecondByRound: readonly number[];
  readonly answers: number;
  readonly ok: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly stray: number;
  readonly unsent: number;
  readonly ratePerSecond: number | undefined;
  /** Of every accepted command. */
  readonly latencyMs: Percentiles;
  /** By kind: `hold`, `release`, `confirm`, `refused nights_unavailable`, … */
  readonly latencyMsByKind: Readonly<Record<string, Percentiles>>;
  /** Microseconds for each answered command; undefined where the system does not tell. */
  readonly serverMicros: number;
  /** Of each server of one system, for each answered command, whoever answered it. */
  readonly serverMicrosByNode: readonly number[];
  readonly postgresMicros: number | undefined;
  readonly driverMicros: number;
  /** Of one core. */
  readonly driverBusy: number;
  readonly serverBusy: number;
  /** Cores kept busy by what is not part of the run; undefined where the system does not tell. */
  readonly othersBusy: number | undefined;
  readonly serverRssBytes: number;
  readonly violations: readonly string[];
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function combine(rounds: readonly Round[]): Measurement {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const refused: Record<string, number> = {};
  const histograms = new Map<string, Histogram>();
  for (const round of rounds) {
    for (const [code, count] of Object.entries(round.refused)) refused[code] = (refused[code] ?? 0) + count;
    for (const [kind, encoded] of Object.entries(round.histograms)) {
      const whole = histograms.get(kind) ?? newHistogram();
      whole.add(decodeFromCompressedBase64(encoded) as Parameters<Histogram['add']>[0]);
      histograms.set(kind, whole);
    }
  }
  const accepted = newHistogram();
  for (const [kind, histogram] of histograms)
    if (!kind.startsWith('refused ')) accepted.add(histogram as Parameters<Histogram['add']>[0]);

  const seconds = sum((round) => round.seconds);
  const ok = sum((round) => round.ok);
  const answers = ok + Object.values(refused).reduce((total, count) => total + count, 0);
  const perAnswer = (micros: number) => micros / Math.max(1, answers);
  const postgresKnown = rounds.every((round) => round.postgresCpuMicros !== undefined);
  return {
    okPerSecond: ok / seconds,
    okPerSecondByRound: rounds.map((round) => round.ok / round.seconds),
    answers,
    ok,
    refused,
    stray: sum((round) => round.stray),
    unsent: sum((round) => round.unsent),
    ratePerSecond:
      rounds[0]?.ratePerSecond === undefined ? undefined : sum((r) => r.ratePerSecond ?? 0) / rounds.length,
    latencyMs: percentiles(accepted),
    latencyMsByKind: Object.fromEntries([...histograms].map(([kind, h]) => [kind, percentiles(h)])),
    serverMicros: perAnswer(sum((round) => round.serverCpuMicros)),
    serverMicrosByNode: (rounds[0]?.serverCpuMicrosByNode ?? []).map((_, node) =>
      perAnswer(sum((round) => round.serverCpuMicrosByNode[node] ?? 0)),
    ),
    postgresMicros: postgresKnown ? perAnswer(sum((round) => round.postgresCpuMicros ?? 0)) : undefined,
    driverMicros: perAnswer(sum((round) => round.cpuMicros)),
    driverBusy: sum((round) => round.cpuMicros) / 1e6 / seconds,
    othersBusy: othersBusy(rounds),
    serverBusy: sum((round) => round.serverCpuMicros) / 1e6 / seconds,
    serverRssBytes: Math.max(...rounds.map((round) => round.serverRssBytes)),
    violations: rounds.flatMap((round) => round.violations),
  };
}

function othersBusy(rounds: readonly Round[]): number | undefined {
  let micros = 0;
  let seconds = 0;
  for (const round of rounds) {
    if (round.machineCpuMicros === undefined || round.postgresCpuMicros === undefined) return undefined;
    micros += round.machineCpuMicros - round.postgresCpuMicros - round.serverCpuMicros - round.cpuMicros;
    seconds += round.seconds;
  }
  return Math.max(0, micros / 1e6 / seconds);
}

function percentiles(histogram: Histogram): Percentiles {
  const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000;
  return {
    count: histogram.totalCount,
    p50: ms(50),
    p99: ms(99),
    p999: ms(99.9),
    max: histogram.totalCount === 0 ? 0 : histogram.maxValue / 1_000,
  };
}
