/**
 * A price as people and spreadsheets write it: `152`, `$1,250.00`, `1.250,00 €`, `CHF 1'250`. What can be meant in two
 * ways is not guessed, and nothing is rounded.
 */
import { isTender, minorDigits } from '../../protocol/money.ts';

/** In minor units, above 0; or what is wrong with it and the way out, to follow the price in a sentence. */
export type WrittenPrice = { readonly minor: number } | { readonly problem: string };

/** Signs of one currency or a few. Not `$`, with which Inside Airbnb writes the prices of every country. */
const SIGNS: ReadonlyMap<string, readonly string[]> = new Map([
  ['€', ['EUR']],
  ['£', ['GBP', 'EGP', 'FKP', 'GIP', 'LBP', 'SDG', 'SHP', 'SSP', 'SYP']],
  ['¥', ['JPY', 'CNY']],
  ['₩', ['KRW', 'KPW']],
  ['₹', ['INR']],
  ['₺', ['TRY']],
  ['₪', ['ILS']],
  ['฿', ['THB']],
  ['₫', ['VND']],
  ['₱', ['PHP']],
  ['₽', ['RUB']],
  ['zł', ['PLN']],
]);
/** What may stand before or after an amount: letters of a currency or its sign. */
const WRITTEN =
  /^(?<before>[\p{L}\p{Sc}]{0,4}\.?)\s*(?<amount>\d[\d.,'’\s]*?)\s*(?<after>[\p{L}\p{Sc}]{0,4}\.?)$/u;
/** More digits than any price has, and than can be counted exactly. */
const DIGITS_MAX = 15;

export function readPrice(text: string, currency: string): WrittenPrice {
  const { before = '', amount = '', after = '' } = WRITTEN.exec(text)?.groups ?? {};
  if (amount === '') return NO_PRICE;
  for (const sign of [before, after]) {
    const others = SIGNS.get(sign) ?? (isTender(sign) ? [sign] : undefined);
    if (others !== undefined && !others.includes(currency)) {
      return { problem: `is not in ${currency}; give the currency of the prices with --currency` };
    }
  }
  const read = readAmount(amount, minorDigits(currency), currency);
  if ('problem' in read) return read;
  return read.minor > 0 ? read : NO_PRICE;
}

const NO_PRICE = { problem: 'is no amount above 0; give the price of a night' };

function readAmount(amount: string, digits: number, currency: string): WrittenPrice {
  const point = decimalPoint(amount, digits);
  if (point === 'either') {
    return {
      problem: `can be meant in thousands or with three decimals, of which ${currency} has ${digits}; write it without separators`,
    };
  }
  const [whole, fraction] = point < 0 ? [amount, ''] : [amount.slice(0, point), amount.slice(point + 1)];
  if (!/^\d+$|^\d{1,3}(?<by>[.,'’ ])\d{3}(?:\k<by>\d{3})*$/.test(whole) || !/^\d*$/.test(fraction))
    return NO_PRICE;
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > digits) {
    return { problem: `has more decimals than the ${digits} of ${currency}; round it` };
  }
  const minor = whole.replace(/\D/g, '') + kept.padEnd(digits, '0');
  return minor.length > DIGITS_MAX ? NO_PRICE : { minor: Number(minor) };
}

/**
 * Where the decimals begin: at the last of two kinds of separator, at a single one that no thousands can follow.
 * @returns -1 where there are none
 */
function decimalPoint(amount: string, digits: number): number | 'either' {
  const last = Math.max(amount.lastIndexOf('.'), amount.lastIndexOf(','));
  if (last < 0) return -1;
  const sign = amount[last]!;
  if (amount.indexOf(sign) < last) return -1;
  if (/[.,'’\s]/.test(amount.slice(0, last))) return last;
  const isOfThousands = /^[1-9]\d{0,2}[.,]\d{3}$/.test(amount);
  if (!isOfThousands) return last;
  // Commas between thousands are the format's own, and so are points before as many decimals as the currency has.
  if (sign === ',') return digits < 3 ? -1 : 'either';
  return digits < 3 ? 'either' : last;
}
