/**
 * The stored snapshot, held against the fold at its version: made again from what stands, as the machine of that version
 * keeps it, and compared value by value. A value that is not known here is a difference.
 */
import { z } from 'zod';
import type { Hold } from './claims.ts';
import { counts, ENDED_MAX, type EndedHold } from './ended-holds.ts';
import { type Entry, whyNot } from './facts.ts';
import type { Fold } from './fold.ts';
import type { Says } from './problem.ts';

/** Of the machine that keeps its calendar so. A snapshot of another is no part of the truth: no program reads it. */
const MACHINE_VERSION = 1;
/** A request is remembered for as long at least, in milliseconds (I3). */
const REMEMBERED_MS = 24 * 60 * 60_000;

const Row = z.strictObject({
  version: z.int().nonnegative(),
  machineVersion: z.int(),
  windowFromVersion: z.int(),
  takenAtMs: z.int(),
  state: z.unknown(),
});

/** What a load reads of it. */
const State = z.looseObject({
  calendar: z.looseObject({
    past: z.strictObject({ guestIds: z.array(z.string()), figures: z.array(z.int()) }).optional(),
  }),
});
type Row = z.infer<typeof Row>;

export class StoredSnapshot {
  readonly #says: Says;
  #row: Row | undefined;
  /** Of the requests that it forgets, the youngest. */
  #forgottenAtMs = Number.NEGATIVE_INFINITY;

  constructor(says: Says) {
    this.#says = says;
  }

  row(value: unknown): void {
    const row = Row.safeParse(value);
    if (!row.success) return this.#says('snapshot', undefined, `its row ${whyNot(row.error)}`);
    if (row.data.machineVersion === MACHINE_VERSION) this.#row = row.data;
  }

  /** Once each entry has been folded. */
  at(entry: Pick<Entry, 'version' | 'requestId' | 'atMs'>, fold: Fold): void {
    if (this.#row === undefined) return;
    const { version, windowFromVersion, takenAtMs, state } = this.#row;
    if (entry.version <= windowFromVersion && entry.requestId !== null)
      this.#forgottenAtMs = Math.max(this.#forgottenAtMs, entry.atMs);
    if (entry.version !== version) return;
    this.#row = undefined;
    const ageMs = takenAtMs - this.#forgottenAtMs;
    if (ageMs < REMEMBERED_MS)
      this.#says('I3', version, `the snapshot forgets a request ${Math.round(ageMs / 60_000)} minutes old`);
    const read = State.safeParse(state);
    if (!read.success) return this.#says('snapshot', version, `it ${whyNot(read.error)}`);
    const { past, ...calendar } = read.data.calendar;
    const made = calendarOf(fold, version, calendar.status);
    const differs = difference('calendar', calendar, made) ?? pastDiffers(past, fold, entry.atMs);
    if (differs !== undefined) this.#says('snapshot', version, differs);
  }

  /** The facts up to there are not read: nothing can be said of a snapshot before it. */
  startAfter(version: number): void {
    if (this.#row !== undefined && this.#row.version < version) this.#row = undefined;
  }

  /** All facts have been folded: no snapshot waits for its version any more. */
  end(head: number): void {
    if (this.#row === undefined || this.#row.version === 0) return;
    const where = this.#row.version > head ? 'and the journal ends at' : 'a version that is missing before';
    this.#says('snapshot', undefined, `it is of version ${this.#row.version}, ${where} ${head}`);
  }
}

function calendarOf(fold: Fold, version: number, status: unknown): object {
  const claims = [
    ...[...fold.holds.values()].map(holdOf),
    ...[...fold.bookings.values()].map(({ id, from, to, guestId }) => ({
      kind: 'booking',
      id,
      from,
      to,
      guestId,
    })),
    ...[...fold.blocks.values()].map(({ id, from, to, reason }) => ({ kind: 'block', id, from, to, reason })),
  ].sort((a, b) => a.from - b.from);
  const settlements = [...fold.debts.values()].map(({ key, booking, amountMinor, hold }) => ({
    ...{ key, bookingId: booking.id, guestId: booking.guestId, amountMinor },
    ...{ purpose: hold === undefined ? 'refund' : 'unpaid', hold: hold && holdOf(hold) },
  }));
  // Before a fact about it, it is as its host created it.
  return { version, status: fold.status ?? status, claims, settlements };
}

function holdOf({ id, from, to, payment, ...hold }: Hold) {
  const { guestId, guests, price, firstHeldAtMs, expiresAtMs, isExtended, isGranted, attempts } = hold;
  return {
    ...{ kind: 'hold', id, from, to, guestId, guests, price, firstHeldAtMs, expiresAtMs, attempts },
    ...{ extended: isExtended, granted: isGranted || undefined },
    payment: payment && {
      ...{ key: payment.key, bookingId: payment.booking.id, method: payment.method },
      ...{ deadlineMs: payment.deadlineMs, authorised: payment.isAuthorised },
    },
  };
}

/** The first value that is another, by its path; what has no value is not there. */
function difference(path: string, stored: unknown, made: unknown): string | undefined {
  if (Object.is(stored, made)) return undefined;
  const areBoth = [stored, made].every((value) => typeof value === 'object' && value !== null);
  if (!areBoth || Array.isArray(stored) !== Array.isArray(made))
    return `${path} is ${textOf(stored)}, and ${textOf(made)} by its facts`;
  const [a, b] = [stored as Record<string, unknown>, made as Record<string, unknown>];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(`${path}.${key}`, a[key], b[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}

/** Of the holds that have ended, those that still count: what else is kept of them decides nothing. */
function pastDiffers(
  past: { readonly guestIds: readonly string[]; readonly figures: readonly number[] } | undefined,
  fold: Fold,
  atMs: number,
): string | undefined {
  const { guestIds = [], figures = [] } = past ?? {};
  if (figures.length !== guestIds.length * 4)
    return `past has ${guestIds.length} guests and ${figures.length} figures, and 4 belong to each`;
  const stored = guestIds.map((guestId, i): EndedHold => {
    const [from, to, firstHeldAtMs, endedAtMs] = figures.slice(i * 4) as [number, number, number, number];
    return { guestId, from, to, firstHeldAtMs, endedAtMs };
  });
  const [has, made] = [stored.filter((one) => counts(one, atMs)), fold.ended.stillAt(atMs)].map(
    (all) => new Set(all.map((one) => JSON.stringify(one))),
  );
  const tooMany = [...has!].find((one) => !made!.has(one));
  if (tooMany !== undefined) return `past has ${tooMany}, which no fact has ended so`;
  // A full one has let the oldest go.
  const missing = stored.length < ENDED_MAX ? [...made!].find((one) => !has!.has(one)) : undefined;
  return missing && `past lacks ${missing}`;
}
