/** Decisions about holds: placed, extended, released, and ended by time. Pure: time, ids and prices arrive as input, nothing is changed here. */
import { type StayWish, wayOut } from '../../protocol/advice.ts';
import { type ErrorBody, errorBody } from '../../protocol/errors.ts';
import { instant } from '../../protocol/instant.ts';
import { localNight } from '../../protocol/local-day.ts';
import { dateOf, type NightRange } from '../../protocol/nights.ts';
import { priceOf } from '../../protocol/price.ts';
import { checkStay, type RuleViolation, turnoverRange, turnoverViolation } from '../../protocol/rules.ts';
import type { Terms } from '../../protocol/terms.ts';
import type { Fact } from '../facts.ts';
import { CLAIMS_MAX, HOLD_CAP_MS } from '../limits.ts';
import { alternativesTo } from './alternatives.ts';
import {
  type Calendar,
  type Claim,
  claimsIn,
  deadlineMsOf,
  type HoldClaim,
  type InTime,
} from './calendar.ts';
import type { Circumstances, OriginStanding } from './circumstances.ts';
import { claimId } from './claim-id.ts';
import { conflictRanges, conflictSentence } from './conflicts.ts';
import {
  type Command,
  type DecidedFact,
  type Decision,
  manageableHold,
  notKnownToAll,
  notOpen,
} from './decision.ts';
import { refusalIn, stateOf } from './hold-machine.ts';
import { heldSinceMs } from './past-holds.ts';
import { claimBesideFor, isReplaceable, vacancyFor } from './vacancy.ts';
import { extendedUntilMs, grantedUntilMs } from './views.ts';

/** Lapsed holds have been ended before any of these is asked. */
export function decideHold(calendar: Calendar, command: Command<'hold'>, at: Circumstances): Decision {
  const { stay, guests, adults } = command;
  const { terms, nowMs, subject } = at;
  const wish = { terms, stay, guests, today: localNight(terms.timeZone, nowMs) };
  if (adults !== undefined && !at.mayWrite(BY_GUESTS)) return { refusal: notKnownToAll(BY_GUESTS) };
  const violation = checkStay(terms, stay, guests, wish.today, claimBesideFor(calendar, subject.id));
  if (violation !== undefined) return { refusal: ruleViolation(violation, calendar, wish, subject.id) };

  const replaced: HoldClaim[] = [];
  const conflicts: Claim[] = [];
  for (const claim of claimsIn(calendar, stay)) {
    if (isReplaceable(claim, subject.id)) replaced.push(claim);
    else conflicts.push(claim);
  }
  if (conflicts.length > 0) return { refusal: nightsUnavailable(calendar, wish, conflicts, subject.id) };
  const turnover = tooClose(calendar, stay, replaced, terms);
  if (turnover !== undefined) return { refusal: ruleViolation(turnover, calendar, wish, subject.id) };

  const open = at.openHolds + 1 - replaced.length;
  if (open > at.holdsPerGuest) {
    return {
      refusal: errorBody(
        'too_many_holds',
        `you have ${open - 1} open holds and ${at.holdsPerGuest} are the most; release or confirm one first`,
      ),
    };
  }
  const crowded = at.origin && originRefusal(at.origin, stay, replaced);
  if (crowded !== undefined) return { refusal: crowded };
  if (calendar.claims.length >= CLAIMS_MAX) {
    return {
      refusal: errorBody('rate_limited', `this apartment has ${CLAIMS_MAX} claims; try again later`, {
        retryAfterMs: 60_000,
      }),
    };
  }

  const ttlMs = terms.holdTtlSeconds === undefined ? at.holdTtlMs : terms.holdTtlSeconds * 1_000;
  let firstHeldAtMs = heldSinceMs(calendar.past, subject.id, stay, nowMs);
  for (const hold of replaced) firstHeldAtMs = Math.min(firstHeldAtMs, hold.firstHeldAtMs);
  const expiresAtMs = Math.min(nowMs + ttlMs, firstHeldAtMs + Math.max(HOLD_CAP_MS, ttlMs));
  if (expiresAtMs <= nowMs) {
    const sentence = `you have held some of these nights since ${instant(firstHeldAtMs)}, the longest allowed`;
    const wayOut = replaced.length > 0 ? 'confirm that hold in time' : `hold them again later`;
    return { refusal: errorBody('hold_not_open', `${sentence}; ${wayOut}`) };
  }
  const fact: Fact = {
    kind: 'held',
    hold: claimId('h', calendar, at.entropy),
    from: stay.from,
    to: stay.to,
    guests,
    ...(adults !== undefined && { adults }),
    price: priceOf(terms, stay, command),
    expiresAtMs,
    ...((replaced.length > 0 || firstHeldAtMs < nowMs) && { firstHeldAtMs }),
    ...(replaced.length > 0 && { replaces: replaced.map((hold) => hold.id) }),
  };
  return { facts: [{ fact }] };
}

const BY_GUESTS = 'terms by weekday, season and guests';

export function decideExtend(calendar: Calendar, command: Command<'extend'>, at: Circumstances): Decision {
  const hold = manageableHold(calendar, command.holdId, at.subject);
  if ('refusal' in hold) return hold;
  const refusal = refusalIn(stateOf(hold), 'extended', hold.id);
  if (refusal !== undefined) return { refusal };
  const { minutes } = command;
  if (at.subject.kind === 'admin' && (hold.guestId !== at.subject.id || minutes !== undefined))
    return grant(hold, minutes, at);
  if (minutes !== undefined) {
    const sentence = `only an admin may say how long, and ${minutes} minutes were sent; leave \`minutes\` out`;
    return { refusal: errorBody('forbidden', sentence) };
  }
  const expiresAtMs = extendedUntilMs(hold, at.nowMs);
  if (hold.extended) return notOpen(hold.id, 'has been extended once already', 'confirm it in time');
  if (expiresAtMs <= hold.expiresAtMs) {
    return notOpen(
      hold.id,
      `cannot be held longer than until ${instant(hold.expiresAtMs)}`,
      'confirm it in time',
    );
  }
  return { facts: [{ fact: { kind: 'extended', hold: hold.id, expiresAtMs } }] };
}

const EXTENSIONS = 'extensions by admins';

/** An admin's extension (H10). */
function grant(hold: HoldClaim, minutes: number | undefined, { nowMs, mayWrite }: Circumstances): Decision {
  if (!mayWrite(EXTENSIONS)) return { refusal: notKnownToAll(EXTENSIONS) };
  const expiresAtMs = grantedUntilMs(minutes, nowMs);
  if (expiresAtMs <= hold.expiresAtMs) {
    const why = `is held until ${instant(hold.expiresAtMs)} already, no earlier than ${instant(expiresAtMs)}`;
    return notOpen(hold.id, why, 'ask for more minutes');
  }
  return { facts: [{ fact: { kind: 'extended', v: 2, hold: hold.id, expiresAtMs, used: hold.extended } }] };
}

export function decideRelease(calendar: Calendar, command: Command<'release'>, at: Circumstances): Decision {
  const hold = manageableHold(calendar, command.holdId, at.subject);
  if ('refusal' in hold) return hold;
  const refusal = refusalIn(stateOf(hold), 'released', hold.id);
  if (refusal !== undefined) return { refusal };
  const { id, extended, granted, expiresAtMs } = hold;
  const isMoved = extended || granted === true;
  return { facts: [{ fact: { kind: 'released', hold: id, ...(isMoved && { expiresAtMs }) } }] };
}

/** Holds whose deadline has passed end before anything else is decided. A confirming one leaves its payment open. */
export function decideLapse(calendar: Calendar, nowMs: number, inTime?: InTime): DecidedFact[] {
  const facts: DecidedFact[] = [];
  for (const claim of calendar.claims) {
    if (claim.kind !== 'hold') continue;
    if (nowMs >= deadlineMsOf(claim, inTime)) facts.push({ fact: { kind: 'expired', hold: claim.id } });
  }
  return facts;
}

/** G4. */
function originRefusal(
  { holds, nights, holdsMax, nightsMax, waitMs }: OriginStanding,
  stay: NightRange,
  replaced: readonly HoldClaim[],
): ErrorBody | undefined {
  if (waitMs > 0) {
    const sentence = `too many holds of your network have run out without a booking; wait ${waitMs} ms`;
    return errorBody('rate_limited', sentence, { retryAfterMs: waitMs });
  }
  const nightsBefore = replaced.reduce((sum, { from, to }) => sum + to - from, 0);
  const nightsThen = nights + (stay.to - stay.from) - nightsBefore;
  if (holds + 1 - replaced.length <= holdsMax && nightsThen <= nightsMax) return undefined;
  return errorBody(
    'too_many_holds',
    `the guests of your network, none of whom has booked yet, have ${holds} open holds of ${nights} nights, and ${holdsMax} of ${nightsMax} are the most; release or confirm one first`,
  );
}

function ruleViolation(
  { rule, path, why }: RuleViolation,
  calendar: Calendar,
  wish: StayWish,
  guestId: string,
): ErrorBody {
  const sentence = `${why}; ${wayOut(wish, vacancyFor(calendar, guestId, wish.terms))}`;
  return errorBody('rule_violation', sentence, { fields: [{ path, message: rule }] });
}

function tooClose(
  calendar: Calendar,
  stay: NightRange,
  replaced: readonly HoldClaim[],
  terms: Terms,
): RuleViolation | undefined {
  if (terms.turnoverNights === 0) return undefined;
  const near = claimsIn(calendar, turnoverRange(terms, stay)).find(
    (claim) => claim.kind !== 'block' && !replaced.includes(claim as HoldClaim),
  );
  return near === undefined ? undefined : turnoverViolation(terms, stay, near);
}

function nightsUnavailable(
  calendar: Calendar,
  wish: StayWish,
  conflicts: readonly Claim[],
  guestId: string,
): ErrorBody {
  const { stay, terms } = wish;
  const alternatives = alternativesTo(calendar, wish, guestId);
  const [first] = alternatives;
  const instead =
    first === undefined
      ? wayOut(wish, vacancyFor(calendar, guestId, terms))
      : `${dateOf(first.from)} to ${dateOf(first.to)} is free`;
  return errorBody('nights_unavailable', `${conflictSentence(conflicts, stay)}; ${instead}`, {
    conflicts: conflictRanges(conflicts, stay),
    alternatives: alternatives.map(({ from, to }) => ({ checkIn: dateOf(from), checkOut: dateOf(to) })),
  });
}
