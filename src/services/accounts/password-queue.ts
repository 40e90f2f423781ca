/**
 * Who is next to have a password hashed. Each hash takes memory and a thread, so few run at once; and who tries wrong
 * ones must not keep others waiting: those of known devices go first, then addresses that have not failed, then the rest,
 * and within each address by address. An address waits with a few at most; where all places are taken, one is made by
 * sending away the last of whoever stands worse, or of the address that has most.
 */
import type { PasswordTurn } from '../../gateway/ports.ts';
import {
  PASSWORD_HASHES_AT_ONCE,
  PASSWORD_HASHES_WAITING_MAX,
  PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX,
} from './limits.ts';

/** Thrown before memory grows. */
export class TooManyPasswords extends Error {
  /** Of that address, rather than of all. */
  readonly isOwn: boolean;

  constructor(count: number, isOwn: boolean) {
    super(`${count} passwords${isOwn ? ' of this address' : ''} wait to be checked already`);
    this.isOwn = isOwn;
  }
}

const RANKS = ['known', 'fresh', 'failed'] as const satisfies readonly PasswordTurn['rank'][];

interface Waiting {
  readonly begin: () => void;
  readonly sendAway: () => void;
}
/** By address, in the order of their turns; without one each is on its own. */
type Line = Map<unknown, Waiting[]>;

export class PasswordQueue {
  readonly #lines: readonly Line[] = RANKS.map(() => new Map());
  #running = 0;
  #waiting = 0;

  /** @throws TooManyPasswords, also later, where others need the place more */
  async run<T>({ from, rank }: PasswordTurn, work: () => Promise<T>): Promise<T> {
    if (this.#running >= PASSWORD_HASHES_AT_ONCE)
      await this.#wait(from ?? Symbol('nobody'), RANKS.indexOf(rank));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #wait(from: unknown, rank: number): Promise<void> {
    const own = this.#lines.reduce((sum, line) => sum + (line.get(from)?.length ?? 0), 0);
    if (own >= PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX) throw new TooManyPasswords(own, true);
    if (this.#waiting >= PASSWORD_HASHES_WAITING_MAX && !this.#makeRoom(own, rank)) {
      throw new TooManyPasswords(this.#waiting, false);
    }
    this.#waiting += 1;
    return new Promise((begin, reject) => {
      const sendAway = () => reject(new TooManyPasswords(PASSWORD_HASHES_WAITING_MAX, false));
      const line = this.#lines[rank]!;
      const all = line.get(from) ?? [];
      all.push({ begin, sendAway });
      line.set(from, all);
    });
  }

  /** The place of who has just ended goes to the next. */
  #next(): void {
    const line = this.#lines.find(({ size }) => size > 0);
    const [first] = line ?? [];
    if (line === undefined || first === undefined) {
      this.#running -= 1;
      return;
    }
    const [from, all] = first;
    line.delete(from);
    const next = all.shift();
    // Behind the others: each address in turn.
    if (all.length > 0) line.set(from, all);
    this.#waiting -= 1;
    next?.begin();
  }

  /** @param own how many of the address wait already */
  #makeRoom(own: number, rank: number): boolean {
    const worst = this.#lines.findLastIndex(({ size }) => size > 0);
    if (worst < rank) return false;
    const line = this.#lines[worst]!;
    let most: unknown;
    for (const [from, all] of line) if (all.length > (line.get(most)?.length ?? 0)) most = from;
    const all = line.get(most);
    // Among equals only from an address that has more even then.
    if (all === undefined || (worst === rank && all.length < own + 2)) return false;
    const last = all.pop();
    if (all.length === 0) line.delete(most);
    this.#waiting -= 1;
    last?.sendAway();
    return true;
  }
}
