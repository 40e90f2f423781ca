/** Listings as their hosts and admins write them. A row's `tx`, of the transaction that wrote it last, is its revision. */
import type { Pool } from 'pg';
import { instant } from '../../protocol/instant.ts';
import type { ManagedApartment } from '../../protocol/managed-apartments.ts';
import type { Apartment, ListingStatus } from '../../protocol/terms.ts';

const SOURCE = 'local';
const COLUMNS = `id, host_id, status, name, description, city, country, latitude, longitude, amenities, terms, photos,
  tx::text as revision, (extract(epoch from created_at) * 1000)::bigint as created_ms,
  (extract(epoch from updated_at) * 1000)::bigint as updated_ms`;

export async function managedListing(pool: Pool, id: string): Promise<ManagedApartment | undefined> {
  const result = await pool.query<Row>(`select ${COLUMNS} from listings where id = $1`, [id]);
  return result.rows[0] && managed(result.rows[0]);
}

export interface WhichListings {
  /** Whose; undefined: everybody's. */
  readonly hostId: string | undefined;
  /** Undefined: in every status. */
  readonly status?: ListingStatus | undefined;
  /** Somewhere in the name or the city, whatever its case; undefined: any. */
  readonly text?: string | undefined;
}

const FITS = `($1::text is null or host_id = $1) and ($2::text is null or status = $2)
  and ($3::text is null or strpos(lower(name), lower($3)) > 0 or strpos(lower(city), lower($3)) > 0)`;

/** In order of id. @returns with the count of all that fit */
export async function managedListings(
  pool: Pool,
  { hostId, status, text }: WhichListings,
  page: { afterId: string; limit: number },
): Promise<{ apartments: ManagedApartment[]; count: number }> {
  const which = [hostId ?? null, status ?? null, text ?? null];
  const [listings, counted] = await Promise.all([
    pool.query<Row>(`select ${COLUMNS} from listings where ${FITS} and id > $4 order by id limit $5`, [
      ...which,
      page.afterId,
      page.limit,
    ]),
    pool.query<{ count: number }>(`select count(*)::int as count from listings where ${FITS}`, which),
  ]);
  return { apartments: listings.rows.map(managed), count: counted.rows[0]!.count };
}

/**
 * @param listing.intent names who asked for it, and with which request: there is one listing for each
 * @returns the listing of that intent, written now or before
 */
export async function insertListing(
  pool: Pool,
  listing: { apartment: Apartment; hostId: string | null; intent: string },
): Promise<ManagedApartment> {
  const { apartment, hostId, intent } = listing;
  const { id, status, name, description, city, country, latitude, longitude, amenities, terms } = apartment;
  await pool.query(
    `insert into listings (id, host_id, source, source_id, status, name, description, city, country,
                           latitude, longitude, amenities, terms)
     values ($1, $2, '${SOURCE}', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (source, source_id) do nothing`,
    [
      ...[id, hostId, intent, status, name, description, city, country, latitude, longitude, amenities],
      JSON.stringify(terms),
    ],
  );
  const result = await pool.query<Row>(
    `select ${COLUMNS} from listings where source = '${SOURCE}' and source_id = $1`,
    [intent],
  );
  return managed(result.rows[0]!);
}

/** All but id, host and status. Undefined where the listing is not at that revision any more. */
export async function updateListing(
  pool: Pool,
  revision: string,
  apartment: Apartment,
): Promise<ManagedApartment | undefined> {
  const { id, name, description, city, country, latitude, longitude, amenities, terms } = apartment;
  const result = await pool.query<Row>(
    `update listings
     set name = $3, description = $4, city = $5, country = $6, latitude = $7, longitude = $8, amenities = $9,
         terms = $10
     where id = $1 and tx = $2::xid8
     returning ${COLUMNS}`,
    [
      ...[id, revision, name, description, city, country, latitude, longitude, amenities],
      JSON.stringify(terms),
    ],
  );
  return result.rows[0] && managed(result.rows[0]);
}

interface Row extends Omit<Apartment, 'photos'> {
  readonly photos: Apartment['photos'] | null;
  readonly host_id: string | null;
  readonly revision: string;
  readonly created_ms: number;
  readonly updated_ms: number;
}

function managed({ host_id, photos, created_ms, updated_ms, ...row }: Row): ManagedApartment {
  return {
    ...row,
    ...(photos !== null && { photos }),
    ...(host_id !== null && { hostId: host_id }),
    createdAt: instant(created_ms),
    updatedAt: instant(updated_ms),
  };
}
