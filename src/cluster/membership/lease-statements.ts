/** The statements about nodes and their leases, one function each; what they promise is in `lease-store.ts`. */
import type { Pool, PoolClient } from 'pg';
import { LEASE_MS, LEASE_TRUSTED_MS } from '../limits.ts';
import type { ClocksBefore } from './first-clock.ts';
import type { Accusation, Look, NewNode, NodeRow, RecordedClock } from './lease-store.ts';
import { bootOf, type ProcessIdentity } from './process-identity.ts';

const NODE = `json_build_object('id', id, 'url', url, 'state', state, 'exclusive', exclusive,
  'level', feature_level, 'lease', lease_until::text, 'leaseLeftMs', extract(epoch from lease_until - clock_timestamp()) * 1000,
  'host', host, 'pid', pid, 'started', process_started)`;

/** Renewal and look in one round trip. */
export async function renewAndLook(
  pool: Pool,
  nodeId: string,
  known: { readonly generation: number } & RecordedClock,
): Promise<Look> {
  const query = {
    name: 'renew',
    text: `with renewed as (
        update nodes set lease_until = clock_timestamp() + $2 * interval '1 millisecond',
          clock_behind_ms = $4, clock_ms = $5, uptime_ms = $6
        where id = $1 and state in ('up', 'leaving')
        returning state
      ), sums as (select sum(epoch)::bigint as generation from shards)
      select (select state from renewed) as state,
        (select json_agg(${NODE} order by id) from nodes
         where state in ('up', 'leaving') or id in (select node_id from shards)) as nodes,
        (select value::int from settings where key = 'least_level') as "leastLevel",
        generation,
        case when generation <> $3 then
          (select json_agg(json_build_array(node_id, epoch) order by shard) from shards) end as shards
      from sums`,
    values: [nodeId, LEASE_MS, known.generation, known.clockBehindMs, known.clockMs, known.uptimeMs],
    // A renewal that takes longer has come too late.
    query_timeout: LEASE_TRUSTED_MS,
  };
  const result = await pool.query<Look>(query);
  const [look] = result.rows;
  if (look === undefined) throw new Error('PostgreSQL answered a renewal with no row');
  return look;
}

/** By itself: what also writes is answered once that is on disk, and nobody knows how much of the way that was. */
export async function databaseNow(pool: Pool): Promise<number> {
  const query = {
    name: 'now',
    text: 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"',
    query_timeout: LEASE_TRUSTED_MS,
  };
  const result = await pool.query<{ nowMs: number }>(query);
  return result.rows[0]!.nowMs;
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
  node: NewNode & { readonly dead: readonly string[] },
  identity: ProcessIdentity,
): Promise<void> {
  await client.query(`update nodes set state = 'dead' where id = any ($1) and state in ('up', 'leaving')`, [
    node.dead,
  ]);
  await client.query(
    `insert into nodes (id, url, exclusive, feature_level, state, lease_until, host, pid, process_started)
     values ($1, $2, $3, $4, 'up', clock_timestamp() + $5 * interval '1 millisecond', $6, $7, $8)`,
    [node.id, node.url, node.exclusive, node.level, LEASE_MS, identity.host, identity.pid, identity.started],
  );
  await client.query(
    `delete from nodes where state in ('left', 'dead') and lease_until < now() - interval '1 day'
       and not exists (select from shards where node_id = nodes.id)`,
  );
}

export async function declareDead(
  pool: Pool,
  witnessId: string,
  accused: readonly Accusation[],
): Promise<string[]> {
  const result = await pool.query<{ id: string }>(
    'select id from declare_dead($1, $2::text[], $3::timestamptz[]) as id',
    [witnessId, accused.map(({ id }) => id), accused.map(({ lease }) => lease)],
  );
  return result.rows.map(({ id }) => id);
}

export async function startLeaving(pool: Pool, nodeId: string): Promise<void> {
  await pool.query(`update nodes set state = 'leaving' where id = $1 and state = 'up'`, [nodeId]);
}

export async function endLease(pool: Pool, nodeId: string): Promise<void> {
  await pool.query(
    `update nodes set state = 'left', lease_until = clock_timestamp()
     where id = $1 and state in ('up', 'leaving')`,
    [nodeId],
  );
}

/** Of a node whose version records none, what its lease tells: at least that. */
const CLOCK = `coalesce(clock_ms, extract(epoch from lease_until)::float8 * 1000 - $2 - clock_behind_ms)`;

export async function clocksBefore(pool: Pool, { host }: ProcessIdentity): Promise<ClocksBefore> {
  const result = await pool.query<{
    last: ClocksBefore['last'] | null;
    here: ClocksBefore['here'] | null;
  }>(
    `select
       (select json_build_object('clockMs', ${CLOCK}, 'behindMs', clock_behind_ms) from nodes
        order by clock_ms desc nulls last, lease_until desc limit 1) as last,
       (select json_build_object('clockMs', clock_ms, 'uptimeMs', uptime_ms) from nodes
        where split_part(host, ' ', 2) = $1 and $1 <> '' and uptime_ms is not null
        order by clock_ms desc limit 1) as here`,
    [bootOf(host), LEASE_MS],
  );
  const { last, here } = result.rows[0] ?? {};
  return { ...(last && { last }), ...(here && { here }) };
}
