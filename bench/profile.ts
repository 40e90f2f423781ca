/** Where a server's CPU time went: the top of a `.cpuprofile` by stage, by function and by file, as shares of its busy time. */
import { readFile } from 'node:fs/promises';
import { stageOf } from './stages.ts';
import { table } from './table.ts';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  /** Ids of nodes, and the microseconds before each of them. */
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

const ROWS = 20;

export async function profileReport(file: string): Promise<string> {
  const profile = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  const selfMicros = new Map<number, number>();
  profile.samples?.forEach((id, index) => {
    selfMicros.set(id, (selfMicros.get(id) ?? 0) + (profile.timeDeltas?.[index] ?? 0));
  });
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  const byStage = new Map<string, number>();
  let busy = 0;
  for (const { id, callFrame } of profile.nodes) {
    const micros = selfMicros.get(id) ?? 0;
    if (micros === 0 || callFrame.functionName === '(idle)') continue;
    busy += micros;
    const place = shortPath(callFrame.url);
    const name = callFrame.functionName || '(anonymous)';
    const line = place === '' ? '' : `${place}:${callFrame.lineNumber + 1}`;
    add(byFunction, `${name}\t${line}`, micros);
    add(byFile, place || name, micros);
    add(byStage, stageOf(place === '' ? name : `${place} ${name}`), micros);
  }
  const share = (micros: number) => `${((100 * micros) / Math.max(1, busy)).toFixed(1)} %`;
  const ms = (micros: number) => (micros / 1_000).toFixed(0);
  return [
    `${file}: ${(busy / 1e6).toFixed(2)} s busy; self time`,
    table(
      ['share', 'ms', 'stage'],
      top(byStage).map(([key, micros]) => [share(micros), ms(micros), key]),
      2,
    ),
    table(
      ['share', 'ms', 'function', 'at'],
      top(byFunction).map(([key, micros]) => [share(micros), ms(micros), ...key.split('\t')]),
      2,
    ),
    table(
      ['share', 'ms', 'file'],
      top(byFile).map(([key, micros]) => [share(micros), ms(micros), key]),
      2,
    ),
  ].join('\n\n');
}

function top(times: ReadonlyMap<string, number>): [string, number][] {
  return [...times].sort((a, b) => b[1] - a[1]).slice(0, ROWS);
}

function add(times: Map<string, number>, key: string, micros: number): void {
  times.set(key, (times.get(key) ?? 0) + micros);
}

/** From the package on for what is installed, from the program's folder on for its own. */
function shortPath(url: string): string {
  const path = url.replace(/^file:\/\//, '');
  const installed = path.lastIndexOf('/node_modules/');
  if (installed >= 0) return path.slice(installed + '/node_modules/'.length);
  const root = new URL('..', import.meta.url).pathname;
  return path.startsWith(root) ? path.slice(root.length) : path;
}
