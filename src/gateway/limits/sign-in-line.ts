/**
 * Where those wait who try a password of an e-mail address that many have tried in vain: one passes every
 * SIGN_IN_PAUSE_MS, so that nobody guesses fast, and nobody is kept out, as what was tried before decides who is next.
 *
 *   enter ──> waits (one an address) ──its turn──> passes
 *                └──SIGN_IN_LINE_MS, or somebody with fewer failures needs the place──> sent away, to come again and
 *                                                                                     to stand where it stood
 */
import type { Scheduler } from '../../time/scheduler.ts';
import {
  SIGN_IN_LINE_MAX,
  SIGN_IN_LINE_MS,
  SIGN_IN_LINES_MAX,
  SIGN_IN_ORDERS_MAX,
  SIGN_IN_PAUSE_MS,
} from '../limits.ts';

interface Waiting {
  readonly from: string;
  readonly failures: number;
  /** Counts up: who came first. */
  readonly order: number;
  readonly end: (passes: boolean) => void;
}

interface Line {
  readonly waiting: Waiting[];
  /** Of each address that has not passed yet, when it came first; the oldest first. */
  readonly orders: Map<string, number>;
}

export class SignInLines {
  readonly #scheduler: Scheduler;
  readonly #byEmail = new Map<string, Line>();
  #arrivals = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * @param from the address; one try of each waits
   * @param failures of that address lately: who has fewer is first, and among equals who came first
   * @returns whether it passes; otherwise it is to come again
   */
  enter(email: string, from: string, failures: number): Promise<boolean> {
    const line = this.#byEmail.get(email);
    if (line === undefined) {
      if (this.#byEmail.size >= SIGN_IN_LINES_MAX) return Promise.resolve(false);
      this.#byEmail.set(email, { waiting: [], orders: new Map() });
      this.#nextOf(email);
      return Promise.resolve(true);
    }
    const { waiting } = line;
    if (waiting.some((other) => other.from === from)) return Promise.resolve(false);
    const order = this.#orderIn(line, from);
    const at = waiting.findIndex((other) => (other.failures - failures || other.order - order) > 0);
    const place = at === -1 ? waiting.length : at;
    if (place >= SIGN_IN_LINE_MAX) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (passes: boolean) => {
        forget();
        resolve(passes);
      };
      const entry: Waiting = { from, failures, order, end };
      const forget = this.#scheduler.after(SIGN_IN_LINE_MS, () => {
        waiting.splice(waiting.indexOf(entry), 1);
        resolve(false);
      });
      waiting.splice(place, 0, entry);
      if (waiting.length > SIGN_IN_LINE_MAX) waiting.pop()?.end(false);
    });
  }

  #orderIn({ orders }: Line, from: string): number {
    const known = orders.get(from);
    if (known !== undefined) return known;
    this.#arrivals += 1;
    orders.set(from, this.#arrivals);
    const [oldest] = orders.keys();
    if (orders.size > SIGN_IN_ORDERS_MAX && oldest !== undefined) orders.delete(oldest);
    return this.#arrivals;
  }

  /** The line stays for a pause after its last has passed: who comes within it waits. */
  #nextOf(email: string): void {
    this.#scheduler.after(SIGN_IN_PAUSE_MS, () => {
      const line = this.#byEmail.get(email);
      const next = line?.waiting.shift();
      if (next === undefined) {
        this.#byEmail.delete(email);
        return;
      }
      line?.orders.delete(next.from);
      next.end(true);
      this.#nextOf(email);
    });
  }
}
