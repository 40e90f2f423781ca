import { expect, it } from 'vitest';
import { OpenHolds } from '../../src/actors/open-holds.ts';
import { CHANGES } from '../../src/cluster/change-stream.ts';
import { Cluster, type ClusterOptions, type Peers } from '../../src/cluster/cluster.ts';
import { COUNT_AGAIN_MS, INTRODUCTION_DEADLINE_MS, KNOWN_HOLDS_AT_ONCE } from '../../src/cluster/limits.ts';
import { answerText } from '../../src/cluster/peers/messages.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { ManualTime } from '../support/apartment-house.ts';

const NOW_MS = Date.UTC(2027, 0, 1);
const UNTIL_MS = NOW_MS + 600_000;
const ID = 'x'.repeat(58);
const faults: string[] = [];
const id = (n: number) => `${ID}${String(n).padStart(6, '0')}`;

/** A node among others, with all shards; what it asks of the others is answered by `peers`. */
function node(
  peers: Pick<Peers, 'request'>,
  others: readonly string[] = [],
  isAwake: (shard: number) => boolean = () => true,
) {
  const time = new ManualTime(NOW_MS);
  const openHolds = new OpenHolds();
  const open: { apartmentId: string; hold: object }[] = [];
  let othersChanged = () => {};
  const cluster = new Cluster({
    registry: { openHolds: () => open },
    reads: {},
    membership: {
      nodeId: 'n',
      peers: () => others.map((id) => ({ id, url: `http://${id}` })),
      accepts: () => true,
      onOwnersChanged(listener: () => void) {
        othersChanged = listener;
        return () => {};
      },
    },
    clock: { nowMs: () => time.nowMs },
    ...{ openHolds, scheduler: time, peers: { note() {}, ...peers } },
    ...{ isAwake, heard() {}, missed() {}, onFault: (event: string) => faults.push(event) },
  } as unknown as ClusterOptions);
  return { cluster, openHolds, open, time, othersChanged: () => othersChanged() };
}

it('[H5] a node is told of any number of open holds, in answers that fit a frame', async () => {
  const count = 2 * KNOWN_HOLDS_AT_ONCE;
  const older = node({ request() {} });
  for (let n = 0; n < count / 2; n++) {
    older.open.push({
      apartmentId: ID + ID.slice(0, 6),
      hold: { guestId: id(n), id: id(n), from: 9_000, to: 9_730, expiresAtMs: UNTIL_MS },
    });
    older.openHolds.heard({
      ...{ guestId: id(n), id: id(count + n) },
      apartmentId: ID + ID.slice(0, 6),
      untilMs: UNTIL_MS,
      nights: 2,
    });
  }
  const newer = node(
    {
      request(_, method, body, deadlineMs, done) {
        expect(deadlineMs).toBeLessThanOrEqual(INTRODUCTION_DEADLINE_MS);
        void older.cluster.onRequest('n', method, body, deadlineMs, (reply) => {
          if (reply.ok) answerText(1, reply.body);
          done(reply);
        });
      },
    },
    ['older'],
  );
  await newer.cluster.introduced();
  expect([...newer.openHolds.believed()]).toHaveLength(count);
  expect(newer.openHolds.countOf(id(7), NOW_MS)).toBe(2);
});

it('[H5] a hold that was heard to end meanwhile is not believed from hearsay', async () => {
  const newer = node(
    {
      request(_, __, ___, ____, done) {
        newer.openHolds.heard({ guestId: 'ana', id: 'h1', apartmentId: 'a', nights: 0, untilMs: 0 });
        done({
          ok: true,
          body: [
            ['ana', 'h1', UNTIL_MS, 'a'],
            ['ana', 'h2', UNTIL_MS, 'a'],
          ],
        });
      },
    },
    ['older'],
  );
  await newer.cluster.introduced();
  expect(newer.openHolds.countOf('ana', NOW_MS)).toBe(1);
});

it('a node that does not know the question, or is not there, is waited for no longer than it takes to say so', async () => {
  const asked: string[] = [];
  const newer = node(
    {
      request(_, method, __, ___, done) {
        asked.push(method);
        done({ ok: false, why: 'fault' });
      },
    },
    ['older'],
  );
  await newer.cluster.introduced();
  await newer.cluster.introduced();
  expect(asked).toEqual(['known']);
});

it('a node whose peers answer what cannot be read, or nothing at all, takes its shards all the same', async () => {
  const answers = [null, 7, { known: [] }, [['ana', 'h1']], [null]];
  const newer = node(
    {
      request(peer, _, __, ___, done) {
        if (peer.id !== 'silent') done({ ok: true, body: answers[Number(peer.id)] });
      },
    },
    ['silent', ...answers.keys()].map(String),
  );
  let isIntroduced = false;
  void newer.cluster.introduced().then(() => {
    isIntroduced = true;
  });
  await newer.time.pass(INTRODUCTION_DEADLINE_MS - 1);
  expect(isIntroduced).toBe(false);
  await newer.time.pass(1);
  expect(isIntroduced).toBe(true);
  expect(faults).toEqual(answers.map(() => 'peer.answer_not_read'));
});

it('[H5] one that answers late, as it takes over from others at that time, is waited for', async () => {
  const answered = Promise.withResolvers<void>();
  const newer = node(
    {
      request(_, __, ___, ____, done) {
        void answered.promise.then(() => done({ ok: true, body: [['ana', 'h1', UNTIL_MS, 'a']] }));
      },
    },
    ['busy'],
  );
  let known: number | undefined;
  const introduced = newer.cluster.introduced().then(() => {
    known = newer.openHolds.countOf('ana', NOW_MS);
  });
  await newer.time.pass(900);
  expect(known).toBeUndefined();
  answered.resolve();
  await introduced;
  expect(known).toBe(1);
});

it('[H5] when a node is gone the others are asked at once, and one that does not answer keeps nobody from hearing the rest', async () => {
  const others = ['older', 'frozen', 'gone'];
  const owned = Promise.withResolvers<void>();
  const newer = node(
    {
      request(peer, method, _, __, done) {
        if (method === 'known') return void done({ ok: true, body: [['ana', 'h1', UNTIL_MS, 'a']] });
        if (peer.id === 'frozen') return;
        // Nothing more is known here of what was held at the node that is gone.
        void owned.promise.then(() => done({ ok: true, body: { shards: '', found: [] } }));
      },
    },
    others,
  );
  newer.openHolds.heard({ guestId: 'ana', id: 'ended', apartmentId: 'b', nights: 2, untilMs: UNTIL_MS });
  newer.cluster.onNote('gone', CHANGES, [1, []]);
  newer.open.push({ apartmentId: 'a', hold: { guestId: 'ana', id: 'h1', expiresAtMs: UNTIL_MS } });
  others.pop();
  newer.othersChanged();
  // Of hearsay first, before anybody who could say has the apartments of the one that is gone.
  await expect.poll(() => newer.openHolds.countOf('ana', NOW_MS)).toBe(2);
  owned.resolve();
  await expect.poll(() => newer.openHolds.countOf('ana', NOW_MS)).toBe(1);
});

it('[H5] while not all can be asked what is open, they are asked again', async () => {
  let hasOwner = false;
  const newer = node(
    { request: (_, __, ___, ____, done) => done({ ok: false, why: 'closed' }) },
    ['gone'],
    (shard) => shard > 0 || hasOwner,
  );
  const [ended] = Array.from({ length: 10_000 }, (_, n) => id(n)).filter((id) => shardOf(id) === 0);
  const apartmentId = ended ?? 'none of shard 0';
  newer.openHolds.heard({ guestId: 'ana', id: 'ended', apartmentId, nights: 2, untilMs: UNTIL_MS });
  newer.cluster.onNote('gone', CHANGES, [2, []]);
  await newer.time.pass(2 * COMMAND_DEADLINE_MS);
  expect(newer.openHolds.countOf('ana', NOW_MS)).toBe(1);
  hasOwner = true;
  await newer.time.pass(COUNT_AGAIN_MS);
  expect(newer.openHolds.countOf('ana', NOW_MS)).toBe(0);
});
