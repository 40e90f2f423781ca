import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { expectOneSentence } from '../support/one-sentence.ts';
import { Program } from '../support/program.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
/** How soon a running server has to show what was imported beside it, in milliseconds. */
const SHOWN_WITHIN_MS = 2_000;

const HEADER =
  'id,name,host_id,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,minimum_nights,number_of_reviews,last_review,reviews_per_month,calculated_host_listings_count,availability_365,number_of_reviews_ltm,license,state,city';
interface Cells {
  id?: string;
  name?: string;
  latitude?: string;
  room?: string;
  price?: string;
  nights?: string;
  review?: string;
}
const row = ({
  id = '',
  name = '',
  latitude = '34.05',
  room = 'Entire home/apt',
  price = '100',
  nights = '2',
  review = '31/12/2024',
}: Cells) =>
  `${id},${name},1,Centre,Old Town,${latitude},-118.24,${room},${price},${nights},7,${review},0.5,1,365,0,,CA,Los Angeles`;

/** What real exports are like, by line; the header is line 1. */
const MESS = [
  row({ id: '1', name: '"Sea &amp; ""sun"" 🌊, by the pier"', price: '152' }),
  row({ id: '2', name: 'No price', price: '' }),
  row({ id: '3', name: '', price: '"$1,250.00"' }),
  row({ id: '4', name: '"Two', price: '90' }).replace('"Two', '"Two\nlines"'),
  row({ id: '5', name: 'Nowhere', latitude: '340.5' }),
  row({ id: '1', name: 'The same again' }),
  row({ id: '6', name: 'For ever', nights: '1000' }),
  row({ id: '7', name: 'Half a night', nights: '0.5', room: 'Igloo' }),
  row({ id: '', name: 'Without an id' }),
  '8,too short',
  '',
  row({ id: '5.12E+17', name: 'Rounded' }),
];
const NEW = 5;

let program: Program;
let file: string;

beforeAll(async () => {
  program = await Program.create({ NIGHTLATCH_SEED: 'none' });
  file = join(program.dataDir, '../listings.csv');
  await writeFile(file, `\uFEFF${[HEADER, ...MESS, ''].join('\r\n')}`);
});
afterAll(() => program.remove());

async function listed(): Promise<{ id: string; name: string; nightlyMinor: number }[]> {
  const answer = await fetch(`${program.url}/v1/apartments?limit=100&sort=name`);
  return ((await answer.json()) as { apartments: { id: string; name: string; nightlyMinor: number }[] })
    .apartments;
}

describe('import listings', () => {
  it('without a server: imports what it can and says, by line, what it did not and why', async () => {
    const reportFile = join(program.dataDir, '../report.txt');
    await program.run(['verify']);
    const { code, output } = await program.run(['import', 'listings', file, '--report', reportFile]);
    expect(output).toContain(
      `11 rows, ${NEW} new, 0 changed, 0 as before, 6 skipped, 3 adjusted, 0 kept as changed here`,
    );
    expect(output).toContain('14 lines: 1 of header, 11 on which a row begins, 1 inside one, 1 empty');
    expect(output).not.toMatch(/\n\s+at /);
    expect(code).toBe(0);
    const report = (await readFile(reportFile, 'utf8')).trim().split('\n');
    for (const line of [
      /^line 3 skipped: price "" is no amount above 0; give the price of a night$/,
      /^line 7 skipped: latitude "340\.5" is no number from -90 to 90; correct it$/,
      /^line 8 skipped: id 1 stands on line 2 already/,
      /^line 11 skipped: id "" is empty/,
      /^line 12 skipped: latitude ""/,
      /^line 4 adjusted: the name is empty; a new listing is "Entire home\/apt in Old Town"$/,
      /^line 9 adjusted: minimum_nights 1000 is over 365; set to 365$/,
      /^line 10 adjusted: room_type "Igloo" is unknown.*minimum_nights "0\.5" is no whole number/,
      /^line 14 skipped: id 5\.12E\+17 has lost digits to a spreadsheet/,
    ]) {
      expect(
        report.filter((text) => line.test(text)),
        String(line),
      ).toHaveLength(1);
    }
    expect(report).toHaveLength(9);
  });

  it('a second time: changes nothing, on a server that was started after', async () => {
    await program.start();
    const before = await listed();
    expect(before.map(({ name, nightlyMinor }) => [name, nightlyMinor])).toEqual(
      expect.arrayContaining([
        ['Sea & "sun" 🌊, by the pier', 15_200],
        ['Entire home/apt in Old Town', 125_000],
        ['Two lines', 9_000],
      ]),
    );
    const again = await program.run(['import', 'listings', file]);
    expect(again.output).toContain(`11 rows, 0 new, 0 changed, ${NEW} as before`);
    expect(again.code).toBe(0);
    expect(await listed()).toEqual(before);
    expect(before).toHaveLength(NEW);
  });

  it('beside a running server: search finds what is new and what has changed within 2 s, and it can be held', async () => {
    const stay = { checkIn: dateOf(TODAY + 30), checkOut: dateOf(TODAY + 33) };
    const [added, cheaper] = [`New ${randomUUID()}`, '"Sea &amp; ""sun"" 🌊, by the pier"'];
    const more = join(program.dataDir, '../more.csv');
    const rows = [row({ id: '9', name: added, price: '77' }), row({ id: '1', name: cheaper, price: '149' })];
    await writeFile(more, [HEADER, ...rows, ''].join('\n'));
    const client = createClient({ url: program.url });
    const search = async () =>
      unwrap(await client.search({ city: 'los angeles', ...stay, limit: 100 })).apartments.map(
        ({ id, nightlyMinor }) => `${id} ${nightlyMinor}`,
      );
    // Connected before the time runs.
    await search();
    const { output } = await program.run(['import', 'listings', more]);
    expect(output).toContain('2 rows, 1 new, 1 changed, 0 as before, 0 skipped');
    await expect
      .poll(search, { interval: 25, timeout: SHOWN_WITHIN_MS })
      .toEqual(expect.arrayContaining(['airbnb-9 7700', 'airbnb-1 14900']));
    const { hold } = unwrap(await client.hold({ apartmentId: 'airbnb-9', ...stay }));
    expect(hold.quote.totalMinor).toBe(3 * 7_700);
    client.close();
    expect(await program.stop()).toBe(0);
  });

  it('says in one sentence why a file cannot be imported', async () => {
    const wrong = join(program.dataDir, '../wrong.csv');
    const importing = async (text: string | Uint8Array, ...flags: string[]) => {
      await writeFile(wrong, text);
      return program.run(['import', 'listings', wrong, ...flags]);
    };
    const missing = await program.run(['import', 'listings', '/no/such/file.csv']);
    expectOneSentence(missing, /^\/no\/such\/file\.csv cannot be read \(ENOENT\); name a CSV file$/m);
    const folder = await program.run(['import', 'listings', program.dataDir]);
    expectOneSentence(folder, /\/data is a folder; name a CSV file in it$/m);
    expectOneSentence(await importing('a,b\n1,2\n'), /line 1 lacks the columns id, latitude, longitude/);
    expectOneSentence(await importing(''), /the file is empty; give a CSV file with a header line/);
    expectOneSentence(
      await importing(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])),
      /line 1 has the byte 0x89, which is not UTF-8/,
    );
    const good = [HEADER, row({ id: '1', name: 'x' }), ''].join('\n');
    expectOneSentence(await importing(good, '--currency', 'dollars'), /currency dollars is no ISO 4217 code/);
    expectOneSentence(await importing(good, '--source', 'A B'), /source A B is not 1 to 20 of a-z 0-9 -/);
  });
});
