/** What is happening in the house right now. */
import { useMemo } from 'react';
import type { CalendarModel, OccupancyChanged, Stats } from '../../../src/client/index.ts';
import { nightsText, plusDays, shortDate, timeText, todayIn } from '../format.ts';
import { useOccupancy } from '../live/occupancy.ts';
import { OccupancyTable } from '../parts/occupancy-table.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { StaffOnly } from '../parts/staff-only.tsx';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';
import { t } from '../texts/index.ts';

const WINDOW_NIGHTS = 30;

export function OccupancyPage() {
  return (
    <StaffOnly kinds={['admin']} title={t.chart.title} invitation={t.account.forStaff}>
      <LiveOccupancy />
    </StaffOnly>
  );
}

function LiveOccupancy() {
  const { query } = useAddress();
  const city = query.get('city') ?? '';
  const from = todayIn('UTC', Date.now());
  const { state, apartments, calendars, feed, stats, error } = useOccupancy(
    from,
    plusDays(from, WINDOW_NIGHTS),
    city,
  );
  const names = useMemo(() => new Map(apartments?.map(({ id, name }) => [id, name])), [apartments]);
  const totals = useMemo(() => count(calendars), [calendars]);
  const cities = useMemo(
    () => [...new Set([...(apartments ?? []).map((one) => one.city), ...(city === '' ? [] : [city])])].sort(),
    [apartments, city],
  );

  return (
    <section className="admin">
      <header className="admin-bar">
        <h1>Live occupancy</h1>
        <label className="field inline">
          <span>City</span>
          <select
            value={city}
            onChange={({ target }) => navigate(addressOf('/admin', { city: target.value }), 'replace')}
          >
            <option value="">All</option>
            {cities.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      </header>
      {error !== undefined && <Refusal error={error} />}
      <Tiles totals={totals} stats={stats} stale={state !== 'online'} />
      <div className="admin-columns">
        <Feed feed={feed} names={names} />
        <div className="panel table-panel">
          <h2>
            {apartments?.length ?? 0} apartments, next {nightsText(WINDOW_NIGHTS)}
          </h2>
          {apartments === undefined ? (
            <p role="status">Loading …</p>
          ) : (
            <OccupancyTable
              apartments={apartments}
              calendars={calendars}
              from={from}
              nights={WINDOW_NIGHTS}
            />
          )}
        </div>
      </div>
    </section>
  );
}

interface Totals {
  readonly nights: number;
  readonly held: number;
  readonly booked: number;
  readonly blocked: number;
}

function count(calendars: ReadonlyMap<string, CalendarModel>): Totals {
  const totals = { nights: 0, held: 0, booked: 0, blocked: 0 };
  for (const { nights } of calendars.values()) {
    totals.nights += nights.length;
    for (const night of nights) if (night !== undefined) totals[night.status] += 1;
  }
  return totals;
}

function Tiles({ totals, stats, stale }: { totals: Totals; stats: Stats | undefined; stale: boolean }) {
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

function Feed({ feed, names }: { feed: readonly OccupancyChanged[]; names: ReadonlyMap<string, string> }) {
  return (
    <section className="panel feed" aria-labelledby="feed">
      <h2 id="feed">Just now</h2>
      {feed.length === 0 && <p className="muted">Nothing has happened since you opened this page.</p>}
      <ol>
        {feed.map((change) => (
          <li
            key={`${change.apartmentId} ${change.version}`}
            data-cause={change.cause}
            data-apartment={change.apartmentId}
          >
            <time dateTime={change.at}>{timeText(change.at)}</time>
            <span className="cause">{change.cause}</span>
            <span className="feed-what">
              <Link href={`/apartments/${change.apartmentId}`}>
                {names.get(change.apartmentId) ?? change.apartmentId}
              </Link>
              <span className="muted">
                {change.changes
                  .slice(0, 2)
                  .map(({ from, to }) => ` · ${shortDate(from)} – ${shortDate(to)}`)
                  .join('')}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
