/**
 * Nights. On the wire a night is an ISO date in the apartment's own time zone; inside it is an integer, the
 * days since 1970-01-01, so that stays are compared and indexed as numbers. A stay is half-open
 * [checkIn, checkOut): the departure day is another guest's arrival day.
 */
import { z } from 'zod';

/** A calendar date that exists, `YYYY-MM-DD`; where it is none, no rule about it and another one is looked at. */
export const IsoDate = z.iso.date({ error: 'a date is YYYY-MM-DD and must exist', abort: true });

/** Half-open [from, to) in night numbers. */
export interface NightRange {
  readonly from: number;
  readonly to: number;
}

/** Two years of dates in both directions many times over; cleared when full so that nobody can grow it. */
const MEMO_MAX = 8_192;
const nightOfDate = new Map<string, number>();
const dateOfNight = new Map<number, string>();

/** @param date an ISO date that exists (validated at the door); a RangeError otherwise */
export function nightOf(date: string): number {
  const known = nightOfDate.get(date);
  if (known !== undefined) return known;
  const night = daysFromCivil(date);
  if (nightOfDate.size >= MEMO_MAX) nightOfDate.clear();
  nightOfDate.set(date, night);
  return night;
}

/** The ISO date of a night number. */
export function dateOf(night: number): string {
  const known = dateOfNight.get(night);
  if (known !== undefined) return known;
  const date = civilFromDays(night);
  if (dateOfNight.size >= MEMO_MAX) dateOfNight.clear();
  dateOfNight.set(night, date);
  return date;
}

/**
 * Days since 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so that the leap day is the
 * last (Howard Hinnant, chrono-compatible low-level date algorithms). Integers only, because pages count nights
 * too and not every browser has `Temporal` yet.
 */
function daysFromCivil(date: string): number {
  const [year, month, day] = [+date.slice(0, 4), +date.slice(5, 7), +date.slice(8)];
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const night = era * 146_097 + dayOfEra - 719_468;
  if (civilFromDays(night) !== date) {
    throw new RangeError(`${date} is no date; send YYYY-MM-DD of a day that exists`);
  }
  return night;
}

function civilFromDays(night: number): string {
  const shifted = night + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** 1 = Monday … 7 = Sunday (ISO 8601), of the day on which the night begins; 1970-01-01 was a Thursday. */
export function weekdayOf(night: number): number {
  return ((((night + 3) % 7) + 7) % 7) + 1;
}

export function overlaps(a: NightRange, b: NightRange): boolean {
  return a.from < b.to && b.from < a.to;
}
