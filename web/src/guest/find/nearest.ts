/**
 * The free stays nearest to one that was taken, as far as a watched calendar knows: the same nights, the rules of
 * the server (`brokenRule`, turnover), nearest check-in first and the earlier one where two are as near.
 */
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import type { StayWish } from '../../../../src/protocol/advice.ts';
import { ALTERNATIVES_REACH_NIGHTS } from '../../../../src/protocol/limits.ts';
import { type NightRange, overlaps } from '../../../../src/protocol/nights.ts';
import { brokenRule, type ClaimBeside, turnoverRange } from '../../../../src/protocol/rules.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { claimIn } from '../../shared/claim-in.ts';

/** The nights whose calendar `nearestStays` wants to know. */
export function reachOf(stay: NightRange, terms: Terms, today: number): NightRange {
  const reach = ALTERNATIVES_REACH_NIGHTS + terms.turnoverNights + 1;
  return { from: Math.max(today, stay.from - reach), to: stay.to + reach };
}

export function nearestStays(calendar: CalendarModel, wish: StayWish, max: number): NightRange[] {
  const { stay, guests, terms, today } = wish;
  const claimBeside: ClaimBeside = (night) => claimIn(calendar, night);
  const found: NightRange[] = [];
  for (let distance = 1; distance <= ALTERNATIVES_REACH_NIGHTS; distance++) {
    for (const shift of [-distance, distance]) {
      const candidate = { from: stay.from + shift, to: stay.to + shift };
      const isAllowed = brokenRule(terms, candidate, guests, today, claimBeside) === undefined;
      if (!isAllowed || !isClear(calendar, candidate, terms)) continue;
      found.push(candidate);
      if (found.length === max) return found;
    }
  }
  return found;
}

/** Nights that are not known are not offered; before the calendar's first night nothing is left to be in the way. */
function isClear(calendar: CalendarModel, stay: NightRange, terms: Terms): boolean {
  const around = turnoverRange(terms, stay);
  for (let night = around.from; night < around.to; night++) {
    const isOwn = overlaps({ from: night, to: night + 1 }, stay);
    if (!calendarModel.covers(calendar, night)) {
      if (isOwn) return false;
      continue;
    }
    const claim = claimIn(calendar, night);
    // A closed night needs no turnover.
    if (claim === 'stay' || (isOwn && claim !== undefined)) return false;
  }
  return true;
}
