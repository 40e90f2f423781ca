/**
 * The way out of a refused stay. One rule's own way out may lead into another rule, or into nights that are taken, so
 * there is but one: the nearest stay that every rule allows and that is free.
 */
import { dateOf, type NightRange, weekdayOf } from './nights.ts';
import { brokenRule, type ClaimBeside, seasonal } from './rules.ts';
import type { Terms } from './terms.ts';

export interface StayWish {
  readonly terms: Terms;
  readonly stay: NightRange;
  readonly guests: number;
  /** Night number of the local day at the apartment. */
  readonly today: number;
}

/** What bars a stay besides rules, in night numbers: who knows the calendar says. */
export interface Vacancy {
  /** The latest day on which a stay from this night could end, as what is taken goes; no later than it where it is taken. */
  latestEnd(from: number): number;
  readonly claimBeside: ClaimBeside;
  /** Whether the stay's nights are free, and those around it that turnover wants empty. */
  isFree(stay: NightRange): boolean;
}

/** How a refusal's sentence ends: what to ask for instead, which is taken if it is asked for at once. */
export function wayOut(wish: StayWish, vacancy: Vacancy): string {
  const { stay, guests, terms, today } = wish;
  const nearest = nearestStay(wish, vacancy);
  if (nearest === undefined) {
    return `no other stay is open until ${dateOf(today + terms.horizonNights)}, so choose another apartment`;
  }
  const days = daysText(stay, nearest);
  const fewer = guests > terms.capacity ? `bring at most ${terms.capacity}` : '';
  return [days, fewer].filter((part) => part !== '').join(' and ');
}

function daysText(stay: NightRange, { from, to }: NightRange): string {
  if (from !== stay.from && to !== stay.to) return `check in on ${dateOf(from)} and out on ${dateOf(to)}`;
  if (from !== stay.from) return `check in on ${dateOf(from)}`;
  return to === stay.to ? '' : `check out on ${dateOf(to)}`;
}

/**
 * The free stay that every rule allows and whose check-in and length together are nearest to what is wished for, its
 * guests too where the apartment sleeps as many; of equals the one with the nearer length, then the earlier one. Looks
 * over the whole horizon, as there may be but one season; from each day it tries no more than the lengths that could
 * be nearer than the best so far.
 * @returns undefined where there is none up to the horizon
 */
export function nearestStay(
  { terms, stay, guests, today }: StayWish,
  vacancy: Vacancy,
): NightRange | undefined {
  const nights = stay.to - stay.from;
  const party = Math.min(guests, terms.capacity);
  const first = today + terms.noticeDays;
  const end = today + terms.horizonNights;
  const reach = Math.max(Math.abs(stay.from - first), Math.abs(stay.from - end));
  let nearest: NightRange | undefined;
  let distance = Number.POSITIVE_INFINITY;
  let apart = Math.max(0, first - stay.from, stay.from - end);
  for (; apart <= reach && apart <= distance; apart++) {
    for (const from of [stay.from - apart, stay.from + apart]) nearest = nearestFrom(from) ?? nearest;
  }
  return nearest;

  function isAllowed(candidate: NightRange): boolean {
    return brokenRule(terms, candidate, party, today, vacancy.claimBeside) === undefined;
  }

  /** Of the stays from this day that are nearer than the best so far, or as near with a nearer length, the nearest. */
  function nearestFrom(from: number): NightRange | undefined {
    if (from < first || from >= end) return undefined;
    if (!seasonal(terms, 'arrivalDays', from).includes(weekdayOf(from))) return undefined;
    const room = Math.min(end, vacancy.latestEnd(from)) - from;
    if (room < 1) return undefined;
    const usual = seasonal(terms, 'minNights', from);
    const least = Math.min(usual, terms.gapMinNights ?? usual);
    const most = Math.min(room, seasonal(terms, 'maxNights', from));
    const wanted = Math.min(Math.max(nights, least), most);
    for (let step = 0; step <= most - least; step++) {
      const away = apart + Math.abs(wanted - nights) + step;
      const isAsNear = away === distance && apart > Math.abs(nearest!.from - stay.from);
      if (away >= distance && !isAsNear) return undefined;
      for (const length of [wanted - step, wanted + step]) {
        if (length < least || length > most) continue;
        const candidate = { from, to: from + length };
        if (!isAllowed(candidate) || !vacancy.isFree(candidate)) continue;
        distance = away;
        return candidate;
      }
    }
    return undefined;
  }
}
