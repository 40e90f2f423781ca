/**
 * Apartments whose stored history cannot be read: facts of a newer program, a gap, a value that fits nowhere. Nothing is
 * decided about them. They are tried again one at a time and ever more rarely, as an upgrade or an operator may mend
 * them, and nobody else's load waits for theirs.
 */
import { refuse } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import { QUARANTINE_MS_MAX, QUARANTINE_MS_MIN } from './limits.ts';

interface SetApart {
  readonly untilMs: number;
  readonly forMs: number;
}

export class Quarantine {
  readonly #apart = new Map<string, SetApart>();

  has(apartmentId: string): boolean {
    return this.#apart.has(apartmentId);
  }

  /** Not to be tried yet. */
  holds(apartmentId: string, nowMs: number): boolean {
    const apart = this.#apart.get(apartmentId);
    return apart !== undefined && nowMs < apart.untilMs;
  }

  /** It could not be read: for a second at first, each time twice as long. @returns whether this is news */
  setApart(apartmentId: string, nowMs: number): boolean {
    const before = this.#apart.get(apartmentId);
    const forMs = before === undefined ? QUARANTINE_MS_MIN : Math.min(2 * before.forMs, QUARANTINE_MS_MAX);
    this.#apart.set(apartmentId, { untilMs: nowMs + forMs, forMs });
    return before === undefined;
  }

  /** It has been read, or is not there. @returns whether it was set apart */
  release(apartmentId: string): boolean {
    return this.#apart.delete(apartmentId);
  }

  /** These shards are another node's. */
  forget(shards: ReadonlySet<number>): void {
    for (const id of [...this.#apart.keys()]) if (shards.has(shardOf(id))) this.#apart.delete(id);
  }
}

/** To whoever asks for one: it is no use to ask again soon, and nothing is known of what was asked before. */
export function unreadable(apartmentId: string) {
  const sentence = `apartment ${apartmentId} is out of order: what is stored of it cannot be read here`;
  return refuse('unreadable', `${sentence}; an operator finds why in the log, and nothing stored is lost`);
}
