/** Bugs that show in the provider's books and in the bookings table. */
import type { BookingRow, History, RecordedPayment } from '../history.ts';
import { entriesOf, withEntry, withFact } from './edit.ts';
import type { Mutation } from './table.ts';

function withPayment(history: History, key: string | undefined, change: Partial<RecordedPayment>) {
  const payment = history.payments?.find((one) => one.key === key);
  if (payment === undefined) return undefined;
  const payments = history.payments!.map((one) => (one === payment ? { ...one, ...change } : one));
  return { ...history, payments };
}

/** A key of a booking that stands, or of one that was cancelled with money back. */
function bookedKey(history: History, isCancelled = false): string | undefined {
  const refunded = entriesOf(history, 'cancelled').filter(({ fact }) => fact.refundMinor > 0);
  if (isCancelled) return refunded[0]?.fact.key;
  const cancelled = new Set(entriesOf(history, 'cancelled').map(({ fact }) => fact.key));
  return entriesOf(history, 'confirmed').find(({ fact }) => !cancelled.has(fact.key))?.fact.key;
}

function withRow(history: History, fits: (row: BookingRow) => boolean, change: Partial<BookingRow>) {
  const row = history.bookings?.find(fits);
  if (row === undefined) return undefined;
  const bookings = history.bookings!.map((one) => (one === row ? { ...one, ...change } : one));
  return { ...history, bookings };
}

function row(bug: string, change: (row: BookingRow) => Partial<BookingRow>): Mutation {
  return {
    bug,
    apply(history) {
      const found = history.bookings?.find(({ status }) => status === 'confirmed');
      return found && withRow(history, (one) => one === found, change(found));
    },
  };
}

export const MONEY = {
  'captured-unbooked': [
    {
      bug: 'a declined payment is captured all the same',
      apply: (history) =>
        withPayment(history, entriesOf(history, 'declined')[0]?.fact.key, { status: 'captured' }),
    },
    {
      bug: 'money is taken that no fact announced',
      apply: (history) =>
        history.payments && {
          ...history,
          payments: [
            ...history.payments,
            { key: 'h-none-1', status: 'captured', amountMinor: 100, refundedMinor: 0 },
          ],
        },
    },
  ],
  'booked-uncaptured': [
    {
      bug: 'a booking is made before its payment is captured',
      apply: (history) => withPayment(history, bookedKey(history), { status: 'authorised' }),
    },
    {
      bug: 'a booking is made without a payment',
      apply: (history) => withPayment(history, bookedKey(history), { key: 'h-else-1', status: 'voided' }),
    },
  ],
  'captured-twice': [
    {
      bug: 'a capture is sent twice and taken twice',
      apply(history) {
        const taken = history.payments?.find(({ key }) => key === bookedKey(history));
        return taken && { ...history, payments: [...history.payments!, taken] };
      },
    },
    {
      bug: 'two attempts of one hold are both captured',
      apply(history) {
        const booked = new Map(entriesOf(history, 'confirmed').map(({ fact }) => [fact.hold, fact.key]));
        const other = entriesOf(history, 'declined').find(
          ({ fact }) =>
            history.payments?.find(({ key }) => key === booked.get(fact.hold))?.refundedMinor === 0,
        );
        return withPayment(history, other?.fact.key, { status: 'captured' });
      },
    },
  ],
  'refund-missing': [
    {
      bug: 'a refund is written down and not carried out',
      apply: (history) =>
        withPayment(history, bookedKey(history, true), { status: 'captured', refundedMinor: 0 }),
    },
  ],
  'refund-excess': [
    {
      bug: 'a booking that stands is given money back',
      apply: (history) => withPayment(history, bookedKey(history), { refundedMinor: 100 }),
    },
  ],
  'refund-wrong': [
    {
      bug: 'a cancellation refunds against the policy',
      apply(history) {
        const [cancelled] = entriesOf(history, 'cancelled');
        return cancelled && withFact(history, cancelled, { refundMinor: cancelled.fact.refundMinor + 1 });
      },
    },
  ],
  'payment-open': [
    {
      bug: 'a settlement is forgotten',
      apply(history) {
        const [settled] = entriesOf(history, 'settled');
        return settled && withEntry(history, settled, { fact: { kind: 'paused' } });
      },
    },
    {
      bug: 'an authorisation is said to be voided and is not',
      apply(history) {
        const booked = new Set(entriesOf(history, 'confirmed').map(({ fact }) => fact.key));
        const settled = entriesOf(history, 'settled').find(({ fact }) => !booked.has(fact.key));
        return withPayment(history, settled?.fact.key, { status: 'authorised' });
      },
    },
  ],
  'table-differs': [
    {
      bug: 'a booking is not written to the table',
      apply(history) {
        const rows = history.bookings?.filter(({ status }) => status !== 'pending');
        if (rows === undefined || rows.length === 0) return undefined;
        return { ...history, bookings: history.bookings!.filter((one) => one !== rows[0]) };
      },
    },
    row('a row has other nights', ({ to }) => ({ to: to + 1 })),
    row('a row has another guest', () => ({ guestId: 'mallory' })),
    row('a row has another payment', () => ({ paymentKey: 'h-else-1' })),
    row('a row has another price', ({ price }) => ({ price: { ...price, currency: 'USD' } })),
    row('a row has another version', ({ confirmedVersion }) => ({ confirmedVersion: confirmedVersion + 1 })),
    row('a row has a refund', () => ({ refundMinor: 1 })),
    row('a row is cancelled and the booking stands', () => ({ status: 'cancelled' })),
    {
      bug: 'a row has a booking that no fact has',
      apply(history) {
        const found = history.bookings?.find(({ status }) => status === 'confirmed');
        return found && { ...history, bookings: [...history.bookings!, { ...found, id: 'b-none' }] };
      },
    },
    row('a row stays pending', () => ({ status: 'pending' })),
    {
      bug: 'a row is pending of which nothing is under way',
      apply: (history) => withRow(history, () => true, { status: 'pending', paymentKey: 'h-none-1' }),
    },
  ],
  'price-changed': [
    {
      bug: 'the price of the day of paying is charged',
      apply(history) {
        const key = bookedKey(history);
        const record = history.payments?.find((one) => one.key === key);
        return record && withPayment(history, key, { amountMinor: record.amountMinor + 500 });
      },
    },
    {
      bug: 'the hold is repriced in the journal after it was quoted',
      apply(history) {
        const acked = history.events.find((event) => event.type === 'ok' && 'hold' in event.data);
        if (acked?.type !== 'ok' || !('hold' in acked.data)) return undefined;
        const { id, apartmentId } = acked.data.hold;
        const held = entriesOf(history, 'held').find(
          (entry) => entry.apartmentId === apartmentId && entry.fact.hold === id,
        );
        if (held === undefined) return undefined;
        const { price } = held.fact;
        return withFact(history, held, { price: { ...price, lines: [...price.lines, [2, 0, 500]] } });
      },
    },
    {
      bug: 'a booking is answered at another price',
      apply(history) {
        const acked = history.events.find((event) => event.type === 'ok' && 'booking' in event.data);
        if (acked?.type !== 'ok' || !('booking' in acked.data)) return undefined;
        const { booking } = acked.data;
        const price = { ...booking.price, totalMinor: booking.price.totalMinor + 1 };
        const events = history.events.map((event) =>
          event === acked ? { ...acked, data: { booking: { ...booking, price } } } : event,
        );
        return { ...history, events };
      },
    },
  ],
} satisfies Partial<Record<string, readonly Mutation[]>>;
