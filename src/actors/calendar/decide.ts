/**
 * Decisions: (calendar, command, circumstances) → facts or a refusal. Pure: time, ids and prices arrive as
 * input, nothing is changed here. Every rule of domain.md about holds, bookings and blocks has its place below.
 */
import type { ApartmentCommand } from '../../protocol/apartment-command.ts';
import { type ErrorBody, errorBody } from '../../protocol/errors.ts';
import { instant } from '../../protocol/instant.ts';
import {
  CLAIMS_MAX,
  CONFLICTS_MAX,
  HOLD_CAP_MS,
  HORIZON_NIGHTS_MAX,
  PAYMENT_DEADLINE_MS,
  SETTLEMENTS_MAX,
} from '../../protocol/limits.ts';
import { dateOf, localNight, type NightRange, startOfNightMs } from '../../protocol/nights.ts';
import { priceOf } from '../../protocol/price.ts';
import type { Subject } from '../../protocol/resources.ts';
import { checkStay, type RuleViolation, turnoverRange, turnoverViolation } from '../../protocol/rules.ts';
import type { Terms } from '../../protocol/terms.ts';
import type { BookingWrite, Fact } from '../facts.ts';
import { alternativesTo } from './alternatives.ts';
import {
  type Calendar,
  type Claim,
  claimsIn,
  deadlineMsOf,
  findClaim,
  findHold,
  type HoldClaim,
} from './calendar.ts';
import type { Circumstances } from './circumstances.ts';
import { refundMinor } from './refund.ts';
import { claimRange, extendedUntilMs } from './views.ts';

export interface DecidedFact {
  readonly fact: Fact;
  readonly booking?: BookingWrite;
}
export type Decision =
  | { readonly refusal: ErrorBody; readonly facts?: undefined }
  | { readonly facts: readonly DecidedFact[]; readonly refusal?: undefined };

type Command<Kind extends ApartmentCommand['kind']> = Extract<ApartmentCommand, { kind: Kind }>;

/** Lapsed holds have been ended before any of these is asked. */
export function decideHold(calendar: Calendar, command: Command<'hold'>, at: Circumstances): Decision {
  const { stay, guests } = command;
  const { terms, nowMs, subject } = at;
  const violation = checkStay(terms, stay, guests, localNight(terms.timeZone, nowMs));
  if (violation !== undefined) return { refusal: ruleViolation(violation) };

  const replaced: HoldClaim[] = [];
  const conflicts: Claim[] = [];
  for (const claim of claimsIn(calendar, stay)) {
    if (claim.kind === 'hold' && claim.guestId === subject.id && claim.payment === undefined)
      replaced.push(claim);
    else conflicts.push(claim);
  }
  if (conflicts.length > 0)
    return { refusal: nightsUnavailable(calendar, stay, guests, conflicts, replaced, at) };
  const turnover = tooClose(calendar, stay, replaced, terms);
  if (turnover !== undefined) return { refusal: ruleViolation(turnover) };

  const open = at.openHolds + 1 - replaced.length;
  if (open > at.holdsPerGuest) {
    return {
      refusal: errorBody(
        'too_many_holds',
        `you have ${open - 1} open holds and ${at.holdsPerGuest} are the most; release or confirm one first`,
      ),
    };
  }
  if (calendar.claims.length >= CLAIMS_MAX) {
    return {
      refusal: errorBody('rate_limited', `this apartment has ${CLAIMS_MAX} claims; try again later`, {
        retryAfterMs: 60_000,
      }),
    };
  }

  const ttlMs = terms.holdTtlSeconds === undefined ? at.holdTtlMs : terms.holdTtlSeconds * 1_000;
  let firstHeldAtMs = nowMs;
  for (const hold of replaced) firstHeldAtMs = Math.min(firstHeldAtMs, hold.firstHeldAtMs);
  const expiresAtMs = Math.min(nowMs + ttlMs, firstHeldAtMs + Math.max(HOLD_CAP_MS, ttlMs));
  if (expiresAtMs <= nowMs) {
    const sentence = `these nights have been held for you since ${instant(firstHeldAtMs)}, the longest allowed`;
    return { refusal: errorBody('hold_not_open', `${sentence}; confirm or release that hold`) };
  }
  const fact: Fact = {
    kind: 'held',
    hold: claimId('h', calendar, at.entropy),
    from: stay.from,
    to: stay.to,
    guests,
    price: priceOf(terms, stay),
    expiresAtMs,
    ...(replaced.length > 0 && { firstHeldAtMs, replaces: replaced.map((hold) => hold.id) }),
  };
  return { facts: [{ fact }] };
}

export function decideExtend(calendar: Calendar, command: Command<'extend'>, at: Circumstances): Decision {
  const hold = ownHold(calendar, command.holdId, at.subject);
  if ('refusal' in hold) return hold;
  if (hold.payment !== undefined)
    return notOpen(hold.id, 'is being paid', 'wait for the answer to its confirm');
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

export function decideRelease(calendar: Calendar, command: Command<'release'>, at: Circumstances): Decision {
  const hold = ownHold(calendar, command.holdId, at.subject);
  if ('refusal' in hold) return hold;
  if (hold.payment !== undefined)
    return notOpen(hold.id, 'is being paid', 'cancel the booking once it is confirmed');
  const { id, extended, expiresAtMs } = hold;
  return { facts: [{ fact: { kind: 'released', hold: id, ...(extended && { expiresAtMs }) } }] };
}

export function decideConfirm(calendar: Calendar, command: Command<'confirm'>, at: Circumstances): Decision {
  const hold = ownHold(calendar, command.holdId, at.subject);
  if ('refusal' in hold) return hold;
  if (hold.payment !== undefined)
    return notOpen(hold.id, 'is being paid already', 'wait for the answer to that confirm');
  if (calendar.settlements.length >= SETTLEMENTS_MAX) {
    return {
      refusal: errorBody('unavailable', 'too many payments of this apartment are unsettled; try again soon', {
        retryAfterMs: 5_000,
      }),
    };
  }
  const bookingId = claimId('b', calendar, at.entropy);
  const key = `${hold.id}-${hold.attempts + 1}`;
  const { from, to, guests, guestId, price } = hold;
  return {
    facts: [
      {
        fact: {
          kind: 'confirming',
          hold: hold.id,
          booking: bookingId,
          key,
          method: command.method,
          deadlineMs: at.nowMs + PAYMENT_DEADLINE_MS,
        },
        booking: {
          op: 'pending',
          booking: {
            id: bookingId,
            holdId: hold.id,
            from,
            to,
            guests,
            guestId,
            contact: command.contact,
            price,
            policy: at.terms.cancellationPolicy,
            paymentKey: key,
          },
        },
      },
    ],
  };
}

export function decideCancel(calendar: Calendar, command: Command<'cancel'>, at: Circumstances): Decision {
  const claim = findClaim(calendar, 'booking', command.bookingId);
  const record = at.booking;
  const mayCancel = at.subject.kind !== 'guest' || record?.guestId === at.subject.id;
  if (record === undefined || record.status === 'pending' || !mayCancel) {
    return { refusal: errorBody('not_found', `there is no booking ${command.bookingId} of yours here`) };
  }
  if (claim === undefined) {
    const since = record.cancelledAtMs === null ? '' : ` since ${instant(record.cancelledAtMs)}`;
    return {
      refusal: errorBody('hold_not_open', `booking ${record.id} is cancelled${since}; nothing is left to do`),
    };
  }
  if (at.nowMs >= stayOverMs(claim, at.terms)) {
    return {
      refusal: violation(
        'stay',
        `the stay of booking ${record.id} ended on ${dateOf(claim.to)}; write to the host instead`,
      ),
    };
  }
  const due = refundMinor(record, at.terms.timeZone, at.nowMs, at.subject.kind !== 'guest');
  return {
    facts: [
      {
        fact: {
          kind: 'cancelled',
          booking: claim.id,
          key: record.paymentKey,
          refundMinor: due,
          ...(command.reason !== undefined && { reason: command.reason }),
        },
        booking: { op: 'cancelled', id: claim.id, refundMinor: due },
      },
    ],
  };
}

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
          conflicts: conflicts.slice(0, CONFLICTS_MAX).map((claim) => claimRange(claim, range)),
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

/** Holds whose deadline has passed end before anything else is decided. A confirming one leaves its payment open. */
export function decideLapse(calendar: Calendar, nowMs: number): DecidedFact[] {
  const facts: DecidedFact[] = [];
  for (const claim of calendar.claims) {
    if (claim.kind !== 'hold') continue;
    if (nowMs >= deadlineMsOf(claim)) facts.push({ fact: { kind: 'expired', hold: claim.id } });
  }
  return facts;
}

/** Ids say at which version they came to be, so that the fact behind one is a look-up by primary key. */
export function claimId(prefix: 'h' | 'b' | 'k', calendar: Calendar, entropy: string): string {
  return `${prefix}${(calendar.version + 1).toString(36)}-${entropy}`;
}

export function versionInId(id: string): number | undefined {
  const version = Number.parseInt(id.slice(1, id.indexOf('-')), 36);
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

/** A hold that is not open (any more) is answered before it comes here; see ended-hold.ts. */
function ownHold(calendar: Calendar, holdId: string, subject: Subject): HoldClaim | { refusal: ErrorBody } {
  const hold = findHold(calendar, holdId);
  return hold?.guestId === subject.id ? hold : { refusal: noSuchHold(holdId) };
}

/** Also where it is another guest's: never told apart. */
export function noSuchHold(holdId: string): ErrorBody {
  return errorBody(
    'not_found',
    `there is no hold ${holdId} of yours on this apartment; place one with \`hold\``,
  );
}

function notOpen(holdId: string, why: string, wayOut: string): { refusal: ErrorBody } {
  return { refusal: errorBody('hold_not_open', `hold ${holdId} ${why}; ${wayOut}`) };
}

function ruleViolation(found: RuleViolation): ErrorBody {
  return errorBody('rule_violation', found.message, { fields: [{ path: found.path, message: found.rule }] });
}

function violation(path: string, message: string): ErrorBody {
  return errorBody('rule_violation', message, { fields: [{ path, message }] });
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
  stay: NightRange,
  guests: number,
  conflicts: readonly Claim[],
  own: readonly HoldClaim[],
  at: Circumstances,
): ErrorBody {
  const alternatives = alternativesTo(calendar, stay, guests, own, at);
  const wayOut =
    alternatives.length > 0
      ? `${dateOf(alternatives[0]!.from)} to ${dateOf(alternatives[0]!.to)} is free`
      : 'choose other dates';
  return errorBody('nights_unavailable', `${conflictSentence(conflicts, stay)}; ${wayOut}`, {
    conflicts: conflicts.slice(0, CONFLICTS_MAX).map((claim) => claimRange(claim, stay)),
    alternatives: alternatives.map(({ from, to }) => ({ checkIn: dateOf(from), checkOut: dateOf(to) })),
  });
}

const TAKEN_AS = { hold: 'held', booking: 'booked', block: 'closed' } as const;

function conflictSentence(conflicts: readonly Claim[], stay: NightRange): string {
  const { kind, from, to } = conflicts[0]!;
  const [first, last] = [dateOf(Math.max(from, stay.from)), dateOf(Math.min(to, stay.to))];
  return `the nights from ${first} to ${last} are ${TAKEN_AS[kind]}`;
}

function stayOverMs(stay: NightRange, terms: Terms): number {
  return startOfNightMs(terms.timeZone, stay.to);
}
