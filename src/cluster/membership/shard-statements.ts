/** The statements that change a shard's owner, always to the next epoch; the functions are in the migrations. */
import type { Pool } from 'pg';
import type { Gift } from './lease-store.ts';

export async function claimShards(
  pool: Pool,
  nodeId: string,
  wanted: readonly number[],
  busy: 'pass over' | 'wait',
): Promise<Map<number, number>> {
  const claim = busy === 'wait' ? 'claim_shards' : 'claim_free_shards';
  const result = await pool.query<{ shard: number; epoch: number }>(
    `select taken as shard, at_epoch as epoch from ${claim}($1, $2::smallint[])`,
    [nodeId, wanted],
  );
  return new Map(result.rows.map(({ shard, epoch }) => [shard, epoch]));
}

export async function handOverShards(pool: Pool, nodeId: string, gifts: readonly Gift[]): Promise<number[]> {
  const result = await pool.query<{ shard: number }>(
    'select shard from hand_over_shards($1, $2::smallint[], $3::bigint[], $4::text[]) as shard',
    [
      nodeId,
      gifts.map(({ shard }) => shard),
      gifts.map(({ epoch }) => epoch),
      gifts.map(({ takerId }) => takerId),
    ],
  );
  return result.rows.map(({ shard }) => shard);
}
