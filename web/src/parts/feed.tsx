/** What just happened, newest first. */
import type { OccupancyChanged } from '../../../src/client/index.ts';
import { shortDate, timeText } from '../format.ts';
import { Link } from '../router.tsx';

export function Feed({
  feed,
  names,
}: {
  feed: readonly OccupancyChanged[];
  names: ReadonlyMap<string, string>;
}) {
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
