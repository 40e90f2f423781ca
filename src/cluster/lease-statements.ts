/** The statements of membership, one function each. Leases are by PostgreSQL's clock alone. */
import type { Pool, PoolClient } from 'pg';
import { LEASE_MS } from '../protocol/limits.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface OtherNode {
  readonly id: string;
  readonly url: string;
  readonly leaseUntilMs: number;
  readonly host: string | null;
  readonly pid: number | null;
  readonly started: string | null;
}

/** Joins one at a time: held until the transaction's end. */
export async function lockJoins(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('nightlatch join'))`);
}

/** Nodes whose lease runs. */
export async function liveNodes(client: PoolClient): Promise<OtherNode[]> {
  const result = await client.query<OtherNode>(
    `select id, url, (extract(epoch from lease_until) * 1000)::bigint as "leaseUntilMs",
            host, pid, process_started as started
     from nodes where state = 'up' and lease_until > clock_timestamp() order by id`,
  );
  return result.rows;
}

/**
 * One incarnation takes every shard: whoever had one is dead from now on, and its appends are fenced by the epoch.
 * Rows are locked in order of shard, as appends lock them, so that the two never wait for each other in a circle.
 */
export async function takeEveryShard(
  client: PoolClient,
  node: { id: string; url: string },
  identity: ProcessIdentity,
): Promise<Map<number, number>> {
  await client.query(`update nodes set state = 'dead' where state = 'up'`);
  await client.query(
    `insert into nodes (id, url, state, lease_until, host, pid, process_started)
     values ($1, $2, 'up', clock_timestamp() + $3 * interval '1 millisecond', $4, $5, $6)`,
    [node.id, node.url, LEASE_MS, identity.host, identity.pid, identity.started],
  );
  await client.query('select from shards order by shard for update');
  const result = await client.query<{ shard: number; epoch: number }>(
    'update shards set node_id = $1, epoch = epoch + 1 returning shard, epoch',
    [node.id],
  );
  await client.query(`delete from nodes where state <> 'up' and lease_until < now() - interval '1 day'`);
  return new Map(result.rows.map(({ shard, epoch }) => [shard, epoch]));
}

/**
 * Renews a lease, also one that has run out: as long as nobody declared the node dead, its shards are its own.
 * @returns PostgreSQL's time, or undefined where the node has been declared dead
 */
export async function renewLease(pool: Pool, nodeId: string): Promise<number | undefined> {
  const result = await pool.query<{ nowMs: number }>({
    name: 'renew',
    text: `update nodes set lease_until = clock_timestamp() + $2 * interval '1 millisecond'
      where id = $1 and state = 'up'
      returning (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`,
    values: [nodeId, LEASE_MS],
  });
  return result.rows[0]?.nowMs;
}

/** A clean end: the next server need not wait. */
export async function endLease(pool: Pool, nodeId: string): Promise<void> {
  await pool.query(
    `update nodes set state = 'left', lease_until = clock_timestamp() where id = $1 and state = 'up'`,
    [nodeId],
  );
}

export async function databaseTimeMs(pool: Pool): Promise<number> {
  const result = await pool.query<{ nowMs: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`,
  );
  return result.rows[0]?.nowMs ?? Number.NaN;
}
