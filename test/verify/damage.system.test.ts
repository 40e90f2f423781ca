/** Damage done to the tables of a real PostgreSQL, one kind at a time: `nightlatch verify` must name each. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/actors/facts.ts';
import { createPostgresJournal, type PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { recordedRows } from '../../src/persistence/statements/recorded-apartments.ts';
import { checkAll } from '../../src/verify/check-all.ts';
import type { Problem, Rule } from '../../src/verify/problem.ts';
import { appendTo } from '../persistence/facts.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
/** Every shape of fact there is, with what it changes in the other tables. */
const ENTRIES: JournalEntry[] = golden('facts-v1.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const CALENDAR = JSON.parse(golden('calendar-v1.json'));

let database: TestDatabase;
let journal: PostgresJournal;
let owner: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query('update shards set epoch = 1');
  journal = createPostgresJournal({ pool: database.pool, url: database.url });
  owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  // What the program refuses itself is done all the same by who owns the database.
  await owner.query(
    'alter table journal disable trigger user; alter table bookings drop constraint one_booking_a_night',
  );
});
afterAll(async () => {
  await owner.end();
  await journal.close();
  await database.drop();
});

beforeEach(async () => {
  await owner.query('truncate journal, machine_snapshots, bookings, pending_bookings, blocks, listings');
  await owner.query(
    `insert into listings (id, name, city, latitude, longitude, terms) values ('a1', 'A', 'Lisbon', 0, 0, '{}')`,
  );
  for (const entry of ENTRIES) await appendTo(journal, 1, entry);
  await journal.saveSnapshots([
    {
      ...{ apartmentId: 'a1', version: 27, machineVersion: 1, windowFromVersion: 0, restless: true },
      hash: (await journal.entry('a1', 27))?.hash,
      state: { calendar: CALENDAR },
    },
  ]);
});

async function verified(): Promise<Problem[]> {
  const problems: Problem[] = [];
  const counted = await checkAll(recordedRows(database.pool), (problem) => problems.push(problem));
  expect(counted.apartments).toBeGreaterThan(0);
  return problems;
}

const entry = (version: number, kind: string, fact: object, by = "'g9'") =>
  `insert into journal (apartment_id, version, at, kind, subject_id, fact)
   values ('a1', ${version}, to_timestamp(1798805003), '${kind}', ${by}, '${JSON.stringify(fact)}')`;
const PRICE = { currency: 'EUR', lines: [[0, 1, 100]] };
const heldAt = (from: number, expiresAtMs = 1798805300000) => ({
  ...{ hold: 'hs-x', from, to: from + 2, guests: 1, price: PRICE, expiresAtMs },
});

/** What is done; the rule under which it is found, the version named, and what the sentence names. */
const DAMAGE: readonly (readonly [string, sql: string, Rule, version: number | undefined, RegExp])[] = [
  [
    'a row deleted in the middle',
    'delete from journal where version = 11',
    'I4',
    12,
    /version 12 follows 10/,
  ],
  ['the first row deleted', 'delete from journal where version = 1', 'I4', 2, /version 2 follows 0/],
  ['the last rows deleted', 'delete from journal where version > 25', 'snapshot', undefined, /27, and .* 25/],
  [
    'an instant changed by hand',
    `update journal set at = at + interval '1 millisecond' where version = 17`,
    'I2',
    17,
    /carries the hash -?\d+, and -?\d+ follows/,
  ],
  ['a hash taken away', 'update journal set hash = null where version = 17', 'I2', 17, /carries no hash/],
  ['a row of another history', `update journal set hash = 7 where version = 17`, 'I2', 18, /the hash/],
  ['a gap at the end', entry(29, 'paused', {}), 'I4', 29, /version 29 follows 27/],
  [
    'a fact changed by hand',
    `update journal set fact = '{"hold": "h-other"}' where version = 3`,
    'H1',
    3,
    /hold h-other, which does not stand/,
  ],
  [
    'a kind changed by hand',
    `update journal set kind = 'expired', fact = '{"hold": "h1-r1"}' where version = 3`,
    'I5',
    3,
    /h1-r1 is until .* expired at/,
  ],
  [
    'nights changed by hand',
    `update journal set fact = '${JSON.stringify({ ...heldAt(20823), hold: 'hb-r8', expiresAtMs: 1798805402000 })}' where version = 11`,
    'I1',
    11,
    /night 2027-01-05 is claimed by booking b8-r7 and by hold hb-r8/,
  ],
  [
    'two claims on a night',
    entry(28, 'blocked', { block: 'k', from: 20859, to: 20860 }),
    'I1',
    28,
    /hold hn-r16 and by block k/,
  ],
  [
    'an owner changed by hand',
    `update journal set subject_id = 'g9' where version = 6`,
    'H8',
    6,
    /of g1, and confirming by g9/,
  ],
  [
    'an instant changed by hand',
    `update journal set at = at - interval '3 minutes' where version = 22`,
    'I5',
    22,
    /hk-r14/,
  ],
  [
    'a deadline moved by hand',
    `update journal set at = at + interval '1 day' where version = 3`,
    'H7',
    3,
    /h1-r1 was until/,
  ],
  ['an unknown kind', entry(28, 'offered', { hold: 'h' }), 'C8', 28, /of kind offered/],
  ['an unknown version of a kind', entry(28, 'paused', { v: 2 }), 'C8', 28, /is paused of version 2/],
  ['an unknown field', entry(28, 'expired', { hold: 'hn-r16', grace: 1 }), 'C8', 28, /grace/],
  ['a fact that is none', entry(28, 'expired', { hold: 7 }), 'C8', 28, /hold: .*string/],
  ['a hold by nobody', entry(28, 'held', heldAt(20900), 'null'), 'H8', 28, /hs-x is nobody's/],
  [
    'a hold on a retired apartment',
    entry(28, 'held', heldAt(20900)),
    'A1',
    28,
    /hs-x comes while .* retired/,
  ],
  ['a hold without end', entry(28, 'held', heldAt(20900, 1.9e12)), 'H2', 28, /hs-x .* until 2030/],
  [
    'a hold of all nights',
    entry(28, 'blocked', { block: 'k', from: 0, to: 30_000 }),
    'N2',
    28,
    /of 30000 nights/,
  ],
  [
    'more given back than was paid',
    `update journal set fact = '{"booking":"bc-r9","key":"hb-r8-1","refundMinor":99999}' where version = 15`,
    'I6',
    15,
    /99999, and 24610 was paid/,
  ],
  [
    'a settlement of nothing',
    entry(28, 'settled', { key: 'h5-r5-2', outcome: 'voided' }),
    'I6',
    28,
    /h5-r5-2 is settled/,
  ],
  [
    'a booking without a payment',
    `update journal set kind = 'resumed', fact = '{}' where version = 12`,
    'B1',
    13,
    /hb-r8-1/,
  ],
  [
    'a capture without authorisation',
    `update journal set kind = 'retired', fact = '{}' where version = 9`,
    'B1',
    10,
    /not been authorised/,
  ],
  ['a snapshot ahead', 'update machine_snapshots set version = 28', 'snapshot', undefined, /28, and .* 27/],
  [
    'a snapshot that differs',
    `update machine_snapshots set state = replace(state::text, '"from":20844', '"from":20843')::json`,
    'snapshot',
    27,
    /from is 20843, and 20844 by its facts/,
  ],
  ['a snapshot that is none', `update machine_snapshots set state = '{}'`, 'snapshot', 27, /calendar/],
  [
    'a booking row missing',
    `delete from bookings where id = 'b8-r7'`,
    'tables',
    10,
    /b8-r7 is confirmed by its facts, and not in/,
  ],
  [
    'a cancelled booking row missing',
    `delete from bookings where id = 'bc-r9'`,
    'tables',
    16,
    /bc-r9 is cancelled by/,
  ],
  [
    'a pending row missing',
    'delete from pending_bookings',
    'tables',
    21,
    /bl-r15 is pending by its facts, and not in/,
  ],
  [
    'a booking row too many',
    `insert into bookings select 'b-none', apartment_id, hold_id, guest_id, stay, guests, status, contact, price, policy, payment_key, created_at, null, null, false, version, confirmed_version from bookings where id = 'b8-r7'`,
    'tables',
    10,
    /b-none is confirmed in the table, and no fact/,
  ],
  [
    'a booking row of other nights',
    `update bookings set stay = '[2027-03-01,2027-03-03)' where id = 'b8-r7'`,
    'tables',
    10,
    /from 20878 in the table, and 20823/,
  ],
  [
    'a booking row of another guest',
    `update bookings set guest_id = 'g9' where id = 'b8-r7'`,
    'tables',
    10,
    /guestId g9 in the table, and g1/,
  ],
  [
    'a booking row at another price',
    `update bookings set price = '{"currency":"EUR","lines":[[0,2,1]]}' where id = 'b8-r7'`,
    'tables',
    10,
    /price/,
  ],
  [
    'a booking cancelled by hand',
    `update bookings set status = 'cancelled' where id = 'b8-r7'`,
    'tables',
    10,
    /status cancelled in the table, and confirmed/,
  ],
  [
    'a cancellation undone by hand',
    `update bookings set status = 'confirmed' where id = 'bc-r9'`,
    'tables',
    16,
    /status confirmed in the table, and cancelled/,
  ],
  [
    'a refund owed again',
    `update bookings set refund_owed = true where id = 'bc-r9'`,
    'tables',
    16,
    /refundOwed true in the table, and false/,
  ],
  [
    'a row of another version',
    `update bookings set version = 11 where id = 'b8-r7'`,
    'tables',
    11,
    /no fact made it so/,
  ],
  [
    'a block row missing',
    'delete from blocks',
    'tables',
    undefined,
    /kj-r13 is not there in the table, and of nights 20844/,
  ],
  [
    'a block row too many',
    `insert into blocks (id, apartment_id, stay) values ('k-none', 'a1', '[2027-05-01,2027-05-02)')`,
    'tables',
    undefined,
    /k-none is of nights .* not there by/,
  ],
  [
    'another status',
    `update listings set status = 'listed'`,
    'tables',
    undefined,
    /is listed in the listing, and retired/,
  ],
  ['a listing missing', 'delete from listings', 'tables', undefined, /no listing/],
];

describe('`nightlatch verify`', () => {
  it('has nothing against what the program stored', async () => {
    expect(await verified()).toEqual([]);
  });

  it.each(DAMAGE)('names %s', async (_, sql, rule, version, sentence) => {
    await owner.query(sql);
    const named = { apartmentId: 'a1', version, rule, sentence: expect.stringMatching(sentence) };
    expect(await verified()).toContainEqual(named);
  });
});
