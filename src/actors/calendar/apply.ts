/**
 * Facts change the calendar here and nowhere else, the same way when they are decided and when they are
 * replayed. A fact cannot be refused; one that does not fit is a defect and throws, before anything changed.
 */

import { totalMinor } from '../../protocol/price.ts';
import { type Fact, isKnownShape, type JournalEntry } from '../facts.ts';
import {
  type BookingClaim,
  type Calendar,
  type Claim,
  claimsIn,
  deadlineMsOf,
  findClaim,
  findHold,
  firstClaimEndingAfter,
  type HoldClaim,
  type Settlement,
} from './calendar.ts';
import { allows, type HoldEvent, stateOf } from './hold-machine.ts';
import { remember } from './past-holds.ts';

/** @returns the claim that the fact made, changed or ended, as it is after it: views and changes are made from it */
export function apply(calendar: Calendar, entry: JournalEntry): Claim | undefined {
  if (entry.version !== calendar.version + 1) {
    throw new Error(`${entry.apartmentId}: fact ${entry.version} after version ${calendar.version}`);
  }
  const { fact } = entry;
  if ('v' in fact && !isKnownShape(fact)) throw unknown(entry);
  const touched = change(calendar, fact, entry);
  calendar.version = entry.version;
  return touched;
}

function unknown({ apartmentId, version, fact }: JournalEntry): Error {
  const { kind, v = 1 } = fact as { kind: string; v?: number };
  const what = `${apartmentId}: fact ${version} is ${kind} of version ${v}`;
  return new Error(`${what}, which this program does not know; run the newer one that wrote it`);
}

function change(calendar: Calendar, fact: Fact, entry: JournalEntry): Claim | undefined {
  switch (fact.kind) {
    case 'held': {
      for (const replaced of fact.replaces ?? [])
        end(calendar, requireHold(calendar, replaced, 'replaced'), entry);
      const hold = holdOf(fact, entry);
      insert(calendar, hold);
      return hold;
    }
    case 'extended': {
      const hold = requireHold(calendar, fact.hold, fact.kind);
      lengthen(hold, fact);
      return hold;
    }
    case 'confirming': {
      const hold = requireHold(calendar, fact.hold, fact.kind);
      hold.attempts += 1;
      hold.payment = {
        key: fact.key,
        bookingId: fact.booking,
        method: fact.method,
        deadlineMs: fact.deadlineMs,
        authorised: false,
      };
      return hold;
    }
    case 'authorised': {
      const hold = requireHold(calendar, fact.hold, fact.kind);
      requirePayment(hold, fact.key).authorised = true;
      return hold;
    }
    case 'declined': {
      const hold = requireHold(calendar, fact.hold, fact.kind);
      requirePayment(hold, fact.key);
      hold.payment = undefined;
      return hold;
    }
    case 'confirmed': {
      const open = findHold(calendar, fact.hold);
      const hold = open ?? requireSettlement(calendar, fact.key).hold;
      if (hold === undefined) throw new Error(`confirmed ${fact.hold}: nothing is known of it`);
      if (open !== undefined) requireNext(open, 'confirmed');
      const { from, to, guestId } = hold;
      const booking: BookingClaim = { kind: 'booking', id: fact.booking, from, to, guestId };
      if (open === undefined) settle(calendar, fact.key);
      else remove(calendar, open);
      insert(calendar, booking);
      return hold;
    }
    case 'released': {
      const hold = requireHold(calendar, fact.hold, fact.kind);
      end(calendar, hold, entry);
      return hold;
    }
    case 'expired': {
      const hold = requireHold(calendar, fact.hold, fact.kind);
      end(calendar, hold, entry);
      if (hold.payment !== undefined) {
        calendar.settlements.push({
          key: hold.payment.key,
          bookingId: hold.payment.bookingId,
          guestId: hold.guestId,
          purpose: 'unpaid',
          amountMinor: totalMinor(hold.price),
          hold,
        });
      }
      return hold;
    }
    case 'settled':
      settle(calendar, fact.key);
      return undefined;
    case 'cancelled': {
      const booking = requireClaim(calendar, 'booking', fact.booking);
      remove(calendar, booking);
      if (fact.refundMinor > 0) {
        calendar.settlements.push({
          key: fact.key,
          bookingId: fact.booking,
          guestId: booking.guestId,
          purpose: 'refund',
          amountMinor: fact.refundMinor,
          hold: undefined,
        });
      }
      return booking;
    }
    case 'blocked': {
      const { from, to, reason } = fact;
      const block: Claim = { kind: 'block', id: fact.block, from, to, reason };
      insert(calendar, block);
      return block;
    }
    case 'unblocked': {
      const block = requireClaim(calendar, 'block', fact.block);
      remove(calendar, block);
      return block;
    }
    case 'adopted':
      adopt(calendar, fact);
      return undefined;
    case 'paused':
      calendar.status = 'paused';
      return undefined;
    case 'resumed':
      calendar.status = 'listed';
      return undefined;
    case 'retired':
      calendar.status = 'retired';
      return undefined;
    default:
      throw unknown(entry);
  }
}

type Of<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** A hold as it began. */
export function holdOf(fact: Of<'held'>, entry: JournalEntry): HoldClaim {
  if (entry.subjectId === null) throw new Error(`${entry.apartmentId}: held ${fact.hold} by nobody`);
  return {
    kind: 'hold',
    id: fact.hold,
    from: fact.from,
    to: fact.to,
    guestId: entry.subjectId,
    guests: fact.guests,
    price: fact.price,
    firstHeldAtMs: fact.firstHeldAtMs ?? entry.atMs,
    expiresAtMs: fact.expiresAtMs,
    extended: false,
    attempts: 0,
    payment: undefined,
  };
}

/** A hold after an extension of it. */
export function lengthen(hold: HoldClaim, fact: Of<'extended'>): void {
  hold.expiresAtMs = fact.expiresAtMs;
  if (fact.v === 2) {
    hold.extended = fact.used;
    hold.granted = true;
  } else hold.extended = true;
}

/** The first lock on I1: a claim over claimed nights is a defect of whoever decided it. */
function insert(calendar: Calendar, claim: Claim): void {
  if (claim.from >= claim.to)
    throw new Error(`${claim.kind} ${claim.id}: no night from ${claim.from} to ${claim.to}`);
  const taken = claimsIn(calendar, claim)[0];
  if (taken !== undefined) {
    throw new Error(`${claim.kind} ${claim.id} would share nights with ${taken.kind} ${taken.id}`);
  }
  calendar.claims.splice(firstClaimEndingAfter(calendar, claim.from), 0, claim);
}

function remove(calendar: Calendar, claim: Claim): void {
  calendar.claims.splice(calendar.claims.indexOf(claim), 1);
}

/** Without a booking: its guest's clock runs on. */
function end(calendar: Calendar, hold: HoldClaim, { atMs }: JournalEntry): void {
  remove(calendar, hold);
  calendar.past ??= { guestIds: [], figures: [] };
  // However late that was noticed.
  remember(calendar.past, hold, Math.min(atMs, deadlineMsOf(hold)));
}

function adopt({ claims, settlements, past }: Calendar, { guest, account }: Of<'adopted'>): void {
  const move = (one: { guestId: string } | undefined) => {
    if (one?.guestId === guest) one.guestId = account;
  };
  for (const claim of claims) if (claim.kind !== 'block') move(claim);
  for (const open of settlements) {
    move(open);
    move(open.hold);
  }
  past?.guestIds.forEach((guestId, i) => {
    if (guestId === guest) past.guestIds[i] = account;
  });
}

function settle(calendar: Calendar, key: string): void {
  calendar.settlements.splice(calendar.settlements.indexOf(requireSettlement(calendar, key)), 1);
}

/** An open hold that its life lets the fact come next to. */
function requireHold(calendar: Calendar, id: string, next: HoldEvent): HoldClaim {
  const hold = requireClaim(calendar, 'hold', id);
  requireNext(hold, next);
  return hold;
}

function requireNext(hold: HoldClaim, next: HoldEvent): void {
  const state = stateOf(hold);
  if (!allows(state, next)) throw new Error(`hold ${hold.id} is ${state}; ${next} cannot come next`);
}

function requireClaim<Kind extends Claim['kind']>(calendar: Calendar, kind: Kind, id: string) {
  const claim = findClaim(calendar, kind, id);
  if (claim === undefined) throw new Error(`${kind} ${id} is not open at version ${calendar.version}`);
  return claim;
}

function requirePayment(hold: HoldClaim, key: string): NonNullable<HoldClaim['payment']> {
  if (hold.payment?.key !== key) throw new Error(`hold ${hold.id}: payment ${key} is not the one under way`);
  return hold.payment;
}

function requireSettlement(calendar: Calendar, key: string): Settlement {
  const settlement = calendar.settlements.find((open) => open.key === key);
  if (settlement === undefined)
    throw new Error(`payment ${key}: nothing is owed at version ${calendar.version}`);
  return settlement;
}
