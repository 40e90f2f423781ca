/**
 * Choosing a stay in a calendar: what choosing a day would mean, whether the chosen stay may be held and for how
 * much, and what is free near it.
 */
import { ALTERNATIVES_MAX, ALTERNATIVES_REACH_NIGHTS } from '../../../../src/protocol/limits.ts';
import { dateOf, type NightRange, nightOf } from '../../../../src/protocol/nights.ts';
import type { Party } from '../../../../src/protocol/party.ts';
import { priceOf, quoteOf } from '../../../../src/protocol/price.ts';
import type { Quote } from '../../../../src/protocol/resources.ts';
import type { Obstacle, Openings } from './openings.ts';

export type { Ownings } from './night-state.ts';

/** Dates; empty text where a day is not chosen yet. */
export interface Chosen {
  readonly checkIn: string;
  readonly checkOut: string;
}

export type Meaning =
  /** A stay begins on this day; with one begun already, that one is let go. */
  | { readonly is: 'arrive' }
  /** The stay begun ends on this day. */
  | { readonly is: 'leave' }
  /** The day on which the stay begun begins: choosing it again takes it back. */
  | { readonly is: 'begun' }
  | { readonly is: 'nothing'; readonly because: Obstacle };

/** @param begun night of the check-in where no check-out is chosen yet */
export function meaningOf(openings: Openings, begun: number | undefined, night: number): Meaning {
  if (begun === night) return { is: 'begun' };
  const arrival = openings.arrivalObstacle(night);
  if (begun !== undefined && night > begun) {
    const end = openings.obstacleTo({ from: begun, to: night }, 1);
    if (end === undefined) return { is: 'leave' };
    // Too short, or the wrong weekday to leave: to begin anew there is hardly what was meant.
    const isWithinReach = end.kind === 'rule' && (end.rule === 'min_nights' || end.rule === 'departure_day');
    if (isWithinReach || arrival !== undefined) return { is: 'nothing', because: end };
  }
  return arrival === undefined ? { is: 'arrive' } : { is: 'nothing', because: arrival };
}

/** A day was chosen in the calendar. */
export function chooseDay(openings: Openings, chosen: Chosen, date: string): Chosen {
  const begun = begunIn(chosen);
  switch (meaningOf(openings, begun, nightOf(date)).is) {
    case 'arrive':
      return { checkIn: date, checkOut: '' };
    case 'leave':
      return { checkIn: chosen.checkIn, checkOut: date };
    case 'begun':
      return { checkIn: '', checkOut: '' };
    case 'nothing':
      return chosen;
  }
}

export function begunIn({ checkIn, checkOut }: Chosen): number | undefined {
  return checkIn !== '' && checkOut === '' ? nightOf(checkIn) : undefined;
}

export type StayCheck =
  | { readonly ok: true; readonly quote: Quote }
  | { readonly ok: false; readonly because: Obstacle };

export function checkStayOf(openings: Openings, stay: NightRange, party: Party): StayCheck {
  const because = openings.obstacleTo(stay, party.guests);
  if (because !== undefined) return { ok: false, because };
  return { ok: true, quote: quoteOf(priceOf(openings.terms, stay, party)) };
}

/** What may be held in the place of a stay: as long a one where only its nights are in the way, else the one nearest to it. */
export function waysOut(openings: Openings, stay: NightRange, guests: number, because: Obstacle): Chosen[] {
  if (guests > openings.terms.capacity) return [];
  const asLong = because.kind === 'rule' ? [] : nearestStays(openings, stay, guests);
  if (asLong.length > 0) return asLong;
  const other = openings.nearestTo(stay, guests);
  return other === undefined ? [] : [{ checkIn: dateOf(other.from), checkOut: dateOf(other.to) }];
}

/** The nearest stays of the same length that may be held, as the server would name them. */
export function nearestStays(openings: Openings, stay: NightRange, guests: number): Chosen[] {
  const nights = stay.to - stay.from;
  const found: Chosen[] = [];
  for (let away = 1; away <= ALTERNATIVES_REACH_NIGHTS && found.length < ALTERNATIVES_MAX; away++) {
    for (const from of [stay.from - away, stay.from + away]) {
      const free = openings.obstacleTo({ from, to: from + nights }, guests) === undefined;
      if (free && found.length < ALTERNATIVES_MAX) {
        found.push({ checkIn: dateOf(from), checkOut: dateOf(from + nights) });
      }
    }
  }
  return found;
}
