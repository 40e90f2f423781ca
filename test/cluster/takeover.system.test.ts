import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Membership } from '../../src/cluster/membership/membership.ts';
import { placeShards } from '../../src/cluster/membership/placement.ts';
import { claimShards } from '../../src/cluster/membership/shard-statements.ts';
import { BatchEncoder, COPY_JOURNAL } from '../../src/persistence/journal/batch-encoder.ts';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { Frames } from '../../src/persistence/journal/postgres-messages.ts';
import { streamOf } from '../../src/persistence/pool.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { appendOf, appendTo, entry } from '../persistence/facts.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { ALL_SHARDS, areSettled, NodeProcess, Nodes, recordOwners, until, wrongChanges } from './nodes.ts';

let database: TestDatabase;
let owner: pg.Pool;
let nodes: Nodes;
let processes: NodeProcess[];
beforeEach(async () => {
  database = await createTestDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  await recordOwners(owner);
  nodes = new Nodes(database.url, { isLinked: true });
  processes = [];
});
afterEach(async () => {
  for (const process of processes) await process.kill();
  await nodes.close();
  await owner.end();
  await database.drop();
});

async function started(url: string): Promise<NodeProcess> {
  const process = await NodeProcess.start(database.url, url);
  processes.push(process);
  return process;
}

/** Two here and one in a process of its own, each with its share. */
async function threeNodes(): Promise<[Membership, Membership, NodeProcess]> {
  const first = await nodes.join('http://one');
  const second = await nodes.join('http://two');
  const third = await started('http://three');
  const placed = placeShards([first.nodeId, second.nodeId, third.nodeId]);
  for (const node of [first, second]) {
    await until(() => ALL_SHARDS.every((shard) => node.ownerOf(shard)?.nodeId === placed[shard]));
  }
  return [first, second, third];
}

const owns = (node: Membership, nodeId: string) =>
  ALL_SHARDS.some((shard) => node.ownerOf(shard)?.nodeId === nodeId);
const deathsFound = () => nodes.faults.filter(({ event }) => event === 'node.found_dead');
/** As on another machine, where nobody can see the process. */
const elsewhere = (id: string) => owner.query(`update nodes set host = 'elsewhere' where id = $1`, [id]);

describe('the shards of a node that was killed', () => {
  it('go to the others at once where its process is known to be dead', async () => {
    const [first, second, third] = await threeNodes();
    await third.kill();
    first.suspect(third.nodeId, 'its link closed');
    second.suspect(third.nodeId, 'its link closed');
    await until(() => areSettled([first, second]));
    expect(deathsFound()).toMatchObject([{ nodeId: third.nodeId, why: 'its process is dead' }]);
    expect(await wrongChanges(owner)).toEqual([]);
  });

  it('go to the others when it is suspected and misses a renewal', async () => {
    const [first, second, third] = await threeNodes();
    await elsewhere(third.nodeId);
    await third.kill();
    first.suspect(third.nodeId, 'its link closed and its address refuses connections');
    second.suspect(third.nodeId, 'its link closed and its address refuses connections');
    await until(() => areSettled([first, second]));
    expect(deathsFound()).toMatchObject([{ why: 'its link closed and its address refuses connections' }]);
    expect(await wrongChanges(owner)).toEqual([]);
  });

  it('go to the others when its lease has ended, whoever sees it first', async () => {
    const [first, second, third] = await threeNodes();
    await elsewhere(third.nodeId);
    await third.kill();
    await until(() => areSettled([first, second]));
    expect(deathsFound()).toMatchObject([{ why: 'its lease ended' }]);
    expect(await wrongChanges(owner)).toEqual([]);
  });

  it('go to the one who is left when two are killed', async () => {
    const [first, , third] = await threeNodes();
    const fourth = await started('http://four');
    await until(() => owns(first, fourth.nodeId));
    await Promise.all([third.kill(), fourth.kill()]);
    const live = nodes.told.length;
    first.suspect(third.nodeId, 'its link closed');
    first.suspect(fourth.nodeId, 'its link closed');
    await until(() => deathsFound().length === 2);
    await until(() => ALL_SHARDS.every((shard) => first.ownerOf(shard)?.state === 'up'));
    expect(nodes.told.length).toBeGreaterThan(live);
    expect(await wrongChanges(owner)).toEqual([]);
  });
});

describe('what two survivors claim at the same time', () => {
  it('is taken once, whatever they think of each other, and never from a node that lives', async () => {
    const rows = ['one', 'two', 'alive', 'gone'].map(
      (id) => `('${id}', 'http://${id}', now() + '1 hour', '${id}')`,
    );
    await owner.query(`insert into nodes (id, url, lease_until, state) select id, url, lease,
      case when id = 'gone' then 'dead' else 'up' end
      from (values ${rows.join(',')}) as v(id, url, lease, name)`);
    await owner.query(
      `update shards set epoch = 1, node_id = case when shard < 64 then 'alive' else 'gone' end`,
    );
    const both = await Promise.all(
      ['one', 'two'].map((id) => claimShards(database.pool, id, ALL_SHARDS, 'wait')),
    );
    const taken = both.flatMap((claims) => [...claims.keys()]);
    expect(taken.sort((a, b) => a - b)).toEqual(ALL_SHARDS.filter((shard) => shard >= 64));
    expect(both.flatMap((claims) => [...claims.values()]).every((epoch) => epoch === 2)).toBe(true);
    expect((await claimShards(database.pool, 'gone', ALL_SHARDS, 'wait')).size).toBe(0);
  });
});

describe('a node that stands still in the middle of a batch', () => {
  const HELD = shardOf('a');

  /** Its session, which PostgreSQL keeps waiting for the rest of a COPY, with a lock on the apartment's shard. */
  async function halfSent(name: string): Promise<pg.Client> {
    await owner.query(`insert into nodes (id, url, lease_until, state) values ('gone', '', now(), 'dead')`);
    await owner.query(`update shards set epoch = 1, node_id = 'gone'`);
    const client = new pg.Client({ connectionString: database.url, application_name: name });
    client.on('error', () => {});
    await client.connect();
    const prepared = new Frames();
    prepared.parse('fence', 'select fence_marked($1::smallint[], $2::bigint[])');
    prepared.parse('copy', COPY_JOURNAL);
    const batch = new BatchEncoder();
    batch.add(appendOf(1, [entry('a', 1)], () => {}));
    const stream = streamOf(client);
    stream.write(prepared.bytes());
    stream.write(batch.finish().subarray(0, -40));
    // It has the lock when it waits for rows. To try the lock itself would keep the fence from getting it.
    const isCopying = `select from pg_stat_activity
      where application_name = $1 and wait_event = 'ClientRead' and state = 'active' and query like 'copy journal%'`;
    await until(async () => (await owner.query(isCopying, [name])).rowCount === 1);
    return client;
  }

  it('has its session ended by who takes its shards', async () => {
    await halfSent('nightlatch lane 0 gone');
    const node = await nodes.join('http://one');
    expect(ALL_SHARDS.every((shard) => node.accepts(shard))).toBe(true);
  });

  it('keeps only what it has locked, where its session is not known', async () => {
    const client = await halfSent('of an older version');
    const node = await nodes.open('http://one');
    const joining = node.join();
    await until(() => ALL_SHARDS.every((shard) => node.accepts(shard) || shard === HELD));
    expect(node.accepts(HELD)).toBe(false);
    streamOf(client).destroy();
    await joining;
    expect(node.accepts(HELD)).toBe(true);
    expect(await wrongChanges(owner)).toEqual([]);
  });
});

describe('a node that lives', () => {
  it('is not declared dead for being suspected: it renews', async () => {
    const [first, second, third] = await threeNodes();
    // Suspected nodes have 0.7 s from one renewal to the next, which a busy machine may need: theirs get longer here.
    await owner.query(`create function lengthened() returns trigger language plpgsql as $$
      begin new.lease_until := new.lease_until + interval '1 second'; return new; end $$;
      create trigger lengthened before update of lease_until on nodes
        for each row execute function lengthened()`);
    const short = await leaseOf(third.nodeId);
    await until(async () => (await leaseOf(third.nodeId)) !== short);
    const shares = first.nodes();
    for (let i = 0; i < 3; i++) {
      const before = await leaseOf(third.nodeId);
      first.suspect(third.nodeId, 'cannot be reached');
      second.suspect(third.nodeId, 'cannot be reached');
      await until(async () => (await leaseOf(third.nodeId)) !== before);
      first.hint();
    }
    expect(first.nodes()).toEqual(shares);
    expect(deathsFound()).toEqual([]);
  });

  it('comes back as another one after it was declared dead, with its new share', async () => {
    const first = await nodes.join('http://one');
    const second = await nodes.join('http://two');
    await until(() => areSettled([first, second]));
    const before = second.nodeId;
    const share = ALL_SHARDS.filter((shard) => second.accepts(shard));
    await owner.query(`update nodes set state = 'dead' where id = $1`, [before]);
    await until(() => second.nodeId !== before && areSettled([first, second]));
    const lost = nodes.told.filter(({ what }) => what === 'lost');
    expect(lost.map(({ shard }) => shard).sort()).toEqual([...share].sort());
    expect(new Set(lost.map(({ url }) => url))).toEqual(new Set(['http://two']));
    expect(await wrongChanges(owner)).toEqual([]);
  });

  it('does not survive declaring another dead that has declared it dead: one of them does', async () => {
    const both = await Promise.all(['http://one', 'http://two'].map((url) => nodes.join(url)));
    const [first, second] = both as [Membership, Membership];
    await until(() => areSettled(both));
    for (let i = 0; i < 10; i++) {
      const ids = [first.nodeId, second.nodeId];
      const declared = await Promise.all([
        owner.query('select declare_dead($1, array[$2], array[null::timestamptz])', ids),
        owner.query('select declare_dead($1, array[$2], array[null::timestamptz])', [...ids].reverse()),
      ]);
      expect(declared.flatMap(({ rows }) => rows)).toHaveLength(1);
      await until(() => ids.filter((id) => ![first.nodeId, second.nodeId].includes(id)).length === 1);
      await until(() => areSettled(both));
    }
    expect(await wrongChanges(owner)).toEqual([]);
  });
});

async function leaseOf(id: string): Promise<string> {
  const result = await owner.query('select lease_until::text as lease from nodes where id = $1', [id]);
  return result.rows[0].lease;
}

describe('a takeover under load', () => {
  it('never deadlocks with appends, each of which is committed or fenced, and none is committed after it', async () => {
    const node = await nodes.join('http://one');
    const journal = createPostgresJournal({ pool: database.pool, url: database.url });
    const apartments = Array.from({ length: 300 }, (_, i) => `apartment-${i}`);
    const versions = new Map<string, number>();
    const outcomes = new Map<string, number>();
    let isOver = false;
    // As a node that was cut off and goes on: whatever it appends, it appends at the epoch that it knows.
    const writer = async (apartmentId: string) => {
      const shard = shardOf(apartmentId);
      while (!isOver) {
        const epoch = node.ownerOf(shard)?.epoch ?? 0;
        const version = (versions.get(apartmentId) ?? 0) + 1;
        const { status } = await appendTo(journal, epoch, entry(apartmentId, version));
        outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
        if (status === 'committed') versions.set(apartmentId, version);
      }
    };
    const writers = apartments.map(writer);
    const other = await nodes.join('http://two');
    for (let i = 0; i < 8; i++) {
      await until(() => areSettled([node, other]));
      const victim = i % 2 === 0 ? other : node;
      const before = victim.nodeId;
      await owner.query(`update nodes set state = 'dead' where id = $1`, [before]);
      node.hint();
      other.hint();
      await until(() => victim.nodeId !== before);
    }
    await until(() => areSettled([node, other]));
    isOver = true;
    await Promise.all(writers);
    await journal.close();
    expect([...outcomes.keys()].sort()).toEqual(['committed', 'fenced']);
    const rows = await owner.query('select apartment_id, max(version) as version from journal group by 1');
    expect(Object.fromEntries(rows.rows.map((row) => [row.apartment_id, Number(row.version)]))).toEqual(
      Object.fromEntries(versions),
    );
    const deadlocks = await owner.query(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(deadlocks.rows).toEqual([{ deadlocks: 0 }]);
    expect(await wrongChanges(owner)).toEqual([]);
  });
});
