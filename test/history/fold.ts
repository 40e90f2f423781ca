/** Reads the journal of one apartment, in order, into the model, and says which facts do not follow. */
import type { Fact } from '../../src/actors/facts.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { FoldedApartment } from './apartment.ts';
import { type Claim, deadlineOf, type HoldStep, NEVER, type Payment } from './claims.ts';
import type { Clocks } from './clocks.ts';
import { checkEndedInTime, iso } from './deadlines.ts';
import { personOf, type RecordedEntry, type Run } from './history.ts';
import type { Report, Rule } from './report.ts';

/** From the specification (C1, H2, H3, H6, I3), not from the program: in milliseconds. */
const EXTENSION_MS = 15 * 60_000;
const GRANT_MS = 60 * 60_000;
const CAP_MS = 30 * 60_000;
const LIFETIME_MS_MAX = 60 * 60_000;
const PAYMENT_MS = 2 * 60_000;
const ANSWERED_MS = 10_000;
const REMEMBERED_MS = 24 * 60 * 60_000;

export interface Judging {
  readonly run: Run;
  readonly clocks: Clocks;
  readonly report: Report;
  /** When the command that caused an entry was first sent, by the run's clock; undefined where no client sent it. */
  readonly askedMs: (entry: RecordedEntry) => number | undefined;
}

/** @param entries all of the apartment's, in any order */
export function fold(
  apartmentId: string,
  entries: readonly RecordedEntry[],
  { run, clocks, report, askedMs }: Judging,
): FoldedApartment {
  const folding = new Folding(apartmentId, { run, clocks, report, askedMs });
  for (const entry of inOrder(entries)) folding.take(entry);
  folding.requests();
  return folding.apartment;
}

function inOrder(entries: readonly RecordedEntry[]): readonly RecordedEntry[] {
  const isSorted = entries.every((entry, i) => i === 0 || entries[i - 1]!.version <= entry.version);
  return isSorted ? entries : entries.toSorted((a, b) => a.version - b.version);
}

type Of<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

class Folding {
  readonly apartment: FoldedApartment;
  readonly #run: Run;
  readonly #clocks: Clocks;
  readonly #report: Report;
  readonly #askedMs: Judging['askedMs'];
  #epoch = Number.NEGATIVE_INFINITY;
  #takesHolds = true;

  constructor(apartmentId: string, { run, clocks, report, askedMs }: Judging) {
    this.apartment = new FoldedApartment(apartmentId, run);
    this.#run = run;
    this.#clocks = clocks;
    this.#report = report;
    this.#askedMs = askedMs;
  }

  take(entry: RecordedEntry): void {
    const { head } = this.apartment;
    const { version, epoch } = entry;
    if (version === head && head > 0) {
      this.#says('version-repeated', entry, `version ${version} is in the journal twice`);
      return;
    }
    if (version !== head + 1) this.#says('version-gap', entry, `version ${version} follows ${head}`);
    if (epoch !== undefined) {
      this.#report.counts.epochs += 1;
      if (epoch < this.#epoch) {
        const sentence = `version ${version} was written under epoch ${epoch}, after epoch ${this.#epoch} had begun`;
        this.#says('epoch-fell', entry, sentence);
      }
      this.#epoch = Math.max(this.#epoch, epoch);
    }
    this.#report.counts.facts += 1;
    this.apartment.add(entry);
    this.#fact(entry);
  }

  /** One effect a request; a confirm whose payment was declined had none (C3). */
  requests(): void {
    for (const all of this.apartment.requests) {
      if (all.length < 2) continue;
      for (const [i, entry] of all.entries()) {
        const before = all.slice(0, i).findLast((one) => this.#isOne(one.subjectId, entry.subjectId));
        if (before === undefined) continue;
        const { excuses } = this.#report;
        if (excuses.for('day-passed', entry.atMs - before.atMs >= REMEMBERED_MS)) continue;
        if (excuses.for('declined-anew', this.#cameToNothing(before.fact, entry.version))) continue;
        this.#report.add(
          'two-effects',
          `request ${entry.requestId} took effect as version ${before.version} (${before.fact.kind}) and again as version ${entry.version} (${entry.fact.kind})`,
          { apartmentId: this.apartment.id, versions: [before.version, entry.version] },
        );
      }
    }
  }

  /** A guest who was taken along, and the account. */
  #isOne(one: string | null, other: string | null): boolean {
    return personOf(this.#run, one) === personOf(this.#run, other);
  }

  #cameToNothing(fact: Fact, beforeVersion: number): boolean {
    if (fact.kind !== 'confirming') return false;
    const payment = this.apartment.payments.get(fact.key);
    return payment !== undefined && payment.declinedVersion < beforeVersion;
  }

  #fact(entry: RecordedEntry): void {
    const { fact } = entry;
    switch (fact.kind) {
      case 'held':
        return this.#held(fact, entry);
      case 'extended':
        return this.#extended(fact, entry);
      case 'confirming':
        return this.#confirming(fact, entry);
      case 'authorised': {
        const paying = this.#paying(fact, entry);
        if (paying === undefined) return;
        if (paying.authorised) this.#impossible(entry, `payment ${fact.key} was authorised before`);
        paying.authorised = true;
        return;
      }
      case 'declined':
        return this.#declined(fact, entry);
      case 'confirmed':
        return this.#confirmed(fact, entry);
      case 'released': {
        const hold = this.#manageableHold(fact.hold, entry);
        if (hold === undefined) return;
        this.#inTime(hold, entry);
        this.#notPaying(hold, entry);
        return this.#end(hold, entry, 'released');
      }
      case 'expired':
        return this.#expired(fact, entry);
      case 'settled': {
        const payment = this.apartment.payments.get(fact.key);
        if (payment?.state !== 'owed') return this.#impossible(entry, `nothing was owed of ${fact.key}`);
        payment.state = 'settled';
        payment.settledAs = fact.outcome;
        return;
      }
      case 'cancelled':
        return this.#cancelled(fact, entry);
      case 'blocked':
        return this.#born(entry, {
          kind: 'block',
          id: fact.block,
          guestId: '',
          from: fact.from,
          to: fact.to,
        });
      case 'adopted':
        return this.#adopted(fact, entry);
      case 'paused':
      case 'retired':
        this.#takesHolds = false;
        return;
      case 'resumed':
        this.#takesHolds = true;
        return;
      case 'unblocked': {
        const block = this.apartment.blocks.get(fact.block);
        if (block?.endVersion !== NEVER)
          return this.#impossible(entry, `block ${fact.block} was not standing`);
        block.endVersion = entry.version;
      }
    }
  }

  #adopted({ guest, account }: Of<'adopted'>, entry: RecordedEntry): void {
    const says = (sentence: string) => this.#says('adopted-wrongly', entry, sentence);
    const by = this.#run.adopted?.[guest];
    if (by !== account) says(`what ${guest} had becomes ${account}'s, and ${by ?? 'nobody'} took them along`);
    if (entry.subjectId !== account) says(`${entry.subjectId} makes it ${account}'s`);
    const { holds, bookings } = this.apartment;
    const theirs = [...holds.values(), ...bookings.values()].filter(({ guestId }) => guestId === guest);
    if (theirs.length === 0) says(`${guest} had nothing here any more`);
    for (const claim of theirs) {
      claim.before = { guestId: guest, untilVersion: entry.version };
      claim.guestId = account;
    }
  }

  #held(fact: Of<'held'>, entry: RecordedEntry): void {
    const { atMs, version } = entry;
    if (!this.#takesHolds) this.#impossible(entry, 'the apartment takes no new hold');
    let earliestMs = atMs;
    for (const id of fact.replaces ?? []) {
      const replaced = this.#ownHold(id, entry);
      if (replaced === undefined) continue;
      this.#inTime(replaced, entry);
      this.#notPaying(replaced, entry);
      earliestMs = Math.min(earliestMs, replaced.hold!.firstHeldAtMs);
      this.#end(replaced, entry, 'replaced');
    }
    earliestMs = Math.min(earliestMs, this.#heldBefore(fact, entry));
    const firstHeldAtMs = fact.firstHeldAtMs ?? atMs;
    const { holdTtlMs } = this.#run;
    const ttlMs = holdTtlMs ?? LIFETIME_MS_MAX;
    const untilMs = Math.min(atMs + ttlMs, earliestMs + Math.max(CAP_MS, ttlMs));
    const { expiresAtMs } = fact;
    const fits = holdTtlMs === undefined ? expiresAtMs <= untilMs : expiresAtMs === untilMs;
    if (!fits || firstHeldAtMs !== earliestMs) {
      const counted = `counted from ${iso(firstHeldAtMs)}; it was to be ${iso(untilMs)} from ${iso(earliestMs)}`;
      this.#says('held-past-cap', entry, `hold ${fact.hold} is until ${iso(expiresAtMs)}, ${counted}`);
    }
    const first = { version, expiresAtMs, extended: false, payment: undefined, openAgainAtMs: 0 };
    this.#born(entry, {
      kind: 'hold',
      id: fact.hold,
      guestId: entry.subjectId ?? '',
      from: fact.from,
      to: fact.to,
      hold: {
        guests: fact.guests,
        price: fact.price,
        bornAtMs: atMs,
        firstHeldAtMs: Math.min(firstHeldAtMs, earliestMs),
        steps: [first],
        payments: [],
        endedAtMs: NEVER,
        endedBy: undefined,
        expiredVersion: NEVER,
      },
    });
  }

  /** The first instant of any hold of theirs of some of these nights that has ended within the cap before this one. */
  #heldBefore({ from, to }: Of<'held'>, { subjectId, atMs }: RecordedEntry): number {
    let earliestMs = atMs;
    for (const { guestId, hold: life, ...past } of this.apartment.holds.values()) {
      const isTheirs = guestId === subjectId && past.from < to && from < past.to;
      const { endedBy, firstHeldAtMs, steps } = life!;
      // However late that was noticed.
      const endedAtMs = Math.min(life!.endedAtMs, deadlineOf(steps.at(-1)!));
      if (!isTheirs || endedBy === undefined || endedBy === 'confirmed' || atMs >= endedAtMs + CAP_MS)
        continue;
      earliestMs = Math.min(earliestMs, firstHeldAtMs);
    }
    return earliestMs;
  }

  #extended(fact: Of<'extended'>, entry: RecordedEntry): void {
    if (fact.v === 2) return this.#granted(fact, entry);
    const hold = this.#ownHold(fact.hold, entry);
    if (hold === undefined) return;
    this.#inTime(hold, entry);
    this.#notPaying(hold, entry);
    const step = hold.hold!.steps.at(-1)!;
    if (step.extended) this.#says('extended-twice', entry, `hold ${hold.id} was extended before`);
    const { expiresAtMs } = fact;
    const untilMs = Math.min(entry.atMs + EXTENSION_MS, hold.hold!.firstHeldAtMs + CAP_MS);
    if (expiresAtMs > untilMs) {
      const sentence = `hold ${hold.id} is extended to ${iso(expiresAtMs)} and ${iso(untilMs)} is the latest`;
      this.#says('extended-past-cap', entry, sentence);
    }
    if (expiresAtMs <= step.expiresAtMs)
      this.#impossible(entry, `hold ${hold.id} was until ${iso(step.expiresAtMs)} already`);
    this.#step(hold, entry, { expiresAtMs, extended: true });
  }

  /** An admin's extension (H10). */
  #granted(fact: Of<'extended'> & { v: 2 }, entry: RecordedEntry): void {
    const hold = this.#openHold(fact.hold, entry);
    if (hold === undefined) return;
    if (!this.#isByAdmin(entry)) {
      const sentence = `hold ${hold.id} of ${hold.guestId} was lengthened by ${entry.subjectId}, who is no admin`;
      this.#says('not-owner', entry, sentence);
    }
    this.#inTime(hold, entry);
    this.#notPaying(hold, entry);
    const { expiresAtMs } = fact;
    const step = hold.hold!.steps.at(-1)!;
    if (expiresAtMs > entry.atMs + GRANT_MS) {
      const sentence = `hold ${hold.id} is lengthened to ${iso(expiresAtMs)}, more than an hour from then`;
      this.#says('extended-past-cap', entry, sentence);
    }
    if (expiresAtMs <= step.expiresAtMs)
      this.#impossible(entry, `hold ${hold.id} was until ${iso(step.expiresAtMs)} already`);
    if (fact.used !== step.extended)
      this.#impossible(entry, `it says otherwise of the guest's own extension of hold ${hold.id}`);
    this.#step(hold, entry, { expiresAtMs });
  }

  #confirming(fact: Of<'confirming'>, entry: RecordedEntry): void {
    const { apartment } = this;
    const hold = this.#ownHold(fact.hold, entry);
    if (hold === undefined) return;
    const { expiresAtMs } = hold.hold!.steps.at(-1)!;
    const isLate = entry.atMs >= expiresAtMs;
    if (isLate && !this.#report.excuses.for('came-in-time', this.#cameBefore(expiresAtMs, entry))) {
      const sentence = `hold ${hold.id} ended at ${iso(expiresAtMs)} and its confirm was taken at ${iso(entry.atMs)}`;
      this.#says('confirmed-after-end', entry, sentence);
    }
    this.#notPaying(hold, entry);
    if (fact.deadlineMs > entry.atMs + PAYMENT_MS) {
      const sentence = `hold ${hold.id} is kept until ${iso(fact.deadlineMs)} for its payment, longer than 2 minutes`;
      this.#says('held-past-cap', entry, sentence);
    }
    if (apartment.payments.has(fact.key)) this.#impossible(entry, `payment key ${fact.key} was used before`);
    const payment: Payment = {
      key: fact.key,
      hold,
      bookingId: fact.booking,
      deadlineMs: fact.deadlineMs,
      confirming: entry,
      authorised: false,
      state: 'paying',
      declinedVersion: NEVER,
      declinedFor: undefined,
      settledAs: undefined,
    };
    apartment.payments.set(fact.key, payment);
    hold.hold!.payments.push(payment);
    this.#step(hold, entry, { payment });
  }

  /** Whether an entry that comes late may be of a command that came in time, and is answered within its own deadline (C1). */
  #cameBefore(deadlineMs: number, entry: RecordedEntry): boolean {
    const askedMs = this.#askedMs(entry);
    if (askedMs === undefined) return false;
    const earliestMs = this.#clocks.systemMin(askedMs);
    return earliestMs < deadlineMs && entry.atMs < deadlineMs + ANSWERED_MS;
  }

  #declined(fact: Of<'declined'>, entry: RecordedEntry): void {
    const payment = this.#paying(fact, entry);
    if (payment === undefined) return;
    payment.state = 'declined';
    payment.declinedVersion = entry.version;
    payment.declinedFor = fact.reason;
    this.#step(payment.hold, entry, { payment: undefined, openAgainAtMs: entry.atMs });
  }

  #confirmed(fact: Of<'confirmed'>, entry: RecordedEntry): void {
    const payment = this.apartment.payments.get(fact.key);
    if (payment?.hold.id !== fact.hold || payment.bookingId !== fact.booking) {
      return this.#impossible(entry, `payment ${fact.key} is not for ${fact.booking} from hold ${fact.hold}`);
    }
    const { hold } = payment;
    const life = hold.hold!;
    const isOpen = hold.endVersion === NEVER && life.steps.at(-1)!.payment === payment;
    const isLate = life.endedBy === 'expired' && payment.state === 'owed';
    if (isOpen) {
      if (!payment.authorised)
        this.#impossible(entry, `payment ${fact.key} was captured before it was authorised`);
      this.#end(hold, entry, 'confirmed');
    } else if (this.#report.excuses.for('paid-late', isLate)) {
      life.endedBy = 'confirmed';
    } else {
      const how = life.endedBy ?? 'open again';
      this.#says('confirmed-after-end', entry, `hold ${hold.id} was ${how} already and became a booking`);
      if (hold.endVersion === NEVER) this.#end(hold, entry, 'confirmed');
    }
    payment.state = 'booked';
    this.#born(entry, {
      kind: 'booking',
      id: fact.booking,
      guestId: hold.guestId,
      from: hold.from,
      to: hold.to,
      booking: {
        holdId: hold.id,
        guests: life.guests,
        price: life.price,
        key: fact.key,
        createdAtMs: entry.atMs,
        cancelled: undefined,
      },
    });
  }

  #expired(fact: Of<'expired'>, entry: RecordedEntry): void {
    const hold = this.#openHold(fact.hold, entry);
    if (hold === undefined) return;
    const step = hold.hold!.steps.at(-1)!;
    const deadlineMs = deadlineOf(step);
    if (entry.atMs < deadlineMs) {
      const sentence = `hold ${hold.id} was ended at ${iso(entry.atMs)}, ${deadlineMs - entry.atMs} ms before its deadline`;
      this.#says('ended-early', entry, sentence);
    }
    hold.hold!.expiredVersion = entry.version;
    if (step.payment !== undefined) step.payment.state = 'owed';
    this.#end(hold, entry, 'expired');
  }

  #cancelled(fact: Of<'cancelled'>, entry: RecordedEntry): void {
    const booking = this.apartment.bookings.get(fact.booking);
    if (booking?.endVersion !== NEVER || booking.booking!.key !== fact.key) {
      return this.#impossible(entry, `booking ${fact.booking} paid by ${fact.key} was not standing`);
    }
    const { atMs, version } = entry;
    booking.endVersion = version;
    booking.booking!.cancelled = { version, atMs, refundMinor: fact.refundMinor };
    const payment = this.apartment.payments.get(fact.key);
    if (payment !== undefined) payment.state = fact.refundMinor > 0 ? 'owed' : 'kept';
  }

  #born(entry: RecordedEntry, life: Omit<Claim, 'bornVersion' | 'endVersion'>): void {
    const { apartment } = this;
    const claim: Claim = { ...life, bornVersion: entry.version, endVersion: NEVER };
    const { kind, id, from, to } = claim;
    const same = { hold: apartment.holds, booking: apartment.bookings, block: apartment.blocks }[kind];
    if (same.has(id)) this.#impossible(entry, `there was a ${kind} ${id} before`);
    if (from >= to) this.#impossible(entry, `${kind} ${id} is of no night`);
    same.set(id, claim);
    const other = apartment.nights.add(claim);
    if (other === undefined) return;
    this.#report.add(
      'claims-overlap',
      `${kind} ${id} from ${dateOf(from)} to ${dateOf(to)} shares nights with ${other.kind} ${other.id}`,
      { apartmentId: apartment.id, versions: [other.bornVersion, entry.version] },
    );
  }

  #end(claim: Claim, entry: RecordedEntry, by: NonNullable<Claim['hold']>['endedBy']): void {
    const life = claim.hold!;
    claim.endVersion = entry.version;
    life.endedAtMs = entry.atMs;
    life.endedBy = by;
    this.#report.counts.holdsEnded += 1;
    checkEndedInTime(this.apartment.id, claim, entry.atMs, entry.version, this.#clocks, this.#report);
  }

  #step(claim: Claim, { version }: RecordedEntry, change: Partial<HoldStep>): void {
    const { steps } = claim.hold!;
    steps.push({ ...steps.at(-1)!, ...change, version });
  }

  #openHold(id: string, entry: RecordedEntry): Claim | undefined {
    const hold = this.apartment.holds.get(id);
    if (hold?.endVersion === NEVER) return hold;
    const how = hold === undefined ? 'never there' : `${hold.hold!.endedBy} at version ${hold.endVersion}`;
    this.#impossible(entry, `hold ${id} was ${how}`);
    return undefined;
  }

  #ownHold(id: string, entry: RecordedEntry): Claim | undefined {
    const hold = this.#openHold(id, entry);
    if (hold !== undefined && hold.guestId !== entry.subjectId) {
      const sentence = `${entry.fact.kind} by ${entry.subjectId} is about hold ${id} of ${hold.guestId}`;
      this.#says('not-owner', entry, sentence);
    }
    return hold;
  }

  #isByAdmin({ subjectId }: RecordedEntry): boolean {
    const isAdmin = subjectId !== null && this.#run.admins?.includes(subjectId) === true;
    return this.#report.excuses.for('admin', isAdmin);
  }

  #manageableHold(id: string, entry: RecordedEntry): Claim | undefined {
    return this.#isByAdmin(entry) ? this.#openHold(id, entry) : this.#ownHold(id, entry);
  }

  #paying(fact: Of<'authorised' | 'declined'>, entry: RecordedEntry): Payment | undefined {
    const life = this.#openHold(fact.hold, entry)?.hold;
    if (life === undefined) return undefined;
    const { payment } = life.steps.at(-1)!;
    if (payment?.key === fact.key) return payment;
    this.#impossible(entry, `payment ${fact.key} of hold ${fact.hold} was not under way`);
    return undefined;
  }

  #inTime(claim: Claim, entry: RecordedEntry): void {
    const deadlineMs = deadlineOf(claim.hold!.steps.at(-1)!);
    if (entry.atMs < deadlineMs) return;
    const sentence = `hold ${claim.id} was to end at ${iso(deadlineMs)} and ${entry.fact.kind} came at ${iso(entry.atMs)}`;
    this.#says('acted-after-end', entry, sentence);
  }

  #notPaying(claim: Claim, entry: RecordedEntry): void {
    if (claim.hold!.steps.at(-1)!.payment !== undefined)
      this.#impossible(entry, `hold ${claim.id} was being paid`);
  }

  #impossible(entry: RecordedEntry, why: string): void {
    this.#says('fact-impossible', entry, `${entry.fact.kind} at version ${entry.version}: ${why}`);
  }

  #says(rule: Rule, { version }: RecordedEntry, sentence: string): void {
    this.#report.add(rule, sentence, { apartmentId: this.apartment.id, versions: [version] });
  }
}
