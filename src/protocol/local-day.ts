/**
 * Where a night begins in the apartment's own time zone. Apart from nights.ts, because only the server asks: the pages
 * and the client library count nights and need no rules of time zones.
 */
import { Temporal } from 'temporal-polyfill';
import { dateOf, nightOf } from './nights.ts';

/** The zone that is furthest behind: a stay is future as long as its last day is somewhere still to come. */
export const LAST_ZONE = 'Etc/GMT+12';

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
