import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { minorDigits } from '../../src/protocol/money.ts';
import {
  briefDatesText,
  datesText,
  guestsText,
  minutesLongText,
  money,
  nightsText,
  shortDate,
  stayText,
} from '../../web/src/format.ts';
import { loadTexts } from '../../web/src/texts/index.ts';
import { speak } from '../../web/src/texts/language.ts';

/** A space that does not break stands between a code and its amount. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('money on the pages', () => {
  it.each([
    [12_345, 'EUR', '€123.45'],
    [12_300, 'EUR', '€123.00'],
    [12_345, 'JPY', 'JP¥12,345'],
    [12_345, 'KWD', 'KWD 12.345'],
    // Usually written without decimals, and counted with them all the same.
    [12_345, 'IQD', 'IQD 12.345'],
    [1_234_500, 'HUF', 'HUF 12,345.00'],
    [12_345, 'LBP', 'LBP 123.45'],
    [12_345, 'CLF', 'CLF 1.2345'],
    [-500, 'USD', '-US$5.00'],
    [500, 'CAD', 'CA$5.00'],
    [0, 'JPY', 'JP¥0'],
  ])('[P1] shows %i minor units of %s as %s', (amountMinor, currency, text) => {
    expect(plain(money(amountMinor, currency))).toBe(text);
  });
});

it('[P1] a currency that ISO 4217 does not list has two decimals', () => {
  expect(minorDigits('XYZ')).toBe(2);
});

describe('dates on the pages', () => {
  beforeAll(() => {
    vi.useFakeTimers({ now: Date.parse('2027-06-15T12:00:00Z'), toFake: ['Date'] });
  });
  afterAll(() => {
    vi.useRealTimers();
    speak('en');
  });

  it.each([
    ['en', ['Fri 5 Mar', 'Sun 5 Mar 2028'], 'Fri 5 Mar – Sun 7 Mar', '5 – 7 Mar'],
    ['de', ['Fr., 5. März', 'So., 5. März 2028'], 'Fr., 5. – So., 7. März', '5.–7. März'],
  ] as const)(
    'say of which year they are where it is not this one, in %s',
    async (language, [now, later], stay, brief) => {
      await loadTexts(language);
      expect(shortDate('2027-03-05')).toBe(now);
      expect(shortDate('2028-03-05')).toBe(later);
      expect(datesText('2027-03-05', '2027-03-07')).toBe(stay);
      expect(briefDatesText('2027-03-05', '2027-03-07')).toBe(brief);
      expect(stayText('2027-03-05', '2027-03-07')).toBe(`${stay} · ${nightsText(2)}`);
      // A stay over the year's end says both, one before this year its own.
      expect(datesText('2027-12-30', '2028-01-02')).toMatch(/2027 – .*2028$/);
      expect(datesText('2026-03-05', '2026-03-07')).toMatch(/^[^0-9]*5[^–]* – .*7.* 2026$/);
      expect(briefDatesText('2026-03-05', '2026-03-07')).toMatch(/2026$/);
    },
  );

  it('count nights, guests and days as the language does', async () => {
    await loadTexts('de');
    expect([nightsText(1), nightsText(2), guestsText(1), guestsText(2)]).toEqual([
      '1 Nacht',
      '2 Nächte',
      '1 Gast',
      '2 Gäste',
    ]);
    expect(minutesLongText(1)).toBe('1 Minute');
    expect(minutesLongText(2)).toBe('2 Minuten');
  });
});

/** What a number is put into by hand has one form for all counts: `1 nights`. */
it.each([
  ['en', /\$\{\w+\} (nights|guests|days|apartments|holds|bookings|servers|minutes)\b/],
  ['de', /\$\{\w+\} (Nächten?|Gästen?|Tagen?|Wohnungen|Reservierungen|Buchungen|Minuten)\b/],
] as const)('no text in %s makes a plural by hand', async (language, plural) => {
  const folder = join(import.meta.dirname, '../../web/src/texts', language);
  for (const name of await readdir(folder)) {
    const source = await readFile(join(folder, name), 'utf8');
    const lines = source.split('\n').filter((line) => plural.test(line) && !/\bof \$\{|von \$\{/.test(line));
    expect(lines, `${language}/${name}: write it with plural(), from the number itself`).toEqual([]);
    expect(source.match(/=== 1 \?|\((n|en|s|e)\)'/g), `${language}/${name}`).toBe(null);
  }
});
