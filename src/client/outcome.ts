/**
 * Commands resolve to an `Outcome`: a refusal (taken nights, a rule, a lost server) is part of booking, the
 * compiler then makes every caller look at it, and one shape serves the wire, the server and the page. Only
 * what is nobody's answer rejects: the caller's own `AbortSignal`. Who prefers exceptions calls `unwrap`.
 */
import { ERRORS, type ErrorBody, type ErrorCode, type Outcome } from '../protocol/errors.ts';

/** A refusal as an exception; `body` is what the server (or, for `unavailable`, this library) said. */
export class NightlatchError extends Error {
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'NightlatchError';
    this.body = body;
  }
  get code(): ErrorCode {
    return this.body.code;
  }
}

/** The answer, or a thrown `NightlatchError`. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.data;
  throw new NightlatchError(outcome.error);
}

/** What came over the wire, if it is an outcome; a server's mistake becomes `internal`, never an exception. */
export function outcomeFrom<T>(answer: unknown): Outcome<T> {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true && 'data' in answer) return answer as Outcome<T>;
    if (answer.ok === false && 'error' in answer && isErrorBody(answer.error)) return answer as Outcome<T>;
  }
  return {
    ok: false,
    error: {
      code: 'internal',
      message:
        'the server answered with something that is no outcome; update the client library or the server',
      retryable: false,
    },
  };
}

export function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    value.code in ERRORS &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
