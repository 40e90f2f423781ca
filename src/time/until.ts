const POLL_MS = 10;

/** Resolves when the condition holds, or at the deadline (monotonic milliseconds) at the latest. */
export async function until(condition: () => boolean, deadlineMs: number): Promise<void> {
  while (!condition() && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
