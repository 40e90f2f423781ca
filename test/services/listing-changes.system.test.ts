import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managedListing } from '../../src/persistence/statements/managed-listings.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import { type ManagedApartment, NewApartment } from '../../src/protocol/managed-apartments.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { createManagement } from '../../src/services/listings/management.ts';
import { NOTHING_SEALED } from '../support/in-clear.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';

const admin = { id: 'adm', kind: 'admin' } as const;
let database: TestDatabase;
let management: ReturnType<typeof createManagement>;
let isReached = false;
let isLevelReached = true;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `insert into listings (id, name, city, latitude, longitude, terms) values ('a', 'Loft', 'Porto', 0, 0, $1)`,
    [JSON.stringify(openTerms())],
  );
  management = createManagement({
    pool: database.pool,
    contacts: NOTHING_SEALED,
    figures: () => Promise.reject(new Error('not asked for')),
    written: async () => {},
    mayWrite: () => isLevelReached,
    async ask(_, command) {
      if (!isReached) return refuse('unavailable', 'its server cannot be reached');
      const status = command.kind === 'pause' ? 'paused' : 'listed';
      await database.pool.query('update listings set status = $1', [status]);
      return { ok: true, data: { status } };
    },
  });
});
afterAll(() => database.drop());

function changed(requestId: string, revision: string, change: object): Promise<Outcome<ManagedApartment>> {
  return management.change(admin, { apartmentId: 'a', requestId, revision, change });
}
it('[A5] a change whose status could not be reached goes on where it is sent again, and undoes nobody else', async () => {
  const { revision = '' } = (await managedListing(database.pool, 'a')) ?? {};
  const change = { name: 'Attic', status: 'paused' };
  expect(await changed('r1', revision, change)).toMatchObject({ error: { code: 'unavailable' } });
  expect(await changed('r2', revision, change)).toMatchObject({ error: { code: 'revision_conflict' } });
  isReached = true;
  const done = { ok: true, data: { name: 'Attic', status: 'paused' } };
  expect(await changed('r1', revision, change)).toMatchObject(done);
  expect(await changed('r1', revision, change)).toMatchObject(done);

  // Somebody else has listed it again since.
  await database.pool.query(`update listings set status = 'listed'`);
  expect(await changed('r1', revision, change)).toMatchObject({ error: { code: 'revision_conflict' } });
});

describe('[C10] terms that an older server would pass over', () => {
  const season = { name: 'Fair', from: '2027-06-08', to: '2027-06-13' };
  it.each<[string, Partial<Terms>]>([
    ['weekend days', { weekendDays: [4, 5] }],
    ["a season's minimum for stays that touch it", { seasonMinimum: 'touching' }],
    ['extra guests', { includedGuests: 2, extraGuestMinor: 1_500 }],
    ['city tax', { cityTax: { perPersonNightMinor: 300, adultsOnly: true } }],
    ['a minimum that gaps have', { minNights: 3, gapMinNights: 2 }],
    ["a season's weekend price", { seasons: [{ ...season, weekendMinor: 20_000 }] }],
    ["a season's days of arrival", { seasons: [{ ...season, arrivalDays: [6] }] }],
    ["a season's days of departure", { seasons: [{ ...season, departureDays: [7] }] }],
  ])('are not written while one is there: %s', async (_what, terms) => {
    const refusal = {
      error: {
        code: 'unavailable',
        retryable: true,
        message: expect.stringMatching(/one of an older version is still there; send it again when/),
      },
    };
    const changedTerms = { ...openTerms(), ...terms };
    const wanted = NewApartment.parse({
      name: 'Attic',
      city: 'Porto',
      latitude: 0,
      longitude: 0,
      terms: changedTerms,
    });
    const before = await managedListing(database.pool, 'a');
    isLevelReached = false;
    expect(await management.create(admin, 'c1', wanted)).toMatchObject(refusal);
    expect(await changed('r3', before!.revision, { terms })).toMatchObject(refusal);
    // What every server understands is written all the same.
    expect(await changed('r4', before!.revision, { terms: { nightlyMinor: 12_000 } })).toMatchObject({
      ok: true,
    });
    isLevelReached = true;
    const { revision } = (await managedListing(database.pool, 'a'))!;
    expect(await changed('r3', revision, { terms })).toMatchObject({ ok: true, data: { terms } });
    const { revision: later } = (await managedListing(database.pool, 'a'))!;
    const usual = Object.keys(terms).map((field) => [field, openTerms()[field as keyof Terms] ?? null]);
    expect(await changed('r5', later, { terms: Object.fromEntries(usual) })).toMatchObject({ ok: true });
  });
});
