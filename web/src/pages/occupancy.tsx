/** What is happening in the house right now. */
import { useMemo } from 'react';
import type { CalendarModel } from '../../../src/client/index.ts';
import { nightsText, plusDays, todayIn } from '../format.ts';
import { useOccupancy } from '../live/occupancy.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Feed } from '../parts/feed.tsx';
import { OccupancyTable } from '../parts/occupancy-table.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { StaffOnly } from '../parts/staff-only.tsx';
import { Tiles, type Totals } from '../parts/tiles.tsx';
import { addressOf, navigate, useAddress } from '../router.tsx';
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
  const totals = useMemo(() => count(calendars), [calendars]);
  const cities = useMemo(
    () => [...new Set([...(apartments ?? []).map((one) => one.city), ...(city === '' ? [] : [city])])].sort(),
    [apartments, city],
  );

  return (
    <section className="admin">
      <AdminNav page="admin" />
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
        <Feed feed={feed} apartments={apartments} />
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

function count(calendars: ReadonlyMap<string, CalendarModel>): Totals {
  const totals = { nights: 0, held: 0, booked: 0, blocked: 0 };
  for (const { nights } of calendars.values()) {
    totals.nights += nights.length;
    for (const night of nights) if (night !== undefined) totals[night.status] += 1;
  }
  return totals;
}
