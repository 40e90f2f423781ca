/** What an attack is: a file in attacks/, named in attacks/index.ts. It runs in a process of its own (attacker-process.ts). */
import type { Foe } from './foe.ts';

export interface Attack {
  /** What it does, in a few words, for the table. */
  readonly does: string;
  /**
   * Goes on until `foe.isOver`, and begins anew wherever it is cut: an attacker does not give up.
   * It need not close what it has opened.
   */
  run(foe: Foe): Promise<void>;
}

/** What an attacker has seen of it. */
export interface Toll {
  /** Connections that were opened, and of those how many the server has ended. */
  readonly opened: number;
  readonly cut: number;
  /** From a connection's first misdeed until the server ended it: the longest, of those too that it has not ended. */
  readonly longestMs: number;
  readonly sentBytes: number;
  readonly hoard: Hoard;
}

/** What others cannot have meanwhile. */
export interface Hoard {
  /** The most that it held at once: holds, and their nights. */
  readonly holds: number;
  readonly nights: number;
  /** Weeks of all apartments, of those soon to come, that a search finds: before, and at the end. */
  readonly freeWeeksBefore: number;
  readonly freeWeeks: number;
}
