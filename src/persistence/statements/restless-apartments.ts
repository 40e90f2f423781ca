/** The statements about the marks of restless apartments; what a mark promises is in `Journal.restless`. */
import type { Pool } from 'pg';
import { shardOf } from '../../protocol/ids.ts';
import { STREAM_ROWS } from '../limits.ts';

/** In place of an apartment's id: facts of this shard were written by a program that made no marks. */
export const ANY_APARTMENT = '';

/** Facts after a snapshot that are looked through for what is open; of more an apartment is marked unseen. */
const FACTS_LOOKED_AT_MAX = 1_024;

/** Marked ones of these shards, in order of shard and id, from just after one. */
export async function restlessApartments(
  pool: Pool,
  shards: readonly number[],
  afterId: string | undefined,
  limit: number,
): Promise<string[]> {
  const after = afterId === undefined ? [-1, ''] : [shardOf(afterId), afterId];
  const result = await pool.query<{ id: string }>(
    `select apartment_id as id from restless_apartments
     where shard = any ($1::smallint[]) and (shard, apartment_id) > ($2::smallint, $3)
       and apartment_id <> '${ANY_APARTMENT}'
     order by shard, apartment_id limit $4`,
    [shards, ...after, limit],
  );
  return result.rows.map(({ id }) => id);
}

/** Of these shards, those whose marks may not be all there. */
export async function shardsWithoutMarks(pool: Pool, shards: readonly number[]): Promise<number[]> {
  const result = await pool.query<{ shard: number }>(
    `select shard from restless_apartments
     where shard = any ($1::smallint[]) and apartment_id = '${ANY_APARTMENT}' order by shard`,
    [shards],
  );
  return result.rows.map(({ shard }) => shard);
}

/**
 * Makes the marks that are missing in these shards, which must be the caller's. A page of apartments at a time, of each
 * what follows its snapshot: no statement grows with the history.
 */
export async function markAsRecorded(pool: Pool, shards: readonly number[]): Promise<void> {
  const wanted = new Set(shards);
  for (let afterId = ''; ; ) {
    const page = await pool.query<{ id: string }>(
      'select id from listings where id > $1 order by id limit $2',
      [afterId, STREAM_ROWS],
    );
    const ids = page.rows.map(({ id }) => id);
    const own = ids.filter((id) => wanted.has(shardOf(id)));
    if (own.length > 0) await pool.query(MARK_AS_RECORDED, [own.map(shardOf), own, FACTS_LOOKED_AT_MAX]);
    if (ids.length < STREAM_ROWS) return;
    afterId = ids.at(-1)!;
  }
}

/**
 * A snapshot says whether anything was open; what has opened since is matched with its end. The version 0 is that of no
 * fact: these marks may be taken away whenever their apartment is at rest.
 */
const MARK_AS_RECORDED = `
  insert into restless_apartments (version, shard, apartment_id)
  select 0, a.shard, a.id
  from unnest($1::smallint[], $2::text[]) a (shard, id)
  left join lateral (
    select version, restless from machine_snapshots where apartment_id = a.id order by version desc limit 1
  ) s on true
  where s.restless
    or exists (select from pending_bookings b where b.apartment_id = a.id)
    or exists (select from bookings b where b.apartment_id = a.id and b.refund_owed)
    or exists (select from facts j where j.apartment_id = a.id and j.version = coalesce(s.version, 0) + $3)
    or exists (
      select from facts j
      where j.apartment_id = a.id and j.version > coalesce(s.version, 0) and j.kind = 'held'
        and not exists (
          select from facts e
          where e.apartment_id = a.id and e.version > j.version
            and (e.kind in ('released', 'expired', 'confirmed') and e.fact ->> 'hold' = j.fact ->> 'hold'
                 or e.kind = 'held' and (e.fact -> 'replaces')::jsonb ? (j.fact ->> 'hold'))))
  on conflict do nothing`;
