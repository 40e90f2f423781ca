/** What the storage being away means to whoever asked: a typed answer that says to try again, never a defect. */
import { isOutage, isOverrun } from '../persistence/sqlstate.ts';
import { Refusal } from '../protocol/errors.ts';

const RETRY_AFTER_MS = 1_000;

/** The same face, whose promises reject with `unavailable` where PostgreSQL could not be asked. */
export function refusingOutages<Face extends object>(face: Face): Face {
  return new Proxy(face, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const answer: unknown = value.apply(target, args);
        return answer instanceof Promise ? answer.catch(rethrow) : answer;
      };
    },
  });
}

function rethrow(cause: unknown): never {
  if (!isOutage(cause)) throw cause;
  const message = isOverrun(cause)
    ? 'the storage took longer than one question may; ask for less, such as fewer nights, or again later'
    : 'the storage cannot be reached just now; send it again with the same requestId';
  const refusal = new Refusal('unavailable', message, { retryAfterMs: RETRY_AFTER_MS });
  refusal.cause = cause;
  throw refusal;
}
