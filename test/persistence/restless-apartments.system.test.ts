import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Fact, JournalEntry } from '../../src/actors/facts.ts';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { markedIn } from '../support/apartment-house.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { appendTo, cancelled, confirmed, confirming, entry, held, pendingBooking } from './facts.ts';

let database: TestDatabase;
let journal: PostgresJournal;
beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  journal = createPostgresJournal({ pool: database.pool, url: database.url });
});
afterEach(async () => {
  await journal.close();
  await database.drop();
});

/** As a program wrote that knew of no marks; its batches called `fence`. */
async function writtenBefore(
  apartmentId: string,
  facts: readonly (Fact | JournalEntry)[],
  snapshot?: { readonly version: number; readonly restless?: boolean },
): Promise<void> {
  await database.pool.query(
    `insert into listings (id, name, city, latitude, longitude, terms) values ($1, $1, 'Porto', 41, -8, '{}')`,
    [apartmentId],
  );
  await database.pool.query('select fence($1::smallint[], $2::bigint[])', [[shardOf(apartmentId)], [1]]);
  const entries = facts.map((fact, i) => ('fact' in fact ? fact : entry(apartmentId, i + 1, fact)));
  // One by one: what a booking needs must be there before it.
  for (const one of entries) await appendTo(journal, 1, one);
  if (snapshot === undefined) return;
  await database.pool.query(
    `insert into snapshots (apartment_id, version, machine_version, window_from_version, restless, state)
     values ($1, $2, 1, 0, $3, '{}')`,
    [apartmentId, snapshot.version, snapshot.restless ?? false],
  );
}

const released = (hold: string): Fact => ({ kind: 'released', hold });
const replacing = (hold: string, replaced: string): Fact => ({ ...held(hold), replaces: [replaced] }) as Fact;

it('[I5] marks what programs without marks have left open, by snapshots and the facts after them', async () => {
  const booked = (id: string, booking = pendingBooking(`of_${id}`, { holdId: 'h1' })) => [
    entry(id, 1, held('h1')),
    confirming(id, 2, booking),
    confirmed(id, 3, booking),
  ];
  await writtenBefore('open', [held('h1'), released('another')]);
  await writtenBefore('ended', [held('h1'), released('h1'), held('h2'), { kind: 'expired', hold: 'h2' }]);
  await writtenBefore('replaced', [held('h1'), replacing('h2', 'h1'), released('h2')]);
  await writtenBefore('replacing', [held('h1'), replacing('h2', 'h1')]);
  await writtenBefore('open before its snapshot', [held('h1')], { version: 1, restless: true });
  await writtenBefore('at rest at its snapshot', [held('h1'), released('h1')], { version: 2 });
  await writtenBefore('open since its snapshot', [held('h1'), released('h1'), held('h2')], { version: 2 });
  await writtenBefore('ended since its snapshot', [held('h1'), released('h1')], {
    version: 1,
    restless: false,
  });
  await writtenBefore('booked', booked('booked'));
  await writtenBefore('paying', booked('paying').slice(0, 2), { version: 2 });
  await writtenBefore('refund due', [
    ...booked('refund due'),
    cancelled('refund due', 4, 'of_refund due', 5),
  ]);
  await writtenBefore('nothing', []);
  // More than one looks through: it may be open, and that costs a load.
  const long = Array.from({ length: 1_100 }, (_, i) =>
    entry('long', i + 1, i % 2 ? released(`h${i - 1}`) : held(`h${i}`)),
  );
  await writtenBefore('long', long);
  const open = [
    'open',
    'replacing',
    'open before its snapshot',
    'open since its snapshot',
    'paying',
    'refund due',
    'long',
  ];
  expect((await markedIn(journal)).toSorted()).toEqual(open.toSorted());
  const rows = await database.pool.query(`select from restless_apartments where apartment_id = ''`);
  expect(rows.rowCount).toBe(0);
});

it('[I5] looks once more at a shard that such a program has written to since, and at no other', async () => {
  await writtenBefore('one', [held('h1')]);
  await writtenBefore('two', [held('h1')]);
  expect((await markedIn(journal)).toSorted()).toEqual(['one', 'two']);
  await database.pool.query('delete from restless_apartments');
  await database.pool.query('select fence($1::smallint[], $2::bigint[])', [[shardOf('one')], [1]]);
  expect(await markedIn(journal)).toEqual(['one']);
});

it('[I5] leaves what a former owner may not have seen to the next one', async () => {
  await writtenBefore('one', [held('h1')]);
  await database.pool.query('update shards set epoch = 2');
  // It is not its owner any more: it may read, and takes nothing away.
  await markedIn(journal);
  const rows = await database.pool.query(`select shard from restless_apartments where apartment_id = ''`);
  expect(rows.rows).toEqual([{ shard: shardOf('one') }]);
});
