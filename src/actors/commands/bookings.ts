/** `confirm` and `cancel`. */
import { decideCancel, decideConfirm } from '../calendar/decide-booking.ts';
import { bookingAsConfirmed, bookingView } from '../calendar/views.ts';
import { type CommandRules, factOf, never } from './rules.ts';

export const confirm: CommandRules<'confirm'> = {
  decide: decideConfirm,
  answer: () => undefined,
  // Who pays and how is compared with the booking's row, where the contact is kept (replay.ts).
  sameAs: ({ holdId }, { fact }) => fact.kind === 'confirming' && fact.hold === holdId,
  isEndless: never,
  async again(journal, entry) {
    const booking = await journal.booking(entry.apartmentId, factOf(entry, 'confirming').booking);
    if (booking === undefined || booking.status === 'pending') return undefined;
    return { booking: bookingAsConfirmed(booking) };
  },
};

export const cancel: CommandRules<'cancel'> = {
  decide: decideCancel,
  answer: (change) => ({ booking: change.booking! }),
  sameAs({ bookingId, reason }, { fact }) {
    return fact.kind === 'cancelled' && fact.booking === bookingId && fact.reason === reason;
  },
  isEndless: never,
  async again(journal, entry) {
    const { apartmentId, version, atMs: cancelledAtMs } = entry;
    const { booking: bookingId, refundMinor } = factOf(entry, 'cancelled');
    const booking = await journal.booking(apartmentId, bookingId);
    if (booking === undefined) return undefined;
    const then = { ...booking, status: 'cancelled', cancelledAtMs, refundMinor, version } as const;
    return { booking: bookingView(then) };
  },
};
