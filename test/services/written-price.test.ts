import { expect, it } from 'vitest';
import { readPrice } from '../../src/services/listings/written-price.ts';

it.each([
  ['120', 'EUR', 12_000],
  ['99.50', 'EUR', 9_950],
  ['99.5', 'EUR', 9_950],
  ['99,50', 'EUR', 9_950],
  ['1,250', 'EUR', 125_000],
  ['1.250,00', 'EUR', 125_000],
  ['$1,250.00', 'EUR', 125_000],
  ['1.250.000,00 €', 'EUR', 125_000_000],
  ['1,250,000', 'USD', 125_000_000],
  ["CHF 1'250.50", 'CHF', 125_050],
  ['1 250,50 kr', 'SEK', 125_050],
  ['1250.000', 'USD', 125_000],
  ['15000', 'JPY', 15_000],
  ['15000.00', 'JPY', 15_000],
  ['¥15,000', 'JPY', 15_000],
  ['1.250', 'KWD', 1_250],
  ['1,250.500', 'KWD', 1_250_500],
  ['15000.5', 'IQD', 15_000_500],
  ['0.125', 'KWD', 125],
])('%s %s is %s minor units', (text, currency, minor) => {
  expect(readPrice(text, currency)).toEqual({ minor });
});

it.each([
  ['1.250', 'EUR', 'can be meant in thousands or with three decimals, of which EUR has 2'],
  ['€ 2.500', 'EUR', 'can be meant in thousands'],
  ['99.555', 'EUR', 'can be meant in thousands'],
  ['1.250', 'JPY', 'can be meant in thousands'],
  ['1,250', 'KWD', 'can be meant in thousands'],
  ['0.555', 'EUR', 'has more decimals than the 2 of EUR; round it'],
  ['1250.555', 'EUR', 'has more decimals than the 2 of EUR'],
  ['15000.5', 'JPY', 'has more decimals than the 0 of JPY'],
  ['€120', 'USD', 'is not in USD; give the currency of the prices with --currency'],
  ['GBP 120', 'USD', 'is not in USD'],
  ['120 zł', 'EUR', 'is not in EUR'],
  ['', 'EUR', 'is no amount above 0'],
  ['0.00', 'EUR', 'is no amount above 0'],
  ['-20', 'EUR', 'is no amount above 0'],
  ['1,25,000', 'EUR', 'is no amount above 0'],
  ['1.250,5,0', 'EUR', 'is no amount above 0'],
  ['12..5', 'EUR', 'is no amount above 0'],
  ['100-200', 'EUR', 'is no amount above 0'],
  ['1e3', 'EUR', 'is no amount above 0'],
  ['ask for 90', 'EUR', 'is no amount above 0'],
  ['9'.repeat(20), 'EUR', 'is no amount above 0'],
])('[L2] %s %s is refused: %s', (text, currency, problem) => {
  expect(readPrice(text, currency)).toEqual({ problem: expect.stringContaining(problem) });
});
