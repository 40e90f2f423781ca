/**
 * What an operator wants to know of attempts on the house: one event a kind, without anything about who it was but the id
 * of an account that has signed in. Anybody can cause them, so of each only a few a while are written, and then how many
 * more there were.
 */
import type { Scheduler } from '../time/scheduler.ts';
import { SECURITY_LINES_MAX, SECURITY_LINES_MS } from './limits.ts';
import type { Log } from './log.ts';

export type SecurityEvent =
  /** `known`: whether the device was. */
  | { readonly event: 'sign_in.succeeded'; readonly subjectId: string; readonly known: boolean }
  | { readonly event: 'sign_in.failed'; readonly known: boolean }
  /** A token that is not ours, has run out, or whose session has ended. */
  | { readonly event: 'token.refused'; readonly by: 'http' | 'socket' }
  | { readonly event: 'access.refused'; readonly subjectId: string; readonly route: string }
  | { readonly event: 'limit.reached'; readonly limit: Limit };
export type Limit = 'sign-ins' | 'sign-ups' | 'guests' | 'sockets';

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

  #close(event: SecurityEvent['event']): void {
    const more = (this.#written.get(event) ?? 0) - SECURITY_LINES_MAX;
    this.#written.delete(event);
    if (more > 0) this.#log.info({ event, more });
  }
}
