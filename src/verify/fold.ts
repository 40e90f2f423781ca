/**
 * The judge's own fold: facts in order of version, each held against what stands (docs/SPEC.md). It shares no code with
 * src/actors, so that a mistake there is one that nobody here makes, and goes on after a contradiction as well as it can:
 * what is taken twice stands twice.
 */
import { dateOf } from '../protocol/nights.ts';
import {
  type Block,
  type Booking,
  type Debt,
  deadlineOf,
  type Hold,
  NightOwners,
  type Nights,
  type Payment,
  totalOf,
} from './claims.ts';
import { CAP_MS, EndedHolds } from './ended-holds.ts';
import type { Entry, Of } from './facts.ts';
import type { Rule, Says } from './problem.ts';

const MINUTE_MS = 60_000;
const LIFETIME_MS_MAX = 60 * MINUTE_MS;
const EXTENSION_MS = 15 * MINUTE_MS;
const GRANT_MS = 60 * MINUTE_MS;
const PAYMENT_MS = 2 * MINUTE_MS;
/** A confirm that came in time is decided while its guest waits for the answer (H6, C1). */
const ANSWERED_MS = 10_000;
const HORIZON_NIGHTS = 730;

type HoldFact = Of<
  'extended' | 'confirming' | 'authorised' | 'declined' | 'confirmed' | 'released' | 'expired'
>;

export interface Standing {
  readonly holds: readonly Hold[];
  readonly bookings: readonly Booking[];
  readonly blocks: readonly Block[];
}

export class Fold {
  readonly holds = new Map<string, Hold>();
  readonly bookings = new Map<string, Booking>();
  readonly blocks = new Map<string, Block>();
  readonly debts = new Map<string, Debt>();
  readonly ended = new EndedHolds();
  /** The booking that the last fact changed. */
  changed: Booking | undefined;
  /** Undefined before a fact about it: as its host created it. */
  status: 'listed' | 'paused' | 'retired' | undefined;
  readonly #nights = new NightOwners();
  /** Whose what a guest had has become, by the facts that were taken here. */
  readonly #adoptedBy = new Map<string, string>();
  readonly #tell: Says;
  #version = 0;

  constructor(says: Says) {
    this.#tell = says;
  }

  /** What stood before the first fact that is taken here. */
  stand({ holds, bookings, blocks }: Standing): void {
    for (const hold of holds) {
      this.#takes(hold, `hold ${hold.id}`);
      this.#begins(this.holds, 'hold', hold);
    }
    for (const booking of bookings) {
      this.#takes(booking, `booking ${booking.id}`);
      this.#begins(this.bookings, 'booking', booking);
    }
    for (const block of blocks) {
      this.#takes(block, `block ${block.id}`);
      this.#begins(this.blocks, 'block', block);
    }
  }

  /** A booking that stands, is being paid for, or is owed something of. */
  bookingOf(id: string): Booking | undefined {
    const standing = this.bookings.get(id);
    if (standing !== undefined) return standing;
    for (const { payment } of this.holds.values()) if (payment?.booking.id === id) return payment.booking;
    for (const { booking } of this.debts.values()) if (booking.id === id) return booking;
    return undefined;
  }

  take(entry: Entry): void {
    this.#version = entry.version;
    this.changed = undefined;
    const { fact } = entry;
    switch (fact.kind) {
      case 'held':
        return this.#held(fact, entry);
      case 'extended':
        return fact.v === 2 ? this.#granted(fact, entry) : this.#extended(fact, entry);
      case 'confirming':
        return this.#confirming(fact, entry);
      case 'authorised':
        return this.#authorised(fact);
      case 'declined':
        return this.#declined(fact);
      case 'confirmed':
        return this.#confirmed(fact);
      case 'released':
        return this.#released(fact, entry);
      case 'expired':
        return this.#expired(fact, entry);
      case 'settled':
        return this.#settled(fact);
      case 'cancelled':
        return this.#cancelled(fact);
      case 'blocked': {
        const { block: id, from, to, reason } = fact;
        this.#takes({ from, to }, `block ${id}`);
        const { version, atMs: sinceMs } = entry;
        return this.#begins(this.blocks, 'block', { id, from, to, reason, version, sinceMs });
      }
      case 'unblocked': {
        const block = this.blocks.get(fact.block);
        if (block === undefined)
          return this.#says('H1', `unblocked is of block ${fact.block}, which does not stand`);
        this.blocks.delete(block.id);
        return this.#nights.free(block, `block ${block.id}`);
      }
      case 'adopted':
        return this.#adopted(fact, entry);
      case 'paused':
        if (this.status === 'paused' || this.status === 'retired') this.#statusIs(fact.kind);
        this.status = 'paused';
        return;
      case 'resumed':
        if (this.status === 'listed' || this.status === 'retired') this.#statusIs(fact.kind);
        this.status = 'listed';
        return;
      case 'retired':
        if (this.status === 'retired') this.#statusIs(fact.kind);
        this.status = 'retired';
    }
  }

  #held(fact: Of<'held'>, { subjectId, atMs }: Entry): void {
    const { hold: id, from, to, guests, price, expiresAtMs } = fact;
    if (subjectId === null) this.#says('H8', `hold ${id} is nobody's`);
    const guestId = subjectId ?? '';
    if (this.status === 'paused' || this.status === 'retired') this.#statusIs(`hold ${id}`);
    let earliestMs = this.ended.firstHeldAtMs(guestId, from, to, atMs);
    for (const other of fact.replaces ?? []) {
      const replaced = this.#open(other, 'held', 'held');
      if (replaced === undefined) continue;
      if (replaced.guestId !== guestId)
        this.#says('H4', `hold ${id} of ${guestId} replaces hold ${other} of ${replaced.guestId}`);
      this.#inTime(replaced, 'held', atMs);
      earliestMs = Math.min(earliestMs, replaced.firstHeldAtMs);
      this.#ends(replaced, atMs);
    }
    const firstHeldAtMs = fact.firstHeldAtMs ?? atMs;
    if (firstHeldAtMs > earliestMs)
      this.#says(
        'H3',
        `hold ${id} counts from ${iso(firstHeldAtMs)}, and these nights from ${iso(earliestMs)}`,
      );
    const latestMs = Math.min(atMs, firstHeldAtMs) + LIFETIME_MS_MAX;
    if (expiresAtMs <= atMs || expiresAtMs > latestMs)
      this.#says(
        'H2',
        `hold ${id} of ${iso(atMs)}, first held at ${iso(firstHeldAtMs)}, is until ${iso(expiresAtMs)}`,
      );
    const life = { isExtended: false, isGranted: false, attempts: 0, payment: undefined };
    this.#takes(fact, `hold ${id}`);
    this.#begins(this.holds, 'hold', {
      ...{ id, from, to, guestId, guests, price, firstHeldAtMs, expiresAtMs },
      ...life,
    });
  }

  #extended(fact: Of<'extended'>, entry: Entry): void {
    const hold = this.#owned(fact, entry, 'held');
    if (hold === undefined) return;
    const { expiresAtMs } = fact;
    if (hold.isExtended) this.#says('H3', `hold ${hold.id} has been extended before`);
    const capMs = hold.firstHeldAtMs + Math.max(CAP_MS, hold.expiresAtMs - hold.firstHeldAtMs);
    const latestMs = Math.min(entry.atMs + EXTENSION_MS, capMs);
    if (expiresAtMs > latestMs)
      this.#says(
        'H3',
        `hold ${hold.id} is extended to ${iso(expiresAtMs)}, and ${iso(latestMs)} is the latest`,
      );
    this.#isLater(hold, expiresAtMs);
    hold.expiresAtMs = expiresAtMs;
    hold.isExtended = true;
  }

  #granted(fact: Of<'extended'> & { v: 2 }, { atMs }: Entry): void {
    const hold = this.#open(fact.hold, fact.kind, 'held');
    if (hold === undefined) return;
    this.#inTime(hold, fact.kind, atMs);
    const { expiresAtMs, used } = fact;
    if (expiresAtMs > atMs + GRANT_MS)
      this.#says('H10', `hold ${hold.id} is lengthened to ${iso(expiresAtMs)}, at ${iso(atMs)}`);
    if (used !== hold.isExtended)
      this.#says(
        'H10',
        `hold ${hold.id} has its guest's extension ${used ? 'used' : 'left'}, and that is not so`,
      );
    this.#isLater(hold, expiresAtMs);
    hold.expiresAtMs = expiresAtMs;
    hold.isExtended = used;
    hold.isGranted = true;
  }

  #confirming(fact: Of<'confirming'>, entry: Entry): void {
    const hold = this.#open(fact.hold, fact.kind, 'held');
    if (hold === undefined) return;
    this.#isTheirs(hold, fact.kind, entry);
    const { key, booking: id, method, deadlineMs } = fact;
    if (entry.atMs >= hold.expiresAtMs + ANSWERED_MS)
      this.#says(
        'H6',
        `hold ${hold.id} was until ${iso(hold.expiresAtMs)}, and is confirmed at ${iso(entry.atMs)}`,
      );
    if (deadlineMs > entry.atMs + PAYMENT_MS)
      this.#says('H6', `hold ${hold.id} may be paid until ${iso(deadlineMs)}, from ${iso(entry.atMs)} on`);
    if (this.debts.has(key)) this.#says('B1', `payment ${key} is owed, and another begins under its key`);
    const { from, to, guestId, guests, price } = hold;
    const { version } = entry;
    const booking: Booking = {
      ...{ id, from, to, guestId, guests, price, holdId: hold.id, paymentKey: key, status: 'pending' },
      ...{ refundMinor: null, refundOwed: false, version, confirmedVersion: 0, hasRow: false },
    };
    this.changed = booking;
    hold.attempts += 1;
    hold.payment = { key, booking, method, deadlineMs, isAuthorised: false };
  }

  #authorised(fact: Of<'authorised'>): void {
    const payment = this.#paid(fact);
    if (payment === undefined) return;
    if (payment.isAuthorised) this.#says('B1', `payment ${fact.key} has been authorised before`);
    payment.isAuthorised = true;
  }

  #declined(fact: Of<'declined'>): void {
    const payment = this.#paid(fact);
    if (payment === undefined) return;
    if (payment.isAuthorised) this.#says('B1', `payment ${fact.key} is declined, and has been authorised`);
    this.#becomes(payment.booking, 'gone');
    this.holds.get(fact.hold)!.payment = undefined;
  }

  #confirmed({ hold: holdId, key, booking: id }: Of<'confirmed'>): void {
    const open = this.holds.get(holdId);
    const payment = open?.payment?.key === key ? open.payment : undefined;
    const debt = payment === undefined ? this.debts.get(key) : undefined;
    const isLate = debt?.hold?.id === holdId;
    const booking = payment?.booking ?? (isLate ? debt.booking : undefined);
    if (booking === undefined)
      return this.#says(
        'B1',
        `confirmed is of hold ${holdId} paid by ${key}, and nothing is paid or owed so`,
      );
    if (booking.id !== id)
      this.#says('B1', `payment ${key} is for booking ${booking.id}, and makes booking ${id}`);
    if (payment?.isAuthorised === false)
      this.#says('B1', `payment ${key} is captured, and has not been authorised`);
    if (isLate) this.debts.delete(key);
    else if (open !== undefined) this.#leaves(open);
    this.#takes(booking, `booking ${booking.id}`);
    this.#becomes(booking, 'confirmed');
    booking.confirmedVersion = this.#version;
    this.#begins(this.bookings, 'booking', booking);
  }

  #released(fact: Of<'released'>, { subjectId, atMs }: Entry): void {
    const hold = this.#open(fact.hold, fact.kind, 'held');
    if (hold === undefined) return;
    if (subjectId === null) this.#says('H8', `hold ${hold.id} is released by nobody`);
    this.#inTime(hold, fact.kind, atMs);
    if (fact.expiresAtMs !== undefined && fact.expiresAtMs !== hold.expiresAtMs)
      this.#says(
        'H1',
        `hold ${hold.id} was until ${iso(hold.expiresAtMs)}, and is released as of ${iso(fact.expiresAtMs)}`,
      );
    this.#ends(hold, atMs);
  }

  #expired(fact: Of<'expired'>, { atMs }: Entry): void {
    const hold = this.#open(fact.hold, fact.kind);
    if (hold === undefined) return;
    const deadlineMs = deadlineOf(hold);
    if (atMs < deadlineMs)
      this.#says('I5', `hold ${hold.id} is until ${iso(deadlineMs)}, and expired at ${iso(atMs)}`);
    this.#ends(hold, atMs);
    const { payment } = hold;
    if (payment === undefined) return;
    const { key, booking } = payment;
    this.debts.set(key, { key, booking, amountMinor: totalOf(hold.price), hold });
  }

  #settled({ key, outcome }: Of<'settled'>): void {
    const debt = this.debts.get(key);
    if (debt === undefined) return this.#says('I6', `payment ${key} is settled, and nothing is owed of it`);
    this.debts.delete(key);
    if (outcome === 'refused') {
      debt.booking.isRefundRefused = true;
      return;
    }
    this.#becomes(debt.booking, debt.hold === undefined ? 'cancelled' : 'gone');
    debt.booking.refundOwed = false;
  }

  #cancelled({ booking: id, key, refundMinor }: Of<'cancelled'>): void {
    const booking = this.bookings.get(id);
    if (booking === undefined) return this.#says('H1', `cancelled is of booking ${id}, which does not stand`);
    if (booking.paymentKey !== key)
      this.#says('I6', `booking ${id} was paid by ${booking.paymentKey}, and is given back by ${key}`);
    const paidMinor = totalOf(booking.price);
    if (refundMinor > paidMinor)
      this.#says('I6', `booking ${id} gives back ${refundMinor}, and ${paidMinor} was paid`);
    this.bookings.delete(id);
    this.#nights.free(booking, `booking ${id}`);
    this.#becomes(booking, 'cancelled');
    booking.refundMinor = refundMinor;
    booking.refundOwed = refundMinor > 0;
    if (refundMinor > 0) this.debts.set(key, { key, booking, amountMinor: refundMinor, hold: undefined });
  }

  #adopted({ guest, account }: Of<'adopted'>, { subjectId }: Entry): void {
    if (guest === account) this.#says('G9', `${guest} adopts what is theirs`);
    if (subjectId !== account)
      this.#says('G9', `what ${guest} had is ${account}'s, by the command of ${subjectId ?? 'nobody'}`);
    const other = this.#adoptedBy.get(guest);
    if (other !== undefined && other !== account)
      this.#says('G9', `what ${guest} had is ${account}'s, and was ${other}'s before`);
    if (this.#adoptedBy.has(account)) this.#says('G9', `${account} adopts, and is adopted themselves`);
    this.#adoptedBy.set(guest, account);
    // Some of these are one and the same.
    const theirs = new Set<{ guestId: string }>(this.bookings.values());
    for (const hold of this.holds.values()) {
      theirs.add(hold);
      if (hold.payment !== undefined) theirs.add(hold.payment.booking);
    }
    for (const { booking, hold } of this.debts.values()) {
      theirs.add(booking);
      if (hold !== undefined) theirs.add(hold);
      if (hold?.payment !== undefined) theirs.add(hold.payment.booking);
    }
    for (const one of theirs) if (one.guestId === guest) one.guestId = account;
    this.ended.adopt(guest, account);
  }

  /** From here on its row, where it has one, is of this version. */
  #becomes(booking: Booking, status: Booking['status']): void {
    if (booking.hasRow)
      this.#says(
        'tables',
        `booking ${booking.id} is ${booking.status} in the table as of version ${booking.version}`,
      );
    booking.hasRow = false;
    booking.status = status;
    booking.version = this.#version;
    this.changed = booking;
  }

  #begins<One extends { readonly id: string }>(all: Map<string, One>, kind: string, one: One): void {
    if (all.has(one.id)) this.#says('H1', `${kind} ${one.id} begins, and stands already`);
    all.set(one.id, one);
  }

  #takes({ from, to }: Nights, owner: string): void {
    const nights = to - from;
    if (nights < 1 || nights > HORIZON_NIGHTS)
      return this.#says('N2', `${owner} is of ${nights} nights, from ${from} to ${to}`);
    const taken = this.#nights.take({ from, to }, owner);
    if (taken !== undefined)
      this.#says('I1', `night ${dateOf(taken.night)} is claimed by ${taken.other} and by ${owner}`);
  }

  /** A hold that ends without a booking: its guest's clock runs on, from its deadline where that was noticed late. */
  #ends(hold: Hold, atMs: number): void {
    this.#leaves(hold);
    this.ended.add(hold, Math.min(atMs, deadlineOf(hold)));
  }

  #leaves(hold: Hold): void {
    this.holds.delete(hold.id);
    this.#nights.free(hold, `hold ${hold.id}`);
  }

  /** A hold that stands, and where a state is named is in it. */
  #open(id: string, kind: string, state?: 'held'): Hold | undefined {
    const hold = this.holds.get(id);
    if (hold === undefined) {
      this.#says('H1', `${kind} is of hold ${id}, which does not stand`);
      return undefined;
    }
    if (state === 'held' && hold.payment !== undefined)
      this.#says('H1', `${kind} is of hold ${id}, which is being paid by ${hold.payment.key}`);
    return hold;
  }

  #owned(fact: HoldFact, entry: Entry, state: 'held'): Hold | undefined {
    const hold = this.#open(fact.hold, fact.kind, state);
    if (hold === undefined) return undefined;
    this.#isTheirs(hold, fact.kind, entry);
    this.#inTime(hold, fact.kind, entry.atMs);
    return hold;
  }

  #isTheirs(hold: Hold, kind: string, { subjectId }: Entry): void {
    if (subjectId !== hold.guestId)
      this.#says('H8', `hold ${hold.id} is of ${hold.guestId}, and ${kind} by ${subjectId ?? 'nobody'}`);
  }

  #paid({ hold: id, key, kind }: Of<'authorised' | 'declined'>): Payment | undefined {
    const payment = this.#open(id, kind)?.payment;
    if (payment?.key === key) return payment;
    this.#says('B1', `${kind} is of payment ${key}, and hold ${id} is paid by ${payment?.key ?? 'none'}`);
    return undefined;
  }

  #inTime(hold: Hold, kind: string, atMs: number): void {
    const deadlineMs = deadlineOf(hold);
    if (atMs >= deadlineMs)
      this.#says('H7', `hold ${hold.id} was until ${iso(deadlineMs)}, and ${kind} is of ${iso(atMs)}`);
  }

  #isLater(hold: Hold, expiresAtMs: number): void {
    if (expiresAtMs <= hold.expiresAtMs)
      this.#says(
        'H3',
        `hold ${hold.id} was until ${iso(hold.expiresAtMs)}, and is extended to ${iso(expiresAtMs)}`,
      );
  }

  #statusIs(what: string): void {
    this.#says('A1', `${what} comes while the apartment is ${this.status}`);
  }

  #says(rule: Rule, sentence: string): void {
    this.#tell(rule, this.#version, sentence);
  }
}

function iso(epochMs: number): string {
  const instant = new Date(epochMs);
  return Number.isNaN(instant.getTime()) ? `${epochMs} ms` : instant.toISOString();
}
