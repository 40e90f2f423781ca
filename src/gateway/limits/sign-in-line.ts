/**
 * Where those wait who try a password of an e-mail address that many have tried in vain: one passes every
 * SIGN_IN_PAUSE_MS, so that nobody guesses fast, and nobody is kept out, as what was tried before decides who is next.
 *
 *   enter ──> waits (one an address) ──its turn──> passes
 *                └──SIGN_IN_LINE_MS, or somebody with fewer failures needs the place──> sent away, to come again
 */
import type { Scheduler } from '../../time/scheduler.ts';
import { SIGN_IN_LINE_MAX, SIGN_IN_LINE_MS, SIGN_IN_LINES_MAX, SIGN_IN_PAUSE_MS } from '../limits.ts';

interface Waiting {
  readonly from: string;
  readonly failures: number;
  readonly end: (passes: boolean) => void;
}

export class SignInLines {
  readonly #scheduler: Scheduler;
  readonly #byEmail = new Map<string, Waiting[]>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * @param from the address; one try of each waits
   * @param failures of that address lately: who has fewer is first, and among equals who has waited longer
   * @returns whether it passes; otherwise it is to come again
   */
  enter(email: string, from: string, failures: number): Promise<boolean> {
    const line = this.#byEmail.get(email);
    if (line === undefined) {
      if (this.#byEmail.size >= SIGN_IN_LINES_MAX) return Promise.resolve(false);
      this.#byEmail.set(email, []);
      this.#nextOf(email);
      return Promise.resolve(true);
    }
    if (line.some((other) => other.from === from)) return Promise.resolve(false);
    const at = line.findIndex((other) => other.failures > failures);
    const place = at === -1 ? line.length : at;
    if (place >= SIGN_IN_LINE_MAX) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (passes: boolean) => {
        forget();
        resolve(passes);
      };
      const waiting: Waiting = { from, failures, end };
      const forget = this.#scheduler.after(SIGN_IN_LINE_MS, () => {
        line.splice(line.indexOf(waiting), 1);
        resolve(false);
      });
      line.splice(place, 0, waiting);
      if (line.length > SIGN_IN_LINE_MAX) line.pop()?.end(false);
    });
  }

  /** The line stays for a pause after its last has passed: who comes within it waits. */
  #nextOf(email: string): void {
    this.#scheduler.after(SIGN_IN_PAUSE_MS, () => {
      const next = this.#byEmail.get(email)?.shift();
      if (next === undefined) {
        this.#byEmail.delete(email);
        return;
      }
      next.end(true);
      this.#nextOf(email);
    });
  }
}
