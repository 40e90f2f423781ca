/**
 * The pause before try n (0 is the first retry): random in [0, base × 2^n], at most `capMs`, so that clients
 * cut off by the same failure do not come back at the same instant ("full jitter", AWS Architecture Blog 2015).
 * @param random in [0, 1)
 */
export function backoffMs(n: number, limits: { baseMs: number; capMs: number }, random: number): number {
  return Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(n, 30)) * random;
}

/** Resolves after `ms`, or at once when the signal aborts; never rejects: who waits looks at the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** In Node a timer of this kind alone keeps no process alive; browsers know no such thing. */
export function letExit(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
