/**
 * What just happened, newest first. It can be paused and filtered; a row leads to the apartment as of then. Nothing is
 * announced as it comes, only how much waits behind a pause.
 *
 * A `feed` of articles (ARIA Authoring Practices) rather than react-aria's GridList: that one builds its collection
 * anew at every change, which would cost the chart beside it its frames. The rows are one tab stop; arrow keys, Page
 * Up, Page Down, Home and End move between them.
 */
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import type { OccupancyChanged } from '../../../../src/client/index.ts';
import { useUnhurried } from '../../shared/unhurried.ts';
import { t } from '../../texts/index.ts';
import { FeedFilters, NO_FILTER } from './feed-filters.tsx';
import { type FeedFilter, passes } from './feed-log.ts';
import { FeedRow } from './feed-row.tsx';
import { useFeedLog } from './use-feed-log.ts';
import '../../styles/admin-feed.css';

/** Rows drawn at once, of those that are kept and pass. */
const ROWS_MAX = 60;
/** Rows that Page Up and Page Down move by. */
const PAGE_ROWS = 8;
/** How often at most the count of what waits is spoken, in milliseconds. */
const SPOKEN_EVERY_MS = 10_000;

export function Feed({
  feed,
  apartments,
}: {
  /** Newest first, at least as many as can come in one frame. */
  feed: readonly OccupancyChanged[];
  apartments: readonly { readonly id: string; readonly name: string; readonly city: string }[] | undefined;
}) {
  const { log, toggle } = useFeedLog(feed);
  const [filter, setFilter] = useState<FeedFilter>(NO_FILTER);
  const byId = useMemo(() => new Map(apartments?.map((one) => [one.id, one])), [apartments]);
  const rows = useMemo(() => filtered(log.shown, filter, byId), [log.shown, filter, byId]);
  const waiting = useMemo(
    () => (log.waiting === undefined ? 0 : countOf(log, filter, byId)),
    [log, filter, byId],
  );
  const isPaused = log.waiting !== undefined;
  const says = t.admin.feed;
  const spoken = useUnhurried(isPaused && waiting > 0 ? says.waiting(waiting) : '', SPOKEN_EVERY_MS);

  return (
    <section className="panel feed" aria-labelledby="feed" data-paused={isPaused || undefined}>
      <header className="feed-bar">
        <h2 id="feed">{says.title}</h2>
        <ToggleButton className="quiet feed-pause" isSelected={isPaused} onChange={toggle}>
          <span aria-hidden="true">{isPaused ? '▶' : '❚❚'}</span> {isPaused ? says.resume : says.pause}
        </ToggleButton>
      </header>
      <FeedFilters filter={filter} onFilter={setFilter} />
      {isPaused && (
        <p className="feed-waiting">{waiting === 0 ? says.nothingWaits : says.waiting(waiting)}</p>
      )}
      <p className="unseen" role="status">
        {spoken}
      </p>
      {rows.length === 0 ? (
        <p className="muted">{log.shown.length === 0 ? says.empty : says.nonePass}</p>
      ) : (
        <Rows rows={rows} apartments={byId} />
      )}
    </section>
  );
}

function Rows({
  rows,
  apartments,
}: {
  rows: readonly OccupancyChanged[];
  apartments: ReadonlyMap<string, { readonly name: string; readonly city: string }>;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<string>();
  // The row that the keyboard was on stays the tab stop for as long as it is there.
  const stop = rows.some((row) => keyOf(row) === chosen) ? chosen : keyOf(rows[0] as OccupancyChanged);

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_ROWS,
      PageUp: -PAGE_ROWS,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const articles = [...(list.current?.querySelectorAll<HTMLElement>('article') ?? [])];
    const from = articles.findIndex((article) => article.contains(document.activeElement));
    articles[Math.max(0, Math.min(articles.length - 1, from + step))]?.focus();
  };

  return (
    <div className="feed-rows" ref={list} role="feed" aria-labelledby="feed" onKeyDown={onKeyDown}>
      {rows.map((change, i) => (
        <FeedRow
          key={keyOf(change)}
          change={change}
          name={apartments.get(change.apartmentId)?.name}
          city={apartments.get(change.apartmentId)?.city}
          position={i + 1}
          isStop={keyOf(change) === stop}
          onFocus={setChosen}
        />
      ))}
    </div>
  );
}

export const keyOf = ({ apartmentId, version }: OccupancyChanged): string => `${apartmentId} ${version}`;

function filtered(
  changes: readonly OccupancyChanged[],
  filter: FeedFilter,
  apartments: ReadonlyMap<string, { readonly name: string; readonly city: string }>,
): OccupancyChanged[] {
  const rows: OccupancyChanged[] = [];
  for (const change of changes) {
    if (rows.length === ROWS_MAX) break;
    if (passes(change, filter, apartments)) rows.push(change);
  }
  return rows;
}

/** What waits and passes; without a filter also what is no longer kept. */
function countOf(
  log: { readonly waiting: readonly OccupancyChanged[] | undefined; readonly waitingCount: number },
  filter: FeedFilter,
  apartments: ReadonlyMap<string, { readonly name: string; readonly city: string }>,
): number {
  if (filter === NO_FILTER) return log.waitingCount;
  return (log.waiting ?? []).filter((change) => passes(change, filter, apartments)).length;
}
