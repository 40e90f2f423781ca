/** What the storage being away means to whoever asked: a typed answer that says to try again, never a defect. */
import { isOutage, isOverrun, isUnstorable } from '../persistence/sqlstate.ts';
import { type ErrorBody, errorBody } from '../protocol/errors.ts';

const RETRY_AFTER_MS = 1_000;

/** `unavailable` where PostgreSQL could not be asked; undefined for every other fault but text that it cannot store. */
export function explainOutage(fault: unknown): ErrorBody | undefined {
  if (isUnstorable(fault))
    return errorBody('invalid_request', 'a text has U+0000 in it, which cannot be stored; send it without');
  if (!isOutage(fault)) return undefined;
  const message = isOverrun(fault)
    ? 'the storage took longer than one question may; ask for less, such as fewer nights, or again later'
    : 'the storage cannot be reached just now; send it again with the same requestId';
  return errorBody('unavailable', message, { retryAfterMs: RETRY_AFTER_MS });
}
