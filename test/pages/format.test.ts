import { describe, expect, it } from 'vitest';
import { minorDigits } from '../../src/protocol/money.ts';
import { money } from '../../web/src/format.ts';

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
