/**
 * From decisions to a turn: each fact gets its version and instant, changes the calendar, and leaves behind what
 * the journal, the watchers, the asker and the payment provider are to be told.
 */
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import { totalMinor } from '../protocol/price.ts';
import { apply } from './calendar/apply.ts';
import type { Calendar, Claim, HoldClaim, InTime } from './calendar/calendar.ts';
import type { Circumstances } from './calendar/circumstances.ts';
import { decideLapse } from './calendar/decide-hold.ts';
import type { DecidedFact, Decision } from './calendar/decision.ts';
import { decidePaymentStep, type PaymentStep } from './calendar/payment.ts';
import { adoptedBy, changeOf, type KnownBooking, replacedBy } from './change-of-fact.ts';
import { COMMANDS } from './commands/table.ts';
import type { BookingRecord, Fact, JournalEntry, PendingBooking } from './facts.ts';
import type { OutsideStep, PaymentJob, Turn } from './turn.ts';

export function recordDecision(
  calendar: Calendar,
  turn: Turn,
  command: ApartmentCommand,
  decision: Decision,
  at: Circumstances,
): void {
  if (decision.refusal !== undefined) {
    turn.outcome = { ok: false, error: decision.refusal };
    return;
  }
  let claim: Claim | undefined;
  for (const decided of decision.facts)
    claim = note(calendar, turn, decided, command, at.subject.id, at.booking, at.bookingsOfGuest);
  const answer = COMMANDS[command.kind].answer(turn.changes.at(-1)!, claim);
  if (answer !== undefined) turn.outcome = { ok: true, data: answer };
}

/** Ends what time has ended. A confirm that waited for its payment is told that it waited in vain. */
export function recordLapse(calendar: Calendar, turn: Turn, inTime?: InTime): void {
  for (const decided of decideLapse(calendar, turn.atMs, inTime)) {
    const claim = note(calendar, turn, decided, undefined, null, undefined) as HoldClaim;
    if (claim.payment !== undefined) {
      addVerdict(
        turn,
        claim.payment.key,
        refuse(
          'hold_expired',
          'the payment was not answered in time and the hold has expired; if it was charged all the same, the nights are booked where they are still free, and the money goes back where not',
        ),
      );
    }
  }
}

export function recordPayment(calendar: Calendar, step: PaymentStep, turn: Turn): void {
  const { facts, refusal, refund } = decidePaymentStep(calendar, step, turn.atMs);
  if (refund === true) {
    const settlement = calendar.settlements.find((open) => open.key === step.key);
    if (settlement !== undefined) addStep(turn, { do: 'refund', settlement });
  }
  const booking = 'booking' in step ? { ...step.booking, apartmentId: turn.apartmentId } : undefined;
  for (const decided of facts) note(calendar, turn, decided, undefined, null, booking);
  if (refusal !== undefined) addVerdict(turn, step.key, { ok: false, error: refusal });
  if (step.kind === 'captured' && facts.length > 0) {
    const confirmed = turn.changes.at(-1)?.booking;
    if (confirmed !== undefined) addVerdict(turn, step.key, { ok: true, data: { booking: confirmed } });
  }
}

/** One fact in its place: version, calendar, changes, and the outside step that it announces. */
function note(
  calendar: Calendar,
  turn: Turn,
  { fact, booking }: DecidedFact,
  command: ApartmentCommand | undefined,
  subjectId: string | null,
  known: KnownBooking | undefined,
  bookingsOfGuest: readonly BookingRecord[] = [],
): Claim | undefined {
  const entry: JournalEntry = {
    apartmentId: turn.apartmentId,
    version: calendar.version + 1,
    fact,
    subjectId,
    requestId: command?.requestId ?? null,
    atMs: turn.atMs,
    booking,
    // Set by the journal: an object whose shape changes costs more than a field.
    hash: undefined,
  };
  const replaced = replacedBy(entry, calendar);
  const adopted = adoptedBy(entry, calendar, bookingsOfGuest);
  const claim = apply(calendar, entry);
  turn.record(entry, changeOf(entry, claim, replaced, known, adopted));
  const step = stepAfter(calendar, fact, claim, entry);
  if (step !== undefined) addStep(turn, step);
  return claim;
}

function stepAfter(
  calendar: Calendar,
  fact: Fact,
  claim: Claim | undefined,
  entry: JournalEntry,
): OutsideStep | undefined {
  switch (fact.kind) {
    case 'confirming':
      return {
        do: 'authorise',
        payment: paymentJob(
          claim as HoldClaim,
          entry.booking?.op === 'pending' ? entry.booking.booking : undefined,
        ),
      };
    case 'authorised':
      return { do: 'capture', payment: paymentJob(claim as HoldClaim, undefined) };
    case 'expired':
    case 'cancelled': {
      const settlement = calendar.settlements.at(-1);
      const key = fact.kind === 'cancelled' ? fact.key : (claim as HoldClaim).payment?.key;
      return settlement !== undefined && settlement.key === key ? { do: 'settle', settlement } : undefined;
    }
    default:
      return undefined;
  }
}

/** The payment that a confirming hold has under way. */
function paymentJob(hold: HoldClaim, booking: PendingBooking | undefined): PaymentJob {
  const { payment, price } = hold;
  if (payment === undefined) throw new Error(`hold ${hold.id} has no payment under way`);
  return {
    key: payment.key,
    holdId: hold.id,
    amountMinor: totalMinor(price),
    currency: price.currency,
    method: payment.method,
    booking,
  };
}

/** What a loaded apartment has to go on with: payments half done, what is still owed. */
export function stepsUnderWay(calendar: Calendar): OutsideStep[] {
  const steps: OutsideStep[] = [];
  for (const claim of calendar.claims) {
    if (claim.kind !== 'hold' || claim.payment === undefined) continue;
    const payment = paymentJob(claim, undefined);
    steps.push({ do: claim.payment.authorised ? 'capture' : 'authorise', payment });
  }
  for (const settlement of calendar.settlements) steps.push({ do: 'settle', settlement });
  return steps;
}

function addStep(turn: Turn, step: OutsideStep): void {
  turn.steps ??= [];
  turn.steps.push(step);
}

function addVerdict(turn: Turn, key: string, outcome: Outcome<ApartmentAnswer>): void {
  turn.verdicts ??= [];
  turn.verdicts.push({ key, outcome });
}
