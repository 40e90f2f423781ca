/** The keys under which guests' contacts are sealed, as they are wrapped. */
import type { Pool } from 'pg';

export interface WrappedKey {
  readonly guestId: string;
  readonly id: string;
  readonly wrappedBy: string;
  readonly wrapped: Buffer;
}

const COLUMNS = `guest_id as "guestId", id, wrapped_by as "wrappedBy", wrapped`;

/** Those that there are, in no order. */
export async function guestKeys(pool: Pool, guestIds: readonly string[]): Promise<WrappedKey[]> {
  const result = await pool.query<WrappedKey>({
    name: 'guest-keys',
    text: `select ${COLUMNS} from guest_keys where guest_id = any($1)`,
    values: [guestIds],
  });
  return result.rows;
}

/**
 * Stores a key for each guest who has none; servers that do so at once agree.
 * @returns for whom it was stored, and the keys of who had one before. Who is in neither has been given one by another
 * server just now, which is found when it is asked again.
 */
export async function guestKeysOr(
  pool: Pool,
  keys: readonly WrappedKey[],
): Promise<{ stored: string[]; before: WrappedKey[] }> {
  const result = await pool.query<WrappedKey | { guestId: string; id: null }>({
    name: 'guest-keys-or',
    text: `with stored as (
       insert into guest_keys (guest_id, id, wrapped_by, wrapped)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
       on conflict do nothing
       returning guest_id)
     select guest_id as "guestId", null as id, null as "wrappedBy", null as wrapped from stored
     union all select ${COLUMNS} from guest_keys where guest_id = any($1)`,
    values: columnsOf(keys),
  });
  const stored: string[] = [];
  const before: WrappedKey[] = [];
  for (const row of result.rows) {
    if (row.id === null) stored.push(row.guestId);
    else before.push(row);
  }
  return { stored, before };
}

/** Some of those that these keys have wrapped. */
export async function guestKeysWrappedBy(
  pool: Pool,
  rootIds: readonly string[],
  limit: number,
): Promise<WrappedKey[]> {
  const result = await pool.query<WrappedKey>(
    `select ${COLUMNS} from guest_keys where wrapped_by = any($1) limit $2`,
    [rootIds, limit],
  );
  return result.rows;
}

/** Puts the same keys there as another has wrapped them, where they have not been erased or wrapped anew meanwhile. */
export async function rewrapGuestKeys(pool: Pool, keys: readonly WrappedKey[]): Promise<void> {
  await pool.query(
    `with anew as (select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
       as w (guest_id, id, wrapped_by, wrapped)),
     free as (
       select g.guest_id from guest_keys g join anew using (guest_id, id)
       where g.wrapped_by <> anew.wrapped_by for update of g skip locked)
     update guest_keys g set wrapped_by = anew.wrapped_by, wrapped = anew.wrapped
     from anew join free using (guest_id) where g.guest_id = anew.guest_id`,
    columnsOf(keys),
  );
}

/** A key that has wrapped some and is none of these, and how many it has; undefined where there is no such. */
export async function unknownWrapper(
  pool: Pool,
  rootIds: readonly string[],
): Promise<{ id: string; guests: number } | undefined> {
  const result = await pool.query<{ id: string; guests: number }>(
    `select wrapped_by as id, count(*)::int as guests from guest_keys
     where wrapped_by <> all($1) group by wrapped_by order by guests desc limit 1`,
    [rootIds],
  );
  return result.rows[0];
}

/** Erases those that none of these keys has wrapped: nobody can read what they have sealed. @returns how many */
export async function dropUnreadableGuestKeys(pool: Pool, rootIds: readonly string[]): Promise<number> {
  const result = await pool.query('delete from guest_keys where wrapped_by <> all($1)', [rootIds]);
  return result.rowCount ?? 0;
}

function columnsOf(keys: readonly WrappedKey[]) {
  return [
    keys.map(({ guestId }) => guestId),
    keys.map(({ id }) => id),
    keys.map(({ wrappedBy }) => wrappedBy),
    keys.map(({ wrapped }) => wrapped),
  ];
}
