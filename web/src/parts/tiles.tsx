/** The house in one row of figures. */
import type { Stats } from '../../../src/client/index.ts';

export interface Totals {
  readonly nights: number;
  readonly held: number;
  readonly booked: number;
  readonly blocked: number;
}

export function Tiles({
  totals,
  stats,
  stale,
}: {
  totals: Totals;
  stats: Stats | undefined;
  stale: boolean;
}) {
  const { nights, held, booked, blocked } = totals;
  const share = (part: number) => (nights === 0 ? '–' : `${((100 * part) / nights).toFixed(1)} %`);
  const tiles: [string, string, string][] = [
    ['Nights booked', String(booked), share(booked)],
    ['Nights held', String(held), share(held)],
    ['Nights closed', String(blocked), share(blocked)],
    ['Holds open', String(stats?.holdsOpen ?? '–'), 'right now'],
    ['Bookings', String(stats?.bookingsToday ?? '–'), 'today'],
    ['Commands', stats === undefined ? '–' : stats.commandsPerSecond.toFixed(0), 'a second'],
    [
      'Commit',
      stats === undefined ? '–' : `${stats.commitMsP50.toFixed(1)} ms`,
      stats === undefined ? '' : `p99 ${stats.commitMsP99.toFixed(1)} ms`,
    ],
    ['Sockets', String(stats?.sockets ?? '–'), nodesText(stats)],
  ];
  return (
    <dl className="tiles" data-stale={stale || undefined}>
      {tiles.map(([name, value, note]) => (
        <div key={name} className="tile">
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong> <span className="muted">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function nodesText(stats: Stats | undefined): string {
  if (stats === undefined) return '';
  const { length } = stats.nodes;
  return length === 1 ? 'on 1 server' : `on ${length} servers`;
}
