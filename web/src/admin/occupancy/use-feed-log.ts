/** The feed's log as a component keeps it, fed by a list of the newest changes. */
import { useEffect, useReducer, useRef } from 'react';
import type { OccupancyChanged } from '../../../../src/client/index.ts';
import { EMPTY_LOG, type FeedLog, heard, newsSince, paused, resumed } from './feed-log.ts';

type Action =
  | { readonly kind: 'heard'; readonly news: readonly OccupancyChanged[] }
  | { readonly kind: 'toggled' };

/** @param feed newest first; a new array whenever something came */
export function useFeedLog(feed: readonly OccupancyChanged[]): { log: FeedLog; toggle: () => void } {
  const [log, dispatch] = useReducer(next, EMPTY_LOG);
  const newest = useRef<OccupancyChanged>(undefined);
  useEffect(() => {
    const news = newsSince(feed, newest.current);
    newest.current = feed[0];
    if (news.length > 0) dispatch({ kind: 'heard', news });
  }, [feed]);
  return { log, toggle: () => dispatch({ kind: 'toggled' }) };
}

function next(log: FeedLog, action: Action): FeedLog {
  if (action.kind === 'heard') return heard(log, action.news);
  return log.waiting === undefined ? paused(log) : resumed(log);
}
