/**
 * The year as those who arrive find it: for which days the same seasons decide, and how short and long a stay from there
 * can be. Where seasons overlap, what counts on a day is what `seasonal` says of it: neither season alone. A stay may end
 * in other seasons than the one it begins in, so all is worked out on real days, and yet not day by day: seasons may be
 * centuries long.
 */
import { HORIZON_NIGHTS_MAX } from './limits.ts';
import { type NightRange, weekdayOf } from './nights.ts';
import { seasonRange } from './price.ts';
import { decidingSeason, type SeasonalRule, seasonal } from './rules.ts';
import type { Terms } from './terms.ts';

/** Days of arrival in a row for which the same seasons decide. */
export interface ArrivalStretch extends NightRange, Pick<Terms, 'minNights' | 'maxNights'> {
  /** Indices of the seasons that decide about lengths and arrivals, in order; none where the apartment's own rules do. */
  readonly deciding: readonly number[];
  /** Some day in it is a day of arrival. */
  readonly hasArrivals: boolean;
  /** Nights of the shortest stay that may begin in it; undefined where none may. */
  readonly shortest: number | undefined;
  /** Of the longest, as far as notice and horizon leave room for it; 0 where they leave none. */
  readonly longest: number;
}

export function arrivalStretches(terms: Terms): ArrivalStretch[] {
  const segments = segmentsOf(terms);
  const stretches: Segment[][] = [];
  for (const segment of segments) {
    const before = stretches.at(-1);
    if (String(before?.[0]?.deciding) === String(segment.deciding)) before!.push(segment);
    else stretches.push([segment]);
  }
  return stretches.map((parts) => {
    const { from, minNights, maxNights, deciding } = parts[0]!;
    return {
      ...{ from, to: parts.at(-1)!.to, minNights, maxNights },
      deciding: [...new Set(deciding)].filter((i) => i >= 0).sort((a, b) => a - b),
      hasArrivals: parts.some((part) => part.arrivalDays.some((day) => firstOn(day, part) < part.to)),
      shortest: lengthsFrom(parts, segments, HORIZON_NIGHTS_MAX)?.shortest,
      longest: lengthsFrom(parts, segments, roomOf(terms))?.longest ?? 0,
    };
  });
}

/** Nights that the longest stay may have, arriving as soon as notice allows. */
export function roomOf({ horizonNights, noticeDays }: Terms): number {
  return horizonNights - noticeDays;
}

/** Days in a row on which all rules are the same. */
interface Segment extends NightRange, Pick<Terms, SeasonalRule> {
  /** The minimum that a stay with a night in it must have, where that counts; 0 where no season asks for one. */
  readonly touchedMinimum: number;
  /** Which seasons decide about those who arrive: as long as they do, it is one stretch. */
  readonly deciding: readonly number[];
}

const ARRIVAL_RULES = ['minNights', 'maxNights', 'arrivalDays'] as const;
/** How far to look before the first season and after the last one: the longest stay, and all weekdays to begin it on. */
const OUTSIDE = HORIZON_NIGHTS_MAX + 7;

function segmentsOf(terms: Terms): Segment[] {
  const ranges = terms.seasons.map(seasonRange).filter(({ from, to }) => from < to);
  const edges = [...new Set(ranges.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const days = [(edges[0] ?? 0) - OUTSIDE, ...edges, (edges.at(-1) ?? 0) + OUTSIDE];
  return days.slice(1).map((to, i) => {
    const from = days[i]!;
    const on = <R extends SeasonalRule>(rule: R) => seasonal(terms, rule, from);
    const isTouched = terms.seasonMinimum === 'touching' && decidingSeason(terms, 'minNights', from) >= 0;
    return {
      ...{ from, to, minNights: on('minNights'), maxNights: on('maxNights') },
      ...{ arrivalDays: on('arrivalDays'), departureDays: on('departureDays') },
      touchedMinimum: isTouched ? on('minNights') : 0,
      deciding: ARRIVAL_RULES.map((rule) => decidingSeason(terms, rule, from)),
    };
  });
}

/** In nights. */
interface Lengths {
  readonly shortest: number;
  readonly longest: number;
}

/** Of the stays of at most `most` nights that begin in some segments; undefined where there is none. */
function lengthsFrom(
  arrivals: readonly Segment[],
  segments: readonly Segment[],
  most: number,
): Lengths | undefined {
  let lengths: Lengths | undefined;
  for (const arrival of arrivals) {
    const max = Math.min(arrival.maxNights, most);
    let min = arrival.minNights;
    // By where the last night is: on its first day another segment decides who may leave.
    for (let i = segments.indexOf(arrival); i < segments.length; i++) {
      const { from, to, departureDays, touchedMinimum } = segments[i]!;
      if (from - arrival.to >= max) break;
      min = Math.max(min, touchedMinimum);
      const dayAfter = {
        from: to,
        to: to + 1,
        departureDays: segments[i + 1]?.departureDays ?? departureDays,
      };
      lengths = both(lengths, lengthsBetween(arrival, { from: from + 1, to, departureDays }, min, max));
      lengths = both(lengths, lengthsBetween(arrival, dayAfter, min, max));
    }
  }
  return lengths;
}

/**
 * From the days of arrival of one segment to the days of departure of another. From one weekday to another the lengths are
 * seven nights apart, from the last such day in the one to the first in the other, up to from the first to the last.
 */
function lengthsBetween(
  arrival: Segment,
  departure: Pick<Segment, 'from' | 'to' | 'departureDays'>,
  min: number,
  max: number,
): Lengths | undefined {
  let lengths: Lengths | undefined;
  for (const arrivalDay of arrival.arrivalDays) {
    const firstArrival = firstOn(arrivalDay, arrival);
    if (firstArrival >= arrival.to) continue;
    for (const departureDay of departure.departureDays) {
      const firstDeparture = firstOn(departureDay, departure);
      if (firstDeparture >= departure.to) continue;
      const least = firstDeparture - lastOn(firstArrival, arrival);
      const most = lastOn(firstDeparture, departure) - firstArrival;
      const shortest = least + 7 * Math.max(0, Math.ceil((min - least) / 7));
      const longest = most - 7 * Math.max(0, Math.ceil((most - max) / 7));
      if (shortest <= longest) lengths = both(lengths, { shortest, longest });
    }
  }
  return lengths;
}

function both(one: Lengths | undefined, other: Lengths | undefined): Lengths | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    shortest: Math.min(one.shortest, other.shortest),
    longest: Math.max(one.longest, other.longest),
  };
}

/** The first day from the beginning of a range on that is that weekday. */
function firstOn(weekday: number, { from }: NightRange): number {
  return from + ((weekday - weekdayOf(from) + 7) % 7);
}

/** The last day in a range that is a number of weeks after `first`. */
function lastOn(first: number, { to }: NightRange): number {
  return first + 7 * Math.floor((to - 1 - first) / 7);
}
