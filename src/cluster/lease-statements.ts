/** The statements about nodes and their leases, one function each. Leases are by PostgreSQL's clock alone. */
import type { Pool, PoolClient } from 'pg';
import { LEASE_MS, LEASE_TRUSTED_MS } from '../protocol/limits.ts';
import type { ProcessIdentity } from './process-identity.ts';

export type NodeState = 'up' | 'leaving' | 'left' | 'dead';

/** A row of `nodes` as it was read. */
export interface NodeRow {
  readonly id: string;
  readonly url: string;
  readonly state: NodeState;
  readonly exclusive: boolean;
  /** The lease as PostgreSQL writes it: the same text, the same lease. */
  readonly lease: string;
  /** Milliseconds until it ends; below 0 where it has. */
  readonly leaseLeftMs: number;
  readonly host: string | null;
  readonly pid: number | null;
  readonly started: string | null;
}

/** What one look at the tables tells. */
export interface Look {
  /** PostgreSQL's time, in milliseconds. */
  readonly nowMs: number;
  /** Of the node that looks; null where it has been declared dead, and its lease was not renewed. */
  readonly state: 'up' | 'leaving' | null;
  /** Nodes that are up or leaving, and others that still have shards. */
  readonly nodes: readonly NodeRow[];
  /** Rises with every change of an owner. */
  readonly generation: number;
  /** By shard, owner and epoch; null where the generation is still the one that was known. */
  readonly shards: readonly (readonly [nodeId: string | null, epoch: number])[] | null;
}

const NODE = `json_build_object('id', id, 'url', url, 'state', state, 'exclusive', exclusive,
  'lease', lease_until::text, 'leaseLeftMs', extract(epoch from lease_until - clock_timestamp()) * 1000,
  'host', host, 'pid', pid, 'started', process_started)`;

/**
 * Renews a lease, also one that has run out: as long as nobody declared the node dead, its shards are its own.
 * In the same round trip reads all nodes, and all shards if an owner has changed since `known.generation`.
 * @param known.clockBehindMs how far the node's clock is behind PostgreSQL's: kept beside the lease, for those who join
 */
export async function renewAndLook(
  pool: Pool,
  nodeId: string,
  known: { generation: number; clockBehindMs: number },
): Promise<Look> {
  const query = {
    name: 'renew',
    text: `with renewed as (
        update nodes set lease_until = clock_timestamp() + $2 * interval '1 millisecond',
          clock_behind_ms = $4
        where id = $1 and state in ('up', 'leaving')
        returning state
      ), sums as (select sum(epoch)::bigint as generation from shards)
      select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs",
        (select state from renewed) as state,
        (select json_agg(${NODE} order by id) from nodes
         where state in ('up', 'leaving') or id in (select node_id from shards)) as nodes,
        generation,
        case when generation <> $3 then
          (select json_agg(json_build_array(node_id, epoch) order by shard) from shards) end as shards
      from sums`,
    values: [nodeId, LEASE_MS, known.generation, known.clockBehindMs],
    // A renewal that takes longer has come too late.
    query_timeout: LEASE_TRUSTED_MS,
  };
  const result = await pool.query<Look>(query);
  const [look] = result.rows;
  if (look === undefined) throw new Error('PostgreSQL answered a renewal with no row');
  return look;
}

/** Joins one at a time: held until the transaction's end. */
export async function lockJoins(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('nightlatch join'))`);
}

/** Nodes that nobody has declared dead, whether or not their lease runs. */
export async function presentNodes(client: PoolClient): Promise<NodeRow[]> {
  const result = await client.query<{ node: NodeRow }>(
    `select ${NODE} as node from nodes where state in ('up', 'leaving') order by id`,
  );
  return result.rows.map(({ node }) => node);
}

/** A new incarnation, up from now on, that knows these to be dead. */
export async function insertNode(
  client: PoolClient,
  node: { id: string; url: string; exclusive: boolean; dead: readonly string[] },
  identity: ProcessIdentity,
): Promise<void> {
  await client.query(`update nodes set state = 'dead' where id = any ($1) and state in ('up', 'leaving')`, [
    node.dead,
  ]);
  await client.query(
    `insert into nodes (id, url, exclusive, state, lease_until, host, pid, process_started)
     values ($1, $2, $3, 'up', clock_timestamp() + $4 * interval '1 millisecond', $5, $6, $7)`,
    [node.id, node.url, node.exclusive, LEASE_MS, identity.host, identity.pid, identity.started],
  );
  await client.query(
    `delete from nodes where state in ('left', 'dead') and lease_until < now() - interval '1 day'
       and not exists (select from shards where node_id = nodes.id)`,
  );
}

/**
 * Declares nodes dead, those with a lease only if it is still that one.
 * @returns the ids of those that were declared dead by this call, by nobody else
 */
export async function declareDead(
  pool: Pool,
  witnessId: string,
  accused: readonly { readonly id: string; readonly lease: string | null }[],
): Promise<string[]> {
  const result = await pool.query<{ id: string }>(
    'select id from declare_dead($1, $2::text[], $3::timestamptz[]) as id',
    [witnessId, accused.map(({ id }) => id), accused.map(({ lease }) => lease)],
  );
  return result.rows.map(({ id }) => id);
}

/** From now on the node is given nothing, and the others expect its shards. */
export async function startLeaving(pool: Pool, nodeId: string): Promise<void> {
  await pool.query(`update nodes set state = 'leaving' where id = $1 and state = 'up'`, [nodeId]);
}

/** A clean end: whoever comes next need not wait. */
export async function endLease(pool: Pool, nodeId: string): Promise<void> {
  await pool.query(
    `update nodes set state = 'left', lease_until = clock_timestamp()
     where id = $1 and state in ('up', 'leaving')`,
    [nodeId],
  );
}

/**
 * PostgreSQL's time, and how far behind it the clock of a node is that is there, or was there a minute ago: that of the
 * one that has been there longest; 0 where there is none.
 */
export async function databaseTime(pool: Pool): Promise<{ nowMs: number; othersBehindMs: number }> {
  const result = await pool.query<{ nowMs: number; othersBehindMs: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs",
       coalesce((select clock_behind_ms from nodes where lease_until > clock_timestamp() - interval '1 minute'
                 order by joined_at limit 1), 0) as "othersBehindMs"`,
  );
  const [row] = result.rows;
  if (row === undefined) throw new Error('PostgreSQL told no time');
  return row;
}
