import { expect, it } from 'vitest';
import { levelOf } from '../../src/protocol/feature-levels.ts';
import { termsProblems } from '../../src/protocol/listing-rules.ts';
import { dateOf, nightOf, overlaps } from '../../src/protocol/nights.ts';
import { checkStay, turnoverRange } from '../../src/protocol/rules.ts';
import { Apartment, type Terms } from '../../src/protocol/terms.ts';
import { demoListings, demoStays, seedDemo } from '../../src/services/listings/demo/index.ts';
import { createTestDatabase } from '../support/postgres.ts';

const TODAY = nightOf('2026-11-23');
/** One day of each month, and the days around New Year and a leap day. */
const days = ['2026-12-30', '2026-12-31', '2027-01-01', '2028-02-28', '2028-02-29'].concat(
  Array.from({ length: 12 }, (_, month) => `2027-${String(month + 1).padStart(2, '0')}-17`),
);

it('is sixty valid apartments in six cities, with ids and texts of their own', () => {
  const all = demoListings(TODAY).map((listing) => listing.apartment);
  expect(all).toHaveLength(60);
  for (const apartment of all) expect(Apartment.parse(apartment)).toEqual(apartment);
  expect(new Set(all.map((apartment) => apartment.city)).size).toBe(6);
  for (const of of ['id', 'name', 'description'] as const) {
    expect(new Set(all.map((apartment) => apartment[of])).size).toBe(60);
  }
});

it('[A4] has terms that hold together', () => {
  for (const { apartment } of demoListings(TODAY)) expect(termsProblems(apartment.terms)).toEqual([]);
});

it('shows rules of every kind', () => {
  const terms = demoListings(TODAY).map((listing) => listing.apartment.terms);
  const has = (test: (one: Terms) => boolean) => expect(terms.some(test)).toBe(true);
  has((one) => one.noticeDays === 0 && one.minNights === 1);
  has((one) => one.turnoverNights > 0);
  has((one) => one.arrivalDays.length === 1);
  has((one) => one.seasons.some((season) => season.minNights !== undefined));
  has((one) => one.weekendMinor !== undefined);
  has((one) => one.weekendDays !== undefined);
  has(
    (one) => one.seasonMinimum === 'touching' && one.seasons.some(({ minNights }) => minNights !== undefined),
  );
  has((one) => one.gapMinNights !== undefined);
  has((one) => one.includedGuests !== undefined);
  has((one) => one.cityTax !== undefined);
  has((one) => one.holdTtlSeconds !== undefined);
  has((one) => one.minNights >= 28);
  expect(new Set(terms.map((one) => one.cancellationPolicy)).size).toBe(3);
  expect(new Set(terms.map((one) => one.currency)).size).toBe(6);
});

it.each(days)('has stays within every rule on %s', (date) => {
  const today = nightOf(date);
  const terms = new Map(demoListings(today).map(({ apartment }) => [apartment.id, apartment.terms]));
  const stays = demoStays(today);
  expect(stays.filter((stay) => stay.kind === 'booking').length).toBeGreaterThan(150);
  for (const [i, stay] of stays.entries()) {
    const own = terms.get(stay.apartmentId);
    if (own === undefined) throw new Error(`no apartment ${stay.apartmentId}`);
    if (stay.kind === 'booking') {
      for (const localToday of [today - 1, today, today + 1]) {
        expect(
          checkStay(own, stay, stay.guests, localToday, undefined),
          `${stay.apartmentId} ${dateOf(stay.from)}`,
        ).toBeUndefined();
      }
    }
    for (const other of stays.slice(i + 1)) {
      if (other.apartmentId !== stay.apartmentId) break;
      const bothStays = stay.kind === 'booking' && other.kind === 'booking';
      expect(overlaps(bothStays ? turnoverRange(own, stay) : stay, other)).toBe(false);
    }
  }
  expect(demoStays(today)).toEqual(stays);
});

it('is written once', async () => {
  await using database = await createTestDatabase();
  expect(await seedDemo(database.pool, TODAY)).toEqual({ inserted: 60 });
  expect(await seedDemo(database.pool, TODAY)).toEqual({ inserted: 0 });
  const hosted = await database.pool.query(
    'select count(*)::int as count from listings join accounts a on a.id = host_id',
  );
  expect(hosted.rows).toEqual([{ count: 10 }]);
});

it('[C10] is written with such terms alone as every server understands', async () => {
  const laterIn = async (level: number) => {
    await using database = await createTestDatabase();
    await database.pool.query(`update settings set value = to_jsonb($1::int) where key = 'least_level'`, [
      level,
    ]);
    await seedDemo(database.pool, TODAY);
    const { rows } = await database.pool.query<{ terms: Terms }>('select terms from listings');
    return rows.filter(({ terms }) => terms.cityTax !== undefined || terms.weekendDays !== undefined).length;
  };
  const level = levelOf('terms by weekday, season and guests');
  expect(await laterIn(level - 1)).toBe(0);
  expect(await laterIn(level)).toBeGreaterThan(10);
});
