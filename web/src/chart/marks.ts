/** What has just changed in a row: it flashes, then a mark stays for a while. */
import type { OccupancyCause } from '../../../src/protocol/events.ts';
import { nightOf } from '../../../src/protocol/nights.ts';
import type { ChartChange } from './ports.ts';

export interface Mark {
  readonly version: number;
  /** Half-open night numbers. */
  readonly from: number;
  readonly to: number;
  readonly cause: OccupancyCause;
  /** When the server has done it. */
  readonly at: string;
  readonly guestId: string | undefined;
  /** When this page has heard of it, in milliseconds. */
  readonly heardMs: number;
}

/** How long a mark stays, in milliseconds: long enough to be found by whoever has only seen the flash. */
export const MARK_MS = 15_000;
/** How long a flash takes, in milliseconds; as in chart.css. */
export const FLASH_MS = 1_200;
/** Changes remembered of a row. */
const RECENT_MAX = 8;

export function remembered(recent: readonly Mark[], change: ChartChange, nowMs: number): Mark[] {
  const { version, cause, at, guestId } = change;
  const marks = change.changes.map(({ from, to }) => ({
    ...{ version, cause, at, guestId, heardMs: nowMs },
    from: nightOf(from),
    to: nightOf(to),
  }));
  return [...recent, ...marks].slice(-RECENT_MAX);
}

export const fresh = (recent: readonly Mark[], nowMs: number): readonly Mark[] =>
  recent.filter(({ heardMs }) => nowMs - heardMs < MARK_MS);

/** The newest change that took this night. */
export function takenBy(recent: readonly Mark[], night: number): Mark | undefined {
  return recent.findLast(({ from, to, cause }) => from <= night && night < to && TAKES.has(cause));
}

const TAKES: ReadonlySet<OccupancyCause> = new Set<OccupancyCause>([
  'held',
  'extended',
  'confirmed',
  'blocked',
]);
