/**
 * What bookings, blocks and listings say, held against the fold. A booking's row comes at the version of its last change,
 * so that no more rows than claims are in memory, however many were ever made.
 */
import { z } from 'zod';
import { type Booking, isSamePrice, type Nights } from './claims.ts';
import { type Of, whyNot } from './facts.ts';
import type { Fold } from './fold.ts';
import type { Says } from './problem.ts';

const STAY = { id: z.string(), from: z.int(), to: z.int() };

const BookingRow = z.strictObject({
  ...STAY,
  holdId: z.string(),
  guestId: z.string(),
  guests: z.int(),
  status: z.enum(['pending', 'confirmed', 'cancelled']),
  price: z.strictObject({ currency: z.string(), lines: z.array(z.tuple([z.int(), z.int(), z.int()])) }),
  paymentKey: z.string(),
  refundMinor: z.int().nullable(),
  refundOwed: z.boolean(),
  version: z.int(),
  confirmedVersion: z.int(),
});
type BookingRow = z.infer<typeof BookingRow>;
const COMPARED = [
  ...(['status', 'from', 'to', 'guests', 'holdId', 'paymentKey', 'refundMinor'] as const),
  ...(['refundOwed', 'confirmedVersion'] as const),
];

const BlockRow = z.strictObject({ ...STAY, reason: z.string().nullable() });
const Status = z.enum(['listed', 'paused', 'retired']);

export class Tables {
  #fold: Fold;
  /** What changed last up to this version is only known as it stood then. */
  #startedAfter = 0;
  readonly #says: Says;
  readonly #blocks = new Map<string, string>();
  #status: z.infer<typeof Status> | undefined;
  /** No refund is owed of them in the table, which only the operator can have ended: a refusal of it must follow. */
  readonly #ended = new Map<BookingRow, Booking>();

  /** Who has a booking in the table, as far as its rows have come. */
  readonly #guests = new Set<string>();
  /** Rows that are another guest's than by the facts up to their version: who had it by those, and who has it. */
  readonly #toBeAdopted = new Map<string, BookingRow>();

  constructor(fold: Fold, says: Says) {
    this.#fold = fold;
    this.#says = says;
  }

  /** What stands as of a version, where the facts up to it are not read. */
  startAfter(version: number, fold: Fold): void {
    this.#startedAfter = version;
    this.#fold = fold;
  }

  listing(value: unknown): void {
    const status = Status.safeParse(value);
    if (status.success) this.#status = status.data;
    else this.#says('tables', undefined, `its status ${whyNot(status.error)}`);
  }

  block(value: unknown): void {
    const row = BlockRow.safeParse(value);
    if (row.success) this.#blocks.set(row.data.id, blockText(row.data, row.data.reason ?? undefined));
    else this.#says('tables', undefined, `a block's row ${whyNot(row.error)}`);
  }

  /** Once the facts up to its version have been folded. */
  booking(value: unknown): void {
    const read = BookingRow.safeParse(value);
    if (!read.success) return this.#says('tables', undefined, `a booking's row ${whyNot(read.error)}`);
    const row = read.data;
    const isBefore = row.version <= this.#startedAfter;
    const changed = isBefore ? this.#fold.bookingOf(row.id) : this.#fold.changed;
    // How a booking was that has ended before, and is owed nothing, stands in the archive alone.
    if (isBefore && changed === undefined && row.status === 'cancelled' && !row.refundOwed) {
      this.#guests.add(row.guestId);
      return;
    }
    if (changed?.id !== row.id || changed.version !== row.version || changed.status === 'gone')
      return this.#tell(row, `is ${row.status} in the table, and no fact made it so`);
    changed.hasRow = true;
    this.#guests.add(row.guestId);
    if (row.guestId !== changed.guestId) this.#toBeAdopted.set(`${changed.guestId} ${row.guestId}`, row);
    for (const field of COMPARED) {
      if (field === 'refundOwed' && changed.refundOwed && !row.refundOwed) this.#ended.set(row, changed);
      else if (row[field] !== changed[field])
        this.#tell(row, `has ${field} ${row[field]} in the table, and ${changed[field]} by its facts`);
    }
    if (!isSamePrice(row.price, changed.price)) {
      const [stored, made] = [JSON.stringify(row.price), JSON.stringify(changed.price)];
      this.#tell(row, `has price ${stored} in the table, and ${made} by its facts`);
    }
  }

  /** A fact that has been folded; the rows of all versions before it have come, as they are at the end. */
  adopted({ guest, account }: Of<'adopted'>): void {
    this.#toBeAdopted.delete(`${guest} ${account}`);
    if (this.#guests.has(guest))
      this.#says(
        'tables',
        undefined,
        `a booking has guestId ${guest} in the table, and ${account} by its facts`,
      );
  }

  /** All rows of a version have come: a booking that nothing will change any more has had its own. */
  endOfVersion(): void {
    const { changed } = this.#fold;
    if (changed?.status === 'cancelled' && !changed.refundOwed) this.#hasRow(changed);
  }

  /** All rows of the apartment have come. */
  end(): void {
    const { bookings, holds, debts } = this.#fold;
    for (const [pair, row] of this.#toBeAdopted) {
      const [made, stored] = pair.split(' ');
      this.#tell(row, `has guestId ${stored} in the table, and ${made} by its facts`);
    }
    for (const [row, { isRefundRefused }] of this.#ended) {
      if (isRefundRefused === undefined)
        this.#tell(row, 'has refundOwed false in the table, and true by its facts');
    }
    for (const booking of bookings.values()) this.#hasRow(booking);
    for (const { payment } of holds.values()) if (payment !== undefined) this.#hasRow(payment.booking);
    for (const { booking } of debts.values()) this.#hasRow(booking);
    this.#compareBlocks();
    const { status } = this.#fold;
    if (this.#status === undefined) this.#says('tables', undefined, 'has rows, and no listing');
    else if (status !== undefined && status !== this.#status)
      this.#says('tables', undefined, `is ${this.#status} in the listing, and ${status} by its facts`);
  }

  #hasRow({ id, status, version, hasRow }: Booking): void {
    if (!hasRow)
      this.#says('tables', version, `booking ${id} is ${status} by its facts, and not in the table`);
  }

  #compareBlocks(): void {
    const stands = new Map<string, string>();
    for (const block of this.#fold.blocks.values()) stands.set(block.id, blockText(block, block.reason));
    for (const id of new Set([...stands.keys(), ...this.#blocks.keys()])) {
      const [made, stored] = [stands.get(id) ?? 'not there', this.#blocks.get(id) ?? 'not there'];
      if (made !== stored)
        this.#says('tables', undefined, `block ${id} is ${stored} in the table, and ${made} by its facts`);
    }
  }

  #tell({ id, version }: BookingRow, sentence: string): void {
    this.#says('tables', version, `booking ${id} ${sentence}`);
  }
}

function blockText({ from, to }: Nights, reason: string | undefined): string {
  return `of nights ${from} to ${to}${reason === undefined ? '' : ` for ${JSON.stringify(reason)}`}`;
}
