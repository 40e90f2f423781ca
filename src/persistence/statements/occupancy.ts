/** Every night that is taken for good, from some night on: what a search index starts from. Holds are not in here. */
import type { Pool } from 'pg';
import { STREAM_ROWS } from '../limits.ts';
import { cursorRows } from './cursor.ts';

export interface TakenRange {
  readonly apartmentId: string;
  /** Half-open, in night numbers. */
  readonly from: number;
  readonly to: number;
  readonly status: 'booked' | 'blocked';
  /** The apartment's version when it was booked at the latest; undefined for a block. */
  readonly version: number | undefined;
}

/**
 * Bookings and blocks that end after `fromNight`, grouped by apartment, in chunks of at most STREAM_ROWS; one
 * state of the database from first to last.
 */
export async function* takenRanges(pool: Pool, fromNight: number): AsyncGenerator<TakenRange[]> {
  const chunks = cursorRows<[string, number, number, 'booked' | 'blocked', number | null]>(
    pool,
    `select apartment_id, lower(stay) - date '1970-01-01', upper(stay) - date '1970-01-01', status, version
     from (
       select apartment_id, stay, 'booked' as status, version from bookings where status = 'confirmed'
       union all
       select apartment_id, stay, 'blocked', null from blocks
     ) taken
     where upper(stay) > date '1970-01-01' + ${Math.trunc(fromNight)}
     order by apartment_id collate "C", 2`,
    STREAM_ROWS,
  );
  for await (const rows of chunks) {
    yield rows.map(([apartmentId, from, to, status, version]) => ({
      apartmentId,
      from,
      to,
      status,
      version: version ?? undefined,
    }));
  }
}
