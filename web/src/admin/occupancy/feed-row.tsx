/** One thing that happened: when, what, where, which nights, whose. */
import { memo } from 'react';
import type { OccupancyChanged } from '../../../../src/client/index.ts';
import { datesText, timeText } from '../../format.ts';
import { addressOf, Link } from '../../router.tsx';
import { t } from '../../texts/index.ts';
import { GuestMark } from '../guest-mark.tsx';

/** Ranges written out; a change rarely has more than one. */
const RANGES_MAX = 2;

/** Beside the word, so that the eye finds one kind among many without its colour. */
export const CAUSE_MARKS: Record<OccupancyChanged['cause'], string> = {
  held: '◔',
  extended: '◑',
  confirmed: '●',
  released: '○',
  expired: '◷',
  cancelled: '✕',
  blocked: '▨',
  unblocked: '▢',
};

export const FeedRow = memo(function FeedRow({
  change,
  name,
  city,
  position,
  isStop,
  onFocus,
}: {
  change: OccupancyChanged;
  name: string | undefined;
  city: string | undefined;
  /** From 1. */
  position: number;
  /** The one row that Tab reaches. */
  isStop: boolean;
  onFocus: (key: string) => void;
}) {
  const { apartmentId, version, cause, at, changes, guestId } = change;
  const tabIndex = isStop ? 0 : -1;
  const id = `feed-${apartmentId}-${version}`;
  return (
    <article
      aria-labelledby={id}
      aria-posinset={position}
      aria-setsize={-1}
      tabIndex={tabIndex}
      data-cause={cause}
      data-apartment={apartmentId}
      onFocus={() => onFocus(`${apartmentId} ${version}`)}
    >
      <div className="feed-row" id={id}>
        <time dateTime={at}>{timeText(at)}</time>
        <span className="cause">
          <span aria-hidden="true">{CAUSE_MARKS[cause]}</span> {t.common.causes[cause]}
        </span>
        <span className="feed-what">
          <Link href={addressOf(`/admin/apartments/${apartmentId}`, { version })} tabIndex={tabIndex}>
            <bdi>{name ?? apartmentId}</bdi>
          </Link>
          {city !== undefined && (
            <span className="muted">
              {' '}
              <bdi>{city}</bdi>
            </span>
          )}
        </span>
        <span className="feed-nights muted">
          {changes
            .slice(0, RANGES_MAX)
            .map(({ from, to }) => datesText(from, to))
            .join(' · ')}
          {changes.length > RANGES_MAX && ` ${t.admin.feed.more(changes.length - RANGES_MAX)}`}
        </span>
      </div>
      {guestId !== undefined && <GuestMark guestId={guestId} tabIndex={tabIndex} />}
    </article>
  );
});
