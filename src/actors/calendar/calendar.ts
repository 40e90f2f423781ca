/**
 * The state of one apartment's calendar: who claims which nights. Plain data, changed in one place (apply.ts).
 * Claims are disjoint (I1) and sorted by night, so a question about a stay is a binary search. Only what
 * decisions need is kept: a booking's guest, price and policy stand in the bookings table.
 */

import type { NightRange } from '../../protocol/nights.ts';
import type { Price } from '../../protocol/price.ts';
import type { ListingStatus } from '../../protocol/terms.ts';
import type { PastHolds } from './past-holds.ts';

export interface HoldClaim {
  readonly kind: 'hold';
  readonly id: string;
  readonly from: number;
  readonly to: number;
  guestId: string;
  readonly guests: number;
  readonly price: Price;
  readonly firstHeldAtMs: number;
  expiresAtMs: number;
  /** Its guest's own extension is used up. */
  extended: boolean;
  /** An admin has lengthened it. */
  granted?: true;
  /** Payments tried so far: makes each attempt's key its own. */
  attempts: number;
  /** There exactly while the hold is `confirming`. */
  payment: HoldPayment | undefined;
}

export interface HoldPayment {
  readonly key: string;
  readonly bookingId: string;
  readonly method: string;
  readonly deadlineMs: number;
  authorised: boolean;
}

export interface BookingClaim {
  readonly kind: 'booking';
  readonly id: string;
  readonly from: number;
  readonly to: number;
  guestId: string;
}

export interface BlockClaim {
  readonly kind: 'block';
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string | undefined;
}

export type Claim = HoldClaim | BookingClaim | BlockClaim;

/** What the payment provider may still hold of a guest's money, until a `settled` fact says that it does not (I6). */
export interface Settlement {
  readonly key: string;
  readonly bookingId: string;
  guestId: string;
  /** `unpaid`: the hold ended while its payment was open. `refund`: a booking was cancelled with money due. */
  readonly purpose: 'unpaid' | 'refund';
  readonly amountMinor: number;
  /** The hold as it was, so that a payment found late can still become the booking. */
  readonly hold: HoldClaim | undefined;
}

export interface Calendar {
  version: number;
  status: ListingStatus;
  readonly claims: Claim[];
  readonly settlements: Settlement[];
  /** Absent until there is one. */
  past?: PastHolds;
}

export function emptyCalendar(status: ListingStatus = 'listed'): Calendar {
  return { version: 0, status, claims: [], settlements: [] };
}

/** Index of the first claim that ends after `night`; claims.length where none does. */
export function firstClaimEndingAfter(calendar: Calendar, night: number): number {
  const { claims } = calendar;
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (claims[middle]!.to > night) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Claims that share a night with the range, in order. */
export function claimsIn(calendar: Calendar, range: NightRange): Claim[] {
  const found: Claim[] = [];
  const { claims } = calendar;
  for (let i = firstClaimEndingAfter(calendar, range.from); i < claims.length; i++) {
    const claim = claims[i]!;
    if (claim.from >= range.to) break;
    found.push(claim);
  }
  return found;
}

export function isFree(calendar: Calendar, range: NightRange): boolean {
  const next = calendar.claims[firstClaimEndingAfter(calendar, range.from)];
  return next === undefined || next.from >= range.to;
}

export function findHold(calendar: Calendar, holdId: string): HoldClaim | undefined {
  for (const claim of calendar.claims) if (claim.kind === 'hold' && claim.id === holdId) return claim;
  return undefined;
}

/** Whether anything here is this guest's, what only counts for a cap among it. */
export function hasAnythingOf({ claims, settlements, past }: Calendar, guestId: string): boolean {
  return (
    claims.some((claim) => claim.kind !== 'block' && claim.guestId === guestId) ||
    settlements.some((open) => open.guestId === guestId) ||
    past?.guestIds.includes(guestId) === true
  );
}

export function findClaim<Kind extends Claim['kind']>(
  calendar: Calendar,
  kind: Kind,
  id: string,
): Extract<Claim, { kind: Kind }> | undefined {
  for (const claim of calendar.claims) {
    if (claim.kind === kind && claim.id === id) return claim as Extract<Claim, { kind: Kind }>;
  }
  return undefined;
}

/** Of the open holds: when the first one lapses or its payment must be over; Infinity where there is none. */
export function nextDeadlineMs(calendar: Calendar, inTime?: InTime): number {
  let next = Number.POSITIVE_INFINITY;
  for (const claim of calendar.claims) {
    if (claim.kind !== 'hold') continue;
    const deadline = deadlineMsOf(claim, inTime);
    if (deadline < next) next = deadline;
  }
  return next;
}

/** By hold: until when a confirm that came before its deadline is waited for, in epoch milliseconds (H6). */
export type InTime = ReadonlyMap<string, number>;

/** A confirm that came in time is not killed by the hold's deadline: the payment's counts instead. */
export function deadlineMsOf({ id, payment, expiresAtMs }: HoldClaim, inTime?: InTime): number {
  if (payment !== undefined) return payment.deadlineMs;
  return inTime === undefined ? expiresAtMs : Math.max(expiresAtMs, inTime.get(id) ?? 0);
}

/** Has something that time or the provider will change: it must be running somewhere. */
export function isRestless(calendar: Calendar): boolean {
  return calendar.settlements.length > 0 || calendar.claims.some((claim) => claim.kind === 'hold');
}
