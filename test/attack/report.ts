import { HOLDS_PER_ADDRESS_DEFAULT, NIGHTS_PER_ADDRESS_DEFAULT } from '../../src/actors/limits.ts';
import type { Figures } from './run.ts';

/** What quality.md asks for while one client attacks. */
export const GROWTH_BYTES_MAX = 150 * 1_024 * 1_024;
export const CUT_WITHIN_MS = 5_000;
export const P99_TIMES_MAX = 2;

const MIB = 1_024 * 1_024;
const HEAD = [
  ...['attack', 'memory +MiB', 'p50 ms', 'p99 ms', 'alone', 'burning'],
  ...['longest s', 'opened', 'cut', 'sent MiB'],
  ...['holds', 'nights', 'free weeks', 'before', 'others failed'],
];

export function tableOf(all: readonly Figures[]): string {
  const rows = all.map(
    ({ attack, grownBytes, p50Ms, p99Ms, p99AloneMs, p99BurningMs, toll, failed, hasEnded }) => [
      attack,
      hasEnded ? 'ended!' : (grownBytes / MIB).toFixed(0),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
      p99AloneMs.toFixed(1),
      p99BurningMs.toFixed(1),
      (toll.longestMs / 1_000).toFixed(1),
      String(toll.opened),
      String(toll.cut),
      (toll.sentBytes / MIB).toFixed(0),
      ...[toll.hoard.holds, toll.hoard.nights, toll.hoard.freeWeeks, toll.hoard.freeWeeksBefore].map(String),
      String(failed.length),
    ],
  );
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}

/** One sentence for each thing that an attack got beyond what quality.md allows, but others' p99, which a busy machine spoils. */
export function broken(all: readonly Figures[]): string[] {
  return all.flatMap(({ attack, grownBytes, toll, failed, hasEnded }) => [
    ...(hasEnded ? [`${attack} ended the server`] : []),
    ...(grownBytes > GROWTH_BYTES_MAX ? [`${attack} cost ${Math.round(grownBytes / MIB)} MiB`] : []),
    ...(toll.longestMs > CUT_WITHIN_MS ? [`${attack} kept a connection for ${toll.longestMs} ms`] : []),
    ...(toll.hoard.holds > HOLDS_PER_ADDRESS_DEFAULT ? [`${attack} had ${toll.hoard.holds} holds`] : []),
    ...(toll.hoard.nights > NIGHTS_PER_ADDRESS_DEFAULT ? [`${attack} held ${toll.hoard.nights} nights`] : []),
    ...(failed.length > 0 ? [`${attack} hit others ${failed.length} times: ${failed[0]}`] : []),
  ]);
}
