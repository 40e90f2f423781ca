/**
 * What an operator wants to know of attempts on the house: one event a kind, without anything about who it was but the id
 * of an account that has signed in. Anybody can cause them, so of each only a few a while are written, and then how many
 * more there were.
 */
import { type ErrorBody, type ErrorCode, isOfAnother } from '../protocol/errors.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { SECURITY_LINES_MAX, SECURITY_LINES_MS } from './limits.ts';
import type { Log } from './log.ts';

export type SecurityEvent =
  /** `known`: whether the device was. */
  | { readonly event: 'sign_in.succeeded'; readonly subjectId: string; readonly known: boolean }
  | { readonly event: 'sign_in.failed'; readonly known: boolean }
  | { readonly event: SessionEvent; readonly subjectId: string }
  /** A token that is not ours, has run out, or whose session has ended. */
  | { readonly event: 'token.refused'; readonly by: 'http' | 'socket' | 'refresh' }
  /** Spent before, and used again: somebody else has it, and its session has ended. */
  | { readonly event: 'token.replayed'; readonly subjectId: string }
  /** By role, or as what is somebody else's; without `subjectId` of who has not signed in. */
  | { readonly event: 'access.refused'; readonly subjectId?: string; readonly route: string }
  /** What does not fit its schema, or a rule of the protocol. */
  | { readonly event: 'input.refused'; readonly by: 'http' | 'socket'; readonly route: string }
  | { readonly event: 'limit.reached'; readonly limit: Limit };
type SessionEvent = 'sign_up.succeeded' | 'guest.began' | 'session.renewed' | 'session.signed_out';
/** `requests`: of an address; `commands`: of a subject or a socket's address; `holds`: of guests and networks (H5, G4, C9). */
export type Limit = 'sign-ins' | 'sign-ups' | 'guests' | 'sockets' | 'requests' | 'commands' | 'holds';

/** An answer that is a refusal, and of whom it refused what. */
export interface Refused {
  readonly by: 'http' | 'socket';
  /** The route or command as this program names it, nothing of what was sent. */
  readonly route: string;
  readonly subjectId: string | undefined;
  readonly code: ErrorCode;
}

/** What a refusal is to the log: that something is another's is not told apart, to who asks, from that it is not there. */
export function attemptOf(error: ErrorBody): ErrorCode {
  return isOfAnother(error) ? 'forbidden' : error.code;
}

export class SecurityLog {
  readonly #log: Log;
  readonly #scheduler: Scheduler;
  readonly #written = new Map<SecurityEvent['event'], number>();

  constructor(log: Log, scheduler: Scheduler) {
    this.#log = log;
    this.#scheduler = scheduler;
  }

  tell(told: SecurityEvent): void {
    const { event } = told;
    const count = (this.#written.get(event) ?? 0) + 1;
    this.#written.set(event, count);
    if (count === 1) this.#scheduler.after(SECURITY_LINES_MS, () => this.#close(event));
    if (count <= SECURITY_LINES_MAX) this.#log.info({ ...told });
  }

  /** What of refusals an operator wants to know; that there is no such thing, or that it is taken, is daily life. */
  refused({ by, route, subjectId, code }: Refused): void {
    switch (code) {
      case 'forbidden':
        return this.tell({ event: 'access.refused', ...(subjectId !== undefined && { subjectId }), route });
      case 'unauthenticated':
        return this.tell({ event: 'token.refused', by });
      case 'invalid_request':
        return this.tell({ event: 'input.refused', by, route });
      case 'rate_limited':
      case 'too_many_holds':
        return this.tell({ event: 'limit.reached', limit: 'holds' });
    }
  }

  #close(event: SecurityEvent['event']): void {
    const more = (this.#written.get(event) ?? 0) - SECURITY_LINES_MAX;
    this.#written.delete(event);
    if (more > 0) this.#log.info({ event, more });
  }
}
