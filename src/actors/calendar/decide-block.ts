/** Decisions about blocks: nights that a host or an admin closes and opens again. Pure: time, ids and prices arrive as input, nothing is changed here. */
import { errorBody } from '../../protocol/errors.ts';
import { HORIZON_NIGHTS_MAX } from '../../protocol/limits.ts';
import { localNight } from '../../protocol/local-day.ts';
import { dateOf } from '../../protocol/nights.ts';
import { CLAIMS_MAX } from '../limits.ts';
import { type Calendar, claimsIn, findClaim } from './calendar.ts';
import type { Circumstances } from './circumstances.ts';
import { claimId } from './claim-id.ts';
import { conflictRanges, conflictSentence } from './conflicts.ts';
import { type Command, type Decision, violation } from './decision.ts';

export function decideBlock(calendar: Calendar, command: Command<'block'>, at: Circumstances): Decision {
  const { range, reason } = command;
  const today = localNight(at.terms.timeZone, at.nowMs);
  const [from, to] = [dateOf(range.from), dateOf(range.to)];
  if (range.to <= range.from)
    return { refusal: violation('to', `to ${to} is not after from ${from}; close at least 1 night`) };
  if (range.from < today)
    return { refusal: violation('from', `from ${from} is in the past; close nights from ${dateOf(today)}`) };
  if (range.to > today + HORIZON_NIGHTS_MAX) {
    return {
      refusal: violation(
        'to',
        `to ${to} is past the horizon; close nights until ${dateOf(today + HORIZON_NIGHTS_MAX)}`,
      ),
    };
  }
  const conflicts = claimsIn(calendar, range);
  if (conflicts.length > 0) {
    return {
      refusal: errorBody(
        'nights_unavailable',
        `${conflictSentence(conflicts, range)}; close the nights around it`,
        {
          conflicts: conflictRanges(conflicts, range),
        },
      ),
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

export function decideUnblock(calendar: Calendar, command: Command<'unblock'>): Decision {
  const block = findClaim(calendar, 'block', command.blockId);
  if (block === undefined)
    return { refusal: errorBody('not_found', `there is no block ${command.blockId} on this apartment`) };
  return { facts: [{ fact: { kind: 'unblocked', block: block.id } }] };
}
