/** How amounts, dates and times read. The pages are English; dates are written so that nobody swaps day and month. */
import { minorDigits } from '../../src/protocol/money.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';

const LOCALE = 'en-GB';
const moneyFormats = new Map<string, Intl.NumberFormat>();

/**
 * `€123.45`, `US$123.45`, `KWD 12.345`: never a bare sign that several currencies share.
 * @param amountMinor integer minor units of the ISO 4217 currency: all its decimals are shown, none for JPY
 */
export function money(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  let format = moneyFormats.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALE, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    moneyFormats.set(currency, format);
  }
  return format.format(amountMinor / 10 ** digits);
}

const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' });
const shortDay = utc({ weekday: 'short', day: 'numeric', month: 'short' });
const longDay = utc({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const monthYear = utc({ month: 'long', year: 'numeric' });
const dayOf = (date: string) => new Date(`${date}T00:00:00Z`);

/** `Fri 5 Mar` */
export const shortDate = (date: string): string => shortDay.format(dayOf(date)).replace(',', '');
/** `Friday 5 March 2027` */
export const longDate = (date: string): string => longDay.format(dayOf(date)).replace(',', '');
/** `March 2027`, of `2027-03` */
export const monthName = (month: string): string => monthYear.format(dayOf(`${month}-01`));

/** `Fri 5 Mar – Sun 7 Mar · 2 nights` */
export function stayText(checkIn: string, checkOut: string): string {
  return `${shortDate(checkIn)} – ${shortDate(checkOut)} · ${nightsText(nightOf(checkOut) - nightOf(checkIn))}`;
}

export const nightsText = (nights: number): string => (nights === 1 ? '1 night' : `${nights} nights`);
export const guestsText = (guests: number): string => (guests === 1 ? '1 guest' : `${guests} guests`);

/** `9:05` */
export function minutesText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
/** Time of day at the reader's place. */
export const timeText = (instant: string): string => clock.format(new Date(instant));

/** The date of today in an IANA time zone. */
export function todayIn(timeZone: string, nowMs: number): string {
  // en-CA writes a date as ISO does.
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(nowMs);
}

export const plusDays = (date: string, days: number): string => dateOf(nightOf(date) + days);
export const isDate = (text: string | null | undefined): text is string => {
  if (text == null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    nightOf(text);
    return true;
  } catch {
    return false;
  }
};
