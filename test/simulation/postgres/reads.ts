/** What the journal's statements read, as `src/persistence/journal/journal.ts` has them; and how many rows they go through. */
import type { BookingRecord, JournalEntry } from '../../../src/actors/facts.ts';
import type {
  RequestsPage,
  RestlessPage,
  StoredApartment,
  StoredRequest,
  StoredSnapshot,
} from '../../../src/actors/ports.ts';
import { SNAPSHOT_FACTS_COUNTED } from '../../../src/persistence/limits.ts';
import { shardOf } from '../../../src/protocol/ids.ts';
import { type BookingRow, Changes, keyOf, type MarkRow, type Snapshots, type Tables } from './tables.ts';

export function load(
  tables: Tables,
  apartmentId: string,
  machineVersion: number,
  limit: number,
): StoredApartment | undefined {
  const listing = tables.listings.get(apartmentId);
  if (listing === undefined) return undefined;
  const snapshot = structuredClone(snapshotOf(tables.snapshots.get(apartmentId), machineVersion));
  const all = tables.journal.get(apartmentId);
  const under = all?.find(({ version }) => version === snapshot?.version);
  return {
    ...listing,
    snapshot,
    base: under && { hash: under.hash },
    entries: entries(tables, apartmentId, snapshot?.version ?? 0, limit),
    lastVersion: all?.at(-1)?.version ?? 0,
  };
}

export function entries(
  tables: Tables,
  apartmentId: string,
  afterVersion: number,
  limit = Number.POSITIVE_INFINITY,
): JournalEntry[] {
  const all = tables.journal.get(apartmentId) ?? [];
  return all.filter(({ version }) => version > afterVersion).slice(0, limit);
}

export function requests(tables: Tables, apartmentId: string, page: RequestsPage): StoredRequest[] {
  const found: StoredRequest[] = [];
  for (const { version, subjectId, requestId, atMs } of entries(tables, apartmentId, page.afterVersion)) {
    if (found.length >= page.limit || version > page.toVersion) break;
    if (requestId !== null) found.push({ version, subjectId, requestId, atMs });
  }
  return found;
}

export function endOf(
  tables: Tables,
  apartmentId: string,
  holdId: string,
  afterVersion: number,
  limit: number,
): JournalEntry | undefined {
  return entries(tables, apartmentId, afterVersion).find(
    (entry) => entry.version <= afterVersion + limit && isEndOf(entry, holdId),
  );
}

export function bookings(tables: Tables): BookingRecord[] {
  return [...tables.bookings.values(), ...tables.pending.values()].map(recordOf);
}

export function booking(tables: Tables, apartmentId: string, id: string): BookingRecord | undefined {
  const key = keyOf(apartmentId, id);
  const row = tables.bookings.get(key) ?? tables.pending.get(key);
  return row && recordOf(row);
}

export function bookingsOf(tables: Tables, apartmentId: string, ids: readonly string[]): BookingRecord[] {
  return ids.map((id) => booking(tables, apartmentId, id)).filter((found) => found !== undefined);
}

export function bookingsOfGuest(
  tables: Tables,
  apartmentId: string,
  guestId: string,
  limit: number,
): BookingRecord[] {
  return bookings(tables)
    .filter((booking) => booking.apartmentId === apartmentId && booking.guestId === guestId)
    .sort((a, b) => b.version - a.version)
    .slice(0, limit);
}

export function bookingOfHold(
  tables: Tables,
  apartmentId: string,
  holdId: string,
): BookingRecord | undefined {
  return bookings(tables)
    .filter((row) => row.apartmentId === apartmentId && row.holdId === holdId)
    .sort(
      (a, b) => Number(a.status === 'pending') - Number(b.status === 'pending') || b.version - a.version,
    )[0];
}

/** Of programs that make marks: nothing writes by the older fence, so that none is missing. */
export function restless(
  tables: Tables,
  shards: ReadonlyMap<number, number>,
  { afterId, limit }: RestlessPage,
): string[] {
  const after = afterId === undefined ? undefined : { shard: shardOf(afterId), apartmentId: afterId };
  return [...tables.marks.values()]
    .filter((mark) => shards.has(mark.shard) && (after === undefined || byShardAndId(mark, after) > 0))
    .sort(byShardAndId)
    .slice(0, limit)
    .map(({ apartmentId }) => apartmentId);
}

function byShardAndId(a: Omit<MarkRow, 'version'>, b: Omit<MarkRow, 'version'>): number {
  return a.shard - b.shard || (a.apartmentId < b.apartmentId ? -1 : Number(a.apartmentId > b.apartmentId));
}

/** What is written of these, and of which apartments what is given does not rest on the facts that are there. */
export function savedSnapshots(
  tables: Tables,
  snapshots: readonly StoredSnapshot[],
): { readonly changes: Changes; readonly refused: string[] } {
  const changes = new Changes();
  const refused: string[] = [];
  for (const snapshot of snapshots) {
    const { apartmentId, machineVersion } = snapshot;
    if (!isSound(tables, snapshot)) {
      refused.push(apartmentId);
      continue;
    }
    const known = changes.snapshots.get(apartmentId) ?? tables.snapshots.get(apartmentId) ?? [];
    const own = snapshotOf(known, machineVersion);
    if (own !== undefined && own.version > snapshot.version) continue;
    const other = known.findLast((one) => one.machineVersion !== machineVersion);
    changes.snapshots.set(apartmentId, [...(other === undefined ? [] : [other]), structuredClone(snapshot)]);
  }
  return { changes, refused };
}

function isSound(tables: Tables, { apartmentId, version, machineVersion, hash }: StoredSnapshot): boolean {
  const saved = snapshotOf(tables.snapshots.get(apartmentId), machineVersion);
  const known = Math.max(saved?.version ?? 0, version - SNAPSHOT_FACTS_COUNTED);
  const upTo = entries(tables, apartmentId, 0).filter((entry) => entry.version <= version);
  const last = upTo.at(-1);
  const counted = upTo.filter((entry) => entry.version > known).length;
  return last?.version === version && last.hash === hash && version - known <= counted;
}

function snapshotOf(snapshots: Snapshots | undefined, machineVersion: number): StoredSnapshot | undefined {
  return snapshots?.find((one) => one.machineVersion === machineVersion);
}

function isEndOf({ fact }: JournalEntry, holdId: string): boolean {
  if (fact.kind === 'held') return fact.replaces?.includes(holdId) === true;
  const isEnd = fact.kind === 'expired' || fact.kind === 'released' || fact.kind === 'confirmed';
  return isEnd && fact.hold === holdId;
}

function recordOf({ refundOwed: _, ...record }: BookingRow): BookingRecord {
  return record;
}
