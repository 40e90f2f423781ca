import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { explainOutage } from '../../src/app/outages.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { type CountFigures, createFigures } from '../../src/services/figures/index.ts';
import { FIGURES_FRESH_MS } from '../../src/services/figures/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';

const FIRST = nightOf('2027-03-01');
const WINDOW = { from: FIRST, to: FIRST + 10 };
const DAY_MS = 86_400_000;
let database: TestDatabase;
let nowMs = FIRST * DAY_MS + 3 * DAY_MS;
let figures: CountFigures;

beforeAll(async () => {
  database = await createTestDatabase();
  for (const listing of [
    { id: 'a', city: 'Lisbon', status: 'listed', since: -100, currency: 'EUR' },
    { id: 'b', city: 'Lisbon', status: 'listed', since: 5, currency: 'EUR' },
    { id: 'k', city: 'Kyoto', status: 'listed', since: -100, currency: 'JPY' },
    { id: 'gone', city: 'Lisbon', status: 'retired', since: -100, currency: 'EUR' },
  ]) {
    const terms = { ...openTerms(), currency: listing.currency };
    await database.pool.query(
      `insert into listings (id, status, name, city, latitude, longitude, terms, created_at)
       values ($1, $2, $1, $3, 0, 0, $4, $5::date + time '12:00')`,
      [listing.id, listing.status, listing.city, JSON.stringify(terms), dateOf(FIRST + listing.since)],
    );
  }
  // 4 nights of which 2 are in the window: rent 400.00 less 40.00, beside cleaning and tax.
  await book('one', 'a', FIRST - 2, FIRST + 2, [
    [0, 4, 40_000],
    [3, 1_000, -4_000],
    [1, 0, 9_000],
    [2, 700, 999],
  ]);
  await book('two', 'a', FIRST + 2, FIRST + 5, [[0, 3, 10_000]]);
  await book('old', 'gone', FIRST + 9, FIRST + 12, [[0, 3, 9_000]]);
  await book('yen', 'k', FIRST, FIRST + 1, [[0, 1, 20_000]], 'JPY');
  await book('off', 'k', FIRST + 4, FIRST + 6, [[0, 2, 40_000]], 'JPY', 'cancelled');
  await book('before', 'a', FIRST - 9, FIRST - 2, [[0, 7, 70_000]]);
  await database.pool.query(
    `insert into blocks (id, apartment_id, stay) values ('x', 'k', daterange('2027-03-09', '2027-04-01'))`,
  );
  figures = createFigures(database.pool, () => nowMs);
});
afterAll(() => database.drop());

async function book(
  id: string,
  apartmentId: string,
  from: number,
  to: number,
  lines: number[][],
  currency = 'EUR',
  status = 'confirmed',
) {
  await database.pool.query(
    `insert into bookings (id, apartment_id, hold_id, guest_id, stay, guests, status, contact, price, policy,
                           payment_key, created_at, version)
     values ($1, $2, 'h', 'g', daterange($3, $4), 2, $5, '{}', $6, 'flexible', 'k', now(), 1)`,
    [id, apartmentId, dateOf(from), dateOf(to), status, JSON.stringify({ currency, lines })],
  );
}

let version = 0;
function happened(kind: string, dayOfWindow: number, fact: object = {}, apartmentId = 'a') {
  return database.pool.query(
    'insert into journal (apartment_id, version, kind, at, fact) values ($1, $2, $3, to_timestamp($4), $5)',
    [apartmentId, ++version, kind, (FIRST + dayOfWindow) * 86_400, JSON.stringify(fact)],
  );
}

it('counts nights available, booked and blocked, and never adds currencies', async () => {
  const { totals, days } = await figures(WINDOW, undefined);
  expect(days).toHaveLength(10);
  // a: 10; b: from the day before it was listed, 6; k: 10 less 2 blocked; and the booked night of one that is gone.
  expect(totals).toMatchObject({ nightsAvailable: 25, nightsBooked: 7, nightsBlocked: 2, occupancy: 7 / 25 });
  expect(totals.money).toEqual([
    {
      ...{ currency: 'EUR', nightsAvailable: 17, nightsBooked: 6 },
      // Half of 360.00, 100.00, a third of 90.00.
      ...{ revenueMinor: 31_000, adrMinor: Math.round(31_000 / 6), revParMinor: Math.round(31_000 / 17) },
    },
    {
      ...{ currency: 'JPY', nightsAvailable: 8, nightsBooked: 1 },
      ...{ revenueMinor: 20_000, adrMinor: 20_000, revParMinor: 2_500 },
    },
  ]);
  expect(days[0]).toMatchObject({ date: '2027-03-01', nightsAvailable: 2, nightsBooked: 2, occupancy: 1 });
  expect(days[0]?.money[0]).toMatchObject({ revenueMinor: 9_000, adrMinor: 9_000 });
  expect(days[2]?.money[0]).toMatchObject({ revenueMinor: 3_333 });
  expect(days[7]).toMatchObject({ nightsAvailable: 3, nightsBooked: 0, occupancy: 0 });
  expect(days[8]).toMatchObject({ nightsAvailable: 2, nightsBlocked: 1 });
  expect(days[9]).toMatchObject({ nightsAvailable: 3, nightsBooked: 1 });
});

it('of a city, whatever its case, and of one that there is not', async () => {
  expect((await figures(WINDOW, 'kyoto')).totals).toMatchObject({ nightsAvailable: 8, nightsBooked: 1 });
  const { totals } = await figures(WINDOW, 'Atlantis');
  expect(totals).toMatchObject({ nightsAvailable: 0, occupancy: null, money: [], conversion: null });
});

it('counts what happened by the day, once where an hour is over, and again where it is not', async () => {
  await happened('held', -0.01);
  await happened('held', 0.5);
  await happened('held', 0.6, { replaces: ['h1', 'h2'] });
  await happened('held', 0.7);
  await happened('held', 0.9);
  await happened('confirmed', 1.2);
  await happened('cancelled', 1.3);
  await happened('expired', 2.1);
  await happened('released', 2.2, {}, 'k');
  await happened('extended', 2.2);
  const figures = createFigures(database.pool, () => nowMs);
  const window = { from: FIRST, to: FIRST + 9 };
  const { days, totals } = await figures(window, undefined);
  expect(totals).toMatchObject({
    ...{ holdsPlaced: 4, holdsReplaced: 2, holdsExpired: 1, holdsReleased: 1 },
    ...{ bookingsMade: 1, bookingsCancelled: 1, conversion: 0.5, cancellationRate: 1 },
  });
  expect(days.map(({ holdsPlaced }) => holdsPlaced).slice(0, 3)).toEqual([4, 0, 0]);
  expect(days[1]).toMatchObject({ bookingsMade: 1, bookingsCancelled: 1 });

  // An hour long over is not looked at again; the one that runs is.
  await happened('held', 0.95);
  await happened('held', 3.001);
  nowMs += 60_000;
  const wider = await figures({ from: FIRST - 1, to: FIRST + 10 }, undefined);
  expect(wider.totals).toMatchObject({ holdsPlaced: 6 });
  expect(wider.days[1]).toMatchObject({ date: '2027-03-01', holdsPlaced: 4 });
  expect(wider.days[4]).toMatchObject({ date: '2027-03-04', holdsPlaced: 1 });
  const other = createFigures(database.pool, () => nowMs);
  expect((await other({ from: FIRST, to: FIRST + 10 }, 'Kyoto')).totals).toMatchObject({ holdsReleased: 1 });
});

it('answers the same question within some seconds with the same count', async () => {
  const first = figures(WINDOW, 'Lisbon');
  expect(figures(WINDOW, 'lisbon')).toBe(first);
  await first;
});

it('begins no second count while the first takes long, and counts anew some seconds after it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  let passedMs = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => passedMs);
  const pass = (ms: number) => {
    passedMs += ms;
    vi.advanceTimersByTime(ms);
  };
  try {
    let counts = 0;
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const query = async (text: string) => {
      if (text.includes('from facts')) counts += 1;
      await slow;
      return { rows: [] };
    };
    const figures = createFigures({ query } as unknown as Pool, () => nowMs);
    const today = { from: FIRST + 3, to: FIRST + 4 };
    const first = figures(today, undefined);
    pass(3 * FIGURES_FRESH_MS);
    expect(figures(today, undefined)).toBe(first);
    finish();
    await first;
    pass(FIGURES_FRESH_MS - 1_000);
    expect(figures(today, undefined)).toBe(first);
    pass(2_000);
    await figures(today, undefined);
    expect(counts).toBe(2);
  } finally {
    clock.mockRestore();
    vi.useRealTimers();
  }
});

it('says so where the storage takes longer than it may, and counts the next time', async () => {
  const pool = createPool(database.url, { statementTimeoutMs: 1_500 });
  const owners = createPool(database.ownerUrl, { max: 1 });
  const blocker = await owners.connect();
  try {
    const figures = createFigures(pool, () => nowMs);
    const month = { from: FIRST - 28, to: FIRST + 3 };
    await blocker.query('begin; lock table journal in access exclusive mode');
    const overrun = { code: 'unavailable', retryable: true, message: expect.stringMatching(/took longer/) };
    expect(explainOutage(await figures(month, undefined).catch((cause) => cause))).toMatchObject(overrun);
    await blocker.query('rollback');
    expect((await figures(month, undefined)).days).toHaveLength(31);
  } finally {
    blocker.release(true);
    await owners.end();
    await pool.end();
  }
});

it('counts a journal too large for a month at once in the end, with fewer hours at once', async () => {
  let counted = 0;
  const query = async (text: string, [fromHour, toHour]: [number, number]) => {
    if (!text.includes('from facts')) return { rows: [] };
    if (toHour - fromHour > 200) throw Object.assign(new Error('canceling statement'), { code: '57014' });
    counted += toHour - fromHour;
    return { rows: [] };
  };
  const figures = createFigures({ query } as unknown as Pool, () => nowMs);
  const month = { from: FIRST - 40, to: FIRST };
  let asked = 0;
  for (let isDone = false; !isDone && asked < 9; asked++) {
    isDone = await figures(month, undefined).then(
      () => true,
      () => false,
    );
  }
  expect([asked, counted]).toEqual([3, 40 * 24]);
});
