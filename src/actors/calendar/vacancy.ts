/** Which nights a guest could still have: free ones, and those of their own holds, which another hold replaces (H4). */
import type { Vacancy } from '../../protocol/advice.ts';
import { type NightRange, overlaps } from '../../protocol/nights.ts';
import { type ClaimBeside, turnoverRange } from '../../protocol/rules.ts';
import type { Terms } from '../../protocol/terms.ts';
import { type Calendar, type Claim, firstClaimEndingAfter, type HoldClaim } from './calendar.ts';
import { allows, stateOf } from './hold-machine.ts';

export function vacancyFor(calendar: Calendar, guestId: string, terms: Terms): Vacancy {
  return {
    latestEnd(from) {
      const { claims } = calendar;
      const { turnoverNights } = terms;
      for (let i = firstClaimEndingAfter(calendar, from - turnoverNights); i < claims.length; i++) {
        const claim = claims[i]!;
        if (claim.to <= from) {
          if (claim.kind !== 'block') return from;
        } else if (!isReplaceable(claim, guestId)) {
          return claim.kind === 'block' ? claim.from : claim.from - turnoverNights;
        }
      }
      return Number.POSITIVE_INFINITY;
    },
    claimBeside: claimBesideFor(calendar, guestId),
    isFree: (stay) => firstBlocker(calendar, stay, guestId, terms) === undefined,
  };
}

export function claimBesideFor(calendar: Calendar, guestId: string): ClaimBeside {
  return (night, stay) => {
    const claim = calendar.claims[firstClaimEndingAfter(calendar, night)];
    if (claim === undefined || claim.from > night) return undefined;
    if (overlaps(claim, stay) && isReplaceable(claim, guestId)) return undefined;
    return claim.kind === 'block' ? 'block' : 'stay';
  };
}

/** The first claim that shares a night with the stay, or is a stay nearer to it than the turnover allows. */
export function firstBlocker(
  calendar: Calendar,
  stay: NightRange,
  guestId: string,
  terms: Terms,
): Claim | undefined {
  const { claims } = calendar;
  const around = turnoverRange(terms, stay);
  for (let i = firstClaimEndingAfter(calendar, around.from); i < claims.length; i++) {
    const claim = claims[i]!;
    if (claim.from >= around.to) return undefined;
    const isInIt = overlaps(claim, stay);
    const isInTheWay = isInIt ? !isReplaceable(claim, guestId) : claim.kind !== 'block';
    if (isInTheWay) return claim;
  }
  return undefined;
}

/** A hold of the guest's own that another of theirs, over some of its nights, would replace. */
export function isReplaceable(claim: Claim, guestId: string): claim is HoldClaim {
  return claim.kind === 'hold' && claim.guestId === guestId && allows(stateOf(claim), 'replaced');
}
