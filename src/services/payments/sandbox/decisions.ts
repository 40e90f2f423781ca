/**
 * What the sandbox decides, purely: a payment, a request and the time give the payment afterwards and an answer.
 *
 *     (none) ──authorise──> authorised ──capture──> captured ──refund──> refunded (once all is given back)
 *        │                      │
 *        ├──authorise──> declined | action_required | pending (late) | down
 *        └──cancel──> voided <──┘   a cancelled key never authorises again
 */
import type { Amount, Authorisation, PaymentRecord } from '../../../actors/ports.ts';
import type { BookedPayment, BookedStatus } from '../../../persistence/statements/sandbox-payments.ts';

/** From a `sandbox_late` authorisation until it turns out to have succeeded, in milliseconds. */
export const LATE_MS = 3_000;
/** How long `sandbox_down` answers nothing at all for a key it was sent, in milliseconds. */
export const DOWN_MS = 5_000;

export interface AuthoriseRequest {
  readonly amountMinor: number;
  readonly currency: string;
  readonly method: string;
}

export type Decision<Answer> =
  | { readonly is?: BookedPayment; readonly answer: Answer }
  | { readonly is?: BookedPayment; readonly fault: string }
  /** A definite no. */
  | { readonly is?: BookedPayment; readonly refusal: string }
  /** Says nothing, for ever: the caller's own deadline ends it. */
  | { readonly is?: BookedPayment; readonly silent: true };

export function authorise(
  payment: BookedPayment | undefined,
  key: string,
  request: AuthoriseRequest,
  nowMs: number,
): Decision<Authorisation> {
  if (payment !== undefined) return authorised(settled(payment, nowMs), key);
  // A method may be any text that a client sent: what PostgreSQL could not store would fail a whole batch.
  const method = METHODS.has(request.method) ? request.method : 'unknown';
  const status = METHODS.get(method) ?? 'declined';
  const is: BookedPayment = { ...request, method, status, refundedMinor: 0, refundKeys: [], atMs: nowMs };
  return { is, ...authorised(is, key) };
}

export function capture(payment: BookedPayment | undefined, nowMs: number): Decision<Amount> {
  const now = payment && settled(payment, nowMs);
  switch (now?.status) {
    case 'authorised':
      return { is: { ...now, status: 'captured', atMs: nowMs }, answer: amountOf(now) };
    case 'captured':
    case 'refunded':
      return { answer: amountOf(now) };
    default:
      return {
        fault: `a payment that is ${now?.status ?? 'unknown'} cannot be captured; authorise it first`,
      };
  }
}

function amountOf({ amountMinor, currency }: BookedPayment): Amount {
  return { amountMinor, currency };
}

/** ISO 4217's code where no currency is involved: nothing was ever asked for under this key. */
const NO_CURRENCY = 'XXX';

export function cancel(payment: BookedPayment | undefined, nowMs: number): Decision<void> {
  if (payment === undefined) {
    const is: BookedPayment = {
      status: 'voided',
      amountMinor: 0,
      refundedMinor: 0,
      currency: NO_CURRENCY,
      method: '',
      refundKeys: [],
      atMs: nowMs,
    };
    return { is, answer: undefined };
  }
  const now = settled(payment, nowMs);
  switch (now.status) {
    case 'voided':
    case 'declined':
      return { answer: undefined };
    case 'captured':
    case 'refunded':
      return { fault: `a payment that is ${now.status} cannot be cancelled; refund it` };
    case 'down':
      if (isDown(now, nowMs)) return { fault: DOWN };
  }
  return { is: { ...now, status: 'voided', atMs: nowMs }, answer: undefined };
}

export function refund(
  payment: BookedPayment | undefined,
  request: { readonly refundKey: string; readonly amountMinor: number },
  nowMs: number,
): Decision<void> {
  if (payment?.refundKeys.includes(request.refundKey)) return { answer: undefined };
  if (payment?.status !== 'captured') {
    return {
      refusal: `a payment that is ${payment?.status ?? 'unknown'} cannot be refunded; capture it first`,
    };
  }
  if (payment.method === REFUSES_REFUNDS)
    return { refusal: `a payment by ${REFUSES_REFUNDS} is never refunded; give it back by other means` };
  const refundedMinor = payment.refundedMinor + request.amountMinor;
  if (request.amountMinor < 0 || refundedMinor > payment.amountMinor) {
    const left = payment.amountMinor - payment.refundedMinor;
    return {
      refusal: `a refund of ${request.amountMinor} is not within the ${left} left; refund at most that`,
    };
  }
  const status: BookedStatus =
    refundedMinor === payment.amountMinor && refundedMinor > 0 ? 'refunded' : 'captured';
  const refundKeys = [...payment.refundKeys, request.refundKey];
  return { is: { ...payment, status, refundedMinor, refundKeys, atMs: nowMs }, answer: undefined };
}

export function lookUp(payment: BookedPayment | undefined, nowMs: number): Decision<PaymentRecord> {
  if (payment === undefined) return { answer: NOTHING };
  const { status, amountMinor, refundedMinor, currency } = settled(payment, nowMs);
  if (status === 'down' && isDown(payment, nowMs)) return { fault: DOWN };
  if (status === 'pending' || status === 'down') return { answer: NOTHING };
  return { answer: { status, amountMinor, refundedMinor, currency } };
}

const NOTHING: PaymentRecord = { status: 'none', amountMinor: 0, refundedMinor: 0, currency: NO_CURRENCY };
const DOWN = 'the sandbox provider is down for this payment; look it up again in a few seconds';

const REFUSES_REFUNDS = 'sandbox_refund_refused';

/** Any other is declined, as a real provider declines a card it cannot charge. */
const METHODS: ReadonlyMap<string, BookedStatus> = new Map([
  ['sandbox_ok', 'authorised'],
  ['sandbox_slow', 'authorised'],
  [REFUSES_REFUNDS, 'authorised'],
  ['sandbox_late', 'pending'],
  ['sandbox_down', 'down'],
  ['sandbox_action_required', 'action_required'],
  ['sandbox_declined', 'declined'],
]);

function authorised(payment: BookedPayment, key: string): Decision<Authorisation> {
  switch (payment.status) {
    case 'authorised':
    case 'captured':
    case 'refunded':
      return { answer: { status: 'authorised', ...amountOf(payment) } };
    case 'action_required':
      return { answer: { status: 'action_required', clientSecret: `sandbox_secret_${key}` } };
    case 'voided':
    case 'declined':
      return { answer: { status: 'declined' } };
    case 'pending':
      return { silent: true };
    case 'down':
      return { fault: DOWN };
  }
}

function settled(payment: BookedPayment, nowMs: number): BookedPayment {
  const isDue = payment.status === 'pending' && nowMs >= payment.atMs + LATE_MS;
  return isDue ? { ...payment, status: 'authorised' } : payment;
}

function isDown(payment: BookedPayment, nowMs: number): boolean {
  return nowMs < payment.atMs + DOWN_MS;
}
