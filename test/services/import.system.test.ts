import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listingsById } from '../../src/persistence/statements/listings.ts';
import { managedListing, updateListing } from '../../src/persistence/statements/managed-listings.ts';
import { FEATURE_LEVEL, levelOf } from '../../src/protocol/feature-levels.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import {
  type ImportCounts,
  type ImportOptions,
  ImportRefused,
  type ImportReport,
  importListings,
} from '../../src/services/listings/import-airbnb.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('delete from listings'));

const HEADER =
  'id,name,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,minimum_nights,number_of_reviews,state,city';
const row = (fields: Partial<Record<string, string>> = {}) => {
  const values: Record<string, string> = {
    id: '1',
    name: 'Sunny loft',
    neighbourhood_group: 'City of Los Angeles',
    neighbourhood: 'Venice',
    latitude: '33.99',
    longitude: '-118.47',
    room_type: 'Entire home/apt',
    price: '152',
    minimum_nights: '30',
    number_of_reviews: '3',
    state: 'CA',
    city: 'Los Angeles',
    ...(fields as Record<string, string>),
  };
  return HEADER.split(',')
    .map((column) => values[column])
    .join(',');
};
function run(text: string | Buffer, options: Partial<ImportOptions> = {}) {
  const bytes = Buffer.from(text);
  // In small pieces, so that characters and lines are cut anywhere.
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
    bytes.subarray(i * 7, i * 7 + 7),
  );
  return importListings({ stream: Readable.from(pieces), pool: database.pool, ...options });
}
const csv = (...rows: string[]) => [HEADER, ...rows].join('\n');

/** Every line of the file is accounted for, and every row is in or named. */
function expectToAddUp(report: ImportReport, text: string): void {
  const { headerLines, rows, innerLines, emptyLines, inserted, updated, unchanged, skipped } = report;
  expect(headerLines + rows + innerLines + emptyLines).toBe(report.lines);
  expect(report.lines).toBe(text.replace(/\n$/, '').split('\n').length);
  expect(inserted + updated + unchanged + skipped).toBe(rows);
  expect(report.skippedLines).toHaveLength(skipped);
}
const stored = async (id: string) => (await listingsById(database.pool, [id]))[0]?.apartment;

it('imports a row as a listing that can be booked', async () => {
  const report = await run(csv(row()));
  expect(report).toEqual({
    lines: 2,
    headerLines: 1,
    emptyLines: 0,
    innerLines: 0,
    rows: 1,
    inserted: 1,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    adjusted: 0,
    kept: 0,
    skippedLines: [],
    adjustedLines: [],
    keptLines: [],
  });
  expect(await stored('airbnb-1')).toMatchObject({
    name: 'Sunny loft',
    city: 'Los Angeles',
    country: 'United States',
    description: 'Entire home/apt in Venice, City of Los Angeles, Los Angeles.',
    status: 'listed',
    terms: {
      timeZone: 'America/Los_Angeles',
      currency: 'USD',
      nightlyMinor: 15_200,
      minNights: 30,
      capacity: 4,
      horizonNights: 730,
    },
  });
});

it('can be repeated: no listing twice, what is unchanged is not written, what has changed is', async () => {
  const rows = Array.from({ length: 1_203 }, (_, i) => row({ id: String(i), price: String(100 + i) }));
  expect(await run(csv(...rows))).toMatchObject({ rows: 1_203, inserted: 1_203 });
  const before = await database.pool.query('select max(tx::text::int8)::text as tx from listings');
  expect(await run(csv(...rows))).toMatchObject({ inserted: 0, updated: 0, unchanged: 1_203 });
  const after = await database.pool.query('select max(tx::text::int8)::text as tx from listings');
  expect(after.rows).toEqual(before.rows);
  rows[7] = row({ id: '7', price: '999' });
  expect(await run(csv(...rows))).toMatchObject({ inserted: 0, updated: 1, unchanged: 1_202 });
  expect((await stored('airbnb-7'))?.terms.nightlyMinor).toBe(99_900);
});

it('[L1] a row with a lone quote takes none after it along: rows and named lines add up to the file', async () => {
  const text = csv(
    row({ id: '1', name: '"Courtyard flat' }),
    ...Array.from({ length: 7 }, (_, i) => row({ id: String(i + 2) })),
    row({ id: '9', name: 'Loft by the canal"' }),
    row({ id: '10', name: 'Loft with a 55"" screen' }),
    row({ id: '11', name: '"Two lines,\nand a comma"' }),
    '',
    row({ id: '12', name: 'Old, and without quotes' }),
    row({ id: '13', name: 'Last flat' }),
  );
  const report = await run(text);
  expectToAddUp(report, text);
  expect(report).toMatchObject({ rows: 13, inserted: 12, innerLines: 1, emptyLines: 1 });
  expect(report.adjustedLines).toEqual([
    { line: 2, message: 'a quote begins a cell and does not end it; kept as text' },
  ]);
  expect(report.skippedLines).toEqual([
    { line: 15, message: expect.stringContaining('the row has 13 cells and the header 12') },
  ]);
  expect((await stored('airbnb-1'))?.name).toBe('"Courtyard flat');
  expect((await stored('airbnb-9'))?.name).toBe('Loft by the canal"');
  expect((await stored('airbnb-11'))?.name).toBe('Two lines, and a comma');
});

it('reports progress by batch', async () => {
  const seen: ImportCounts[] = [];
  const rows = Array.from({ length: 1_203 }, (_, i) => row({ id: String(i) }));
  await run(csv(...rows), { onProgress: (counts) => seen.push(counts) });
  expect(seen.map((counts) => counts.inserted)).toEqual([500, 1_000, 1_203]);
});

describe('names as people write them', () => {
  it.each([
    ['entities', '"Tom &amp; Jerry&#39;s &lt;loft&gt; caf&eacute;"', "Tom & Jerry's <loft> café"],
    [
      'what only begins like entities',
      'Close to tram&central square; wine&region; sun&paradise',
      'Close to tram&central square; wine&region; sun&paradise',
    ],
    ['tags', '&lt;b&gt;bold&lt;/b&gt; studio', '<b>bold</b> studio'],
    ['a bare ampersand', 'Hollywood & Hiking', 'Hollywood & Hiking'],
    ['emoji', '"👩‍👩‍👧 family place 🏖️, sea view"', '👩‍👩‍👧 family place 🏖️, sea view'],
    ['quotes', '"The ""Blue"" room"', 'The "Blue" room'],
    ['a quote in the middle', 'The 6" step', 'The 6" step'],
    ['line breaks', '"Two\r\nlines"', 'Two lines'],
    ['nothing', '', 'Entire home/apt in Venice'],
    ['white space', '"  \t "', 'Entire home/apt in Venice'],
    ['characters no database stores', '"A&#0;B\u0001C"', 'A�B C'],
  ])('%s', async (_what, name, expected) => {
    await run(csv(row({ name })));
    expect((await stored('airbnb-1'))?.name).toBe(expected);
  });

  it('cuts a long one between characters', async () => {
    await run(csv(row({ name: '👩‍👩‍👧'.repeat(60) })));
    const name = (await stored('airbnb-1'))?.name ?? '';
    expect(name.length).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^(?:👩‍👩‍👧)+…$/u);
  });
});

describe('rows that cannot be a listing are skipped with line and reason, the others imported', () => {
  it.each([
    ['no price', { price: '' }, 'price ""'],
    ['price 0', { price: '0' }, 'price "0"'],
    ['a negative price', { price: '-20' }, 'price "-20"'],
    ['a price in words', { price: 'ask me' }, 'price "ask me"'],
    ['a price of two meanings', { price: '1.250' }, 'price "1.250" can be meant in thousands'],
    ['a latitude out of range', { latitude: '91' }, 'latitude "91"'],
    ['no longitude', { longitude: '' }, 'longitude ""'],
    ['a longitude that is none', { longitude: 'NaN' }, 'longitude "NaN"'],
    ['no id', { id: '' }, 'id ""'],
    ['an id that a spreadsheet has rounded', { id: '6.34114E+17' }, 'id 6.34114E+17 has lost digits'],
    [
      'a price that no stay can be counted of',
      { price: '99999999999' },
      'nightlyMinor: a stay of 730 nights',
    ],
  ])('%s', async (_what, fields, says) => {
    const report = await run(csv(row({ id: '5' }), row(fields), row({ id: '6' })));
    expect(report).toMatchObject({ rows: 3, inserted: 2, skipped: 1 });
    expect(report.skippedLines).toEqual([{ line: 3, message: expect.stringContaining(says) }]);
  });

  it('an id that was there before, with the line of the first', async () => {
    const report = await run(
      csv(row({ name: '"two\nlines"' }), row({ id: '2' }), '', '', row({ name: '"A\ngain"' })),
    );
    expect(report.skippedLines).toEqual([{ line: 7, message: expect.stringContaining('on line 2') }]);
    expect((await stored('airbnb-1'))?.name).toBe('two lines');
  });

  it('a row cut short', async () => {
    const report = await run(csv(row(), '2,Half a row,City', row({ id: '3' })));
    expect(report).toMatchObject({ inserted: 2, skipped: 1 });
    expect(report.skippedLines[0]).toMatchObject({ line: 3 });
  });

  it('an id that is another apartment elsewhere already', async () => {
    await run(csv(row()));
    const report = await run(csv(row({ latitude: '40.75', longitude: '-73.98', name: 'Midtown' })));
    expect(report).toMatchObject({ skipped: 1, updated: 0, unchanged: 0 });
    expect(report.skippedLines[0]?.message).toMatch(/"Sunny loft", 39\d\d km away.*--source/);
    expect((await run(csv(row({ latitude: '40.75' })), { source: 'nyc' })).inserted).toBe(1);
    expect((await stored('airbnb-1'))?.name).toBe('Sunny loft');
  });
});

it('[L3] an id that a spreadsheet has made a decimal number is the same listing', async () => {
  await run(csv(row({ id: '397657' })));
  const report = await run(csv(row({ id: '397657.0' }), row({ id: '397657' })));
  expect(report).toMatchObject({ unchanged: 1, skipped: 1 });
  expect(report.skippedLines).toEqual([{ line: 3, message: expect.stringContaining('on line 2 already') }]);
});

describe('[A4] the currency of a listing never changes', () => {
  it('a file imported again without its currency is read in the listing’s, and so is what is new in it', async () => {
    await run(csv(row({ price: '1250' })), { currency: 'EUR' });
    expect(await run(csv(row({ price: '1250' })))).toMatchObject({ unchanged: 1 });
    expect(await run(csv(row({ price: '1300' }), row({ id: '2', price: '90' })))).toMatchObject({
      updated: 1,
      inserted: 1,
    });
    expect((await stored('airbnb-1'))?.terms).toMatchObject({ currency: 'EUR', nightlyMinor: 130_000 });
    expect((await stored('airbnb-2'))?.terms).toMatchObject({ currency: 'EUR', nightlyMinor: 9_000 });
  });

  it('with another currency its row is skipped', async () => {
    await run(csv(row({ price: '1250' })), { currency: 'EUR' });
    const report = await run(csv(row({ price: '1250' })), { currency: 'JPY', overwrite: true });
    expect(report.skippedLines).toEqual([
      {
        line: 2,
        message: 'id 1 is let in EUR, which never changes, and not in JPY; give --currency EUR, or none',
      },
    ]);
    expect((await stored('airbnb-1'))?.terms).toMatchObject({ currency: 'EUR', nightlyMinor: 125_000 });
  });

  it('where a source has several, what is new is in none of them until it is said', async () => {
    await run(csv(row()), { currency: 'EUR' });
    await run(csv(row({ id: '2' })), { currency: 'USD' });
    const report = await run(csv(row(), row({ id: '2' }), row({ id: '3' })));
    expect(report).toMatchObject({ unchanged: 2, skipped: 1 });
    expect(report.skippedLines[0]?.message).toContain('source airbnb has listings in EUR, USD; give');
  });
});

describe('[L3] what was changed here since the last import stays', () => {
  const edit = async (name: string | undefined, terms: Partial<Terms> = {}) => {
    const before = (await managedListing(database.pool, 'airbnb-1'))!;
    const after = { ...before, name: name ?? before.name, terms: { ...before.terms, ...terms } };
    expect(await updateListing(database.pool, before.revision, after)).toBeDefined();
  };
  const own = {
    ...{ cleaningMinor: 4_000, taxBasisPoints: 700, cancellationPolicy: 'strict' as const, capacity: 3 },
    seasons: [{ name: 'Summer', from: '2027-06-01', to: '2027-09-01', nightlyMinor: 30_000 }],
  };

  it('where the file is as before, and is told of as far as the file states it', async () => {
    await run(csv(row()));
    await edit('Our own name', { ...own, nightlyMinor: 17_000 });
    const before = await stored('airbnb-1');
    const report = await run(csv(row()));
    expect(report).toMatchObject({ unchanged: 1, updated: 0, kept: 1 });
    expect(report.keptLines).toEqual([
      {
        line: 2,
        message:
          'name "Our own name" ("Sunny loft" in the file), nightlyMinor 17000 (15200 in the file), as changed here; --overwrite takes the file\'s',
      },
    ]);
    expect(await stored('airbnb-1')).toEqual(before);
  });

  it('where the file has changed, too, which all else follows', async () => {
    await run(csv(row()));
    await edit('Our own name', own);
    const changed = csv(row({ name: 'Sunnier loft', price: '160', minimum_nights: '3' }));
    expect(await run(changed)).toMatchObject({ updated: 1, kept: 1 });
    const after = await stored('airbnb-1');
    expect(after).toMatchObject({
      name: 'Our own name',
      terms: { ...own, nightlyMinor: 16_000, minNights: 3 },
    });
    expect(await run(changed)).toMatchObject({ unchanged: 1, kept: 1 });
    expect(await stored('airbnb-1')).toEqual(after);
  });

  it('and what the file does not state stays whatever is asked for', async () => {
    await run(csv(row()));
    await edit('Our own name', { ...own, nightlyMinor: 17_000 });
    expect(await run(csv(row()), { overwrite: true })).toMatchObject({ updated: 1, kept: 0 });
    expect(await stored('airbnb-1')).toMatchObject({
      name: 'Sunny loft',
      terms: { ...own, nightlyMinor: 15_200 },
    });
    // A file without names or cities.
    const text =
      'id,latitude,longitude,room_type,price,minimum_nights\n1,33.99,-118.47,Private room,152,30\n';
    await run(text);
    expect(await stored('airbnb-1')).toMatchObject({ name: 'Sunny loft', city: 'Los Angeles', terms: own });
  });

  it('also where nobody knows what was imported before', async () => {
    await run(csv(row()));
    await database.pool.query('update listings set imported = null');
    expect(await run(csv(row({ price: '160', name: 'Other' })))).toMatchObject({ updated: 1, kept: 1 });
    expect(await stored('airbnb-1')).toMatchObject({ name: 'Sunny loft', terms: { nightlyMinor: 15_200 } });
  });

  it('but not a retired one, which is for good', async () => {
    await run(csv(row()));
    await database.pool.query(`update listings set status = 'retired'`);
    const report = await run(csv(row({ price: '160' })));
    expect(report.skippedLines).toEqual([
      { line: 2, message: expect.stringContaining('is retired here for good') },
    ]);
  });

  it('and so does what is changed while an import runs', async () => {
    await run(csv(row()));
    let isEdited = false;
    // Between the look at what stands and the writing.
    const pool = new Proxy(database.pool, {
      get: (target, key) =>
        key !== 'query'
          ? Reflect.get(target, key)
          : async (sql: string, values: unknown[]) => {
              if (sql.includes('insert into listings') && !isEdited) {
                isEdited = true;
                await edit('Our own name', own);
              }
              return target.query(sql, values);
            },
    });
    expect(await run(csv(row({ name: 'Other', price: '160' })), { pool })).toMatchObject({
      updated: 1,
      kept: 1,
    });
    expect(isEdited).toBe(true);
    expect(await stored('airbnb-1')).toMatchObject({
      name: 'Our own name',
      terms: { ...own, nightlyMinor: 16_000 },
    });
  });
});

describe('values that are read differently are noted', () => {
  it.each([
    ['a minimum of 1000 nights', { minimum_nights: '1000' }, 'minimum_nights 1000', { minNights: 365 }],
    ['no minimum', { minimum_nights: '' }, 'minimum_nights ""', { minNights: 1 }],
    ['an unknown room type', { room_type: 'Boat' }, 'room_type "Boat"', { capacity: 2 }],
  ])('%s', async (_what, fields, says, terms) => {
    const report = await run(csv(row(fields)));
    expect(report.adjustedLines).toEqual([{ line: 2, message: expect.stringContaining(says) }]);
    expect(await stored('airbnb-1')).toMatchObject({ terms });
  });
});

describe('files', () => {
  it('with a BOM, CRLF and columns in another order', async () => {
    const text = `\ufeffprice,ID,longitude,latitude,minimum_nights,Room_Type\r\n"$1,250.50",9,-73.98,40.75,2,Private room\r\n`;
    expect(await run(text, { city: 'New York' })).toMatchObject({ inserted: 1, skipped: 0, adjusted: 0 });
    expect(await stored('airbnb-9')).toMatchObject({
      name: 'Private room in New York',
      city: 'New York',
      terms: { nightlyMinor: 125_050, timeZone: 'America/New_York', capacity: 2 },
    });
  });

  it('that are streams of strings', async () => {
    const stream = Readable.from([csv(row({ name: 'Schön 🌊' }))]);
    expect(await importListings({ stream, pool: database.pool })).toMatchObject({ inserted: 1 });
    expect((await stored('airbnb-1'))?.name).toBe('Schön 🌊');
  });

  it('packed with gzip', async () => {
    expect(await run(gzipSync(csv(row(), row({ id: '2', name: 'Schön 🌊' }))))).toMatchObject({
      inserted: 2,
    });
    expect((await stored('airbnb-2'))?.name).toBe('Schön 🌊');
  });

  it('with semicolons and decimal commas, as spreadsheets write them', async () => {
    const text = `sep=;\r\n${csv(row()).replaceAll(',', ';').replace('33.99', '33,99').replace('152', '1.152,50')}\r\n`;
    const report = await run(text);
    expectToAddUp(report, text);
    expect(report).toMatchObject({ inserted: 1, headerLines: 2 });
    expect(await stored('airbnb-1')).toMatchObject({ latitude: 33.99, terms: { nightlyMinor: 115_250 } });
  });

  it('whose coordinates are not where the others of the city are: imported, with a note', async () => {
    const there = Array.from({ length: 9 }, (_, i) => row({ id: String(i), latitude: `33.9${i}` }));
    const report = await run(
      csv(
        row({ id: '20', latitude: '0', longitude: '0' }),
        row({ id: '21', latitude: '43.99' }),
        ...there,
        row({ id: '22', city: 'Elsewhere', latitude: '43.99' }),
        row({ id: '23', city: 'Berlin', latitude: '13.4', longitude: '52.5' }),
        ...there.map((_, i) => row({ id: `3${i}`, city: 'Berlin', latitude: '52.5', longitude: `13.4${i}` })),
      ),
    );
    expect(report).toMatchObject({ inserted: 22, skipped: 0 });
    expect(report.adjustedLines).toEqual([
      { line: 2, message: 'coordinates 0, 0 are in the Atlantic; correct them' },
      {
        line: 3,
        message: expect.stringMatching(
          /^coordinates 43.99, -118.47 are 11\d\d km from the others of Los Angeles, in/,
        ),
      },
      {
        line: 14,
        message: expect.stringMatching(
          /^coordinates 13.4, 52.5 are \d+ km from the others of Berlin, and near .* swap/,
        ),
      },
    ]);
  });

  it('of the detailed format state how many a listing sleeps, its bedrooms and its longest stay', async () => {
    const header = `${HEADER},accommodates,bedrooms,maximum_nights`;
    const report = await run(
      [header, `${row()},2,1.0,184`, `${row({ id: '2' })},6,2,1125`, `${row({ id: '3' })},,,1`].join('\n'),
    );
    expect(await stored('airbnb-1')).toMatchObject({
      description: 'Entire home/apt with 1 bedroom in Venice, City of Los Angeles, Los Angeles.',
      terms: { capacity: 2, minNights: 30, maxNights: 184 },
    });
    expect(await stored('airbnb-2')).toMatchObject({ terms: { capacity: 6, maxNights: 730 } });
    expect(await stored('airbnb-3')).toMatchObject({ terms: { capacity: 4, maxNights: 730 } });
    expect(report.adjustedLines).toEqual([
      {
        line: 4,
        message: expect.stringMatching(/^accommodates "" .*; maximum_nights "1" is no whole number from/),
      },
    ]);
  });

  it('[L5] of the detailed format state a picture, which a later file may state anew', async () => {
    const file = (...urls: string[]) =>
      [`${HEADER},picture_url`, ...urls.map((url, i) => `${row({ id: String(i + 1) })},${url}`)].join('\n');
    const urls = async () => (await stored('airbnb-1'))?.photos?.map(({ url, alt }) => [url, alt]);
    await run(csv(row()));
    expect(await urls()).toBeUndefined();
    const url = 'https://images.example.com/a.jpg?aki=1&b=2';
    const wrong = [
      'http://images.example.com/a.jpg',
      'a.jpg',
      `https://images.example.com/${'a'.repeat(2_048)}`,
    ];
    const report = await run(file(url, '', ...wrong));
    expect(await urls()).toEqual([[url, 'Sunny loft']]);
    expect(report).toMatchObject({ inserted: 4, updated: 1, kept: 0 });
    expect(report.adjustedLines.map(({ line }) => line)).toEqual([4, 5, 6]);
    expect(report.adjustedLines[0]?.message).toMatch(
      /^picture_url "http:.*" is no address that begins with https/,
    );
    expect(await run(file(url))).toMatchObject({ unchanged: 1 });
    expect(await run(csv(row()))).toMatchObject({ unchanged: 1 });
    expect(await run(file('https://images.example.com/b.jpg'))).toMatchObject({ updated: 1, kept: 0 });
    expect(await urls()).toEqual([['https://images.example.com/b.jpg', 'Sunny loft']]);
  });

  describe('of older detailed formats', () => {
    const header = `${HEADER},accommodates,guests_included,extra_people`;
    const FEATURE = 'terms by weekday, season and guests';
    const level = (value: number) =>
      database.pool.query(`update settings set value = to_jsonb($1::int) where key = 'least_level'`, [value]);
    beforeEach(() => level(FEATURE_LEVEL));
    afterAll(() => level(0));
    const terms = async (id: string) => (await stored(`airbnb-${id}`))?.terms;

    it('[L2] state what guests cost beyond those in the price, exactly or not at all', async () => {
      const rows = [
        `${row()},4,2,$15.00`,
        `${row({ id: '2' })},4,1,$0.00`,
        `${row({ id: '3' })},4,2,`,
        `${row({ id: '4' })},4,2,"1.250"`,
        `${row({ id: '5' })},4,,$15.00`,
        `${row({ id: '6' })},4,5,$15.00`,
        `${row({ id: '7' })},4,2,on request`,
      ];
      const report = await run([header, ...rows].join('\n'), { currency: 'EUR' });
      expect(await terms('1')).toMatchObject({ includedGuests: 2, extraGuestMinor: 1_500 });
      for (const id of ['2', '3', '6']) expect(await terms(id)).not.toHaveProperty('includedGuests');
      expect(report.skippedLines).toEqual([
        { line: 5, message: expect.stringMatching(/^extra_people "1.250" can be meant in thousands/) },
        {
          line: 6,
          message: expect.stringMatching(/^guests_included "" is no whole number .*; give both or neither$/),
        },
        { line: 8, message: expect.stringMatching(/^extra_people "on request" is no amount above 0/) },
      ]);
      expect(report.adjustedLines).toEqual([
        { line: 7, message: 'guests_included 5 is above 4, for whom there is room; passed over' },
      ]);
      const again = await run([header, `${row()},4,3,$20.00`].join('\n'), { currency: 'EUR' });
      expect(again).toMatchObject({ updated: 1, kept: 0 });
      expect(await terms('1')).toMatchObject({ includedGuests: 3, extraGuestMinor: 2_000 });
    });

    it('[C10] state nothing of it while a server is there that would pass it over', async () => {
      await level(levelOf(FEATURE) - 1);
      const report = await run([header, `${row()},4,2,$15.00`].join('\n'));
      expect(await terms('1')).not.toHaveProperty('includedGuests');
      expect(report.adjustedLines).toEqual([
        {
          line: 2,
          message: expect.stringMatching(/passed over, as not every server knows them yet; import again/),
        },
      ]);
    });
  });

  it.each([
    ['without minor units', 'JPY', '15000', 15_000],
    ['with a thousand minor units', 'IQD', '15000.5', 15_000_500],
  ])('[P1] in a currency %s', async (_what, currency, price, nightlyMinor) => {
    await run(csv(row({ price })), { currency });
    expect((await stored('airbnb-1'))?.terms).toMatchObject({ nightlyMinor, currency });
  });

  it.each([
    ['an empty one', '', 'the file is empty'],
    ['one with empty lines only', '\n\n\n', 'the file is empty'],
    [
      'one that is no CSV',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
      'line 1 has the byte 0x89, which is not UTF-8',
    ],
    [
      'one in Latin-1',
      Buffer.from(csv(row(), row({ id: '2', name: 'Gemütliche Wohnung' })), 'latin1'),
      'line 3 has the byte 0xFC, which is not UTF-8 but perhaps Latin-1 or Windows-1252; save the file as CSV in UTF-8',
    ],
    ['one in UTF-16', Buffer.from(`\ufeff${csv(row())}`, 'utf16le'), 'the file is UTF-16; save it'],
    ['a workbook', Buffer.from('PK\u0003\u0004 and so on'), 'the file is a ZIP archive, as workbooks'],
    [
      'half a gzip',
      gzipSync(csv(row())).subarray(0, 150),
      'the file is gzip that cannot be unpacked to its end',
    ],
    ['one with bars between its cells', csv(row()).replaceAll(',', '|'), 'begins with: id|name'],
    [
      'one without prices',
      'id,latitude,longitude\n1,2,3\n',
      'lacks the columns room_type, price, minimum_nights',
    ],
    ['one whose quote never ends', csv(row({ name: `"${'x'.repeat(100_000)}` })), 'line 2 is longer'],
  ])('[L4] %s is refused in one sentence', async (_what, text, says) => {
    const refused = run(text);
    await expect(refused).rejects.toBeInstanceOf(ImportRefused);
    await expect(refused).rejects.toThrow(says);
  });

  it('whose quote never ends is not read into memory', async () => {
    let sent = 0;
    const stream = Readable.from(
      (function* () {
        yield Buffer.from(`${HEADER}\n1,"`);
        for (; sent < 200; sent++) yield Buffer.alloc(64 * 1024, 'x');
      })(),
    );
    await expect(importListings({ stream, pool: database.pool })).rejects.toBeInstanceOf(ImportRefused);
    expect(sent).toBeLessThan(20);
  });

  it('with a header alone imports nothing', async () => {
    expect(await run(`${HEADER}\n`)).toMatchObject({ rows: 0, inserted: 0, skipped: 0 });
  });

  it('that cannot be read to the end fail with the reason', async () => {
    const stream = Readable.from(
      (async function* () {
        yield Buffer.from(`${HEADER}\n${row()}\n`);
        throw new Error('the disk is gone');
      })(),
    );
    await expect(importListings({ stream, pool: database.pool })).rejects.toThrow('the disk is gone');
  });

  it('that fail in the middle say what is in by then', async () => {
    const rows = Array.from({ length: 501 }, (_, i) => row({ id: String(i) }));
    const refused = run(csv(...rows, `9,"${'x'.repeat(100_000)}`));
    await expect(refused).rejects.toBeInstanceOf(ImportRefused);
    await expect(refused).rejects.toThrow(
      /^line 503 is longer .*; the rows up to line 501 are in \(500 listings, 500 of them new\) and none after it, so mend that and import the file again$/,
    );
    const { rows: found } = await database.pool.query('select count(*)::int as listings from listings');
    expect(found).toEqual([{ listings: 500 }]);
  });

  it('refuse options that make no sense', async () => {
    await expect(run(csv(row()), { currency: 'dollars' })).rejects.toThrow('ISO 4217');
    await expect(run(csv(row()), { currency: 'GPD' })).rejects.toThrow('currency GPD is no ISO 4217 code');
    await expect(run(csv(row()), { source: 'My Source' })).rejects.toThrow('--source');
  });
});
