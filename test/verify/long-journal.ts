/** One apartment of a million facts and as many changes to its bookings, handed to the judge a page at a time; in a process of its own, whose heap is small. */
import { checkAll } from '../../src/verify/check-all.ts';
import type { RecordedRow } from '../../src/verify/ports.ts';

const FACTS = 1_000_000;
const PAGE = 2_000;
/** Facts in the life of one booking that is cancelled. */
const STEPS = 6;
const PRICE = { currency: 'EUR', lines: [[0, 1, 10_000]] };

function* rows(): Generator<RecordedRow> {
  const row = (nr: number, what: RecordedRow['what'], value: unknown) => ({
    apartmentId: 'a',
    nr,
    what,
    value,
  });
  yield row(-3, 'listing', 'listed');
  for (let first = 1; first + STEPS - 1 <= FACTS; first += STEPS) {
    const [hold, booking, key, guestId] = [`h${first}`, `b${first}`, `h${first}-1`, `g${first}`];
    const [from, to, atMs] = [20_000, 20_001, 1_700_000_000_000 + first];
    const facts = [
      ['held', { hold, from, to, guests: 1, price: PRICE, expiresAtMs: atMs + 600_000 }],
      ['confirming', { hold, booking, key, method: 'card', deadlineMs: atMs + 120_000 }],
      ['authorised', { hold, key }],
      ['confirmed', { hold, booking, key }],
      ['cancelled', { booking, key, refundMinor: 5_000 }],
      ['settled', { key, outcome: 'refunded' }],
    ] as const;
    for (const [i, [kind, fact]] of facts.entries()) {
      const requestId = `r${first + i}`;
      const place = { version: first + i, kind, subjectId: guestId, requestId, atMs };
      yield row(first + i, 'entry', { ...place, fact: JSON.stringify(fact), hash: null });
    }
    yield row(first + STEPS - 1, 'booking', {
      ...{ id: booking, from, to, holdId: hold, guestId, guests: 1, status: 'cancelled', price: PRICE },
      ...{ paymentKey: key, refundMinor: 5_000, refundOwed: false },
      ...{ version: first + STEPS - 1, confirmedVersion: first + 3 },
    });
  }
}

async function* pages(): AsyncGenerator<RecordedRow[]> {
  let page: RecordedRow[] = [];
  for (const row of rows()) {
    page.push(row);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}

let problems = 0;
const counted = await checkAll(pages(), (problem) => {
  problems += 1;
  if (problems === 1) process.stdout.write(`${JSON.stringify(problem)}\n`);
});
process.stdout.write(JSON.stringify({ ...counted, problems }));
