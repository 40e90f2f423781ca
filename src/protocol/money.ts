/** Minor units: how many decimals an amount of a currency has. */

/**
 * ISO 4217's exponents (list one) that are not 2. Not from `Intl`: what it knows is how prices are usually written
 * (no decimals for HUF, LBP or IQD), and engines differ in it; an amount on the wire must mean one thing.
 */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map(to(0)),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map(to(3)),
  ...'CLF UYW'.split(' ').map(to(4)),
]);

function to(exponent: number): (currency: string) => [string, number] {
  return (currency) => [currency, exponent];
}

/** Decimals of one major unit: 2 for EUR (100 cents), 0 for JPY, 3 for KWD; 2 for a code that ISO 4217 does not list. */
export function minorDigits(currency: string): number {
  return EXPONENTS.get(currency) ?? 2;
}
