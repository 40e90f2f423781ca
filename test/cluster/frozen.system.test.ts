import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/cluster/limits.ts';
import type { Membership } from '../../src/cluster/membership/membership.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { ALL_SHARDS, NodeProcess, Nodes, recordOwners, until, wrongChanges } from './nodes.ts';

const ROUNDS = 10;

let database: TestDatabase;
let owner: pg.Pool;
let nodes: Nodes;
let frozen: NodeProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  await recordOwners(owner);
  nodes = new Nodes(database.url, { isLinked: false });
});
afterAll(async () => {
  frozen.signal('SIGCONT');
  await frozen.kill();
  await nodes.close();
  await owner.end();
  await database.drop();
});

const ownsAny = (node: Membership, nodeId: string) =>
  ALL_SHARDS.some((shard) => node.ownerOf(shard)?.nodeId === nodeId);

interface Woke {
  readonly answers: number;
  readonly apartmentId: string;
  readonly fenced: string;
  readonly unfenced: string;
}

describe('a node that is frozen past its lease and woken', () => {
  it(`answers nothing at its first breath, writes nothing, and comes back as another (${ROUNDS} times)`, async () => {
    const survivor = await nodes.join('http://survivor');
    frozen = await NodeProcess.start(database.url, 'http://frozen');
    const incarnations = new Set<string>();
    const stale: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { nodeId } = frozen;
      incarnations.add(nodeId);
      await frozen.said('owns');
      await until(() => ownsAny(survivor, nodeId));
      frozen.signal('SIGSTOP');
      // It must have been away for longer than its lease; that is what this is about.
      await Promise.all([
        delay(LEASE_MS + 100),
        until(() => !ownsAny(survivor, nodeId) && ALL_SHARDS.every((shard) => survivor.accepts(shard))),
      ]);
      frozen.signal('SIGCONT');
      const woke = await frozen.said<Woke & Record<string, unknown>>('woke');
      expect(woke).toMatchObject({ answers: 0, fenced: 'fenced', unfenced: 'committed' });
      stale.push(woke.apartmentId);
      await frozen.said('returned');
      expect(incarnations).not.toContain(frozen.nodeId);
    }
    expect(await wrongChanges(owner)).toEqual([]);
    const rowsOf = async (ids: readonly string[]) =>
      (await owner.query('select from journal where apartment_id = any ($1)', [ids])).rowCount;
    expect(await rowsOf(stale)).toBe(0);
    // The same without the epoch: every one of them is in the journal, behind the new owner's back.
    expect(await rowsOf(stale.map((id) => `unfenced-${id}`))).toBe(ROUNDS);
  });
});
