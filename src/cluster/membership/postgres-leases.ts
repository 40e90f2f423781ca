/** The tables of nodes and shards in PostgreSQL. */
import type { Pool } from 'pg';
import { asLevelTooLow, raiseLeastLevel } from '../../persistence/statements/least-level.ts';
import {
  clocksBefore,
  databaseNow,
  declareDead,
  endLease,
  insertNode,
  lockJoins,
  presentNodes,
  renewAndLook,
  startLeaving,
} from './lease-statements.ts';
import type { Judgement, LeaseStore, NewNode, NodeRow } from './lease-store.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { claimShards, handOverShards } from './shard-statements.ts';

/** @param pool of its own, at least 3 connections: a renewal must not wait behind other statements */
export function postgresLeases(pool: Pool): LeaseStore {
  return {
    clocksBefore: (here) => clocksBefore(pool, here),
    nowMs: () => databaseNow(pool),
    renew: (nodeId, known) => renewAndLook(pool, nodeId, known),
    join: (node, identity, judge) => join(pool, node, identity, judge),
    declareDead: (witnessId, accused) => declareDead(pool, witnessId, accused),
    raiseLeastLevel: () => raiseLeastLevel(pool),
    startLeaving: (nodeId) => startLeaving(pool, nodeId),
    endLease: (nodeId) => endLease(pool, nodeId),
    claimShards: (nodeId, wanted, busy) => claimShards(pool, nodeId, wanted, busy),
    handOverShards: (nodeId, gifts) => handOverShards(pool, nodeId, gifts),
  };
}

async function join(
  pool: Pool,
  node: NewNode,
  identity: ProcessIdentity,
  judge: (others: readonly NodeRow[]) => Promise<Judgement>,
): Promise<NodeRow | undefined> {
  const client = await pool.connect();
  let fault: unknown;
  try {
    await client.query('begin');
    await lockJoins(client);
    const judgement = await judge(await presentNodes(client));
    if ('inTheWay' in judgement) {
      await client.query('rollback');
      return judgement.inTheWay;
    }
    await insertNode(client, { ...node, dead: judgement.dead }, identity);
    await client.query('commit');
    return undefined;
  } catch (error) {
    fault = error;
    throw asLevelTooLow(error, node.level);
  } finally {
    // A connection in an unknown state goes, and its transaction with it.
    client.release(fault !== undefined);
  }
}
