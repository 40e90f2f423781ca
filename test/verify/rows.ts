/** Rows as PostgreSQL would hand them to the judge, of what a test has in memory. */
import type { JournalEntry } from '../../src/actors/facts.ts';
import { checkAll } from '../../src/verify/check-all.ts';
import type { RecordedRow } from '../../src/verify/ports.ts';
import type { Problem } from '../../src/verify/problem.ts';
import type { BookingRow } from '../history/history.ts';

export interface Recorded {
  readonly apartmentId: string;
  readonly entries: readonly Omit<JournalEntry, 'booking'>[];
  readonly bookings?: readonly BookingRow[];
  readonly blocks?: readonly object[];
  readonly status?: string;
  readonly snapshot?: { readonly version: number; readonly [name: string]: unknown } | undefined;
}

export function* rowsOf(recorded: Recorded): Generator<RecordedRow> {
  const { apartmentId, entries, bookings = [], blocks = [], status = 'listed', snapshot } = recorded;
  const row = (nr: number, what: RecordedRow['what'], value: unknown): RecordedRow => ({
    ...{ apartmentId, nr, what, value: JSON.parse(JSON.stringify(value)) },
  });
  yield row(-3, 'listing', status);
  if (snapshot !== undefined) yield row(-2, 'snapshot', snapshot);
  for (const block of blocks) yield row(-1, 'block', block);
  const ofBookings = Map.groupBy(bookings, ({ version }) => version);
  for (const { version, fact, subjectId, requestId, atMs, hash = null } of entries) {
    const { kind, ...content } = fact;
    const stored = { version, kind, subjectId, requestId, atMs, fact: JSON.stringify(content), hash };
    yield row(version, 'entry', stored);
    for (const booking of ofBookings.get(version) ?? [])
      yield row(version, 'booking', rowOf(booking, entries));
    ofBookings.delete(version);
  }
  for (const booking of [...ofBookings.values()].flat())
    yield row(booking.version, 'booking', rowOf(booking, entries));
}

/** A refund is owed from the fact that promises it until one that is about it. */
function rowOf(booking: BookingRow, entries: Recorded['entries']) {
  const { id, holdId, from, to, guestId, guests, status, price, paymentKey, refundMinor } = booking;
  const { version, confirmedVersion } = booking;
  const last = entries.find((entry) => entry.version === version)?.fact.kind;
  const refundOwed = status === 'cancelled' && (refundMinor ?? 0) > 0 && last === 'cancelled';
  const stay = { id, holdId, from, to, guestId, guests, status, price, paymentKey };
  return { ...stay, refundMinor, refundOwed, version, confirmedVersion };
}

/** What the judge has against an apartment. */
export async function problemsOf(...all: readonly Recorded[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  async function* pages() {
    for (const recorded of all) yield [...rowsOf(recorded)];
  }
  await checkAll(pages(), (problem) => problems.push(problem));
  return problems;
}
