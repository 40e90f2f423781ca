/**
 * Everything a calendar can be checked against, an apartment at a time, in bounded memory: its facts from the first
 * on, and what the other tables say of it. One state of the database throughout.
 */
import type { Pool } from 'pg';
import type { JournalEntry } from '../../actors/facts.ts';
import { STREAM_ROWS } from '../limits.ts';
import { cursorRows, NO_TIMEOUT_MS } from './cursor.ts';
import { ENTRY_JSON, type EntryRow, entryOf } from './journal-rows.ts';

export interface RecordedApartment {
  readonly apartmentId: string;
  /** Undefined where facts or bookings have no listing. */
  readonly status: 'listed' | 'paused' | 'retired' | undefined;
  /** In order of version. One apartment's facts are in memory at once, not more. */
  readonly entries: readonly JournalEntry[];
  readonly bookings: readonly RecordedBooking[];
  readonly blocks: readonly { readonly id: string; readonly from: number; readonly to: number }[];
  /** One of a machine version. */
  readonly snapshots: readonly RecordedSnapshot[];
}

export interface RecordedSnapshot {
  readonly version: number;
  readonly machineVersion: number;
  readonly restless: boolean;
  readonly state: unknown;
}

export interface RecordedBooking {
  readonly id: string;
  readonly holdId: string;
  readonly from: number;
  readonly to: number;
  readonly guestId: string;
  readonly status: 'pending' | 'confirmed' | 'cancelled';
  readonly paymentKey: string;
  readonly refundMinor: number | null;
  readonly refundOwed: boolean;
  readonly version: number;
}

type Row = [
  apartmentId: string,
  order: number,
  what: 'listing' | 'snapshot' | 'booking' | 'block' | 'entry',
  value: unknown,
];

const NIGHTS = `'from', lower(stay) - date '1970-01-01', 'to', upper(stay) - date '1970-01-01'`;

/** Entries come last of each apartment's rows, in order of version, so that a merge of indexes can stream them. */
const RECORDED = `
  select id collate "C" as apartment_id, -4::bigint as nr, 'listing' as what, to_json(status) as value from listings
  union all
  select apartment_id, -3, 'snapshot', json_build_object('version', version, 'machineVersion', machine_version,
    'restless', restless, 'state', state) from machine_snapshots
  union all
  select apartment_id, -2, 'booking', json_build_object('id', id, 'holdId', hold_id, ${NIGHTS}, 'guestId', guest_id,
    'status', status, 'paymentKey', payment_key, 'refundMinor', refund_minor, 'refundOwed', refund_owed,
    'version', version) from bookings
  union all
  select apartment_id, -2, 'booking', json_build_object('id', id, 'holdId', hold_id, ${NIGHTS}, 'guestId', guest_id,
    'status', 'pending', 'paymentKey', payment_key, 'refundMinor', null, 'refundOwed', false,
    'version', version) from pending_bookings
  union all
  select apartment_id, -1, 'block', json_build_object('id', id, ${NIGHTS}) from blocks
  union all
  select apartment_id, version, 'entry', ${ENTRY_JSON} from journal j
  order by 1, 2`;

export async function* recordedApartments(pool: Pool): AsyncGenerator<RecordedApartment> {
  let apartment: Draft | undefined;
  for await (const rows of cursorRows<Row>(pool, RECORDED, STREAM_ROWS, NO_TIMEOUT_MS)) {
    for (const [apartmentId, , what, value] of rows) {
      if (apartment?.apartmentId !== apartmentId) {
        if (apartment !== undefined) yield apartment;
        apartment = new Draft(apartmentId);
      }
      apartment.add(what, value);
    }
  }
  if (apartment !== undefined) yield apartment;
}

class Draft implements RecordedApartment {
  readonly apartmentId: string;
  readonly entries: JournalEntry[] = [];
  readonly bookings: RecordedBooking[] = [];
  readonly blocks: { id: string; from: number; to: number }[] = [];
  readonly snapshots: RecordedSnapshot[] = [];
  status: RecordedApartment['status'];

  constructor(apartmentId: string) {
    this.apartmentId = apartmentId;
  }

  add(what: Row[2], value: unknown): void {
    switch (what) {
      case 'entry':
        this.entries.push(entryOf(this.apartmentId, value as EntryRow));
        return;
      case 'booking':
        this.bookings.push(value as RecordedBooking);
        return;
      case 'block':
        this.blocks.push(value as { id: string; from: number; to: number });
        return;
      case 'snapshot':
        this.snapshots.push(value as RecordedSnapshot);
        return;
      case 'listing':
        this.status = value as RecordedApartment['status'];
    }
  }
}
