/** Decisions about bookings: begun by a confirm, cancelled. What a payment makes of them is in payment.ts. Pure: time, ids and prices arrive as input, nothing is changed here. */
import { errorBody, OF_ANOTHER } from '../../protocol/errors.ts';
import { instant } from '../../protocol/instant.ts';
import { PAYMENT_DEADLINE_MS } from '../../protocol/limits.ts';
import { startOfNightMs } from '../../protocol/local-day.ts';
import { dateOf, type NightRange } from '../../protocol/nights.ts';
import type { Terms } from '../../protocol/terms.ts';
import { PAYMENTS_PER_HOLD_MAX, SETTLEMENTS_MAX } from '../limits.ts';
import { type Calendar, findClaim } from './calendar.ts';
import type { Circumstances } from './circumstances.ts';
import { claimId } from './claim-id.ts';
import { type Command, type Decision, ownHold, violation } from './decision.ts';
import { refusalIn, stateOf } from './hold-machine.ts';
import { refundMinor } from './refund.ts';

export function decideConfirm(calendar: Calendar, command: Command<'confirm'>, at: Circumstances): Decision {
  const hold = ownHold(calendar, command.holdId, at.subject);
  if ('refusal' in hold) return hold;
  const refusal = refusalIn(stateOf(hold), 'confirming', hold.id);
  if (refusal !== undefined) return { refusal };
  if (hold.attempts >= PAYMENTS_PER_HOLD_MAX) {
    const sentence = `hold ${hold.id} has been paid for in vain ${hold.attempts} times, the most there may be`;
    const refusal = errorBody('rate_limited', `${sentence}; let it go and hold the nights again`, {
      retryAfterMs: 60_000,
    });
    return { refusal };
  }
  if (calendar.settlements.length >= SETTLEMENTS_MAX) {
    return {
      refusal: errorBody('unavailable', 'too many payments of this apartment are unsettled; try again soon', {
        retryAfterMs: 5_000,
      }),
    };
  }
  const bookingId = claimId('b', calendar, at.entropy);
  const key = `${hold.id}-${hold.attempts + 1}`;
  const { from, to, guests, guestId, price } = hold;
  return {
    facts: [
      {
        fact: {
          kind: 'confirming',
          hold: hold.id,
          booking: bookingId,
          key,
          method: command.method,
          deadlineMs: at.nowMs + PAYMENT_DEADLINE_MS,
        },
        booking: {
          op: 'pending',
          booking: {
            id: bookingId,
            holdId: hold.id,
            from,
            to,
            guests,
            guestId,
            contact: command.contact,
            price,
            policy: at.terms.cancellationPolicy,
            paymentKey: key,
          },
        },
      },
    ],
  };
}

export function decideCancel(calendar: Calendar, command: Command<'cancel'>, at: Circumstances): Decision {
  const claim = findClaim(calendar, 'booking', command.bookingId);
  const record = at.booking;
  // The row was read before this turn, and its guest may be another since.
  const mayCancel = at.subject.kind !== 'guest' || (claim ?? record)?.guestId === at.subject.id;
  if (record === undefined || record.status === 'pending' || !mayCancel) {
    const message = `there is no booking ${command.bookingId} of yours here`;
    return { refusal: errorBody('not_found', message, record && !mayCancel ? OF_ANOTHER : undefined) };
  }
  if (claim === undefined) {
    const since = record.cancelledAtMs === null ? '' : ` since ${instant(record.cancelledAtMs)}`;
    return {
      refusal: errorBody('hold_not_open', `booking ${record.id} is cancelled${since}; nothing is left to do`),
    };
  }
  if (at.nowMs >= stayOverMs(claim, at.terms)) {
    return {
      refusal: violation(
        'stay',
        `the stay of booking ${record.id} ended on ${dateOf(claim.to)}; write to the host instead`,
      ),
    };
  }
  const due = refundMinor(record, at.terms.timeZone, at.nowMs, at.subject.kind !== 'guest');
  return {
    facts: [
      {
        fact: {
          kind: 'cancelled',
          booking: claim.id,
          key: record.paymentKey,
          refundMinor: due,
          ...(command.reason !== undefined && { reason: command.reason }),
        },
        booking: { op: 'cancelled', id: claim.id, refundMinor: due },
      },
    ],
  };
}

function stayOverMs(stay: NightRange, terms: Terms): number {
  return startOfNightMs(terms.timeZone, stay.to);
}
