/** What a committed fact looks like to the world: to watchers, to the guest whose hold or booking it is, to admins. */
import type { AdoptedClaims, CommittedChange } from '../protocol/committed-change.ts';
import { isSealed, type KeptBooking } from '../protocol/kept-contact.ts';
import type { HoldStatus } from '../protocol/resources.ts';
import {
  type BookingClaim,
  type Calendar,
  type Claim,
  findHold,
  type HoldClaim,
} from './calendar/calendar.ts';
import { statusOf } from './calendar/hold-machine.ts';
import { bookingView, causeOf, changesOf, holdView, saidAgain } from './calendar/views.ts';
import type { BookingRecord, Fact, FactKind, JournalEntry, PendingBooking } from './facts.ts';

/** What is known of the booking that a `confirmed` or `cancelled` fact is about. */
/** What an `adopted` fact moves, found before it is applied. */
export interface Adopted {
  readonly guestId: string;
  readonly claims: readonly (HoldClaim | BookingClaim)[];
  readonly bookings: readonly BookingRecord[];
}

export type KnownBooking = (PendingBooking & { readonly apartmentId: string }) | BookingRecord;

/**
 * @param claim that the fact made, changed or ended, as it is after it
 * @param replaced holds of the same guest that ended with it
 */
export function changeOf(
  entry: JournalEntry,
  claim: Claim | undefined,
  replaced: readonly HoldClaim[],
  booking: KnownBooking | undefined,
  adopted?: Adopted | undefined,
): CommittedChange {
  const { apartmentId, version, fact, atMs } = entry;
  if (fact.kind === 'adopted' && adopted !== undefined) return adoptionOf(entry, fact.account, adopted);
  const status = HOLD_STATUS[fact.kind];
  const bookingId = fact.kind === 'confirmed' ? fact.booking : undefined;
  const change: CommittedChange = {
    apartmentId,
    version,
    cause: causeOf(fact),
    changes: changesOf(fact, claim, replaced),
    atMs,
    guestId: claim === undefined || claim.kind === 'block' ? undefined : claim.guestId,
    hold:
      status === undefined || claim?.kind !== 'hold'
        ? undefined
        : holdView(apartmentId, claim, status, version, bookingId),
    booking: booking === undefined ? undefined : bookingAfter(fact, booking, entry),
  };
  if (replaced.length === 0) return change;
  return { ...change, replaced: replaced.map((gone) => holdView(apartmentId, gone, 'released', version)) };
}

function adoptionOf(
  { apartmentId, version, fact, atMs }: JournalEntry,
  guestId: string,
  { guestId: before, claims, bookings }: Adopted,
): CommittedChange {
  const holds = claims.filter((claim) => claim.kind === 'hold');
  const adopted: AdoptedClaims = {
    guestId: before,
    holds: holds.map((hold) => holdView(apartmentId, hold, statusOf(hold), version)),
    bookings: bookings.filter(({ status }) => status !== 'pending').map((row) => bookingView(sealedBy(row))),
  };
  return {
    ...{ apartmentId, version, cause: causeOf(fact), changes: claims.map(saidAgain), atMs, guestId },
    ...{ hold: undefined, booking: undefined, adopted },
  };
}

/** A row as it was read before its guest was another: its contact is under the key of who confirmed it. */
function sealedBy(row: BookingRecord): BookingRecord {
  const { contact, guestId } = row;
  return isSealed(contact) ? { ...row, contact: { guestId, ...contact } } : row;
}

/** What an `adopted` fact moves, before the entry is applied. @param bookings rows of the guest's, as far as they are known */
export function adoptedBy(
  { fact }: JournalEntry,
  calendar: Calendar,
  bookings: readonly BookingRecord[],
): Adopted | undefined {
  if (fact.kind !== 'adopted') return undefined;
  const { guest: guestId } = fact;
  const isTheirs = (claim: Claim): claim is HoldClaim | BookingClaim =>
    claim.kind !== 'block' && claim.guestId === guestId;
  return { guestId, claims: calendar.claims.filter(isTheirs), bookings };
}

/** The open holds that end as this one begins, before the entry is applied. */
export function replacedBy({ fact }: JournalEntry, calendar: Calendar): HoldClaim[] {
  if (fact.kind !== 'held' || fact.replaces === undefined) return NONE;
  return fact.replaces.map((id) => findHold(calendar, id)).filter((hold) => hold !== undefined);
}
const NONE: HoldClaim[] = [];

/** The status that a hold has after a fact about it; a fact that leaves the status as it was is not listed. */
const HOLD_STATUS: Partial<Record<FactKind, HoldStatus>> = {
  held: 'held',
  extended: 'held',
  confirming: 'confirming',
  declined: 'held',
  confirmed: 'confirmed',
  released: 'released',
  expired: 'expired',
};

function bookingAfter(fact: Fact, booking: KnownBooking, entry: JournalEntry): KeptBooking | undefined {
  const { version, atMs } = entry;
  if (fact.kind === 'confirmed') {
    return bookingView({
      ...booking,
      status: 'confirmed',
      createdAtMs: atMs,
      cancelledAtMs: null,
      refundMinor: null,
      version,
      confirmedVersion: version,
    });
  }
  if (fact.kind === 'cancelled' && 'createdAtMs' in booking) {
    const { refundMinor } = fact;
    return bookingView({ ...booking, status: 'cancelled', cancelledAtMs: atMs, refundMinor, version });
  }
  return undefined;
}
