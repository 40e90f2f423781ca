/** What is happening in the house right now: figures, what has just happened, and the tape chart. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { OccupancyChanged, Stats } from '../../../src/client/index.ts';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import type { OccupancyAnswer } from '../../../src/protocol/events.ts';
import { StaffOnly } from '../account/staff-only.tsx';
import type { ChartStore } from '../chart/chart-store.ts';
import { type ChartFilter, filterOf } from '../chart/filter.ts';
import { ZOOMS, type Zoom } from '../chart/geometry.ts';
import { TapeChart } from '../chart/tape-chart.tsx';
import { isDate, numberText, plusDays } from '../format.ts';
import { addressOf, navigate, useAddress } from '../router.tsx';
import { useCities } from '../shared/live/cities.ts';
import { useToday } from '../shared/live/today.ts';
import { Refusal } from '../shared/refusal.tsx';
import { useUnhurried } from '../shared/unhurried.ts';
import { t } from '../texts/index.ts';
import { AdminNav } from './admin-nav.tsx';
import { useAdminChart } from './occupancy/admin-chart.ts';
import { chartDesk } from './occupancy/chart-desk.ts';
import { Feed } from './occupancy/feed.tsx';
import { type LiveOccupancy, useLiveOccupancy } from './occupancy/occupancy.ts';
import { Tiles } from './occupancy/tiles.tsx';

/** Nights before the first one in view, and all of them: a year and some. */
const NIGHTS_BEFORE = 14;
const NIGHTS = 14 + 366;

export function OccupancyPage() {
  return (
    <StaffOnly kinds={['admin']} title={t.chart.title} invitation={t.account.forStaff}>
      <Occupancy />
    </StaffOnly>
  );
}

function Occupancy() {
  const { query } = useAddress();
  const filter = useMemo(() => filterOf(query), [query]);
  const today = useToday('UTC');
  const at = query.get('at');
  const openAt = isDate(at) ? at : today;
  const from = plusDays(openAt, -NIGHTS_BEFORE);
  const to = plusDays(from, NIGHTS);
  const zoom: Zoom = ZOOMS.find((one) => one === query.get('size')) ?? 'comfortable';
  const [error, setError] = useState<ErrorBody>();
  const [{ told, leftOut }, setTold] = useState({ told: 0, leftOut: 0 });
  // Of a house too large for one answer the server picks, by what otherwise is filtered here.
  const [isLarge, setLarge] = useState(false);
  const name = useUnhurried(filter.name, NAME_EVERY_MS);
  const live = useLiveOccupancy({ from, to, ...(isLarge && { city: filter.city, name }) });
  const store = useAdminChart(live, from, to, filter);
  const everywhere = useCities();
  const cities = useMemo(() => everywhere.map((city) => city.name), [everywhere]);
  useEffect(
    () =>
      live.listen({
        refused: setError,
        occupancy: (apartments, _calendars, leftOut) => {
          setError(undefined);
          setTold({ told: apartments.length, leftOut });
          if (leftOut > 0) setLarge(true);
        },
      }),
    [live],
  );

  const go = useCallback(
    (changes: Partial<ChartFilter> & { zoom?: Zoom; at?: string }) => {
      const next = { ...filter, zoom, at: at ?? '', ...changes };
      navigate(
        addressOf('/admin', {
          city: next.city,
          name: next.name,
          state: next.state,
          from: next.within.from,
          to: next.within.to,
          at: next.at === today ? '' : next.at,
          size: next.zoom === 'comfortable' ? '' : next.zoom,
        }),
        'replace',
      );
    },
    [filter, zoom, at, today],
  );

  return (
    <section className="admin">
      <AdminNav page="admin" />
      <header className="admin-bar">
        <h1>{t.chart.title}</h1>
      </header>
      {error !== undefined && <Refusal error={error} />}
      {leftOut > 0 && <p role="status">{t.chart.leftOut(numberText(told), numberText(told + leftOut))}</p>}
      <LiveTiles live={live} store={store} />
      <TapeChart
        store={store}
        desk={chartDesk}
        filter={filter}
        onFilter={go}
        cities={cities}
        zoom={zoom}
        onZoom={(next) => go({ zoom: next })}
        onOutside={(date) => go({ at: date })}
        openAt={openAt}
        today={today}
        historyOf={historyOf}
      />
      <LiveFeed live={live} />
    </section>
  );
}

/** How often a large house is asked for another name while it is typed, in milliseconds. */
const NAME_EVERY_MS = 400;

const historyOf = (id: string) => `/admin/apartments/${id}`;

/** Once a second, whatever happens in between. */
function LiveTiles({ live, store }: { live: LiveOccupancy; store: ChartStore }) {
  const [stats, setStats] = useState<Stats>();
  const [stale, setStale] = useState(true);
  useEffect(() => live.listen({ stats: setStats, state: (state) => setStale(state !== 'online') }), [live]);
  return <Tiles totals={store.totals.sum()} stats={stats} stale={stale} />;
}

/** Changes kept for the feed; older ones leave. */
const FEED_MAX = 100;
/** How often the feed is drawn at most, in milliseconds. */
const FEED_EVERY_MS = 250;

function LiveFeed({ live }: { live: LiveOccupancy }) {
  const { feed, apartments } = useFeed(live);
  return <Feed feed={feed} apartments={apartments} />;
}

interface Told {
  readonly feed: readonly OccupancyChanged[];
  readonly apartments: OccupancyAnswer['apartments'] | undefined;
}

/** Gathered: a list is read, not watched, and must not cost the chart its frames. */
function useFeed(live: LiveOccupancy) {
  const [shown, setShown] = useState<Told>({ feed: [], apartments: undefined });
  useEffect(() => {
    let now: Told = { feed: [], apartments: undefined };
    let timer = 0;
    const draw = () => {
      if (timer !== 0) return;
      timer = window.setTimeout(() => {
        timer = 0;
        setShown(now);
      }, FEED_EVERY_MS);
    };
    const stop = live.listen({
      occupancy: (apartments) => {
        now = { ...now, apartments };
        draw();
      },
      changed: (change) => {
        now = { ...now, feed: [change, ...now.feed.slice(0, FEED_MAX - 1)] };
        draw();
      },
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live]);
  return shown;
}
