/** What a committed fact looks like to the world: to watchers, to the guest whose hold or booking it is, to admins. */
import type { CommittedChange } from '../protocol/committed-change.ts';
import type { KeptBooking } from '../protocol/kept-contact.ts';
import type { HoldStatus } from '../protocol/resources.ts';
import { type Calendar, type Claim, findHold, type HoldClaim } from './calendar/calendar.ts';
import { bookingView, causeOf, changesOf, holdView } from './calendar/views.ts';
import type { BookingRecord, Fact, FactKind, JournalEntry, PendingBooking } from './facts.ts';

/** What is known of the booking that a `confirmed` or `cancelled` fact is about. */
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
): CommittedChange {
  const { apartmentId, version, fact, atMs } = entry;
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
