import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { listingsOverview, upsertListings } from '../../src/persistence/statements/listings.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import { isOfAnother } from '../../src/protocol/errors.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import type { Apartment } from '../../src/protocol/terms.ts';
import { createListings, type ListingsService, type TakenRange } from '../../src/services/listings/index.ts';
import { LISTINGS_PAGE } from '../../src/services/listings/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openTerms } from '../support/terms.ts';

let database: TestDatabase;
let listings: ListingsService;
const TODAY = nightOf('2026-11-23');
let nowMs = Date.parse('2026-11-23T12:00:00.000Z');
let taken: (after: number) => AsyncIterable<readonly TakenRange[]>;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('delete from listings');
  nowMs = Date.parse('2026-11-23T12:00:00.000Z');
  taken = async function* () {
    yield [];
  };
  listings = createListings({
    pool: database.pool,
    nowMs: () => nowMs,
    takenAfter: (night) => taken(night),
    pictureHosts: ['images.example.com'],
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(() => listings.close());

function apartment(id: string, overrides: Partial<Apartment> = {}): Apartment {
  return {
    id,
    name: `Flat ${id}`,
    description: 'Quiet.',
    city: 'Lisbon',
    country: 'Portugal',
    latitude: 38.7,
    longitude: -9.1,
    amenities: ['Wi-Fi'],
    status: 'listed',
    terms: openTerms(),
    ...overrides,
  };
}
function write(...apartments: Apartment[]) {
  return upsertListings(
    database.pool,
    'test',
    apartments.map((one) => ({ sourceId: one.id, hostId: null, apartment: one })),
  );
}
const soon = { checkIn: '2026-12-01', checkOut: '2026-12-05', limit: 24 };
function found(query: Partial<typeof soon> = {}): string[] {
  const outcome = listings.search({ ...soon, ...query });
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.data.apartments.map((one) => one.id);
}
it('overviews what is not retired, by city and name, and counts what it leaves out', async () => {
  await write(
    apartment('a', { name: 'Über den Dächern', city: 'Porto' }),
    apartment('b', { name: 'Attic' }),
    apartment('c', { name: 'Loft 100%' }),
    apartment('d', { name: 'Cellar', status: 'paused' }),
    apartment('e', { name: 'Attic of old', status: 'retired' }),
  );
  const ids = async (which: { city?: string; name?: string }, limit = 9) => {
    const { apartments, leftOut } = await listingsOverview(database.pool, which, limit);
    return [...apartments.map(({ id }) => id), leftOut];
  };
  expect(await ids({})).toEqual(['b', 'd', 'c', 'a', 0]);
  expect(await ids({}, 3)).toEqual(['b', 'd', 'c', 1]);
  expect(await ids({ city: 'lisbon' }, 1)).toEqual(['b', 2]);
  expect(await ids({ name: 'ÜBER' })).toEqual(['a', 0]);
  expect(await ids({ name: '0%' })).toEqual(['c', 0]);
  expect(await ids({ name: '%' })).toEqual(['c', 0]);
  expect(await ids({ name: 'nowhere' })).toEqual([0]);
});

function change(
  apartmentId: string,
  status: 'held' | 'free',
  from = soon.checkIn,
  to = soon.checkOut,
): CommittedChange {
  return {
    apartmentId,
    version: 1,
    cause: undefined,
    changes: [{ from: nightOf(from), to: nightOf(to), status }],
    atMs: nowMs,
    guestId: undefined,
    hold: undefined,
    booking: undefined,
  };
}

it('a start goes on where calendars cannot be read yet, and search comes when they can', async () => {
  const faults: unknown[] = [];
  let isAway = true;
  const service = createListings({
    ...{ pool: database.pool, nowMs: () => nowMs, pictureHosts: [] },
    async *takenAfter() {
      if (isAway) throw new Error('some of the servers could not be asked in time');
      yield [];
    },
    onError: (error) => faults.push(error),
  });
  await service.start();
  expect(faults).toHaveLength(1);
  expect(service.cities()).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
  isAway = false;
  await service.poll();
  expect(service.cities().ok).toBe(true);
  service.close();
});

it('tells of the pictures that pages may show, and of no other', async () => {
  const photo = (id: string, url: string) => ({ id, url, alt: 'The flat' });
  const shown = photo('p1', 'https://images.example.com/1.jpg');
  await write(
    apartment('a', { photos: [photo('p0', 'https://elsewhere.example.com/0.jpg'), shown] }),
    apartment('b', { photos: [photo('p2', 'https://images.example.com:8443/2.jpg')] }),
  );
  await listings.start();
  expect(await listings.get(undefined, 'a')).toMatchObject({ ok: true, data: { photos: [shown] } });
  expect(await listings.get(undefined, 'b')).toEqual({ ok: true, data: apartment('b') });
});

it('cannot be searched before it has read everything', async () => {
  expect(listings.search(soon)).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
  await listings.start();
  expect(found()).toEqual([]);
});

it('finds what was there at the start, and what was taken', async () => {
  await write(apartment('a'), apartment('b'));
  taken = async function* () {
    yield [{ apartmentId: 'b', from: nightOf('2026-12-03'), to: nightOf('2026-12-04'), status: 'booked' }];
  };
  await listings.start();
  expect(listings.count).toEqual({ indexed: 2, listed: 2 });
  expect(found()).toEqual(['a']);
});

it('follows committed changes, also those that come while calendars are being read', async () => {
  await write(apartment('a'), apartment('b'), apartment('c'));
  taken = async function* () {
    listings.committed(change('a', 'held'));
    yield [{ apartmentId: 'b', from: nightOf(soon.checkIn), to: nightOf(soon.checkOut), status: 'held' }];
    listings.committed(change('b', 'free'));
    // The source read this one before the change above: the change is the later word.
    yield [{ apartmentId: 'b', from: nightOf(soon.checkIn), to: nightOf(soon.checkOut), status: 'held' }];
  };
  await listings.start();
  expect(found()).toEqual(['b', 'c']);
  listings.committed(change('c', 'held'));
  expect(found()).toEqual(['b']);
  listings.committed(change('c', 'free'));
  expect(found()).toEqual(['b', 'c']);
});

it('sees within a poll what is committed, whoever else is still writing', async () => {
  await write(apartment('a'));
  await listings.start();
  const importer = await database.pool.connect();
  try {
    await importer.query('begin');
    await importer.query(
      `insert into listings (id, source, source_id, name, city, latitude, longitude, terms)
       values ('late', 'test', 'late', 'Late', 'Lisbon', 1, 2, $1)`,
      [JSON.stringify(openTerms())],
    );
    await write(apartment('later'));
    await listings.poll();
    expect(found()).toEqual(['a', 'later']);
    await write(apartment('later', { city: 'Porto' }), apartment('latest'));
    await listings.poll();
    expect(found()).toEqual(['a', 'later', 'latest']);
    await importer.query('commit');
  } finally {
    importer.release();
  }
  await listings.poll();
  expect(found()).toEqual(['a', 'late', 'later', 'latest']);
});

it('follows more changes than fit a page', async () => {
  await listings.start();
  const many = Array.from({ length: LISTINGS_PAGE * 2 + 1 }, (_, n) => apartment(`a${n}`));
  // Of one transaction and of several: pages end within one, and between two.
  await write(...many.slice(0, LISTINGS_PAGE + 1));
  for (let n = LISTINGS_PAGE + 1; n < many.length; n += 100) await write(...many.slice(n, n + 100));
  await listings.poll();
  expect(listings.count.indexed).toBe(many.length);
});

it('has in force after a poll what was committed before it, also while another poll is under way', async () => {
  await listings.start();
  const isReading = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  taken = async function* () {
    isReading.resolve();
    await mayGoOn.promise;
    yield [];
  };
  listings.readAgain();
  const earlier = listings.poll();
  await isReading.promise;
  await write(apartment('a'));
  const later = Promise.all([listings.poll(), listings.poll()]);
  mayGoOn.resolve();
  await earlier;
  expect(found()).toEqual([]);
  await later;
  expect(found()).toEqual(['a']);
});

it('has in force what was written, also while calendars cannot be read', async () => {
  await listings.start();
  taken = async function* () {
    yield [];
    throw new Error('some of the servers could not be asked');
  };
  listings.readAgain();
  await write(apartment('a'));
  await listings.written();
  expect(found()).toEqual(['a']);
  await expect(listings.poll()).rejects.toThrow('could not be asked');
});

it('tells of changed terms and status, not of what only looks different', async () => {
  await write(apartment('a'));
  await listings.start();
  const heard: unknown[] = [];
  listings.onTermsChanged((id, terms, status) => heard.push([id, terms.nightlyMinor, status]));
  await write(apartment('a', { name: 'Another name' }));
  await listings.poll();
  expect(heard).toEqual([]);
  await write(apartment('a', { terms: openTerms({ nightlyMinor: 77 }) }), apartment('b'));
  await listings.poll();
  expect(heard).toEqual([
    ['a', 77, 'listed'],
    ['b', 10_000, 'listed'],
  ]);
  await database.pool.query(`update listings set status = 'paused' where id = 'a'`);
  await listings.poll();
  expect(heard.at(-1)).toEqual(['a', 77, 'paused']);
  expect(found()).toEqual(['b']);
});

it('does not write a listing again that has not changed', async () => {
  expect(await write(apartment('a'), apartment('b'))).toMatchObject({ inserted: 2, updated: 0 });
  const before = await database.pool.query('select id, tx::text from listings order by id');
  expect(await write(apartment('a'), apartment('b', { city: 'Porto' }))).toMatchObject({
    inserted: 0,
    updated: 1,
  });
  const after = await database.pool.query('select id, tx::text from listings order by id');
  expect(after.rows[0]).toEqual(before.rows[0]);
  expect(after.rows[1]).not.toEqual(before.rows[1]);
});

it('shows details, and new ones after a poll', async () => {
  await write(apartment('a'));
  await listings.start();
  const shown = async (id: string) => {
    const found = await listings.get(undefined, id);
    return found.ok ? found.data : found.error.code;
  };
  expect(await shown('a')).toEqual(apartment('a'));
  expect(await shown('nobody')).toBe('not_found');
  await write(apartment('a', { description: 'Loud.' }));
  await listings.poll();
  expect(await shown('a')).toMatchObject({ description: 'Loud.' });
});

it('[S8] tells of one that was never listed to its host and admins alone, and of one that was to anybody', async () => {
  await database.pool.query(`insert into accounts (id, kind) values ('h1', 'host'), ('h2', 'host')
                             on conflict do nothing`);
  const own = (...apartments: Apartment[]) =>
    upsertListings(
      database.pool,
      'test',
      apartments.map((one) => ({ sourceId: one.id, hostId: 'h1', apartment: one })),
    );
  await own(apartment('never', { status: 'paused' }), apartment('once'));
  const subjects = {
    nobody: undefined,
    guest: { id: 'h1', kind: 'guest' },
    other: { id: 'h2', kind: 'host' },
    host: { id: 'h1', kind: 'host' },
    admin: { id: 'x', kind: 'admin' },
  } as const;
  const whoSees = async (id: string) => {
    const seen: string[] = [];
    for (const [who, subject] of Object.entries(subjects))
      if ((await listings.get(subject, id)).ok) seen.push(who);
    return seen;
  };
  const ALL = Object.keys(subjects);
  await listings.start();
  expect(['never', 'once', 'nobody'].map((id) => listings.isPublic(id))).toEqual([false, true, false]);
  expect(await whoSees('never')).toEqual(['host', 'admin']);
  expect(await whoSees('once')).toEqual(ALL);
  expect(await whoSees('none')).toEqual([]);
  const isThere = async (id: string) => {
    const found = await listings.get(subjects.other, id);
    return found.ok || isOfAnother(found.error);
  };
  expect([await isThere('never'), await isThere('none')]).toEqual([true, false]);

  // By another server, just now: looked up, what is not known to be public is told as it is.
  await database.pool.query(`update listings set status = 'listed' where id = 'never'`);
  expect(await whoSees('never')).toEqual(ALL);
  expect(listings.isPublic('never')).toBe(false);
  await listings.poll();
  expect(listings.isPublic('never')).toBe(true);
  await database.pool.query(`update listings set status = 'paused'`);
  await database.pool.query(`update listings set status = 'retired' where id = 'once'`);
  await listings.poll();
  for (const id of ['never', 'once']) {
    expect(listings.isPublic(id)).toBe(true);
    expect(await whoSees(id)).toEqual(ALL);
  }
});

it('[S8] looks one that was never listed up as often as one that there is not', async () => {
  await write(apartment('never', { status: 'paused' }), apartment('once'));
  await listings.start();
  const statements: unknown[] = [];
  const { query } = database.pool;
  database.pool.query = ((...asked: unknown[]) => {
    statements.push(asked[1]);
    return (query as (...asked: unknown[]) => unknown).apply(database.pool, asked);
  }) as typeof query;
  try {
    for (const id of ['never', 'none', 'once']) for (let i = 0; i < 2; i++) await listings.get(undefined, id);
  } finally {
    database.pool.query = query;
  }
  expect(statements).toEqual([[['never']], [['never']], [['none']], [['none']], [['once']]]);
});

it('lets its host and admins manage an apartment, nobody else', async () => {
  await database.pool.query(`insert into accounts (id, kind) values ('h1', 'host'), ('h2', 'host')
                             on conflict do nothing`);
  await upsertListings(database.pool, 'test', [{ sourceId: 'a', hostId: 'h1', apartment: apartment('a') }]);
  expect(await listings.mayManage({ id: 'h1', kind: 'host' }, 'a')).toBe(true);
  expect(await listings.mayManage({ id: 'h2', kind: 'host' }, 'a')).toBe(false);
  expect(await listings.mayManage({ id: 'h1', kind: 'guest' }, 'a')).toBe(false);
  expect(await listings.mayManage({ id: 'x', kind: 'admin' }, 'a')).toBe(true);
  expect(await listings.mayManage({ id: 'h1', kind: 'host' }, 'nobody')).toBe(false);
});

it('reads the calendars anew when the days have used up its window', async () => {
  await write(apartment('a', { terms: openTerms({ horizonNights: 730 }) }));
  const readFrom: number[] = [];
  taken = async function* (night) {
    readFrom.push(night);
    yield [{ apartmentId: 'a', from: TODAY + 760, to: TODAY + 770, status: 'blocked' }];
  };
  await listings.start();
  await listings.poll();
  expect(readFrom).toHaveLength(1);
  nowMs += 90 * 24 * 60 * 60_000;
  await listings.poll();
  expect(readFrom).toHaveLength(2);
  expect(found({ checkIn: '2028-12-22', checkOut: '2028-12-24' })).toEqual([]);
  expect(found({ checkIn: '2028-12-20', checkOut: '2028-12-22' })).toEqual(['a']);
});
