/**
 * What happened, as the feed keeps it: the newest first, bounded, and standing still while somebody reads. What
 * comes meanwhile is kept behind the pause and counted; more than is kept is counted all the same.
 */
import type { OccupancyChanged } from '../../../../src/client/index.ts';

/** Changes kept behind the filters; older ones leave. */
export const FEED_KEPT_MAX = 500;

export interface FeedLog {
  /** Newest first. */
  readonly shown: readonly OccupancyChanged[];
  /** Undefined while it is not paused. Newest first. */
  readonly waiting: readonly OccupancyChanged[] | undefined;
  /** How many have come since the pause, also those that are no longer kept. */
  readonly waitingCount: number;
}

export const EMPTY_LOG: FeedLog = { shown: [], waiting: undefined, waitingCount: 0 };

/** @param news newest first, all of them newer than what is known */
export function heard(log: FeedLog, news: readonly OccupancyChanged[]): FeedLog {
  if (news.length === 0) return log;
  if (log.waiting === undefined) return { ...log, shown: kept(news, log.shown) };
  return { ...log, waiting: kept(news, log.waiting), waitingCount: log.waitingCount + news.length };
}

export function paused(log: FeedLog): FeedLog {
  return log.waiting === undefined ? { ...log, waiting: [], waitingCount: 0 } : log;
}

export function resumed(log: FeedLog): FeedLog {
  if (log.waiting === undefined) return log;
  return { shown: kept(log.waiting, log.shown), waiting: undefined, waitingCount: 0 };
}

/**
 * What a newest-first list has that stood not in it when it was last looked at.
 * @param newest the first one of then; where it has left the list meanwhile, everything is new
 */
export function newsSince(
  feed: readonly OccupancyChanged[],
  newest: OccupancyChanged | undefined,
): readonly OccupancyChanged[] {
  const known = newest === undefined ? -1 : feed.indexOf(newest);
  return known < 0 ? feed : feed.slice(0, known);
}

function kept(news: readonly OccupancyChanged[], known: readonly OccupancyChanged[]): OccupancyChanged[] {
  return [...news, ...known].slice(0, FEED_KEPT_MAX);
}

export interface FeedFilter {
  readonly causes: ReadonlySet<OccupancyChanged['cause']>;
  /** Part of an apartment's name, id or city. */
  readonly apartment: string;
  /** Part of a guest's id. */
  readonly guest: string;
}

/** @param apartments by id, as far as they are known */
export function passes(
  change: OccupancyChanged,
  { causes, apartment, guest }: FeedFilter,
  apartments: ReadonlyMap<string, { readonly name: string; readonly city: string }>,
): boolean {
  if (causes.size > 0 && !causes.has(change.cause)) return false;
  if (guest !== '' && !has(change.guestId ?? '', guest)) return false;
  if (apartment === '') return true;
  const known = apartments.get(change.apartmentId);
  return has(`${known?.name ?? ''} ${known?.city ?? ''} ${change.apartmentId}`, apartment);
}

const has = (text: string, part: string) => text.toLowerCase().includes(part.trim().toLowerCase());
