import { afterAll, beforeAll, expect, it } from 'vitest';
import { managedListing } from '../../src/persistence/statements/managed-listings.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import type { ManagedApartment } from '../../src/protocol/managed-apartments.ts';
import { createManagement } from '../../src/services/listings/management.ts';
import { NOTHING_SEALED } from '../support/in-clear.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';

const admin = { id: 'adm', kind: 'admin' } as const;
let database: TestDatabase;
let management: ReturnType<typeof createManagement>;
let isReached = false;
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
