import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApartments } from '../../src/app/apartments.ts';
import type { ApartmentsNode } from '../../src/app/apartments-node.ts';
import { upsertListings } from '../../src/persistence/statements/listings.ts';
import { OCCUPANCY_APARTMENTS_MAX } from '../../src/protocol/limits.ts';
import { dateOf, type NightRange } from '../../src/protocol/nights.ts';
import { NOTHING_SEALED } from '../support/in-clear.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';

const MORE = 3;
const WINDOW = { from: '2026-12-01', to: '2026-12-11' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // Written in the opposite order to that in which they are to be told.
  const all = Array.from({ length: OCCUPANCY_APARTMENTS_MAX + MORE }, (_, i) => ({
    ...{ id: `apt-${i}`, name: `Flat ${9_999 - i}`, city: i < 5 ? 'Aveiro' : 'Lisbon', country: 'Portugal' },
    ...{ description: '', latitude: 0, longitude: 0, amenities: [], status: 'listed' as const },
    terms: openTerms(),
  }));
  await upsertListings(
    database.pool,
    'test',
    all.map((apartment) => ({ sourceId: apartment.id, hostId: null, apartment })),
  );
});
afterAll(() => database.drop());

it('[C7] the first 2,000 apartments by city and name, of a city or with a part of a name, and how many more', async () => {
  const calendar = async (apartmentId: string, { from, to }: NightRange) => ({
    ok: true as const,
    data: {
      ...{ apartmentId, version: 1, from: dateOf(from), to: dateOf(to) },
      taken: [{ from: dateOf(from), to: dateOf(from + 1), status: 'held' as const }],
    },
  });
  const { occupancy } = createApartments({ cluster: { calendar } } as unknown as ApartmentsNode, {
    pool: database.pool,
    contacts: NOTHING_SEALED,
    listings: { isPublic: () => true, get: () => Promise.reject(new Error('nothing is looked up')) },
    onFault: () => {},
  });
  const of = async (which: { city?: string; name?: string }) => {
    const outcome = await occupancy({ ...WINDOW, ...which });
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.data;
  };
  const all = await of({});
  expect(all.leftOut).toBe(MORE);
  expect(all.totals).toMatchObject({ apartments: 2_000, nights: 20_000, held: 2_000 });
  expect(all.calendars.map(({ apartmentId }) => apartmentId)).toEqual(all.apartments.map(({ id }) => id));
  const order = all.apartments.map(({ city, name }) => `${city} ${name}`);
  expect(order).toEqual(order.toSorted());
  // The first city has the last names; what is left out is the end of the other.
  expect(all.apartments.slice(0, 5).map(({ city }) => city)).toEqual(Array(5).fill('Aveiro'));
  expect(all.apartments.map(({ id }) => id)).not.toContain('apt-5');

  const aveiro = await of({ city: 'aveiro' });
  expect(aveiro.apartments.map(({ id }) => id)).toEqual(['apt-4', 'apt-3', 'apt-2', 'apt-1', 'apt-0']);
  expect(aveiro).not.toHaveProperty('leftOut');
  const named = (await of({ name: 'LAT 999' })).apartments.map(({ name }) => Number(name.slice(-4)));
  expect(named).toEqual([9_995, 9_996, 9_997, 9_998, 9_999, 9_990, 9_991, 9_992, 9_993, 9_994]);
  expect((await of({ name: 'nowhere' })).totals).toEqual({
    apartments: 0,
    nights: 0,
    held: 0,
    booked: 0,
    blocked: 0,
  });
});
