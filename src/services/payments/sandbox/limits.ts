/** The bounds of the sandbox payment provider. */

/**
 * Calls of the sandbox payment provider that share one commit, that wait (past it they fail, before memory grows), and
 * payments it remembers so as not to read them.
 */
export const SANDBOX_BATCH_MAX = 512;
export const SANDBOX_CALLS_WAITING_MAX = 50_000;
export const SANDBOX_PAYMENTS_REMEMBERED_MAX = 50_000;
