/** What no conversation of a lane with a real PostgreSQL can bring about: crashes at any instant, half a batch, an older history. */
import { expect, it } from 'vitest';
import type { AppendResult } from '../../src/actors/ports.ts';
import { FEATURE_LEVEL } from '../../src/protocol/feature-levels.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { appendTo, confirming, entry, pendingBooking } from '../persistence/facts.ts';
import { openTerms } from '../support/terms.ts';
import { Database } from './database.ts';
import { Prng } from './prng.ts';
import { SimulatedProcess } from './process.ts';
import { VirtualTime } from './time.ts';

const A = 'apartment_a';
const IDENTITY = { host: 'h', pid: 1, started: 's' };

function world(seed = 1) {
  const time = new VirtualTime();
  const database = new Database(time, new Prng(seed, 'database'), {}, FEATURE_LEVEL);
  database.addListing(A, openTerms());
  const start = () => new SimulatedProcess(time, { rate: 1, firstMs: 0 });
  const pass = async <T>(happens: Promise<T>): Promise<T> => {
    let isOver = false;
    const ends = happens.finally(() => {
      isOver = true;
    });
    ends.catch(() => {});
    while (!isOver) await time.pass(time.nowMs + 1, () => isOver);
    return ends;
  };
  return { time, database, start, pass };
}

/** A node that owns the shard of `A`, and appends there. */
async function owner(
  { database, start, pass }: ReturnType<typeof world>,
  id: string,
  busy: 'pass over' | 'wait' = 'wait',
) {
  const process = start();
  const leases = database.leasesOf(process);
  const journal = database.journalOf(process);
  await pass(
    leases.join({ id, url: id, exclusive: false, level: FEATURE_LEVEL }, IDENTITY, async () => ({
      dead: [],
    })),
  );
  journal.become(id);
  const claim = () => pass(leases.claimShards(id, [shardOf(A)], busy));
  return { process, leases, journal, claim };
}

it('has committed what was on its way to disk in a crash, or not, and never half of it', async () => {
  const left = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    const here = world(seed);
    const { database, time } = here;
    const { journal, claim } = await owner(here, 'node_1');
    await claim();
    await time.pass(time.nowMs + 100);
    let answer: AppendResult['status'] | undefined;
    const booking = pendingBooking('book_1');
    void appendTo(journal, 1, entry(A, 1), confirming(A, 2, booking)).then(({ status }) => {
      answer = status;
    });
    await time.pass(time.nowMs + 1 + seed / 10);
    database.server.crash();
    await time.pass(time.nowMs + 100);
    expect(answer).toMatch(/committed|unknown/);
    left.add(`${answer}: ${database.entries(A).length} entries, ${database.bookings().length} bookings`);
  }
  expect([...left].sort()).toEqual([
    'committed: 2 entries, 1 bookings',
    'unknown: 0 entries, 0 bookings',
    'unknown: 2 entries, 1 bookings',
  ]);
});

it('keeps the locks of a process that stands still in the middle of a batch, until its owner is dead and another claims', async () => {
  const here = world();
  const { database, time, pass } = here;
  const first = await owner(here, 'node_1');
  await first.claim();
  expect((await pass(appendTo(first.journal, 1, entry(A, 1)))).status).toBe('committed');
  // All but the last bytes, so that neither the COPY's end nor the Sync has come.
  database.server.fits = (bytes) => bytes - 12;
  const answer = appendTo(first.journal, 1, entry(A, 2));
  await time.pass(time.nowMs + 1.5);
  first.process.freeze();
  await time.pass(time.nowMs + 100);

  const second = await owner(here, 'node_2', 'pass over');
  expect(await second.claim()).toEqual(new Map());
  await pass(second.leases.declareDead('node_2', [{ id: 'node_1', lease: null }]));
  expect(await second.claim()).toEqual(new Map([[shardOf(A), 2]]));
  first.process.wake(true);
  expect((await pass(answer)).status).toBe('unknown');
  expect((await pass(appendTo(first.journal, 1, entry(A, 2)))).status).toBe('fenced');
  expect(database.entries(A).map(({ version }) => version)).toEqual([1]);
});

it('comes back as it was at an instant: entries, bookings, epochs and leases', async () => {
  const here = world();
  const { database, time, pass } = here;
  const { process, journal, claim } = await owner(here, 'node_1');
  await claim();
  await pass(appendTo(journal, 1, confirming(A, 1, pendingBooking('book_1'))));
  const untilMs = time.nowMs;
  await time.pass(untilMs + 10);
  await pass(appendTo(journal, 1, entry(A, 2), confirming(A, 3, pendingBooking('book_2'))));
  const other = await owner(here, 'node_2');
  await pass(other.leases.declareDead('node_2', [{ id: 'node_1', lease: null }]));
  await other.claim();
  expect([database.entries(A).length, database.bookings().length, database.epochOf(shardOf(A))]).toEqual([
    3, 2, 2,
  ]);

  database.server.crash();
  const back = database.goBack(untilMs, false);
  database.start();
  expect(database.server.isDown).toBe(true);
  await back;
  database.start();
  expect([database.entries(A).length, database.bookings().length, database.epochOf(shardOf(A))]).toEqual([
    1, 1, 1,
  ]);
  const { nodes } = await pass(
    database.leasesOf(process).renew('node_1', { generation: -1, clockMs: 0, clockBehindMs: 0, uptimeMs: 0 }),
  );
  expect(nodes.map(({ id, state }) => [id, state])).toEqual([['node_1', 'up']]);
  expect((await pass(appendTo(journal, 1, entry(A, 2)))).status).toBe('committed');
});

it('lets a pool run out of connections, and a statement out of time, by the rows that it reads', async () => {
  const here = world();
  const { database, pass, time } = here;
  const { process, journal, claim } = await owner(here, 'node_1');
  await claim();
  const all = Array.from({ length: 50 }, (_, i) => entry(A, i + 1));
  await pass(appendTo(journal, 1, ...all));
  database.server.rowMs = 100;
  const startedMs = time.nowMs;
  expect((await pass(journal.entries(A, 0, 100))).length).toBe(50);
  expect(time.nowMs - startedMs).toBeGreaterThan(5_000);
  // Ten that take 5 s: the eleventh gives up before.
  const asked = Array.from({ length: 11 }, () =>
    database.journalOf(process).entries(A, 0, 100).catch(String),
  );
  const answers = await pass(Promise.all(asked));
  expect(answers.filter((answer) => typeof answer === 'string')).toEqual([
    'Error: timeout exceeded when trying to connect',
  ]);
  database.server.rowMs = 250;
  await expect(pass(journal.entries(A, 0, 100))).rejects.toMatchObject({ code: '57014' });
});
