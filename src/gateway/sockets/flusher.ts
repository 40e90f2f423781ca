/**
 * When bytes leave, and who is cut for not taking them. All that a turn of the event loop produced for a socket
 * goes out in one write at the end of the turn: a commit answers many commands of one socket at once.
 */
import { STALLED_READER_MS } from '../limits.ts';
import type { Link } from './link.ts';

interface Progress {
  takenBytes: number;
  sinceMs: number;
}

export class Flusher {
  #waiting: Link[] = [];
  readonly #slow = new Map<Link, Progress>();

  readonly flushSoon = (link: Link): void => {
    if (this.#waiting.push(link) === 1) setImmediate(this.#flush);
  };

  readonly watchReader = (link: Link): void => {
    if (this.#slow.has(link)) return;
    this.#slow.set(link, { takenBytes: link.progress.takenBytes, sinceMs: performance.now() });
  };

  /** To be called every second. A reader that takes anything at all starts anew. */
  cutStalledReaders(nowMs = performance.now()): void {
    for (const [link, known] of this.#slow) {
      const { takenBytes, waiting } = link.progress;
      if (!waiting || !link.isOpen) {
        this.#slow.delete(link);
      } else if (takenBytes !== known.takenBytes) {
        known.takenBytes = takenBytes;
        known.sinceMs = nowMs;
      } else if (nowMs - known.sinceMs >= STALLED_READER_MS) {
        this.#slow.delete(link);
        link.cut('reader_stalled');
      }
    }
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const link of waiting) link.flush();
  };
}
