/** Decisions about blocks: nights that a host or an admin closes and opens again. Pure: time, ids and prices arrive as input, nothing is changed here. */
import { errorBody } from '../../protocol/errors.ts';
import { HORIZON_NIGHTS_MAX } from '../../protocol/limits.ts';
import { localNight } from '../../protocol/local-day.ts';
import { dateOf, type NightRange } from '../../protocol/nights.ts';
import { CLAIMS_MAX, CONFLICTS_MAX } from '../limits.ts';
import { type Calendar, claimsIn, findClaim, firstClaimEndingAfter } from './calendar.ts';
import type { Circumstances } from './circumstances.ts';
import { claimId } from './claim-id.ts';
import { conflictRanges, conflictSentence } from './conflicts.ts';
import { type Command, type Decision, violation } from './decision.ts';

export function decideBlock(calendar: Calendar, command: Command<'block'>, at: Circumstances): Decision {
  const { range, reason } = command;
  const today = localNight(at.terms.timeZone, at.nowMs);
  const window = { from: today, to: today + HORIZON_NIGHTS_MAX };
  const [from, to] = [dateOf(range.from), dateOf(range.to)];
  if (range.to <= range.from) {
    const instead = wayOut(calendar, { from: range.from, to: range.from + 1 }, window);
    return { refusal: violation('to', `to ${to} is not after from ${from}; ${instead}`) };
  }
  if (range.from < today) {
    const instead = wayOut(calendar, range, window);
    return { refusal: violation('from', `from ${from} is in the past; ${instead}`) };
  }
  if (range.to > window.to) {
    const instead = wayOut(calendar, range, window);
    return { refusal: violation('to', `to ${to} is past the horizon of ${dateOf(window.to)}; ${instead}`) };
  }
  const conflicts = claimsIn(calendar, range);
  if (conflicts.length > 0) {
    const sentence = `${conflictSentence(conflicts, range)}; ${wayOut(calendar, range, window)}`;
    return {
      refusal: errorBody('nights_unavailable', sentence, { conflicts: conflictRanges(conflicts, range) }),
    };
  }
  if (calendar.claims.length >= CLAIMS_MAX) {
    return {
      refusal: errorBody('rate_limited', `this apartment has ${CLAIMS_MAX} claims; open some nights first`, {
        retryAfterMs: 60_000,
      }),
    };
  }
  const block = claimId('k', calendar, at.entropy);
  return {
    facts: [
      {
        fact: {
          kind: 'blocked',
          block,
          from: range.from,
          to: range.to,
          ...(reason !== undefined && { reason }),
        },
      },
    ],
  };
}

/** The nights of those asked for that can be closed at once, the first runs of them. */
function wayOut(calendar: Calendar, range: NightRange, window: NightRange): string {
  const end = Math.min(range.to, window.to);
  const runs: string[] = [];
  let from = Math.max(range.from, window.from);
  while (from < end && runs.length < CONFLICTS_MAX) {
    const next = calendar.claims[firstClaimEndingAfter(calendar, from)];
    const to = Math.min(end, next?.from ?? end);
    if (from < to) runs.push(`${dateOf(from)} to ${dateOf(to)}`);
    from = next?.to ?? end;
  }
  return runs.length === 0
    ? 'none of these nights can be closed, so choose others'
    : `close ${runs.join(', ')}`;
}

export function decideUnblock(calendar: Calendar, command: Command<'unblock'>): Decision {
  const block = findClaim(calendar, 'block', command.blockId);
  if (block === undefined)
    return { refusal: errorBody('not_found', `there is no block ${command.blockId} on this apartment`) };
  return { facts: [{ fact: { kind: 'unblocked', block: block.id } }] };
}
