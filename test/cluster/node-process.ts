/**
 * A node in a process of its own: `node node-process.ts <database> <url>`. It asks for the epoch of its shards as often
 * as its event loop turns, and says what it was answered first after each time that it stood still for a while.
 */
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { LEASE_MS } from '../../src/cluster/limits.ts';
import { Membership } from '../../src/cluster/membership/membership.ts';
import { postgresLeases } from '../../src/cluster/membership/postgres-leases.ts';
import { createPostgresJournal } from '../../src/persistence/journal/journal.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { appendTo, entry, held } from '../persistence/facts.ts';

const [, , database = '', url = ''] = process.argv;
const pool = createPool(database);
const journal = createPostgresJournal({ pool, url: database });
const say = (what: string, details: Record<string, unknown> = {}) =>
  process.stdout.write(`${JSON.stringify({ what, ...details })}\n`);

const leases = postgresLeases(createPool(database, { max: 3 }));
const node = await Membership.open({ leases, url, exclusive: false });
await node.join();
say('joined', { nodeId: node.nodeId });

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'leave')
    void node
      .leave()
      .then(() => node.stop())
      .then(() => say('left'));
});

/** As an owner without a fence would: nothing but the version keeps it from writing. */
async function appendUnfenced(apartmentId: string): Promise<string> {
  await pool.query(
    `insert into journal (apartment_id, version, kind, fact, at) values ($1, 1, 'held', $2, now())`,
    [apartmentId, JSON.stringify(held('h1'))],
  );
  return 'committed';
}

const owned = () =>
  Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => node.epochOf(shard));
let round = 0;
let incarnation = node.nodeId;
let mine: { shard: number; epoch: number } | undefined;
for (let lastMs = performance.now(); ; ) {
  const askedMs = performance.now();
  const stoodStillMs = askedMs - lastMs;
  const answers = stoodStillMs < LEASE_MS ? 0 : owned().length;
  if (stoodStillMs >= LEASE_MS && mine !== undefined) {
    round += 1;
    const { shard, epoch } = mine;
    // What it had decided before it stood still, and now carries out.
    let apartmentId = '';
    for (let i = 0; apartmentId === '' || shardOf(apartmentId) !== shard; i++) apartmentId = `r${round}-${i}`;
    const [fenced, unfenced] = await Promise.all([
      appendTo(journal, epoch, entry(apartmentId, 1)),
      appendUnfenced(`unfenced-${apartmentId}`),
    ]);
    say('woke', { answers, apartmentId, fenced: fenced.status, unfenced });
    mine = undefined;
  }
  if (node.nodeId !== incarnation) {
    incarnation = node.nodeId;
    say('returned', { nodeId: incarnation });
  }
  if (mine === undefined) {
    const [shard] = owned();
    const epoch = shard === undefined ? undefined : node.epochOf(shard);
    if (shard !== undefined && epoch !== undefined) {
      mine = { shard, epoch };
      say('owns', mine);
    }
  }
  lastMs = askedMs;
  await turn();
}
