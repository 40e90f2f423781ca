/**
 * Milliseconds with a fraction, never falling. Whole milliseconds fall where the event loop's own do, so that a
 * timer set for one of them fires right after it.
 */
export function nowMs(): number {
  return performance.now() + FRACTION_MS;
}

const FRACTION_MS = (Number(process.hrtime.bigint() % 1_000_000_000n) / 1e6 - performance.now()) % 1;
