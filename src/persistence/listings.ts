/** Listings: one named function a statement. `tx` says which transaction wrote a row last; readers follow it. */
import type { Pool } from 'pg';
import type { Apartment } from '../protocol/terms.ts';

export interface ListingRow {
  readonly apartment: Apartment;
  readonly hostId: string | null;
  /** Of the last change, an xid8 as decimal text. */
  readonly tx: string;
}

/** A place in the order of changes: everything up to it has been seen. */
export interface ListingCursor {
  readonly tx: string;
  readonly id: string;
}

const COLUMNS = `id, host_id, status, name, description, city, country, latitude, longitude, amenities, terms,
  tx::text as tx`;

export async function listingById(pool: Pool, id: string): Promise<ListingRow | undefined> {
  const result = await pool.query(`select ${COLUMNS} from listings where id = $1`, [id]);
  return result.rows[0] && listingOf(result.rows[0]);
}

/** In order of id, from just after `afterId` ('' for the first page). */
export async function listingsAfter(pool: Pool, afterId: string, limit: number): Promise<ListingRow[]> {
  const result = await pool.query(`select ${COLUMNS} from listings where id > $1 order by id limit $2`, [
    afterId,
    limit,
  ]);
  return result.rows.map(listingOf);
}

/**
 * Changes after the cursor, in order, of transactions older than any still running: one that commits late can
 * therefore not be passed by.
 */
export async function listingsChangedAfter(
  pool: Pool,
  cursor: ListingCursor,
  limit: number,
): Promise<ListingRow[]> {
  const result = await pool.query(
    `select ${COLUMNS} from listings
     where (tx, id) > ($1::xid8, $2) and tx < pg_snapshot_xmin(pg_current_snapshot())
     order by listings.tx, id limit $3`,
    [cursor.tx, cursor.id, limit],
  );
  return result.rows.map(listingOf);
}

/** The place from which changes must be followed by one who reads all listings after this. */
export async function listingCursorNow(pool: Pool): Promise<ListingCursor> {
  const result = await pool.query('select pg_snapshot_xmin(pg_current_snapshot())::text as tx');
  return { tx: result.rows[0].tx, id: '' };
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
}

export interface StoredPlace {
  readonly sourceId: string;
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Where the listings of a source already stand. */
export async function placesOfSource(
  pool: Pool,
  source: string,
  sourceIds: readonly string[],
): Promise<StoredPlace[]> {
  const result = await pool.query(
    `select source_id as "sourceId", name, latitude, longitude from listings
     where source = $1 and source_id = any($2)`,
    [source, sourceIds],
  );
  return result.rows;
}

/**
 * Writes the listings of a source that are new or differ; the others are not touched, so that their `tx` does
 * not move. A listing that is there keeps its id, its status and its host. No sourceId twice in one call.
 */
export async function upsertListings(
  pool: Pool,
  source: string,
  listings: readonly ListingUpsert[],
): Promise<{ inserted: number; updated: number }> {
  const rows = listings.map(({ sourceId, hostId, apartment }) => ({ ...apartment, sourceId, hostId }));
  const result = await pool.query(
    `insert into listings as l (id, host_id, source, source_id, status, name, description, city, country,
                                latitude, longitude, amenities, terms, created_at, updated_at, tx)
     select id, "hostId", $1, "sourceId", status, name, description, city, country,
            latitude, longitude, amenities, terms, now(), now(), pg_current_xact_id()
     from json_to_recordset($2) as r(id text, "hostId" text, "sourceId" text, status text, name text,
            description text, city text, country text, latitude float8, longitude float8,
            amenities text[], terms jsonb)
     on conflict (source, source_id) do update
     set name = excluded.name, description = excluded.description, city = excluded.city,
         country = excluded.country, latitude = excluded.latitude, longitude = excluded.longitude,
         amenities = excluded.amenities, terms = excluded.terms,
         updated_at = excluded.updated_at, tx = excluded.tx
     where (l.name, l.description, l.city, l.country, l.latitude, l.longitude, l.amenities, l.terms)
        is distinct from (excluded.name, excluded.description, excluded.city, excluded.country,
                          excluded.latitude, excluded.longitude, excluded.amenities, excluded.terms)
     returning (l.created_at = now()) as fresh`,
    [source, JSON.stringify(rows)],
  );
  const inserted = result.rows.filter((row) => row.fresh).length;
  return { inserted, updated: result.rows.length - inserted };
}

interface StoredListing extends Apartment {
  readonly host_id: string | null;
  readonly tx: string;
}

function listingOf(row: StoredListing): ListingRow {
  const { host_id, tx, ...apartment } = row;
  return { apartment, hostId: host_id, tx };
}

/** Apartments that are not retired, of one city (case aside) or of all, by city and name. */
export async function listingsOverview(
  pool: Pool,
  city: string | undefined,
  limit: number,
): Promise<{ id: string; name: string; city: string }[]> {
  const result = await pool.query<{ id: string; name: string; city: string }>(
    `select id, name, city from listings
     where status <> 'retired' and ($1::text is null or lower(city) = lower($1))
     order by city, name, id limit $2`,
    [city ?? null, limit],
  );
  return result.rows;
}
