/**
 * The statements that a lane prepares, by their text, each as PostgreSQL carries it out: which rows it locks, in which
 * order, what it refuses and under which SQLSTATE. One that waits for a lock yields it, and goes on when it has it.
 */
import type { BookingRecord, Fact, FactKind, JournalEntry } from '../../../src/actors/facts.ts';
import { COPY_JOURNAL } from '../../../src/persistence/journal/batch-encoder.ts';
import { type SideStatement, sideStatements } from '../../../src/persistence/journal/side-statements.ts';
import {
  SQLSTATE_FENCED,
  SQLSTATE_MISSING,
  SQLSTATE_SHARDS_LOCKED,
} from '../../../src/persistence/sqlstate.ts';
import { isSealed } from '../../../src/protocol/kept-contact.ts';
import { PostgresError } from './messages.ts';
import type { LockMode } from './row-locks.ts';
import { type BookingRow, type Changes, keyOf, type MarkRow, type Tables } from './tables.ts';

/** What a transaction works on. */
export interface Work {
  readonly tables: Tables;
  readonly changes: Changes;
  readonly epochOf: (shard: number) => number;
  /** A seeded bug: the fence lets everything through. */
  readonly isUnfenced: boolean;
  /** `for … skip locked`. */
  readonly tryLock: (row: string, mode: LockMode) => boolean;
  /** `set_config(…, false)`. */
  readonly set: (setting: string, value: string) => void;
}

/** A row that must be locked before it goes on. */
export interface Wanted {
  readonly row: string;
  readonly mode: LockMode;
}
export type Steps = Iterator<Wanted, void, void>;

const NOTHING_TO_WAIT_FOR: readonly Wanted[] = [];

export interface Statement {
  /** Takes rows from the client, as COPY does, instead of a parameter. */
  readonly copies: boolean;
  run(work: Work, ...values: readonly string[]): Steps;
}

export function statementOf(sql: string): Statement {
  const known = STATEMENTS.get(sql);
  if (known === undefined)
    throw new Error(`the simulated PostgreSQL does not know this statement, teach it: ${sql}`);
  return known;
}

export const rowOf = {
  shard: (shard: number) => `shard ${shard}`,
  /** Shared by whoever writes one of its rows. */
  table: (name: 'bookings' | 'pending') => `table ${name}`,
  listing: (apartmentId: string) => `listing ${apartmentId}`,
  booking: (key: string) => `booking ${key}`,
  pending: (key: string) => `pending ${key}`,
  block: (key: string) => `block ${key}`,
  mark: (key: string) => `mark ${key}`,
  entry: (apartmentId: string, version: number) => `entry ${apartmentId} ${version}`,
  /** A booking that is not committed yet keeps others of the apartment from being written: the exclusion constraint. */
  nights: (apartmentId: string) => `nights ${apartmentId}`,
};

function fence({ epochOf, isUnfenced, tryLock, changes }: Work, shards: string, epochs: string): Steps {
  const held = numbersOf(shards);
  const epochsOf = numbersOf(epochs);
  changes.epochs = new Map(held.map((shard, i) => [shard, epochsOf[i]!]));
  if (isUnfenced) return NOTHING_TO_WAIT_FOR.values();
  const locked = [...new Set(held)].filter((shard) => !tryLock(rowOf.shard(shard), 'share'));
  if (locked.length > 0)
    throw new PostgresError(SQLSTATE_SHARDS_LOCKED, 'shards locked by another session', locked.join(','));
  const stale = held.flatMap((shard, i) => (epochOf(shard) === epochsOf[i] ? [] : `${shard}:${epochsOf[i]}`));
  if (stale.length > 0)
    throw new PostgresError(SQLSTATE_FENCED, 'shards owned by another node', stale.join(','));
  return NOTHING_TO_WAIT_FOR.values();
}

function* copyJournal({ tables, changes }: Work, rows: string): Generator<Wanted> {
  const lines = rows.split('\n');
  if (lines.pop() !== '') throw new PostgresError('22P04', 'the last row of a COPY has no end');
  const entries: JournalEntry[] = [];
  const written = new Set<string>();
  for (const line of lines) {
    const entry = entryOf(line);
    const row = rowOf.entry(entry.apartmentId, entry.version);
    yield { row, mode: 'alone' };
    if (written.has(row) || tables.has(entry.apartmentId, entry.version))
      throw violation('23505', 'journal_pkey');
    written.add(row);
    entries.push(entry);
  }
  changes.journal = entries;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function entryOf(line: string): JournalEntry {
  const [
    apartmentId = '',
    version,
    kind = '',
    subjectId = '',
    requestId = '',
    at = '',
    fact = '',
    hash,
    ...rest
  ] = line.split('\x1f');
  if (hash === undefined || rest.length > 0)
    throw new PostgresError('22P04', `a row of the journal has 8 columns: ${line}`);
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs))
    throw new PostgresError('22007', `invalid input syntax for type timestamptz: ${at}`);
  if (requestId !== '' && !UUID.test(requestId))
    throw new PostgresError('22P02', `invalid input syntax for type uuid: ${requestId}`);
  if (Number(version) <= 0) throw violation('23514', 'journal_version_check');
  return {
    apartmentId,
    version: Number(version),
    fact: { kind: kind as FactKind, ...jsonOf(fact) } as Fact,
    subjectId: subjectId === '' ? null : subjectId,
    requestId: requestId === '' ? null : requestId,
    atMs,
    ...(hash !== '' && { hash: Number(hash) }),
  };
}

/** A row of a side statement's parameter. */
interface Change {
  readonly apartmentId: string;
  readonly id: string;
  readonly version: number;
  readonly at: string;
}
type Adopted = { readonly apartmentId: string; readonly guest: string; readonly account: string };
type Pending = Change & Omit<BookingRecord, 'apartmentId'>;

const SIDES: Readonly<Record<SideStatement, Statement['run']>> = {
  *booking_abandoned(work, json) {
    const rows = arrayOf<Change>(json);
    const deleted = yield* found(work, 'pending', rows, () => true);
    for (const { key } of deleted) work.changes.pending.set(key, null);
    expectRows(deleted.length, rows.length, 'pending');
  },
  *booking_cancelled(work, json) {
    const rows = arrayOf<Change & { readonly refundMinor: number }>(json);
    const changed = yield* found(work, 'bookings', rows, ({ status }) => status === 'confirmed');
    for (const { key, row, change } of changed) {
      const { version, at, refundMinor } = change;
      work.changes.bookings.set(key, {
        ...row,
        ...{ status: 'cancelled', cancelledAtMs: Date.parse(at), version },
        ...{ refundMinor, refundOwed: refundMinor > 0 },
      });
    }
    expectRows(changed.length, rows.length, 'confirmed');
  },
  *unblock({ tables, changes }, json) {
    for (const { apartmentId, id } of arrayOf<Change>(json)) {
      const key = keyOf(apartmentId, id);
      if (rowIn(changes.blocks, tables.blocks, key) === undefined) continue;
      yield { row: rowOf.block(key), mode: 'alone' };
      changes.blocks.set(key, null);
    }
  },
  *booking_pending({ tables, changes }, json) {
    yield { row: rowOf.table('pending'), mode: 'share' };
    for (const change of arrayOf<Pending>(json)) {
      const { version, at, apartmentId, id, ...booking } = change;
      const key = keyOf(apartmentId, id);
      yield { row: rowOf.pending(key), mode: 'alone' };
      expectNights(booking, 'pending_bookings_stay_check');
      if (rowIn(changes.pending, tables.pending, key)) throw violation('23505', 'pending_bookings_pkey');
      changes.pending.set(key, {
        ...booking,
        ...{ apartmentId, id, version, status: 'pending', createdAtMs: Date.parse(at) },
        ...{ cancelledAtMs: null, refundMinor: null, confirmedVersion: 0, refundOwed: false },
      });
    }
  },
  *booking_confirmed(work, json) {
    const { tables, changes } = work;
    const rows = arrayOf<Change>(json);
    const moved = yield* found(work, 'pending', rows, () => true);
    yield { row: rowOf.table('bookings'), mode: 'share' };
    for (const { key, row, change } of moved) {
      changes.pending.set(key, null);
      yield { row: rowOf.nights(row.apartmentId), mode: 'alone' };
      if (rowIn(changes.bookings, tables.bookings, key)) throw violation('23505', 'bookings_pkey');
      for (const other of rowsIn(changes.bookings, tables.bookings)) {
        if (other.id === row.id) throw violation('23505', 'bookings_id');
        if (other.apartmentId !== row.apartmentId || other.status !== 'confirmed') continue;
        if (other.from < row.to && row.from < other.to) throw violation('23P01', 'one_booking_a_night');
      }
      const { version, at } = change;
      changes.bookings.set(key, {
        ...row,
        ...{ status: 'confirmed', createdAtMs: Date.parse(at), version, confirmedVersion: version },
      });
    }
    expectRows(moved.length, rows.length, 'pending');
  },
  *booking_refunded(work, json) {
    const rows = arrayOf<Change>(json);
    const changed = yield* found(work, 'bookings', rows, ({ status }) => status === 'cancelled');
    for (const { key, row, change } of changed)
      work.changes.bookings.set(key, { ...row, refundOwed: false, version: change.version });
    expectRows(changed.length, rows.length, 'cancelled');
  },
  *booking_adopted({ tables, changes }, json) {
    for (const { apartmentId, guest, account } of arrayOf<Adopted>(json)) {
      for (const table of ['bookings', 'pending'] as const) {
        yield { row: rowOf.table(table), mode: 'share' };
        for (const { id } of [...rowsIn(changes[table], tables[table])]) {
          const key = keyOf(apartmentId, id);
          const isTheirs = () => rowIn(changes[table], tables[table], key)?.guestId === guest;
          if (!isTheirs()) continue;
          yield { row: table === 'bookings' ? rowOf.booking(key) : rowOf.pending(key), mode: 'alone' };
          if (!isTheirs()) continue;
          const row = rowIn(changes[table], tables[table], key)!;
          const contact = isSealed(row.contact) ? { guestId: guest, ...row.contact } : row.contact;
          changes[table].set(key, { ...row, guestId: account, contact });
        }
      }
    }
  },
  *block({ tables, changes }, json) {
    for (const row of arrayOf<Change & { from: number; to: number }>(json)) {
      expectNights(row, 'blocks_stay_check');
      const key = keyOf(row.apartmentId, row.id);
      yield { row: rowOf.block(key), mode: 'alone' };
      if (rowIn(changes.blocks, tables.blocks, key)) throw violation('23505', 'blocks_pkey');
      changes.blocks.set(key, { apartmentId: row.apartmentId, id: row.id });
    }
  },
  *listing({ tables, changes }, json) {
    const rows = arrayOf<{ apartmentId: string; status: 'listed' | 'paused' | 'retired' }>(json);
    for (const [apartmentId, status] of new Map(rows.map((row) => [row.apartmentId, row.status]))) {
      if (rowIn(changes.listings, tables.listings, apartmentId) === undefined) continue;
      yield { row: rowOf.listing(apartmentId), mode: 'alone' };
      const listing = rowIn(changes.listings, tables.listings, apartmentId)!;
      changes.listings.set(apartmentId, { ...listing, status });
    }
  },
  *unmark({ tables, changes }, json) {
    for (const { version, shard, apartmentId } of arrayOf<MarkRow>(json)) {
      const key = markOf(shard, apartmentId);
      const isMeant = () => (rowIn(changes.marks, tables.marks, key)?.version ?? Infinity) <= version;
      if (!isMeant()) continue;
      yield { row: rowOf.mark(key), mode: 'alone' };
      if (isMeant()) changes.marks.set(key, null);
    }
  },
  *mark({ changes }, json) {
    for (const { version, shard, apartmentId } of arrayOf<MarkRow>(json)) {
      const key = markOf(shard, apartmentId);
      yield { row: rowOf.mark(key), mode: 'alone' };
      changes.marks.set(key, { version, shard, apartmentId });
    }
  },
};

const STATEMENTS: ReadonlyMap<string, Statement> = new Map([
  [
    `select set_config('application_name', $1, false)`,
    statement(({ set }, name) => {
      set('application_name', name!);
      return NOTHING_TO_WAIT_FOR.values();
    }),
  ],
  ['select fence_marked($1::smallint[], $2::bigint[])', statement(fence as Statement['run'])],
  [COPY_JOURNAL, { copies: true, run: copyJournal as Statement['run'] }],
  ...Object.entries(sideStatements).map(
    ([name, sql]) => [sql, statement(SIDES[name as SideStatement])] as [string, Statement],
  ),
]);

function statement(run: Statement['run']): Statement {
  return { copies: false, run };
}

/** The bookings that are there and fit, each once, locked; a lock that was waited for lets them be looked at anew. */
function* found<C extends Change>(
  { tables, changes }: Work,
  table: 'bookings' | 'pending',
  wanted: readonly C[],
  fits: (row: BookingRow) => boolean,
): Generator<Wanted, { key: string; row: BookingRow; change: C }[], void> {
  const rows = new Map<string, { key: string; row: BookingRow; change: C }>();
  yield { row: rowOf.table(table), mode: 'share' };
  for (const change of wanted) {
    const key = keyOf(change.apartmentId, change.id);
    const before = rowIn(changes[table], tables[table], key);
    if (before === undefined || !fits(before)) continue;
    yield { row: table === 'bookings' ? rowOf.booking(key) : rowOf.pending(key), mode: 'alone' };
    const row = rowIn(changes[table], tables[table], key);
    if (row !== undefined && fits(row)) rows.set(key, { key, row, change });
  }
  return [...rows.values()];
}

function markOf(shard: number, apartmentId: string): string {
  return `${shard} ${apartmentId}`;
}

function rowIn<Row>(
  changed: ReadonlyMap<string, Row | null>,
  committed: ReadonlyMap<string, Row>,
  key: string,
): Row | undefined {
  const own = changed.get(key);
  return own === undefined ? committed.get(key) : (own ?? undefined);
}

function* rowsIn<Row>(
  changed: ReadonlyMap<string, Row | null>,
  committed: ReadonlyMap<string, Row>,
): Generator<Row> {
  for (const row of changed.values()) if (row !== null) yield row;
  for (const [key, row] of committed) if (!changed.has(key)) yield row;
}

function expectRows(counted: number, expected: number, what: string): void {
  if (counted === expected) return;
  const message = `${counted} rows of ${what} bookings where ${expected} were expected`;
  throw new PostgresError(SQLSTATE_MISSING, message);
}

function expectNights({ from, to }: { readonly from: number; readonly to: number }, check: string): void {
  if (from > to)
    throw new PostgresError('22000', 'range lower bound must be less than or equal to range upper bound');
  if (from === to) throw violation('23514', check);
}

function violation(code: string, constraint: string): PostgresError {
  return new PostgresError(code, `the row violates constraint "${constraint}"`);
}

function numbersOf(array: string): number[] {
  const inner = array.slice(1, -1);
  return inner === '' ? [] : inner.split(',').map(Number);
}

function jsonOf(text: string): object {
  try {
    return JSON.parse(text);
  } catch {
    throw new PostgresError('22P02', `invalid input syntax for type json: ${text}`);
  }
}

function arrayOf<Row>(json: string | undefined): Row[] {
  return jsonOf(json!) as Row[];
}
