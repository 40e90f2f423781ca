/** The journal on PostgreSQL: appends by group commit, reads through the pool. */
import type { Pool } from 'pg';

import type { JournalEntry } from '../../actors/facts.ts';
import type {
  Append,
  Journal,
  RequestsPage,
  RestlessPage,
  StoredApartment,
  StoredBaseline,
  StoredRequest,
  StoredSnapshot,
} from '../../actors/ports.ts';
import { SNAPSHOT_FACTS_COUNTED } from '../limits.ts';
import {
  bookingOfApartment,
  bookingOfHold,
  bookingsOfApartmentById,
  bookingsOfGuestAt,
} from '../statements/bookings.ts';
import { ENTRY_JSON, type EntryRow, entryOf } from '../statements/journal-rows.ts';
import {
  ANY_APARTMENT,
  markAsRecorded,
  restlessApartments,
  shardsWithoutMarks,
} from '../statements/restless-apartments.ts';
import type { CommitSummary } from './commit-stats.ts';
import { GroupCommit } from './group-commit.ts';
import type { LaneOptions } from './lane.ts';

export interface PostgresJournalOptions {
  readonly pool: Pool;
  /** For the lanes' own connections; the same database as the pool's. */
  readonly url: string;
  readonly lanes?: number;
  readonly history?: LaneOptions['history'];
  /** See `LaneOptions`. */
  readonly acceptDataLoss?: boolean;
  /** See `GroupCommitOptions`. */
  readonly onFault?: ((event: string, details: Record<string, unknown>) => void) | undefined;
}

export interface PostgresJournal extends Journal {
  /** For which node it appends; see `Lane`. */
  become(nodeId: string): void;
  commitStats(): CommitSummary;
  /** Whether every lane has its connection. */
  readonly isConnected: boolean;
  /** Appends waiting or under way. */
  readonly depth: number;
  close(): Promise<void>;
}

export function createPostgresJournal(options: PostgresJournalOptions): PostgresJournal {
  return new SqlJournal(options);
}

class SqlJournal implements PostgresJournal {
  readonly #pool: Pool;
  readonly #commit: GroupCommit;

  constructor({ pool, ...commit }: PostgresJournalOptions) {
    this.#pool = pool;
    this.#commit = new GroupCommit(commit);
  }

  append(append: Append): void {
    this.#commit.append(append);
  }

  async load(
    apartmentId: string,
    machineVersion: number,
    limit: number,
  ): Promise<StoredApartment | undefined> {
    const result = await this.#pool.query<LoadedRow>({
      name: 'load',
      text: LOAD,
      values: [apartmentId, machineVersion, limit],
    });
    const [row] = result.rows;
    if (row === undefined) return undefined;
    return {
      terms: row.terms,
      status: row.status,
      snapshot: row.version === null ? undefined : snapshotOf(apartmentId, machineVersion, row),
      baseline: row.baseline === null ? undefined : baselineFrom(row.baseline),
      base: row.base === null ? undefined : { hash: row.base.hash ?? undefined },
      entries: (row.entries ?? []).map((entry) => entryOf(apartmentId, entry)),
      lastVersion: row.lastVersion,
    };
  }

  async requests(
    apartmentId: string,
    { afterVersion, toVersion, limit }: RequestsPage,
  ): Promise<StoredRequest[]> {
    // As arrays: many rows, and an object each is made of them in any case.
    const result = await this.#pool.query<[number, string | null, string, number]>({
      name: 'requests',
      text: REQUESTS,
      values: [apartmentId, afterVersion, toVersion, limit],
      rowMode: 'array',
    });
    return result.rows.map(([version, subjectId, requestId, atMs]) => ({
      version,
      subjectId,
      requestId,
      atMs,
    }));
  }

  async baseline(apartmentId: string): Promise<StoredBaseline | undefined> {
    const result = await this.#pool.query<{ baseline: BaselineRow }>({
      name: 'baseline',
      text: `select ${BASELINE_JSON} as baseline from baselines b where b.apartment_id = $1`,
      values: [apartmentId],
    });
    const [row] = result.rows;
    return row && baselineFrom(row.baseline);
  }

  async entry(apartmentId: string, version: number): Promise<JournalEntry | undefined> {
    const result = await this.#pool.query<{ entry: EntryRow }>({
      name: 'entry',
      text: ENTRY,
      values: [apartmentId, version],
    });
    const [row] = result.rows;
    return row && entryOf(apartmentId, row.entry);
  }

  async endOf(
    apartmentId: string,
    holdId: string,
    afterVersion: number,
    limit: number,
  ): Promise<JournalEntry | undefined> {
    const result = await this.#pool.query<{ entry: EntryRow }>({
      name: 'end-of',
      text: END_OF,
      values: [apartmentId, holdId, afterVersion, afterVersion + limit],
    });
    const [row] = result.rows;
    return row && entryOf(apartmentId, row.entry);
  }

  async entries(apartmentId: string, afterVersion: number, limit: number): Promise<JournalEntry[]> {
    const result = await this.#pool.query<{ entry: EntryRow }>({
      name: 'entries',
      text: ENTRIES,
      values: [apartmentId, afterVersion, limit],
    });
    return result.rows.map(({ entry }) => entryOf(apartmentId, entry));
  }

  booking(apartmentId: string, bookingId: string) {
    return bookingOfApartment(this.#pool, apartmentId, bookingId);
  }

  bookingsOf(apartmentId: string, bookingIds: readonly string[]) {
    return bookingsOfApartmentById(this.#pool, apartmentId, bookingIds);
  }

  bookingsOfGuest(apartmentId: string, guestId: string, limit: number) {
    return bookingsOfGuestAt(this.#pool, apartmentId, guestId, limit);
  }

  bookingOfHold(apartmentId: string, holdId: string) {
    return bookingOfHold(this.#pool, apartmentId, holdId);
  }

  async saveSnapshots(snapshots: readonly StoredSnapshot[]): Promise<string[]> {
    if (snapshots.length === 0) return [];
    // One row of an apartment and machine version, the newest: a statement may not touch a row twice.
    const newest = new Map<string, StoredSnapshot>();
    for (const snapshot of snapshots) {
      const key = `${snapshot.machineVersion} ${snapshot.apartmentId}`;
      const other = newest.get(key);
      if (other === undefined || snapshot.version >= other.version) newest.set(key, snapshot);
    }
    const refused = await this.#pool.query<{ id: string }>(SAVE_SNAPSHOTS, [
      JSON.stringify([...newest.values()]),
      SNAPSHOT_FACTS_COUNTED,
    ]);
    return refused.rows.map(({ id }) => id);
  }

  async restless(shards: ReadonlyMap<number, number>, { afterId, limit }: RestlessPage): Promise<string[]> {
    if (afterId === undefined) await this.#completeMarks(shards);
    return restlessApartments(this.#pool, [...shards.keys()], afterId, limit);
  }

  become(nodeId: string): void {
    this.#commit.become(nodeId);
  }

  commitStats(): CommitSummary {
    return this.#commit.commitStats();
  }

  get isConnected(): boolean {
    return this.#commit.isConnected;
  }

  get depth(): number {
    return this.#commit.depth;
  }

  close(): Promise<void> {
    return this.#commit.close();
  }

  /** Of what programs wrote that made no marks: once for each shard that was theirs. */
  async #completeMarks(epochs: ReadonlyMap<number, number>): Promise<void> {
    const shards = await shardsWithoutMarks(this.#pool, [...epochs.keys()]);
    if (shards.length === 0) return;
    await markAsRecorded(this.#pool, shards);
    const mark = { to: 'taken', version: 0 } as const;
    const place = { apartmentId: ANY_APARTMENT, entries: [], chain: { head: undefined }, mark };
    // Fenced, as any change of a mark. Where it fails the next owner completes them once more.
    const complete = (shard: number) =>
      new Promise((done) => this.append({ ...place, shard, epoch: epochs.get(shard)!, done }));
    await Promise.all(shards.map(complete));
  }
}

interface LoadedRow {
  terms: StoredApartment['terms'];
  status: StoredApartment['status'];
  version: number | null;
  windowFromVersion: number;
  restless: boolean;
  hash: number | null;
  state: unknown;
  base: { hash: number | null } | null;
  baseline: BaselineRow | null;
  entries: EntryRow[] | null;
  lastVersion: number;
}

interface BaselineRow extends Omit<StoredBaseline, 'hash'> {
  readonly hash: number | null;
}

/** Its state as text, which is what was hashed. */
const BASELINE_JSON = `case when b.version is not null then json_build_object('version', b.version, 'volume', b.volume,
      'atMs', (extract(epoch from b.at) * 1000)::bigint, 'hash', b.hash, 'crc', b.crc, 'state', b.state::text) end`;

function baselineFrom({ hash, ...row }: BaselineRow): StoredBaseline {
  return { ...row, hash: hash ?? undefined };
}

/**
 * One statement, so one state of the database: no entry is missed between the snapshot and what follows it. Volumes before the
 * snapshot's are not looked into.
 */
const LOAD = `
  select l.terms, l.status, s.version, s.window_from_version as "windowFromVersion", s.restless, s.hash, s.state,
    ${BASELINE_JSON} as baseline,
    case when b.version = s.version then json_build_object('hash', b.hash) else
      (select json_build_object('hash', hash) from facts
       where apartment_id = l.id and version = s.version and volume >= s.volume limit 1) end as base,
    (select json_agg(${ENTRY_JSON} order by j.version) from (
       select * from facts
       where apartment_id = $1 and version > coalesce(s.version, b.version, 0)
         and volume >= coalesce(s.volume, b.volume, 0)
       order by version limit $3) j) as entries,
    coalesce((select max(version) from facts where apartment_id = $1 and volume >= coalesce(s.volume, b.volume, 0)),
             b.version, 0) as "lastVersion"
  from listings l
  left join baselines b on b.apartment_id = l.id
  left join machine_snapshots s on s.apartment_id = l.id and s.machine_version = $2
    and s.version >= coalesce(b.version, 0)
  where l.id = $1`;

/**
 * Of the facts after a version: a snapshot up to there says in which volume they begin at the earliest. What is asked for on
 * the way of a command is young, and looked for in few; without a snapshot that old every volume is looked into.
 */
const volumesAfter = (version: string) => `volume >= coalesce(
    (select max(s.volume) from machine_snapshots s where s.apartment_id = $1 and s.version <= ${version}), 0)`;

const ENTRY = `
  select ${ENTRY_JSON} as entry from facts j
  where apartment_id = $1 and version = $2 and ${volumesAfter('$2')} limit 1`;

const ENTRIES = `
  select ${ENTRY_JSON} as entry from facts j
  where apartment_id = $1 and version > $2 and ${volumesAfter('$2')} order by version limit $3`;

/** Bounded by version, not by rows found: a hold that has not ended is looked for in no more than these. */
const END_OF = `
  select ${ENTRY_JSON} as entry from facts j
  where apartment_id = $1 and version > $3 and version <= $4 and ${volumesAfter('$3')}
    and (kind in ('expired', 'released', 'confirmed') and fact ->> 'hold' = $2
         or kind = 'held' and (fact -> 'replaces')::jsonb ? $2)
  order by version limit 1`;

const REQUESTS = `
  select version, subject_id, request_id, (extract(epoch from at) * 1000)::bigint from facts
  where apartment_id = $1 and version > $2 and version <= $3 and request_id is not null and ${volumesAfter('$2')}
  order by version limit $4`;

/** What goes is of a third machine version: neither the one saved now nor, of the others, the one saved last. */
const SAVE_SNAPSHOTS = `
  with given as (
    select w.*, greatest(coalesce(s.version, 0), b.version, w.version - $2::int) as known, base.volume,
      case when s.version <= w.version then s.volume else 0 end as "fromVolume"
    from json_to_recordset($1) as w ("apartmentId" text, version bigint, "machineVersion" int,
      "windowFromVersion" bigint, restless boolean, hash int, state json)
    left join machine_snapshots s on s.apartment_id = w."apartmentId" and s.machine_version = w."machineVersion"
    left join baselines b on b.apartment_id = w."apartmentId"
    left join lateral (
      select b.volume where b.version = w.version and b.hash is not distinct from w.hash
      union all
      select j.volume from facts j
      where j.apartment_id = w."apartmentId" and j.version = w.version and j.hash is not distinct from w.hash
        and j.volume >= case when s.version <= w.version then s.volume else 0 end
      limit 1) base on true
    where w.version >= coalesce(b.version, 0)
  ), refused as (
    select "apartmentId" as id from given g
    where g.volume is null
      or g.version - g.known > (select count(*) from facts j
            where j.apartment_id = g."apartmentId" and j.version > g.known and j.version <= g.version
              and j.volume >= g."fromVolume")
  ), sound as (
    select * from given where "apartmentId" not in (select id from refused)
  ), third as (
    delete from machine_snapshots t using sound w
    where t.apartment_id = w."apartmentId" and t.machine_version <> w."machineVersion"
      and exists (select from machine_snapshots o
        where o.apartment_id = t.apartment_id and o.machine_version not in (t.machine_version, w."machineVersion")
          and (o.taken_at, o.machine_version) > (t.taken_at, t.machine_version))
  ), saved as (
    insert into machine_snapshots as s
      (apartment_id, version, machine_version, window_from_version, restless, hash, volume, state)
    select "apartmentId", version, "machineVersion", "windowFromVersion", restless, hash, volume, state from sound
    on conflict (apartment_id, machine_version) do update
      set version = excluded.version, window_from_version = excluded.window_from_version,
          restless = excluded.restless, hash = excluded.hash, volume = excluded.volume, state = excluded.state,
          taken_at = clock_timestamp()
      where s.version <= excluded.version
  )
  select id from refused`;

function snapshotOf(apartmentId: string, machineVersion: number, row: LoadedRow): StoredSnapshot {
  return {
    apartmentId,
    version: row.version ?? 0,
    machineVersion,
    windowFromVersion: row.windowFromVersion,
    restless: row.restless,
    hash: row.hash ?? undefined,
    state: row.state,
  };
}
