/** Money (I6, I7, B5): the provider's books at the end, and refunds, against what became of holds and bookings. */

import { Temporal } from 'temporal-polyfill';
import { dateOf } from '../../src/protocol/nights.ts';
import type { FoldedApartment } from './apartment.ts';
import { ownerAt, type Payment } from './claims.ts';
import type { RecordedPayment } from './history.ts';
import type { Rule } from './report.ts';
import { totalOf } from './wire.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;

export function checkPayments(world: World, books: readonly RecordedPayment[]): void {
  const byKey = new Map<string, RecordedPayment>();
  for (const record of books) {
    const before = byKey.get(record.key);
    if (before === undefined) byKey.set(record.key, record);
    else if (hasTaken(before) && hasTaken(record)) {
      world.report.add('captured-twice', `the provider has captured ${record.key} twice`);
    }
  }
  const journalled = new Set<string>();
  for (const apartment of world.apartments.values()) {
    for (const payment of apartment.payments.values()) {
      journalled.add(payment.key);
      checkOne(world, apartment, payment, byKey.get(payment.key));
    }
    checkHolds(world, apartment, byKey);
  }
  for (const record of byKey.values()) {
    if (journalled.has(record.key) || !hasTaken(record)) continue;
    if (wasLost(world, record.key)) {
      world.report.orphans.push(record);
      continue;
    }
    world.report.add(
      'captured-unbooked',
      `the provider has ${record.amountMinor} under ${record.key}, which no fact announced`,
    );
  }
}

/** It did what a fact called for that the database does not have any more. */
function wasLost({ lostPayments, report }: World, key: string): boolean {
  return report.excuses.for('provider-remembers', lostPayments.has(key));
}

/** Money that has left the guest and has not all come back. */
function hasTaken({ status, amountMinor, refundedMinor }: RecordedPayment): boolean {
  return status === 'captured' && refundedMinor < amountMinor;
}

function checkOne(
  world: World,
  apartment: FoldedApartment,
  payment: Payment,
  record: RecordedPayment | undefined,
): void {
  world.report.counts.paymentsCompared += 1;
  const { key, state } = payment;
  const booking = apartment.bookings.get(payment.bookingId);
  const refundedMinor = record?.refundedMinor ?? 0;
  const says = (rule: Rule, sentence: string) =>
    world.report.add(rule, sentence, {
      apartmentId: apartment.id,
      versions: [payment.confirming.version, ...(booking === undefined ? [] : [booking.bornVersion])],
    });
  if (world.run.isSettled === true && (state === 'paying' || state === 'owed'))
    says('payment-open', `payment ${key} is ${state} at the end`);
  if (booking === undefined) {
    if (world.report.excuses.for('under-way', state === 'paying' || state === 'owed')) return;
    const isRefused = world.report.excuses.for('refused-for-good', payment.settledAs === 'refused');
    if (record === undefined || wasLost(world, key)) return;
    if (hasTaken(record) && !isRefused)
      says(
        'captured-unbooked',
        `payment ${key} was ${state} and the provider keeps ${record.amountMinor - refundedMinor}`,
      );
    else if (record.status === 'authorised')
      says('payment-open', `payment ${key} was ${state} and is still authorised`);
    return;
  }
  const total = totalOf(booking.booking!.price);
  if (record === undefined || (record.status !== 'captured' && record.status !== 'refunded'))
    return says(
      'booked-uncaptured',
      `booking ${booking.id} is paid by ${key}, which is ${record?.status ?? 'unknown'}`,
    );
  if (record.amountMinor !== total)
    says('price-changed', `booking ${booking.id} was held for ${total} and charged ${record.amountMinor}`);
  const due = booking.booking!.cancelled?.refundMinor ?? 0;
  if (refundedMinor > due && !wasLost(world, key))
    says('refund-excess', `booking ${booking.id}: ${refundedMinor} was given back and ${due} was due`);
  const isExcused =
    world.report.excuses.for('under-way', state === 'owed') ||
    world.report.excuses.for('refused-for-good', payment.settledAs === 'refused');
  if (refundedMinor < due && !isExcused)
    says('refund-missing', `booking ${booking.id}: ${refundedMinor} was given back and ${due} was due`);
}

/** However many attempts a hold took, one of them is paid. */
function checkHolds(
  world: World,
  apartment: FoldedApartment,
  byKey: ReadonlyMap<string, RecordedPayment>,
): void {
  for (const { id, hold } of apartment.holds.values()) {
    if (hold!.payments.length < 2) continue;
    const paid = hold!.payments.filter(({ key }) => {
      const record = byKey.get(key);
      return record !== undefined && hasTaken(record);
    });
    if (paid.length < 2) continue;
    const keys = paid.map(({ key }) => key).join(' and by ');
    const versions = paid.map(({ confirming }) => confirming.version);
    world.report.add('captured-twice', `hold ${id} was paid by ${keys}`, {
      apartmentId: apartment.id,
      versions,
    });
  }
}

/** Refunds of cancellations, where the booking's policy and the apartment's zone are known. */
export function checkRefunds(world: World, policies: ReadonlyMap<string, string>): void {
  for (const apartment of world.apartments.values()) {
    const timeZone = world.run.timeZones?.[apartment.id];
    if (timeZone === undefined) continue;
    for (const booking of apartment.bookings.values()) {
      const { cancelled, price } = booking.booking!;
      const policy = policies.get(`${apartment.id} ${booking.id}`);
      if (cancelled === undefined || policy === undefined) continue;
      const paid = totalOf(price);
      const entry = apartment.entry(cancelled.version)!;
      const asked = world.operations.byRequest.get(entry.requestId ?? '')?.[0]?.asked;
      const isGuest =
        entry.subjectId === ownerAt(booking, cancelled.version) && (asked?.kind ?? 'guest') === 'guest';
      const daysLeft = (startOfDayMs(booking.from, timeZone) - cancelled.atMs) / DAY_MS;
      const due = isGuest ? refundUnder(policy, paid, daysLeft) : paid;
      world.report.counts.refundsJudged += 1;
      if (cancelled.refundMinor === due) continue;
      world.report.add(
        'refund-wrong',
        `booking ${booking.id} (${policy}, ${daysLeft.toFixed(2)} days left) gives back ${cancelled.refundMinor} of ${paid}, and ${due} is due`,
        { apartmentId: apartment.id, versions: [cancelled.version] },
      );
    }
  }
}

function refundUnder(policy: string, paid: number, daysLeft: number): number {
  const half = Math.floor(paid / 2);
  if (policy === 'flexible') return daysLeft >= 1 ? paid : 0;
  if (policy === 'moderate') return daysLeft >= 5 ? paid : half;
  return daysLeft >= 7 ? half : 0;
}

function startOfDayMs(night: number, timeZone: string): number {
  return Temporal.PlainDate.from(dateOf(night)).toZonedDateTime(timeZone).epochMilliseconds;
}
