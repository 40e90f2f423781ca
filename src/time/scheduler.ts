export interface Scheduler {
  /** Calls once after at least `ms` milliseconds; returns the way to call it off. */
  after(ms: number, call: () => void): () => void;
}

/** The timers of this process. Whoever is simulated is handed others. */
export const TIMERS: Scheduler = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
