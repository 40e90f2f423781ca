/** What the world gets to see of a calendar: holds, bookings, blocks and ranges in the words of the wire. */
import type { StandingClaim, StandingClaims } from '../../protocol/claims.ts';
import type { NightChange } from '../../protocol/committed-change.ts';
import type { OccupancyCause } from '../../protocol/events.ts';
import { instant } from '../../protocol/instant.ts';
import { type KeptBooking, keptGuest } from '../../protocol/kept-contact.ts';
import { dateOf, type NightRange } from '../../protocol/nights.ts';
import { quoteOf, totalMinor } from '../../protocol/price.ts';
import type * as wire from '../../protocol/resources.ts';
import type { BookingRecord, Fact, FactKind } from '../facts.ts';
import { EXTENSION_MS, HOLD_CAP_MS } from '../limits.ts';
import {
  type BookingClaim,
  type Calendar,
  type Claim,
  claimsIn,
  deadlineMsOf,
  type HoldClaim,
  isFree,
} from './calendar.ts';
import { allows, stateOf, statusOf } from './hold-machine.ts';

export function holdView(
  apartmentId: string,
  hold: HoldClaim,
  status: wire.HoldStatus,
  version: number,
  bookingId?: string,
): wire.Hold {
  const view: wire.Hold = {
    id: hold.id,
    apartmentId,
    checkIn: dateOf(hold.from),
    checkOut: dateOf(hold.to),
    guests: hold.guests,
    status,
    expiresAt: instant(hold.expiresAtMs),
    extendable: status === 'held' && isExtendable(hold),
    quote: quoteOf(hold.price),
    version,
  };
  if (bookingId !== undefined) view.bookingId = bookingId;
  return view;
}

/** A guest's open holds. */
export function openHoldsView(
  apartmentId: string,
  { version, claims }: Calendar,
  guestId: string,
): wire.Hold[] {
  return claims
    .filter((claim): claim is HoldClaim => claim.kind === 'hold' && claim.guestId === guestId)
    .map((hold) => holdView(apartmentId, hold, statusOf(hold), version));
}

/** Whether its guest's own extension is still there, and the cap leaves room for it. */
function isExtendable(hold: HoldClaim): boolean {
  return !hold.extended && extendedUntilMs(hold, hold.expiresAtMs) > hold.expiresAtMs;
}

/** Until when an extension at `nowMs` would carry a hold: 15 minutes from then, never past the cap. */
export function extendedUntilMs(hold: HoldClaim, nowMs: number): number {
  return Math.min(nowMs + EXTENSION_MS, hold.firstHeldAtMs + HOLD_CAP_MS);
}

/** Until when an admin's extension at `nowMs` carries a hold: no cap binds it. @param minutes default: as many as a guest gets */
export function grantedUntilMs(minutes: number | undefined, nowMs: number): number {
  return nowMs + (minutes === undefined ? EXTENSION_MS : minutes * 60_000);
}

/** Its contact stays as it is kept: whoever shows it opens it. */
export function bookingView(booking: BookingRecord): KeptBooking {
  const { id, apartmentId, guests, price, policy, cancelledAtMs, refundMinor } = booking;
  const cancelled = booking.status === 'cancelled';
  const view: KeptBooking = {
    id,
    apartmentId,
    checkIn: dateOf(booking.from),
    checkOut: dateOf(booking.to),
    guests,
    status: cancelled ? 'cancelled' : 'confirmed',
    price: quoteOf(price),
    policy,
    guest: keptGuest(booking.contact, booking.guestId, booking.holdId),
    createdAt: instant(booking.createdAtMs),
    version: booking.version,
  };
  if (cancelled && cancelledAtMs !== null) {
    view.cancelledAt = instant(cancelledAtMs);
    view.refund = { currency: price.currency, amountMinor: refundMinor ?? 0 };
  }
  return view;
}

/** A booking as it was when it was confirmed, whatever became of it: the answer that a retried confirm gets. */
export function bookingAsConfirmed(booking: BookingRecord): KeptBooking {
  return bookingView({ ...booking, status: 'confirmed', version: booking.confirmedVersion });
}

const CAUSES: Partial<Record<FactKind, OccupancyCause>> = {
  held: 'held',
  extended: 'extended',
  confirmed: 'confirmed',
  released: 'released',
  expired: 'expired',
  cancelled: 'cancelled',
  blocked: 'blocked',
  unblocked: 'unblocked',
};
export function causeOf(fact: Fact): OccupancyCause | undefined {
  return CAUSES[fact.kind];
}

/** The nights whose status a fact changed. What it freed comes before what it took. */
export function changesOf(
  fact: Fact,
  touched: Claim | undefined,
  replaced: readonly HoldClaim[],
): NightChange[] {
  if (touched === undefined) return [];
  const { from, to } = touched;
  switch (fact.kind) {
    case 'held':
      return [...replaced.map(freed), { from, to, status: 'held', heldUntilMs: fact.expiresAtMs }];
    case 'extended':
      return [{ from, to, status: 'held', heldUntilMs: fact.expiresAtMs }];
    case 'confirming':
      return [{ from, to, status: 'held', heldUntilMs: fact.deadlineMs }];
    // Nothing changed for a watcher; said again, so that this step is told apart from a beacon.
    case 'authorised':
    case 'declined':
      return [{ from, to, status: 'held', heldUntilMs: deadlineMsOf(touched as HoldClaim) }];
    case 'confirmed':
      return [{ from, to, status: 'booked' }];
    case 'released':
    case 'expired':
    case 'cancelled':
    case 'unblocked':
      return [{ from, to, status: 'free' }];
    case 'blocked':
      return [{ from, to, status: 'blocked' }];
    default:
      return [];
  }
}

/** A claim of which no night changed, so that a watcher tells the step from a beacon. */
export function saidAgain(claim: HoldClaim | BookingClaim): NightChange {
  const { from, to } = claim;
  if (claim.kind === 'booking') return { from, to, status: 'booked' };
  return { from, to, status: 'held', heldUntilMs: deadlineMsOf(claim) };
}

function freed(range: NightRange): NightChange {
  return { from: range.from, to: range.to, status: 'free' };
}

export function rangeView(change: NightChange): wire.Range {
  const range: wire.Range = { from: dateOf(change.from), to: dateOf(change.to), status: change.status };
  if (change.heldUntilMs !== undefined) range.heldUntil = instant(change.heldUntilMs);
  return range;
}

/** A claim's nights, clipped to a window. */
export function claimRange(claim: Claim, window: NightRange): wire.Range {
  const from = Math.max(claim.from, window.from);
  const to = Math.min(claim.to, window.to);
  if (claim.kind !== 'hold')
    return rangeView({ from, to, status: claim.kind === 'booking' ? 'booked' : 'blocked' });
  return rangeView({ from, to, status: 'held', heldUntilMs: deadlineMsOf(claim) });
}

export function calendarView(apartmentId: string, calendar: Calendar, window: NightRange): wire.Calendar {
  const taken = claimsIn(calendar, window).map((claim) => {
    const range = claimRange(claim, window);
    const dayBefore = { from: claim.from - 1, to: claim.from };
    if (claim.from >= window.from && isFree(calendar, dayBefore)) range.checkOutOnly = true;
    return range;
  });
  return { apartmentId, version: calendar.version, from: dateOf(window.from), to: dateOf(window.to), taken };
}

/** Claims that share a night with the window, whole. What the calendar does not keep of bookings and blocks is left out. */
export function claimsView(calendar: Calendar, window: NightRange): StandingClaims {
  return { version: calendar.version, claims: claimsIn(calendar, window).map(standing) };
}

function standing(claim: Claim): StandingClaim {
  const { kind, id } = claim;
  const nights = { kind, id, from: dateOf(claim.from), to: dateOf(claim.to) };
  switch (claim.kind) {
    case 'booking':
      return { ...nights, status: 'confirmed', guestId: claim.guestId };
    case 'block':
      return { ...nights, status: 'closed', ...(claim.reason !== undefined && { reason: claim.reason }) };
    case 'hold':
      return {
        ...nights,
        status: statusOf(claim),
        since: instant(claim.firstHeldAtMs),
        until: instant(deadlineMsOf(claim)),
        extendable: allows(stateOf(claim), 'extended') && isExtendable(claim),
        guestId: claim.guestId,
        guests: claim.guests,
        totalMinor: totalMinor(claim.price),
        currency: claim.price.currency,
      };
  }
}
