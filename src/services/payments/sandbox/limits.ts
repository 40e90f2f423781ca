/** Calls of the sandbox payment provider that share one commit, that wait, and payments it remembers. */
export const SANDBOX_BATCH_MAX = 512;
export const SANDBOX_CALLS_WAITING_MAX = 50_000;
export const SANDBOX_PAYMENTS_REMEMBERED_MAX = 50_000;
