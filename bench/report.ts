/** A run as a person reads it: side by side, with ratios; a bare figure says nothing about another machine. */
import type { Measurement, Percentiles } from './measurement.ts';
import { table } from './table.ts';

export interface Report {
  readonly workload: 'holds' | 'flash-sale';
  readonly at: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
    readonly postgres: string;
  };
  readonly settings: {
    readonly sockets: number;
    readonly depth: number;
    readonly apartments: number;
    readonly seconds: number;
    readonly warmupSeconds: number;
    readonly rounds: number;
    readonly profiled: boolean;
  };
  /** Median of single-row commits on the same disk, between the rounds. */
  readonly commitMsMedian: number;
  readonly contenders: readonly Result[];
}

export interface Result {
  readonly name: string;
  readonly is: string;
  readonly closed: Measurement;
  readonly open: Measurement | undefined;
}

/** Of one core. Bench itself, that is its progress and its clocks, takes a few percent. */
const OTHERS_BUSY_MAX = 0.1;
/** Of the commands due: fewer are those of the last instant. */
const UNSENT_SHARE_MAX = 0.01;
/** A driver busier than this may be what limits the run. */
const DRIVER_BUSY_MAX = 0.85;

export function reportText(report: Report): string {
  return [
    heading(report),
    report.workload === 'holds' ? closedTable(report) : flashSaleTable(report),
    ...(report.contenders.some((result) => result.open !== undefined) ? [openTable(report)] : []),
    ratios(report),
    ...warnings(report).map((warning) => `! ${warning}`),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function heading({ workload, machine, settings, commitMsMedian }: Report): string {
  const { sockets, depth, apartments, rounds, seconds, warmupSeconds } = settings;
  return [
    `${workload}: ${count(sockets)} sockets, ${depth} in flight on each, ${count(apartments)} apartment${apartments === 1 ? '' : 's'}, ${rounds} × ${seconds} s after ${warmupSeconds} s of warm-up`,
    `${machine.cpu}, ${machine.cores} cores for server, PostgreSQL and driver together; Node ${machine.node}, PostgreSQL ${machine.postgres}`,
    `a commit of one row takes ${ms(commitMsMedian)} ms (median) on this disk`,
  ].join('\n');
}

function closedTable({ contenders }: Report): string {
  return table(
    [
      'closed loop',
      'ok/s',
      'p50 ms',
      'p99',
      'p99.9',
      'max',
      'server µs',
      'postgres µs',
      'driver µs',
      'RSS MiB',
      'refused',
    ],
    contenders.map(({ name, closed }) => [
      name,
      count(closed.okPerSecond),
      ...latencies(closed.latencyMs),
      micros(closed.serverMicros),
      micros(closed.postgresMicros),
      micros(closed.driverMicros),
      count(closed.serverRssBytes / 2 ** 20),
      refusals(closed),
    ]),
  );
}

function flashSaleTable({ contenders }: Report): string {
  return table(
    [
      'flash sale',
      'answers/s',
      'wins',
      'refusals',
      'win p50 ms',
      'p99',
      'refusal p50 ms',
      'p99',
      'server µs',
      'postgres µs',
      'driver µs',
      'other',
    ],
    contenders.map(({ name, closed }) => {
      const win = closed.latencyMsByKind.hold;
      const refusal = closed.latencyMsByKind[`refused ${EXPECTED_REFUSAL}`];
      return [
        name,
        count(answersPerSecond(closed)),
        count(win?.count ?? 0),
        count(refusal?.count ?? 0),
        ms(win?.p50),
        ms(win?.p99),
        ms(refusal?.p50),
        ms(refusal?.p99),
        micros(closed.serverMicros),
        micros(closed.postgresMicros),
        micros(closed.driverMicros),
        refusals(closed, EXPECTED_REFUSAL),
      ];
    }),
  );
}

const EXPECTED_REFUSAL = 'nights_unavailable';

function openTable({ contenders, commitMsMedian }: Report): string {
  return table(
    [
      'open loop',
      'due/s',
      'ok/s',
      'p50 ms',
      'p99',
      'p99.9',
      'max',
      'p99 / commit',
      'server µs',
      'unsent',
      'refused',
    ],
    contenders.flatMap(({ name, open }) =>
      open === undefined
        ? []
        : [
            [
              name,
              count(open.ratePerSecond ?? 0),
              count(open.okPerSecond),
              ...latencies(open.latencyMs),
              (open.latencyMs.p99 / commitMsMedian).toFixed(1),
              micros(open.serverMicros),
              count(open.unsent),
              refusals(open),
            ],
          ],
    ),
  );
}

/** The first contender beside each of the others. */
function ratios({ workload, contenders }: Report): string {
  const [first, ...others] = contenders;
  if (first === undefined || others.length === 0) return '';
  const beside = (of: (measurement: Measurement) => number) =>
    others.map(({ name, closed }) => `${(of(first.closed) / of(closed)).toFixed(2)} × ${name}`).join(', ');
  const rounds = contenders.map(
    ({ name, closed }) => `${name} ${closed.okPerSecondByRound.map(count).join(' / ')}`,
  );
  const speeds =
    workload === 'holds'
      ? [`${first.name}, ok/s: ${beside((measurement) => measurement.okPerSecond)}`]
      : [
          `${first.name}, answers/s: ${beside(answersPerSecond)}`,
          `${first.name}, wins/s: ${beside(winsPerSecond)}`,
        ];
  return [...speeds, `ok/s by round: ${rounds.join(', ')}`].join('\n');
}

export function warnings({ contenders, settings }: Report): string[] {
  const found: string[] = [];
  if (settings.profiled)
    found.push('a profiler was running in the closed loop: its figures are lower than without');
  for (const { name, closed, open } of contenders) {
    for (const phase of open === undefined ? [closed] : [closed, open]) {
      if (phase.driverBusy > DRIVER_BUSY_MAX)
        found.push(
          `${name}: the driver used ${percent(phase.driverBusy)} of a core and may be the bottleneck; the server can do more than this`,
        );
      if ((phase.othersBusy ?? 0) > OTHERS_BUSY_MAX)
        found.push(
          `${name}: other programs kept ${percent(phase.othersBusy ?? 0)} of a core busy meanwhile; measure again on a quiet machine`,
        );
      if (phase.stray > 0) found.push(`${name}: ${phase.stray} answers that nobody had asked for`);
      for (const violation of phase.violations) found.push(`${name}: BROKEN PROMISE: ${violation}`);
    }
    if (open !== undefined && open.unsent > open.answers * UNSENT_SHARE_MAX)
      found.push(
        `${name}: ${count(open.unsent)} commands were due and not sent; it cannot keep up with this rate`,
      );
  }
  return found;
}

function answersPerSecond(measurement: Measurement): number {
  return (measurement.okPerSecond * measurement.answers) / Math.max(1, measurement.ok);
}

function winsPerSecond(measurement: Measurement): number {
  const wins = measurement.latencyMsByKind.hold?.count ?? 0;
  return (measurement.okPerSecond * wins) / Math.max(1, measurement.ok);
}

function latencies({ p50, p99, p999, max }: Percentiles): string[] {
  return [ms(p50), ms(p99), ms(p999), ms(max)];
}

function refusals({ refused }: Measurement, except?: string): string {
  const codes = Object.entries(refused).filter(([code]) => code !== except);
  return codes.length === 0 ? '0' : codes.map(([code, times]) => `${count(times)} ${code}`).join(', ');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function ms(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(value < 10 ? 2 : 1);
}

function micros(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
