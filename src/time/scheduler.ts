export interface Scheduler {
  /** Calls once after at least `ms` milliseconds; returns the way to call it off. */
  after(ms: number, call: () => void): () => void;
}
