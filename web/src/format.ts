/** How amounts, dates and times read, in the language of the page; dates are written so that nobody swaps day and month. */
import { minorDigits } from '../../src/protocol/money.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { t } from './texts/index.ts';
import { locale } from './texts/language.ts';

/** One format for each language and way of writing: making one costs far more than using it. */
function perLocale<Format>(make: (locale: string) => Format): () => Format {
  const made = new Map<string, Format>();
  return () => {
    const key = locale();
    let format = made.get(key);
    if (format === undefined) {
      format = make(key);
      made.set(key, format);
    }
    return format;
  };
}

const moneyFormats = perLocale(() => new Map<string, Intl.NumberFormat>());

/**
 * `€123.45`, `US$123.45`, `KWD 12.345`: never a bare sign that several currencies share.
 * @param amountMinor integer minor units of the ISO 4217 currency: all its decimals are shown, none for JPY
 */
export function money(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  const formats = moneyFormats();
  let format = formats.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale(), {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(currency, format);
  }
  return format.format(amountMinor / 10 ** digits);
}

const utc = (options: Intl.DateTimeFormatOptions) =>
  perLocale((key) => new Intl.DateTimeFormat(key, { ...options, timeZone: 'UTC' }));
const SHORT = { weekday: 'short', day: 'numeric', month: 'short' } as const;
const shortDay = utc(SHORT);
const shortDayOfYear = utc({ ...SHORT, year: 'numeric' });
const fewDays = utc({ day: 'numeric', month: 'short' });
const fewDaysOfYear = utc({ day: 'numeric', month: 'short', year: 'numeric' });
const longDay = utc({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const monthYear = utc({ month: 'long', year: 'numeric' });
const weekday = utc({ weekday: 'long' });
const dayOf = (date: string) => new Date(`${date}T00:00:00Z`);

/** Whether dates are of this year, by the device's clock: those of another one say of which. */
const isThisYear = (...dates: readonly string[]): boolean => {
  const year = String(new Date().getFullYear());
  return dates.every((date) => date.startsWith(year));
};
/** In English without the commas after weekdays; anywhere with spaces that are found when they are looked for. */
const plain = (text: string): string =>
  (locale().startsWith('en') ? text.replaceAll(',', '') : text).replace(/[\u2009\u202f]/g, ' ');

/** `Fri 5 Mar`; `Fri 5 Mar 2027` in another year. */
export const shortDate = (date: string): string =>
  plain((isThisYear(date) ? shortDay : shortDayOfYear)().format(dayOf(date)));
/** `Fri 5 Mar – Sun 7 Mar`; with the years where they are not this one. */
export const datesText = (from: string, to: string): string =>
  plain((isThisYear(from, to) ? shortDay : shortDayOfYear)().formatRange(dayOf(from), dayOf(to)));
/** The same where there is little room: `5 – 7 Mar`. */
export const briefDatesText = (from: string, to: string): string =>
  plain((isThisYear(from, to) ? fewDays : fewDaysOfYear)().formatRange(dayOf(from), dayOf(to)));
/** `Friday 5 March 2027` */
export const longDate = (date: string): string => plain(longDay().format(dayOf(date)));
/** `March 2027`, of `2027-03` */
export const monthName = (month: string): string => monthYear().format(dayOf(`${month}-01`));
/** `Monday` of ISO weekday 1. */
export const weekdayName = (isoWeekday: number): string =>
  // Night 4, 5 January 1970, is a Monday.
  weekday().format(dayOf(dateOf(3 + isoWeekday)));

const lists = perLocale((key) => new Intl.ListFormat(key));
/** `Monday, Friday and Saturday` */
export const listText = (parts: readonly string[]): string => lists().format(parts);

/** `Fri 5 Mar – Sun 7 Mar · 2 nights` */
export function stayText(checkIn: string, checkOut: string): string {
  return `${datesText(checkIn, checkOut)} · ${nightsText(nightOf(checkOut) - nightOf(checkIn))}`;
}

export const nightsText = (nights: number): string => t.common.nights(nights);
export const guestsText = (guests: number): string => t.common.guests(guests);

const percents = perLocale(
  (key) => new Intl.NumberFormat(key, { style: 'percent', maximumFractionDigits: 1 }),
);
/** `12.3%` of 0.123 */
export const percentText = (share: number): string => percents().format(share);
const numbers = perLocale((key) => new Intl.NumberFormat(key, { maximumFractionDigits: 1 }));
/** At most one decimal. */
export const numberText = (value: number): string => numbers().format(value);

const minutesLong = perLocale(
  (key) => new Intl.NumberFormat(key, { style: 'unit', unit: 'minute', unitDisplay: 'long' }),
);
/** `2 minutes` */
export const minutesLongText = (minutes: number): string => minutesLong().format(minutes);

/** `9:05` */
export function minutesText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const clock = perLocale(
  (key) => new Intl.DateTimeFormat(key, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
);
/** Time of day at the reader's place. */
export const timeText = (instant: string): string => clock().format(new Date(instant));
const hour = perLocale((key) => new Intl.DateTimeFormat(key, { hour: '2-digit', minute: '2-digit' }));
/** Hour and minute at the reader's place. */
export const hourText = (instant: string): string => hour().format(new Date(instant));
/** `Thursday 4 March 2027 at 00:00 Portugal time`: an instant as the clocks of an IANA time zone tell it. */
export const zonedText = (epochMs: number, timeZone: string): string =>
  new Intl.DateTimeFormat(locale(), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortGeneric',
    timeZone,
  }).format(epochMs);
const moment = perLocale((key) => new Intl.DateTimeFormat(key, { dateStyle: 'medium', timeStyle: 'medium' }));
/** Day and time at the reader's place. */
export const momentText = (instant: string): string => moment().format(new Date(instant));

/** Time of day, to the minute, in an IANA time zone. */
export function timeIn(timeZone: string, nowMs: number): string {
  return new Intl.DateTimeFormat(locale(), { timeZone, timeStyle: 'short' }).format(nowMs);
}

/** IANA, where the reader is. */
export const readersTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** The date of today in an IANA time zone. */
export function todayIn(timeZone: string, nowMs: number): string {
  let format = dayFormats.get(timeZone);
  if (format === undefined) {
    // en-CA writes a date as ISO does.
    format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
    dayFormats.set(timeZone, format);
  }
  return format.format(nowMs);
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
