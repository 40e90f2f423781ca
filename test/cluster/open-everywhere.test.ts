import { expect, it } from 'vitest';
import { OpenHolds } from '../../src/actors/open-holds.ts';
import { Cluster, type ClusterOptions, type Peers } from '../../src/cluster/cluster.ts';
import { answerText } from '../../src/cluster/peers/messages.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { ManualTime } from '../support/apartment-house.ts';

const UNTIL_MS = Date.UTC(2027, 0, 1);
/** As long as ids may be. */
const id = (n: number) => String(n).padStart(64, 'x');

/** A node that answers for half of the shards, with so many open holds in apartments of its own. */
function node(half: 0 | 1, holds: number, peers: Pick<Peers, 'request'>) {
  const openHolds = new OpenHolds();
  const open: { apartmentId: string; hold: object }[] = [];
  for (let n = 0; open.length < holds; n++) {
    if (shardOf(id(n)) % 2 !== half) continue;
    const hold = { from: 1, to: 3, guestId: id(n), id: id(n), expiresAtMs: UNTIL_MS };
    open.push({ apartmentId: id(n), hold });
  }
  const cluster = new Cluster({
    registry: { openHolds: () => open },
    reads: {},
    membership: {
      nodeId: `n${half}`,
      peers: () => [{ id: 'other', url: 'http://other' }],
      accepts: (shard: number) => shard % 2 === half,
      onOwnersChanged: () => () => {},
    },
    clock: { nowMs: () => 0 },
    ...{ openHolds, scheduler: new ManualTime(0), peers: { note() {}, ...peers } },
    ...{ isAwake: () => true, heard() {}, missed() {} },
  } as unknown as ClusterOptions);
  return { cluster, openHolds };
}

it('[H5] more open holds than a frame between servers has room for are all told, each once', async () => {
  const there = node(1, 60_000, { request() {} });
  const here = node(0, 10, {
    request(_, method, body, deadlineMs, done) {
      void there.cluster.onRequest('n0', method, body, deadlineMs, (reply) => {
        // Throws where it does not fit.
        if (reply.ok) answerText(1, reply.body);
        done(reply);
      });
    },
  });
  const found = await here.cluster.openEverywhere();
  expect(found).toHaveLength(60_010);
  expect(new Set(found.map((hold) => hold.id)).size).toBe(60_010);
  expect([...here.openHolds.believed()].length).toBeGreaterThanOrEqual(60_000);
});
