/**
 * The payment of a confirm, as a saga: each step outside is announced by a fact before it is taken, and each
 * answer of the provider becomes a fact, so that a crash between any two steps leaves a journal that says
 * what to do next (I6).
 *
 *   confirming ──authorise──> authorised ──capture──> confirmed
 *       │  declined ──> held                 deadline passed, or never answered:
 *       └────────────────────────────────>   expired ──look up──> settled (voided, refunded, nothing taken)
 *                                                          │      or refused: the operator gives it back
 *                                                          └────> confirmed (paid after all, nights still free)
 */
import type { ErrorBody } from '../../protocol/errors.ts';
import { errorBody } from '../../protocol/errors.ts';
import type { PendingBooking, SettledAs } from '../facts.ts';
import type { Calendar, HoldClaim, HoldPayment } from './calendar.ts';
import { deadlineMsOf, findHold, isFree } from './calendar.ts';
import type { DecidedFact } from './decision.ts';
import { allows, stateOf } from './hold-machine.ts';

/** What the provider has answered, or what has been carried out, for one payment key. */
export type PaymentStep =
  | { readonly kind: 'authorised'; readonly holdId: string; readonly key: string }
  | {
      readonly kind: 'declined';
      readonly holdId: string;
      readonly key: string;
      readonly reason: 'declined' | 'action_required';
      readonly clientSecret?: string | undefined;
    }
  | {
      readonly kind: 'captured';
      readonly holdId: string;
      readonly key: string;
      readonly booking: PendingBooking;
    }
  /** Found captured after the hold had ended. */
  | { readonly kind: 'paid_late'; readonly key: string; readonly booking: PendingBooking }
  | { readonly kind: 'settled'; readonly key: string; readonly outcome: SettledAs };

export interface PaymentDecision {
  /** Empty where the step came too late to matter: the journal already knows better. */
  readonly facts: readonly DecidedFact[];
  /** For those who wait for the confirm of this hold. */
  readonly refusal?: ErrorBody;
  /** Paid, but the nights are gone: give it back. */
  readonly refund?: boolean;
}

const NOTHING: PaymentDecision = { facts: [] };

export function decidePaymentStep(calendar: Calendar, step: PaymentStep, nowMs: number): PaymentDecision {
  switch (step.kind) {
    case 'authorised': {
      const hold = paidBy(calendar, step);
      if (hold === undefined || !allows(stateOf(hold), 'authorised')) return NOTHING;
      return { facts: [{ fact: { kind: 'authorised', hold: hold.id, key: step.key } }] };
    }
    case 'declined': {
      const hold = paidBy(calendar, step);
      if (hold === undefined || !allows(stateOf(hold), 'declined')) return NOTHING;
      const { key, reason } = step;
      const facts: DecidedFact[] = [
        {
          fact: { kind: 'declined', hold: hold.id, key, reason },
          booking: { op: 'abandoned', id: hold.payment.bookingId },
        },
      ];
      const lapsed = nowMs >= deadlineMsOf({ ...hold, payment: undefined });
      if (lapsed) facts.push({ fact: { kind: 'expired', hold: hold.id } });
      return { facts, refusal: refusalOf(step, lapsed) };
    }
    case 'captured': {
      const hold = paidBy(calendar, step);
      if (hold === undefined || !allows(stateOf(hold), 'confirmed')) return NOTHING;
      const { bookingId } = hold.payment;
      return {
        facts: [
          {
            fact: { kind: 'confirmed', hold: hold.id, booking: bookingId, key: step.key },
            booking: { op: 'confirmed', id: bookingId },
          },
        ],
      };
    }
    case 'paid_late': {
      const owed = calendar.settlements.find((open) => open.key === step.key);
      if (owed?.hold === undefined) return NOTHING;
      if (!isFree(calendar, owed.hold)) return { facts: [], refund: true };
      return {
        facts: [
          {
            fact: { kind: 'confirmed', hold: owed.hold.id, booking: owed.bookingId, key: owed.key },
            booking: { op: 'confirmed', id: owed.bookingId },
          },
        ],
      };
    }
    case 'settled': {
      const owed = calendar.settlements.find((open) => open.key === step.key);
      if (owed === undefined) return NOTHING;
      const fact = { kind: 'settled', key: step.key, outcome: step.outcome } as const;
      // The booking's row stays as it is, with the guest's contact, until the operator has given the money back.
      if (step.outcome === 'refused') return { facts: [{ fact }] };
      const op = owed.purpose === 'refund' ? 'refunded' : 'abandoned';
      return { facts: [{ fact, booking: { op, id: owed.bookingId } }] };
    }
  }
}

/** The hold that waits for this very payment, where it still stands. */
function paidBy(
  calendar: Calendar,
  { holdId, key }: { readonly holdId: string; readonly key: string },
): (HoldClaim & { readonly payment: HoldPayment }) | undefined {
  const hold = findHold(calendar, holdId);
  return hold?.payment?.key === key ? (hold as HoldClaim & { payment: HoldPayment }) : undefined;
}

function refusalOf(step: Extract<PaymentStep, { kind: 'declined' }>, lapsed: boolean): ErrorBody {
  const rest = lapsed ? 'the hold has expired meanwhile' : 'the hold stays open until its deadline';
  if (step.reason === 'declined') {
    return errorBody('payment_declined', `the payment was declined; ${rest}: try another way to pay`);
  }
  return errorBody('payment_action_required', `the payment must be authenticated; ${rest}`, {
    ...(step.clientSecret !== undefined && { details: { clientSecret: step.clientSecret } }),
  });
}
