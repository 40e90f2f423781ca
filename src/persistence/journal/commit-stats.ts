/** How long commits take and how much they carry, cheaply: three numbers written a batch, sorted when asked. */
import { COMMIT_SAMPLES_MAX } from '../limits.ts';

export interface CommitSummary {
  /** Send to answer, over the last second in which there was a commit; 0 where there was none yet. */
  readonly commitMsP50: number;
  readonly commitMsP99: number;
  readonly commitsPerSecond: number;
  readonly entriesPerSecond: number;
  readonly entriesPerCommit: number;
}

const WINDOW_MS = 1_000;

export class CommitStats {
  readonly #endedMs = new Float64Array(COMMIT_SAMPLES_MAX);
  readonly #tookMs = new Float64Array(COMMIT_SAMPLES_MAX);
  readonly #entries = new Uint32Array(COMMIT_SAMPLES_MAX);
  #count = 0;

  /** @param endedMs by `performance.now()` */
  record(endedMs: number, tookMs: number, entries: number): void {
    const slot = this.#count++ % COMMIT_SAMPLES_MAX;
    this.#endedMs[slot] = endedMs;
    this.#tookMs[slot] = tookMs;
    this.#entries[slot] = entries;
  }

  read(nowMs: number = performance.now()): CommitSummary {
    const took: number[] = [];
    let entries = 0;
    let recent = 0;
    const kept = Math.min(this.#count, COMMIT_SAMPLES_MAX);
    const last = this.#endedMs[(this.#count - 1) % COMMIT_SAMPLES_MAX] ?? 0;
    for (let i = 0; i < kept; i++) {
      const endedMs = this.#endedMs[i] ?? 0;
      if (endedMs >= last - WINDOW_MS) took.push(this.#tookMs[i] ?? 0);
      if (endedMs >= nowMs - WINDOW_MS) {
        recent += 1;
        entries += this.#entries[i] ?? 0;
      }
    }
    took.sort((a, b) => a - b);
    const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
    return {
      commitMsP50: at(0.5),
      commitMsP99: at(0.99),
      commitsPerSecond: recent,
      entriesPerSecond: entries,
      entriesPerCommit: recent === 0 ? 0 : entries / recent,
    };
  }
}
