/**
 * The request ids that took effect on one apartment, each with the version of the fact it caused (I3). The answer
 * itself is not kept: it is made again from the journal, where it is the same for ever and on every server.
 */
import { IDEMPOTENCY_ENTRIES_MAX, IDEMPOTENCY_WINDOW_MS } from '../protocol/limits.ts';
import type { JournalEntry } from './facts.ts';

/** Ages are told apart to this, in milliseconds: one mark for each such span, not one for each entry. */
const MARK_EVERY_MS = 15 * 60_000;

export class RequestWindow {
  /** In order of version, because facts are. */
  readonly #versions = new Map<string, number>();
  readonly #marks: { readonly atMs: number; readonly version: number }[] = [];

  get size(): number {
    return this.#versions.size;
  }

  /** The version at which this subject's request took effect. */
  find(subjectId: string, requestId: string): number | undefined {
    return this.#versions.get(`${subjectId} ${requestId}`);
  }

  add(entry: JournalEntry): void {
    if (entry.requestId === null || entry.subjectId === null) return;
    const last = this.#marks.at(-1);
    if (last === undefined || entry.atMs - last.atMs >= MARK_EVERY_MS) {
      this.#marks.push({ atMs: entry.atMs, version: entry.version });
      this.#forget(entry.atMs - IDEMPOTENCY_WINDOW_MS);
    }
    this.#versions.set(`${entry.subjectId} ${entry.requestId}`, entry.version);
  }

  get isFull(): boolean {
    return this.#versions.size >= IDEMPOTENCY_ENTRIES_MAX;
  }

  /** Every request remembered took effect after this version; `current` where none is remembered. */
  fromVersion(current: number): number {
    for (const version of this.#versions.values()) return version - 1;
    return current;
  }

  #forget(beforeMs: number): void {
    while (this.#marks.length > 1 && this.#marks[1]!.atMs <= beforeMs) {
      this.#marks.shift();
      const keepFrom = this.#marks[0]!.version;
      for (const [key, version] of this.#versions) {
        if (version >= keepFrom) break;
        this.#versions.delete(key);
      }
    }
  }
}
