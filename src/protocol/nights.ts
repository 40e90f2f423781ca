/**
 * Nights. On the wire a night is an ISO date in the apartment's own time zone; inside it is an integer, the
 * days since 1970-01-01, so that stays are compared and indexed as numbers. A stay is half-open
 * [checkIn, checkOut): the departure day is another guest's arrival day.
 */
import { z } from 'zod';

/** A calendar date that exists, `YYYY-MM-DD`. */
export const IsoDate = z.iso.date('a date is YYYY-MM-DD and must exist');

/** Half-open [from, to) in night numbers. */
export interface NightRange {
  readonly from: number;
  readonly to: number;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
/** Two years of dates in both directions many times over; cleared when full so that nobody can grow it. */
const MEMO_MAX = 8_192;
const nightOfDate = new Map<string, number>();
const dateOfNight = new Map<number, string>();

/** @param date an ISO date that exists (validated at the door); a RangeError otherwise */
export function nightOf(date: string): number {
  const known = nightOfDate.get(date);
  if (known !== undefined) return known;
  const night = EPOCH.until(Temporal.PlainDate.from(date), { largestUnit: 'day' }).days;
  if (nightOfDate.size >= MEMO_MAX) nightOfDate.clear();
  nightOfDate.set(date, night);
  return night;
}

/** The ISO date of a night number. */
export function dateOf(night: number): string {
  const known = dateOfNight.get(night);
  if (known !== undefined) return known;
  const date = EPOCH.add({ days: night }).toString();
  if (dateOfNight.size >= MEMO_MAX) dateOfNight.clear();
  dateOfNight.set(night, date);
  return date;
}

/** 1 = Monday … 7 = Sunday (ISO 8601), of the day on which the night begins; 1970-01-01 was a Thursday. */
export function weekdayOf(night: number): number {
  return ((((night + 3) % 7) + 7) % 7) + 1;
}

export function overlaps(a: NightRange, b: NightRange): boolean {
  return a.from < b.to && b.from < a.to;
}

interface LocalDay {
  readonly night: number;
  readonly startMs: number;
  readonly endMs: number;
}
const localDays = new Map<string, LocalDay>();

/**
 * The night number of the local calendar day at an instant in an IANA time zone.
 * Remembers the last day asked for in each zone: the hot path asks for the same one thousands of times.
 */
export function localNight(timeZone: string, nowMs: number): number {
  const known = localDays.get(timeZone);
  if (known !== undefined && nowMs >= known.startMs && nowMs < known.endMs) return known.night;
  const start = Temporal.Instant.fromEpochMilliseconds(Math.trunc(nowMs))
    .toZonedDateTimeISO(timeZone)
    .startOfDay();
  const day: LocalDay = {
    night: nightOf(start.toPlainDate().toString()),
    startMs: start.epochMilliseconds,
    endMs: start.add({ days: 1 }).startOfDay().epochMilliseconds,
  };
  if (localDays.size >= 1_024) localDays.clear();
  localDays.set(timeZone, day);
  return day.night;
}

/** The instant, in epoch milliseconds, at which a local day begins: cut-offs are local time at the apartment. */
export function startOfNightMs(timeZone: string, night: number): number {
  return Temporal.PlainDate.from(dateOf(night)).toZonedDateTime(timeZone).epochMilliseconds;
}
