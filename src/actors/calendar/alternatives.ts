import { ALTERNATIVES_MAX, ALTERNATIVES_REACH_NIGHTS } from '../../protocol/limits.ts';
import { localNight } from '../../protocol/local-day.ts';
import type { NightRange } from '../../protocol/nights.ts';
import { checkStay } from '../../protocol/rules.ts';
import { type Calendar, type Claim, firstClaimEndingAfter, type HoldClaim } from './calendar.ts';
import type { Circumstances } from './circumstances.ts';

/**
 * The nearest free stays of the same length that every rule allows, nearest check-in first, the earlier one
 * first where two are as near. At most ALTERNATIVES_MAX within ALTERNATIVES_REACH_NIGHTS of the wanted check-in.
 * Walks outwards and jumps over each claim it meets, so that a full calendar costs a step a claim.
 */
export function alternativesTo(
  calendar: Calendar,
  stay: NightRange,
  guests: number,
  own: readonly HoldClaim[],
  at: Pick<Circumstances, 'terms' | 'nowMs'>,
): NightRange[] {
  const { terms } = at;
  const nights = stay.to - stay.from;
  const today = localNight(terms.timeZone, at.nowMs);
  const later: NightRange[] = [];
  const earlier: NightRange[] = [];

  let from = stay.from + 1;
  while (later.length < ALTERNATIVES_MAX && from <= stay.from + ALTERNATIVES_REACH_NIGHTS) {
    const candidate = { from, to: from + nights };
    const blocker = firstBlocker(calendar, candidate, own, terms.turnoverNights);
    if (blocker !== undefined) {
      from = Math.max(from + 1, blocker.to);
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
    const blocker = firstBlocker(calendar, candidate, own, terms.turnoverNights);
    if (blocker !== undefined) {
      from = Math.min(from - 1, blocker.from - nights);
      continue;
    }
    if (allowed(candidate)) earlier.push(candidate);
    from -= 1;
  }

  return [...earlier, ...later]
    .sort((a, b) => Math.abs(a.from - stay.from) - Math.abs(b.from - stay.from) || a.from - b.from)
    .slice(0, ALTERNATIVES_MAX);

  function allowed(candidate: NightRange): boolean {
    return checkStay(terms, candidate, guests, today) === undefined;
  }
}

/** The first claim that shares a night with the candidate, or is a stay nearer than the turnover allows. */
function firstBlocker(
  calendar: Calendar,
  candidate: NightRange,
  own: readonly HoldClaim[],
  turnoverNights: number,
): Claim | undefined {
  const { claims } = calendar;
  for (let i = firstClaimEndingAfter(calendar, candidate.from - turnoverNights); i < claims.length; i++) {
    const claim = claims[i]!;
    if (claim.from >= candidate.to + turnoverNights) return undefined;
    if (own.includes(claim as HoldClaim)) continue;
    const direct = claim.from < candidate.to && candidate.from < claim.to;
    if (direct || claim.kind !== 'block') return claim;
  }
  return undefined;
}
