import type { StayWish } from '../../protocol/advice.ts';
import { ALTERNATIVES_MAX, ALTERNATIVES_REACH_NIGHTS } from '../../protocol/limits.ts';
import type { NightRange } from '../../protocol/nights.ts';
import { brokenRule } from '../../protocol/rules.ts';
import type { Calendar } from './calendar.ts';
import { claimBesideFor, firstBlocker, isReplaceable } from './vacancy.ts';

/**
 * The nearest free stays of the same length that every rule allows, nearest check-in first, the earlier one
 * first where two are as near. At most ALTERNATIVES_MAX within ALTERNATIVES_REACH_NIGHTS of the wanted check-in.
 * Walks outwards and jumps over each claim of others it meets, so that a full calendar costs a step a claim.
 */
export function alternativesTo(calendar: Calendar, wish: StayWish, guestId: string): NightRange[] {
  const { terms, stay, guests, today } = wish;
  const nights = stay.to - stay.from;
  const claimBeside = claimBesideFor(calendar, guestId);
  const later: NightRange[] = [];
  const earlier: NightRange[] = [];

  let from = stay.from + 1;
  while (later.length < ALTERNATIVES_MAX && from <= stay.from + ALTERNATIVES_REACH_NIGHTS) {
    const candidate = { from, to: from + nights };
    const blocker = firstBlocker(calendar, candidate, guestId, terms);
    if (blocker !== undefined) {
      from = isReplaceable(blocker, guestId) ? from + 1 : Math.max(from + 1, blocker.to);
      continue;
    }
    if (allowed(candidate)) later.push(candidate);
    from += 1;
  }

  from = stay.from - 1;
  while (
    earlier.length < ALTERNATIVES_MAX &&
    from >= Math.max(today, stay.from - ALTERNATIVES_REACH_NIGHTS)
  ) {
    const candidate = { from, to: from + nights };
    const blocker = firstBlocker(calendar, candidate, guestId, terms);
    if (blocker !== undefined) {
      from = isReplaceable(blocker, guestId) ? from - 1 : Math.min(from - 1, blocker.from - nights);
      continue;
    }
    if (allowed(candidate)) earlier.push(candidate);
    from -= 1;
  }

  return [...earlier, ...later]
    .sort((a, b) => Math.abs(a.from - stay.from) - Math.abs(b.from - stay.from) || a.from - b.from)
    .slice(0, ALTERNATIVES_MAX);

  function allowed(candidate: NightRange): boolean {
    return brokenRule(terms, candidate, guests, today, claimBeside) === undefined;
  }
}
