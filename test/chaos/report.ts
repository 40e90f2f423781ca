/** A run's figures as text: what was done, what came of it, how long the system took after each kind of fault. */
import type { Histogram } from 'hdr-histogram-js';
import { FAULT_KINDS, type FaultKind } from './schedule.ts';
import type { Recovery, Tally } from './tally.ts';

export interface Finding {
  readonly rule: string;
  readonly message: string;
}

export interface Result {
  readonly command: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly tally: Tally;
  /** What the checker looked at. */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

const SHOWN_MAX = 20;
/** When something is back that nothing works without, as the report says it. */
const BACK: Readonly<Partial<Record<FaultKind, string>>> = {
  postgres: 'ready',
  poison: 'mended',
  history: 'serving',
};

export function textOf(result: Result): string {
  const { tally, counts, findings, notes } = result;
  const checked = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  return [
    ...answersTable(tally),
    '',
    `refusals: ${[...tally.refusals].map(([code, n]) => `${code} ${n}`).join(', ') || 'none'}`,
    `failed commands (no answer, or one that no guest is to blame for): ${tally.failed}`,
    '',
    ...faultsTable(tally),
    '',
    ...notes,
    `checked: ${checked.join(', ')}`,
    ...findings.slice(0, SHOWN_MAX).map(({ rule, message }) => `VIOLATION ${rule}: ${message}`),
    ...(findings.length > SHOWN_MAX ? [`… and ${findings.length - SHOWN_MAX} more`] : []),
    findings.length === 0
      ? 'no violation'
      : `${findings.length} violations; the same faults again: ${result.command}`,
  ].join('\n');
}

function answersTable(tally: Tally): string[] {
  const rows = [...tally.byCommand].map(([command, { ok, refused, unknown, times }]) => [
    ...[command, ok, refused, unknown].map(String),
    ...quantiles(times),
  ]);
  return table(
    ['command', 'ok', 'refused', 'unknown', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms'],
    rows.sort(([a = ''], [b = '']) => a.localeCompare(b)),
  );
}

function quantiles(times: Histogram): string[] {
  if (times.totalCount === 0) return ['', '', '', ''];
  const values = [50, 99, 99.9].map((p) => times.getValueAtPercentile(p));
  return [...values, times.maxValue].map((tenths) => (tenths / 10).toFixed(1));
}

/** Times are from the fault on; of PostgreSQL and Redis also from when they were back. */
function faultsTable(tally: Tally): string[] {
  const head = ['fault', 'n', 'from … until', 'measured', 'p50 ms', 'p99 ms', 'max ms', 'failed commands'];
  const rows = FAULT_KINDS.flatMap((kind) => {
    const all = tally.of(kind);
    if (all.length === 0) return [];
    const failed = String(all.reduce((sum, each) => sum + each.failed, 0));
    const lines: [string, number[]][] = [
      ['fault … first ok of its apartments', all.flatMap(({ firstMs }) => firstMs ?? [])],
      ['fault … answer, each apartment', all.flatMap(({ eachMs }) => eachMs)],
    ];
    const back = BACK[kind];
    if (back !== undefined)
      lines.push(
        [
          `${back} … first ok`,
          all.flatMap(sinceBack(({ firstMs }) => (firstMs === undefined ? [] : [firstMs]))),
        ],
        [`${back} … answer, each apartment`, all.flatMap(sinceBack(({ eachMs }) => eachMs))],
      );
    if (kind === 'lock' || kind === 'poison')
      lines.push(['meanwhile, holds of others', all.flatMap(({ othersMs }) => othersMs)]);
    if (kind === 'redis')
      lines.push(['back … every watch whole', all.flatMap(({ watchersMs }) => watchersMs ?? [])]);
    return lines
      .filter(([, times]) => times.length > 0)
      .concat(lines.every(([, times]) => times.length === 0) ? [['', []]] : [])
      .map(([what, times], i) => [
        ...[i === 0 ? kind : '', i === 0 ? String(all.length) : '', what, String(times.length)],
        ...spread(times),
        i === 0 ? failed : '',
      ]);
  });
  return rows.length === 0 ? ['no faults'] : table(head, rows);
}

function sinceBack(of: (recovery: Recovery) => number[]) {
  return (recovery: Recovery) => {
    const { fromMs, backMs } = recovery.struck;
    return of(recovery).map((ms) => Math.max(0, fromMs + ms - backMs));
  };
}

export function spread(times: readonly number[]): string[] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return [at(0.5), at(0.99), sorted.at(-1)].map((ms) => ms?.toFixed(0) ?? '');
}

function table(head: string[], rows: string[][]): string[] {
  const lines = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const isText = (i: number) => rows.every((row) => !/^[\d.]+$/.test(row[i] ?? ''));
  return lines.map((line) =>
    line
      .map((cell, i) => (isText(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
