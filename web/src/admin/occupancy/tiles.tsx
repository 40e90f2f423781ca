/** The house in one row of figures. */
import type { Stats } from '../../../../src/client/index.ts';
import { numberText, percentText, timeText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import '../../styles/admin-tiles.css';

/** Of the apartments that the chart shows. */
export interface Totals {
  readonly apartments: number;
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
  /** The connection is away: what stands here was true when it went. */
  stale: boolean;
}) {
  const { apartments, nights, held, booked, blocked } = totals;
  const says = t.admin.tiles;
  // The other tiles count the whole house: these say what they count.
  const share = (part: number) => (nights === 0 ? '–' : says.shareOf(percentText(part / nights), apartments));
  const number = (value: number | undefined) => (value === undefined ? '–' : numberText(value));
  const milliseconds = (value: number | undefined) =>
    value === undefined ? '–' : t.admin.milliseconds(numberText(value));
  const tiles: [keyof typeof says.names, string, string][] = [
    ['booked', number(booked), share(booked)],
    ['held', number(held), share(held)],
    ['closed', number(blocked), share(blocked)],
    ['holdsOpen', number(stats?.holdsOpen), says.now],
    ['bookings', number(stats?.bookingsToday), says.today],
    ['commands', number(stats?.commandsPerSecond), says.aSecond],
    ['commit', milliseconds(stats?.commitMsP50), says.p99(milliseconds(stats?.commitMsP99))],
    ['sockets', number(stats?.sockets), stats === undefined ? '' : says.onServers(stats.nodes.length)],
  ];
  return (
    <>
      <div role="status">
        {stale && stats !== undefined && <p className="notice stale">{t.admin.stale(timeText(stats.at))}</p>}
      </div>
      <dl className="tiles" data-stale={stale || undefined}>
        {tiles.map(([name, value, note]) => (
          <div key={name} className="tile" data-tile={name}>
            <dt>{says.names[name]}</dt>
            <dd>
              <strong>{value}</strong> <span className="muted">{note}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
