/** The rest of a history: what PostgreSQL has at the end, and all of it as JSONL. */
import type { ClientBase, Pool } from 'pg';
import type { Fact } from '../../src/actors/facts.ts';
import type { BookingRow, History, RecordedEntry, RecordedPayment } from './history.ts';

/** Read in statements of its own, not in the program's. At one state of the database. */
export async function exportOf(
  client: ClientBase | Pool,
): Promise<Required<Pick<History, 'journal' | 'payments' | 'bookings'>>> {
  const { rows } = await client.query<{
    journal: (Omit<RecordedEntry, 'fact'> & { fact: object; kind: string })[] | null;
    payments: RecordedPayment[] | null;
    bookings: BookingRow[] | null;
  }>(`select
    (select json_agg(json_build_object('apartmentId', apartment_id, 'version', version, 'kind', kind, 'fact', fact,
       'subjectId', subject_id, 'requestId', request_id,
       'atMs', round(extract(epoch from at) * 1000)) order by apartment_id, version) from journal) as journal,
    (select json_agg(json_build_object('key', key, 'status', status, 'amountMinor', amount_minor,
       'refundedMinor', refunded_minor)) from sandbox_payments) as payments,
    (select json_agg(json_build_object('id', id, 'apartmentId', apartment_id, 'holdId', hold_id,
       'guestId', guest_id, 'from', lower(stay) - date '1970-01-01', 'to', upper(stay) - date '1970-01-01',
       'guests', guests, 'status', status, 'price', price, 'policy', policy, 'paymentKey', payment_key,
       'createdAtMs', round(extract(epoch from created_at) * 1000),
       'cancelledAtMs', round(extract(epoch from cancelled_at) * 1000), 'refundMinor', refund_minor,
       'version', version, 'confirmedVersion', confirmed_version)) from bookings) as bookings`);
  const { journal, payments, bookings } = rows[0]!;
  return {
    journal: (journal ?? []).map(({ fact, kind, ...entry }) => ({
      ...entry,
      fact: { kind, ...fact } as Fact,
    })),
    payments: payments ?? [],
    bookings: bookings ?? [],
  };
}

/** One line for each thing, as parse.ts reads them. */
export function* linesOf({ run, lost, events, ...rows }: Partial<History>): Generator<string> {
  const { journal, payments, bookings } = rows;
  if (run !== undefined) {
    const { outages, deafs, damages, ...rest } = run;
    yield JSON.stringify({ type: 'run', ...rest });
    for (const outage of outages ?? []) yield JSON.stringify({ type: 'outage', ...outage });
    for (const deaf of deafs ?? []) yield JSON.stringify({ type: 'deaf', ...deaf });
    for (const damage of damages ?? []) yield JSON.stringify({ type: 'damage', ...damage });
  }
  for (const one of lost ?? []) yield JSON.stringify({ type: 'lost', ...one });
  for (const event of events ?? []) yield JSON.stringify(event);
  for (const entry of journal ?? []) yield JSON.stringify({ type: 'journal', ...entry });
  for (const payment of payments ?? []) yield JSON.stringify({ type: 'payment', ...payment });
  for (const row of bookings ?? []) yield JSON.stringify({ type: 'booking-row', ...row });
}
