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

/** ISO 4217's codes of money that is paid in (list one, without funds, metals, tests and no currency). */
const TENDER: ReadonlySet<string> = new Set(
  `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
  CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
  HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
  MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
  RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
  USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`.split(/\s+/),
);

/** Whether a code is of a currency that a guest can pay in. */
export function isTender(currency: string): boolean {
  return TENDER.has(currency);
}
