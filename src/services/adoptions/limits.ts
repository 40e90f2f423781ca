/** How long what a guest had may be on its way to the account that takes it along, and how often it is looked at. */

/** How long a sign-in waits for it, in milliseconds; past it the answer is given, and it comes along all the same. */
export const ADOPTION_PATIENCE_MS = 5_000;
/**
 * When it is looked at once more, in milliseconds after the sign-in: other servers hear within REVOCATION_POLL_MS that the
 * guest's session has ended, and a command of before is decided within COMMAND_DEADLINE_MS.
 */
export const ADOPTION_SECOND_PASS_MS = 15_000;
/** How often a server looks for adoptions that are due, in milliseconds, and how many it takes at once. */
export const ADOPTIONS_POLL_MS = 2_000;
export const ADOPTIONS_AT_ONCE = 16;
/** How long nobody else takes one that a server has taken, in milliseconds: longer than its commands may take. */
export const ADOPTION_LEASE_MS = 30_000;
/** Pauses after a pass that failed, in milliseconds: twice as long each time. */
export const ADOPTION_RETRY_MS_MIN = 1_000;
export const ADOPTION_RETRY_MS_MAX = 60_000;
/** Apartments of one guest that are asked at once, and looked up in one statement. */
export const APARTMENTS_AT_ONCE = 32;
