/**
 * A cluster that does what it should, on virtual time: the program's own actors on a journal in memory, one owner
 * after another, the sandbox for a payment provider. Its histories are legal; mutations.ts breaks them.
 */

import { bookingView } from '../../../src/actors/calendar/views.ts';
import type { Fault } from '../../../src/persistence/journal/memory-journal.ts';
import { MemoryJournal } from '../../../src/persistence/journal/memory-journal.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../../../src/protocol/apartment-command.ts';
import type { MineAnswer } from '../../../src/protocol/commands.ts';
import type { CommittedChange } from '../../../src/protocol/committed-change.ts';
import { type Outcome, Refusal } from '../../../src/protocol/errors.ts';
import { shardOf } from '../../../src/protocol/ids.ts';
import type { KeptContact } from '../../../src/protocol/kept-contact.ts';
import { nightOf } from '../../../src/protocol/nights.ts';
import type { Calendar, Subject } from '../../../src/protocol/resources.ts';
import { memoryBooks } from '../../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../../src/services/payments/sandbox/provider.ts';
import { House, ManualTime, markedIn } from '../../support/apartment-house.ts';
import { inClear } from '../../support/in-clear.ts';
import { openTerms } from '../../support/terms.ts';
import type { BookingRow, RecordedEntry, RecordedPayment } from '../history.ts';

export const START_MS = Date.UTC(2027, 0, 1, 12);
export const APARTMENTS = ['a1', 'a2', 'a3'] as const;
export const HOLDS_PER_GUEST = 5;
const POLICIES = ['flexible', 'moderate', 'strict'] as const;
/** Between a decision and its commit. */
const COMMIT_MS = 3;

export class Cluster {
  readonly time = new ManualTime(START_MS);
  readonly journal = new MemoryJournal({ later: (commit) => void this.time.after(COMMIT_MS, commit) });
  readonly #books = memoryBooks();
  readonly #told: (change: CommittedChange) => void;
  readonly #epochs: { readonly apartmentId: string; readonly epoch: number; readonly fromVersion: number }[] =
    [];
  #house: House | undefined;
  #onUp: (() => void)[] = [];
  #houses = 0;

  /** @param told each committed change of whoever is the owner */
  constructor(told: (change: CommittedChange) => void) {
    this.#told = told;
    for (const [i, id] of APARTMENTS.entries()) {
      this.journal.addListing(id, openTerms({ cancellationPolicy: POLICIES[i]!, horizonNights: 90 }));
    }
    this.#start();
  }

  get house(): House | undefined {
    return this.#house;
  }

  /** The owner is gone at once; what it had not said is never said. Another is there after `downMs`. */
  async crash(downMs: number): Promise<void> {
    const house = this.#house;
    if (house === undefined) return;
    this.#house = undefined;
    house.saga.stop();
    void house.registry.stop();
    await this.pause(downMs);
    for (const id of APARTMENTS) this.journal.takeOver(shardOf(id));
    this.#start();
    const active = await markedIn(this.journal);
    await this.#house!.registry.wake(active);
    for (const call of this.#onUp.splice(0)) call();
  }

  failNext(fault: Fault): void {
    this.journal.failNext(fault);
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.time.after(ms, resolve));
  }

  /** When there is an owner: at once, or after the takeover. */
  async up(): Promise<House> {
    while (this.#house === undefined) await new Promise<void>((resolve) => this.#onUp.push(resolve));
    return this.#house;
  }

  async ask(subject: Subject, command: ApartmentCommand): Promise<Outcome<ApartmentAnswer>> {
    const house = await this.up();
    return new Promise((resolve) => {
      house.registry.ask({
        subject,
        command,
        reply: (outcome) => this.#said(house, () => resolve(outcome)),
        sinceMs: this.time.nowMs,
        attempts: 0,
      });
    });
  }

  async calendar(apartmentId: string, from: string, to: string): Promise<Outcome<Calendar>> {
    const house = await this.up();
    const answer = await house.router.calendar(apartmentId, { from: nightOf(from), to: nightOf(to) });
    return new Promise((resolve) => this.#said(house, () => resolve(answer)));
  }

  /** Holds, then bookings, as the server does: what becomes a booking meanwhile is in both, and shown once. */
  async mine(subject: Subject): Promise<Outcome<MineAnswer>> {
    const house = await this.up();
    const answer = await this.#mine(house, subject).catch((error: unknown) => {
      if (error instanceof Refusal) return { ok: false, error: error.body } as const;
      throw error;
    });
    return new Promise((resolve) => this.#said(house, () => resolve(answer)));
  }

  async #mine(house: House, subject: Subject): Promise<Outcome<MineAnswer>> {
    const open = await house.holdsOf(subject.id);
    const rows = (await this.rows()).filter(
      ({ status, guestId }) => status === 'confirmed' && guestId === subject.id,
    );
    const booked = new Set(rows.map(({ holdId }) => holdId));
    return {
      ok: true,
      data: {
        holds: open.filter(({ id }) => !booked.has(id)),
        bookings: rows.map((row) => inClear(bookingView(row))),
      },
    };
  }

  async entries(): Promise<RecordedEntry[]> {
    const all: RecordedEntry[] = [];
    for (const id of APARTMENTS) {
      for (const entry of await this.journal.entries(id, 0, Number.POSITIVE_INFINITY)) {
        const since = this.#epochs.findLast(
          ({ apartmentId, fromVersion }) => apartmentId === id && entry.version > fromVersion,
        );
        all.push({ ...entry, epoch: since?.epoch ?? 1 });
      }
    }
    return all;
  }

  async payments(): Promise<RecordedPayment[]> {
    const keys = (await this.entries()).flatMap(({ fact }) => (fact.kind === 'confirming' ? [fact.key] : []));
    const books = await this.#books.load(keys);
    return [...books].map(([key, { status, amountMinor, refundedMinor }]) => ({
      ...{ key, status, amountMinor, refundedMinor },
    }));
  }

  async rows(): Promise<(BookingRow & { contact: KeptContact })[]> {
    const rows = [];
    for (const { apartmentId, fact } of await this.entries()) {
      if (fact.kind !== 'confirming') continue;
      const row = await this.journal.booking(apartmentId, fact.booking);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** A dead owner says nothing. */
  #said(house: House, call: () => void): void {
    if (this.#house === house) call();
  }

  #start(): void {
    const { journal, time } = this;
    const provider = new SandboxPayments({
      books: this.#books,
      nowMs: () => time.nowMs,
      after: (ms, call) => time.after(ms, call),
    });
    const house: House = new House({
      journal,
      time,
      provider,
      holdsPerGuest: HOLDS_PER_GUEST,
      name: `n${++this.#houses}`,
      epochOf: (shard) =>
        this.#house === house || this.#house === undefined ? epochs.get(shard) : undefined,
      told: (change) => this.#said(house, () => this.#told(change)),
    });
    const epochs = new Map(APARTMENTS.map((id) => [shardOf(id), journal.epochOf(shardOf(id))]));
    this.#house = house;
    for (const id of APARTMENTS) {
      void journal.entries(id, 0, Number.POSITIVE_INFINITY).then((entries) => {
        const epoch = epochs.get(shardOf(id))!;
        this.#epochs.push({ apartmentId: id, epoch, fromVersion: entries.at(-1)?.version ?? 0 });
      });
    }
  }
}
