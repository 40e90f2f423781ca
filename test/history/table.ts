/** The bookings table at the end, row by row, against the journal. */
import { NEVER } from './claims.ts';
import type { BookingRow } from './history.ts';
import { isSame } from './same.ts';
import type { World } from './world.ts';

export function checkTable(world: World, rows: readonly BookingRow[]): void {
  const seen = new Set<string>();
  for (const row of rows) {
    seen.add(`${row.apartmentId} ${row.id}`);
    world.report.counts.rowsCompared += 1;
    const wrong = wrongIn(world, row);
    if (wrong !== undefined) says(world, row, `the table has booking ${row.id} ${row.status}, and ${wrong}`);
  }
  for (const apartment of world.apartments.values()) {
    for (const booking of apartment.bookings.values()) {
      if (seen.has(`${apartment.id} ${booking.id}`)) continue;
      const where = { apartmentId: apartment.id, version: booking.bornVersion };
      says(world, where, `the journal has booking ${booking.id}, and the table does not`);
    }
  }
}

/** A pending row belongs to a payment under way, or owed; one of a declined attempt is gone. */
function wrongIn(world: World, row: BookingRow): string | undefined {
  const apartment = world.apartment(row.apartmentId);
  const booking = apartment.bookings.get(row.id);
  if (row.status === 'pending') {
    const payment = apartment.payments.get(row.paymentKey);
    if (payment?.bookingId !== row.id) return 'the journal has no payment for it';
    const isUnderWay = payment.state === 'paying' || payment.state === 'owed';
    const { excuses } = world.report;
    const isExcused =
      excuses.for('under-way', isUnderWay) ||
      excuses.for('refused-for-good', payment.settledAs === 'refused');
    return isExcused ? undefined : `its payment is ${payment.state}`;
  }
  if (booking === undefined) return 'the journal has no such booking';
  const { holdId, key, price, guests, cancelled } = booking.booking!;
  const stands = booking.endVersion === NEVER;
  if (stands !== (row.status === 'confirmed')) return `it is ${stands ? 'confirmed' : 'cancelled'}`;
  if (row.from !== booking.from || row.to !== booking.to) return 'it is of other nights';
  if (row.guestId !== booking.guestId || row.guests !== guests) return 'it is of other guests';
  if (row.holdId !== holdId || row.paymentKey !== key) return 'it is of another hold';
  if (!isSame(row.price, price)) return 'it has another price';
  if (row.confirmedVersion !== booking.bornVersion)
    return `it was confirmed at version ${booking.bornVersion}`;
  if (row.refundMinor !== (cancelled?.refundMinor ?? null))
    return `its refund is ${cancelled?.refundMinor ?? 'none'}`;
  return undefined;
}

function says(
  world: World,
  { apartmentId, version }: { apartmentId: string; version: number },
  sentence: string,
): void {
  world.report.add('table-differs', sentence, { apartmentId, versions: [version] });
}
