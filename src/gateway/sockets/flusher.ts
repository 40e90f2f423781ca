/**
 * When bytes leave: all that a turn of the event loop produced for a socket goes out in one write at the end of the
 * turn, as a commit answers many commands of one socket at once.
 */
import type { Link } from './link.ts';

export class Flusher {
  #waiting: Link[] = [];

  readonly flushSoon = (link: Link): void => {
    if (this.#waiting.push(link) === 1) setImmediate(this.#flush);
  };

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const link of waiting) link.flush();
  };
}
