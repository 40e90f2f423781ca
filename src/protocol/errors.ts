/** The one catalogue of errors: code, HTTP status, whether a retry may help, when it occurs. */
import { z } from 'zod';
import { IsoDate } from './nights.ts';
import { Range } from './resources.ts';

interface CatalogueEntry {
  readonly http: number;
  readonly retryable: boolean;
  readonly when: string;
}

export const ERRORS = {
  invalid_request: {
    http: 400,
    retryable: false,
    when: 'the payload does not fit its schema; `fields` says where',
  },
  unauthenticated: { http: 401, retryable: false, when: 'no valid token' },
  forbidden: { http: 403, retryable: false, when: "not this subject's to do" },
  not_found: { http: 404, retryable: false, when: "no such thing, or not the caller's (never told apart)" },
  nights_unavailable: {
    http: 409,
    retryable: false,
    when: 'some night is taken; `conflicts` and `alternatives` say more',
  },
  rule_violation: {
    http: 422,
    retryable: false,
    when: 'a rule of the apartment forbids the stay; `fields` names it',
  },
  hold_expired: { http: 410, retryable: false, when: "the hold's deadline has passed" },
  hold_not_open: {
    http: 409,
    retryable: false,
    when: 'already confirmed, released, or not extendable again',
  },
  too_many_holds: { http: 429, retryable: false, when: "over the caller's limit of open holds" },
  payment_declined: {
    http: 402,
    retryable: false,
    when: 'the provider said no; the hold stays until its deadline',
  },
  payment_action_required: {
    http: 402,
    retryable: false,
    when: 'the guest must authenticate with the provider',
  },
  idempotency_conflict: { http: 409, retryable: false, when: 'this requestId was used for something else' },
  revision_conflict: {
    http: 412,
    retryable: false,
    when: 'the listing has changed since the revision in `If-Match`',
  },
  rate_limited: { http: 429, retryable: true, when: 'too many requests; `retryAfterMs` says when' },
  unavailable: {
    http: 503,
    retryable: true,
    when: 'not reached in time; retry with the same requestId is safe',
  },
  unreadable: {
    http: 500,
    retryable: false,
    when: 'what is stored of the apartment cannot be read; an operator is told, and what was asked before stays as it is',
  },
  internal: { http: 500, retryable: false, when: 'a defect; logged with the same requestId' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const FieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof FieldError>;

export const ErrorBody = z.object({
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.int().nonnegative().optional(),
  conflicts: z.array(Range).optional(),
  alternatives: z.array(z.object({ checkIn: IsoDate, checkOut: IsoDate })).optional(),
  fields: z.array(FieldError).optional(),
  details: z.object({ clientSecret: z.string() }).optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export type ErrorDetails = Omit<ErrorBody, 'code' | 'message' | 'retryable'>;

const ofAnother = Symbol('of another');
/**
 * Details of a `not_found` where there is such a thing, of somebody else. The log of this process is to tell of it and
 * nobody who asks: JSON has no symbols.
 */
export const OF_ANOTHER = { [ofAnother]: true } as object as ErrorDetails;
export function isOfAnother(error: ErrorBody): boolean {
  return ofAnother in error;
}

/** @param message names the value, the rule and the way out, in one sentence; never another guest's data */
export function errorBody(code: ErrorCode, message: string, details?: ErrorDetails): ErrorBody {
  return { code, message, retryable: ERRORS[code].retryable, ...details };
}

/** Every command ends in one of these; the acknowledgement of a socket command is exactly it. */
export type Outcome<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly error: ErrorBody };

export function refuse(
  code: ErrorCode,
  message: string,
  details?: ErrorDetails,
): { ok: false; error: ErrorBody } {
  return { ok: false, error: errorBody(code, message, details) };
}

/** A refusal on its way through code that throws: caught and translated in one place, the gateway's wrapper. */
export class Refusal extends Error {
  readonly body: ErrorBody;
  constructor(code: ErrorCode, message: string, details?: ErrorDetails) {
    super(message);
    this.name = 'Refusal';
    this.body = errorBody(code, message, details);
  }
}
