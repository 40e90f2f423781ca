/**
 * Everything that a judge can hold a database against, an apartment at a time, as rows, in bounded memory: its facts from
 * the first on, and what the other tables say of it. One state of the database throughout. Said in columns of its own, not
 * in those that the program loads an apartment by: what one of the two leaves out the other has.
 */
import type { Pool } from 'pg';
import type { RecordedRow } from '../../verify/ports.ts';
import { STREAM_ROWS } from '../limits.ts';
import { cursorRows, NO_TIMEOUT_MS } from './cursor.ts';

type Row = [apartmentId: string, nr: number, what: RecordedRow['what'], value: unknown];

const NIGHTS = `'from', lower(stay) - date '1970-01-01', 'to', upper(stay) - date '1970-01-01'`;
const BOOKING = `'id', id, 'holdId', hold_id, ${NIGHTS}, 'guestId', guest_id, 'guests', guests, 'price', price,
    'paymentKey', payment_key, 'version', version`;
const MS = (instant: string) => `(extract(epoch from ${instant}) * 1000)::bigint`;

/** Each part but the bookings is in the order of an index, so that a merge streams it. */
const RECORDED = `
  select id collate "C" as apartment_id, -3::bigint as nr, 'listing' as what, to_json(status) as value from listings
  union all
  select apartment_id, -2, 'snapshot', json_build_object('version', version, 'machineVersion', machine_version,
    'windowFromVersion', window_from_version, 'takenAtMs', ${MS('taken_at')}, 'state', state) from machine_snapshots
  union all
  select apartment_id, -1, 'block', json_build_object('id', id, ${NIGHTS}, 'reason', reason) from blocks
  union all
  select apartment_id, 0, 'baseline', json_build_object('version', version, 'volume', volume, 'atMs', ${MS('at')},
    'hash', hash, 'crc', crc, 'state', state::text) from baselines
  union all
  select apartment_id, version, 'booking', json_build_object(${BOOKING}, 'status', status,
    'refundMinor', refund_minor, 'refundOwed', refund_owed, 'confirmedVersion', confirmed_version) from bookings
  union all
  select apartment_id, version, 'booking', json_build_object(${BOOKING}, 'status', 'pending',
    'refundMinor', null, 'refundOwed', false, 'confirmedVersion', 0) from pending_bookings
  union all
  select apartment_id, version, 'entry', json_build_object('version', version, 'kind', kind,
    'subjectId', subject_id, 'requestId', request_id, 'atMs', ${MS('at')}, 'fact', fact::text, 'hash', hash) from facts
  order by 1, 2`;

/** Pages of rows, in the order that `RecordedRow` says. */
export async function* recordedRows(pool: Pool): AsyncGenerator<RecordedRow[]> {
  for await (const rows of cursorRows<Row>(pool, RECORDED, STREAM_ROWS, NO_TIMEOUT_MS))
    yield rows.map(([apartmentId, nr, what, value]) => ({ apartmentId, nr, what, value }));
}
