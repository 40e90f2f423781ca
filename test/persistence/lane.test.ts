/** A lane over one connection after another: nothing of the last one is left to the next. */
import { expect, it } from 'vitest';
import { Lane } from '../../src/persistence/journal/lane.ts';
import { LOOK_EVERY_MS } from '../../src/persistence/limits.ts';
import { FEATURE_LEVEL } from '../../src/protocol/feature-levels.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { Database } from '../simulation/database.ts';
import { clientsOf } from '../simulation/postgres/client.ts';
import { Prng } from '../simulation/prng.ts';
import { SimulatedProcess } from '../simulation/process.ts';
import { VirtualTime } from '../simulation/time.ts';
import { openTerms } from '../support/terms.ts';
import { appendOf, entry } from './facts.ts';

const APARTMENT = 'apartment_a';

/** A process is stopped at an instant, loses its connection meanwhile, and goes on. @returns whether its lane commits */
async function goesOn(stoppedAtMs: number): Promise<boolean> {
  const time = new VirtualTime();
  const process = new SimulatedProcess(time, { rate: 1, firstMs: 0 });
  const database = new Database(time, new Prng(1, 'database'), {}, FEATURE_LEVEL);
  for (let shard = 0; shard < SHARDS; shard++) database.moveShard(shard);
  database.addListing(APARTMENT, openTerms());
  const { server } = database;
  const lane = new Lane({
    ...{ url: '', name: 'lane 0', acceptDataLoss: false, ready() {}, lost() {} },
    ...{ client: clientsOf(server, process), scheduler: process },
  });
  await time.pass(stoppedAtMs);
  process.freeze();
  await time.pass(stoppedAtMs + 100);
  expect(server.terminate(() => true)).toBe(1);
  await time.pass(stoppedAtMs + 200);
  process.wake(false);
  await time.pass(stoppedAtMs + 3 * LOOK_EVERY_MS);
  if (!lane.isIdle) return false;
  let error: unknown = 'not answered';
  lane.send([appendOf(1, [entry(APARTMENT, 1)], () => {})], (of) => {
    error = of;
  });
  await time.pass(time.nowMs + 1_000);
  return error === undefined;
}

it('commits after its process was stopped and its connection ended, wherever it stood in a look', async () => {
  const stuck: number[] = [];
  // Some milliseconds after the lane was ready for the first time it looks for the first time.
  for (let ms = LOOK_EVERY_MS; ms < LOOK_EVERY_MS + 40; ms += 0.25) if (!(await goesOn(ms))) stuck.push(ms);
  expect(stuck).toEqual([]);
});
