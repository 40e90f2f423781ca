/** Listings: one named function a statement. `tx` says which transaction wrote a row last: readers follow changes by it. */
import type { Pool } from 'pg';
import type { Apartment } from '../../protocol/terms.ts';

export interface ListingRow {
  readonly apartment: Apartment;
  readonly hostId: string | null;
  /** Once at least: anybody may know of it (S8). */
  readonly wasListed: boolean;
  /** Of the last change, an xid8 as decimal text. */
  readonly tx: string;
}

/**
 * Which transactions have been seen, as PostgreSQL's `pg_snapshot` text: those before its xmax but for the ones it
 * lists as running. Whatever else runs in the cluster, for however long, holds up none that has committed.
 */
export type ListingsSeen = string;

/** The last of a page, after which the next one begins. */
export interface ListingsPlace {
  readonly tx: string;
  readonly id: string;
}

const COLUMNS = `id, host_id, status, name, description, city, country, latitude, longitude, amenities, terms, photos,
  listed_at is not null as was_listed, tx::text as tx`;

/** Those of them that there are, in no particular order. */
export async function listingsById(pool: Pool, ids: readonly string[]): Promise<ListingRow[]> {
  const result = await pool.query(`select ${COLUMNS} from listings where id = any($1)`, [ids]);
  return result.rows.map(listingOf);
}

/** In order of id, from just after `afterId` ('' for the first page). */
export async function listingsAfter(pool: Pool, afterId: string, limit: number): Promise<ListingRow[]> {
  const result = await pool.query(`select ${COLUMNS} from listings where id > $1 order by id limit $2`, [
    afterId,
    limit,
  ]);
  return result.rows.map(listingOf);
}

/** What is committed now. One who reads all listings after this follows changes from here on. */
export async function listingsSeenNow(pool: Pool): Promise<ListingsSeen> {
  const result = await pool.query('select pg_current_snapshot()::text as seen');
  return result.rows[0].seen;
}

/**
 * A page of the listings whose last change `before` had not seen and `now` has, in order of transaction and id. One
 * written again since `now` is left to the look after it.
 */
export async function listingsChangedBetween(
  pool: Pool,
  before: ListingsSeen,
  now: ListingsSeen,
  after: ListingsPlace | undefined,
  limit: number,
): Promise<ListingRow[]> {
  const result = await pool.query(
    `select ${COLUMNS} from listings
     where tx >= pg_snapshot_xmin($1) and (tx, id) > ($3::xid8, $4)
       and not pg_visible_in_snapshot(tx, $1) and pg_visible_in_snapshot(tx, $2)
     order by listings.tx, id limit $5`,
    [before, now, after?.tx ?? '0', after?.id ?? '', limit],
  );
  return result.rows.map(listingOf);
}

export async function anyListing(pool: Pool): Promise<boolean> {
  const result = await pool.query('select exists (select from listings) as found');
  return result.rows[0].found;
}

export interface ListingUpsert {
  /** Unique within `source`. */
  readonly sourceId: string;
  readonly hostId: string | null;
  readonly apartment: Apartment;
  /** What a file stated of it; left out, what one stated before stays. */
  readonly imported?: object;
  /** The `tx` of the row that this was made of, null where there was none; another is not written to. Left out, any is. */
  readonly revision?: string | null;
}

/** A listing as it stands, and what a file stated of it when it was last imported. */
export interface ImportedListing {
  readonly sourceId: string;
  readonly revision: string;
  readonly apartment: Apartment;
  readonly imported: Readonly<Record<string, string | number>> | null;
}

/** Those of a source that are there already. */
export async function listingsOfSource(
  pool: Pool,
  source: string,
  sourceIds: readonly string[],
): Promise<ImportedListing[]> {
  const result = await pool.query(
    `select ${COLUMNS}, source_id, imported from listings where source = $1 and source_id = any($2)`,
    [source, sourceIds],
  );
  return result.rows.map(({ source_id, imported, ...row }) => {
    const { apartment, tx } = listingOf(row);
    return { sourceId: source_id, revision: tx, apartment, imported };
  });
}

/** In which the listings of a source are let. */
export async function currenciesOfSource(pool: Pool, source: string): Promise<string[]> {
  const result = await pool.query<{ currency: string }>(
    `select distinct terms->>'currency' as currency from listings where source = $1 order by 1`,
    [source],
  );
  return result.rows.map(({ currency }) => currency);
}

/**
 * Writes the listings of a source that are new or differ; the others are not touched, so that their `tx` does
 * not move. A listing that is there keeps its id, its status and its host. No sourceId twice in one call.
 * @returns the source's ids of those that were written
 */
export async function upsertListings(
  pool: Pool,
  source: string,
  listings: readonly ListingUpsert[],
): Promise<{ inserted: number; updated: number; written: ReadonlySet<string> }> {
  const rows = listings.map(({ apartment, ...listing }) => ({ ...apartment, ...listing }));
  const revisions = listings.flatMap(({ sourceId, revision }) =>
    revision === undefined ? [] : [[sourceId, revision ?? 'none']],
  );
  const result = await pool.query<{ source_id: string; fresh: boolean }>(
    `insert into listings as l (id, host_id, source, source_id, status, name, description, city, country,
                                latitude, longitude, amenities, terms, photos, imported, created_at, updated_at, tx)
     select id, "hostId", $1, "sourceId", status, name, description, city, country,
            latitude, longitude, amenities, terms, photos, imported, now(), now(), pg_current_xact_id()
     from json_to_recordset($2) as r(id text, "hostId" text, "sourceId" text, status text, name text,
            description text, city text, country text, latitude float8, longitude float8,
            amenities text[], terms jsonb, photos jsonb, imported jsonb)
     on conflict (source, source_id) do update
     set name = excluded.name, description = excluded.description, city = excluded.city,
         country = excluded.country, latitude = excluded.latitude, longitude = excluded.longitude,
         amenities = excluded.amenities, terms = excluded.terms, photos = excluded.photos,
         imported = coalesce(excluded.imported, l.imported),
         updated_at = excluded.updated_at, tx = excluded.tx
     where (l.name, l.description, l.city, l.country, l.latitude, l.longitude, l.amenities, l.terms, l.photos,
            l.imported)
        is distinct from (excluded.name, excluded.description, excluded.city, excluded.country,
                          excluded.latitude, excluded.longitude, excluded.amenities, excluded.terms,
                          excluded.photos, coalesce(excluded.imported, l.imported))
       and coalesce($3::jsonb ->> l.source_id, l.tx::text) = l.tx::text
     returning source_id, (l.created_at = now()) as fresh`,
    [source, JSON.stringify(rows), JSON.stringify(Object.fromEntries(revisions))],
  );
  const inserted = result.rows.filter((row) => row.fresh).length;
  const written = new Set(result.rows.map((row) => row.source_id));
  return { inserted, updated: result.rows.length - inserted, written };
}

interface StoredListing extends Omit<Apartment, 'photos'> {
  readonly photos: Apartment['photos'] | null;
  readonly host_id: string | null;
  readonly was_listed: boolean;
  readonly tx: string;
}

function listingOf(row: StoredListing): ListingRow {
  const { host_id, was_listed, tx, photos, ...texts } = row;
  const apartment = photos === null ? texts : { ...texts, photos };
  return { apartment, hostId: host_id, wasListed: was_listed, tx };
}

/**
 * Apartments that are not retired, by city and name: the first ones, and how many more there are.
 * @param which.city case aside @param which.name a part of it, case aside
 */
export async function listingsOverview(
  pool: Pool,
  which: { city?: string | undefined; name?: string | undefined },
  limit: number,
): Promise<{ apartments: { id: string; name: string; city: string }[]; leftOut: number }> {
  const { rows } = await pool.query<{ id: string; name: string; city: string; found: number }>(
    `select id, name, city, count(*) over ()::int as found from listings
     where status <> 'retired' and ($1::text is null or lower(city) = lower($1))
       and ($2::text is null or strpos(lower(name), lower($2)) > 0)
     order by city, name, id limit $3`,
    [which.city ?? null, which.name ?? null, limit],
  );
  const apartments = rows.map(({ id, name, city }) => ({ id, name, city }));
  return { apartments, leftOut: (rows[0]?.found ?? 0) - rows.length };
}
