import { TIMERS } from '../time/scheduler.ts';

/**
 * The pause before try n (0 is the first retry): random in [0, base × 2^n], at most `capMs`, so that clients
 * cut off by the same failure do not come back at the same instant ("full jitter", AWS Architecture Blog 2015).
 * @param random in [0, 1)
 */
export function backoffMs(n: number, limits: { baseMs: number; capMs: number }, random: number): number {
  return Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(n, 30)) * random;
}

/** Where a client's time comes from; a simulation hands in its own. Monotonic, in milliseconds. */
export interface ClientTime {
  nowMs(): number;
  /** Calls once after `ms`; returns the way to call it off. */
  after(ms: number, call: () => void): () => void;
  /** Calls every `ms`, and keeps no process alive for that; returns the way to end it. */
  every(ms: number, call: () => void): () => void;
  /** Aborts after `ms`. */
  expiry(ms: number): AbortSignal;
}

export const REAL_TIME: ClientTime = {
  nowMs: () => performance.now(),
  after: TIMERS.after,
  every(ms, call) {
    const timer = setInterval(call, ms);
    letExit(timer);
    return () => clearInterval(timer);
  },
  expiry: (ms) => AbortSignal.timeout(ms),
};

/** Resolves after `ms`, or at once when the signal aborts; never rejects: who waits looks at the signal. */
export function pause(ms: number, signal: AbortSignal, time: ClientTime = REAL_TIME): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      callOff();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const callOff = time.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** In Node a timer of this kind alone keeps no process alive; browsers know no such thing. */
export function letExit(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
