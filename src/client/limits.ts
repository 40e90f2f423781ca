/** The bounds of the client library: how long it tries, what it lets wait, when it looks again. */
import { COMMAND_DEADLINE_MS, PAYMENT_DEADLINE_MS } from '../protocol/limits.ts';

/**
 * How long the client library works on one command, in milliseconds: tries, waits between them and all. Then somebody
 * who looks at a page wants to hear.
 */
export const CLIENT_DEADLINE_MS = 15_000;
/** The same of a confirm, in milliseconds: a payment may take its whole deadline before it is answered. */
export const CLIENT_CONFIRM_DEADLINE_MS = PAYMENT_DEADLINE_MS + CLIENT_DEADLINE_MS;
/** How long one try waits for its answer, in milliseconds: longer than a server's own deadline for it. */
export const CLIENT_ATTEMPT_MS = COMMAND_DEADLINE_MS + 1_000;
/** Commands of one client on their way at once (under SOCKET_INFLIGHT_MAX), and waiting for their turn. */
export const CLIENT_INFLIGHT_MAX = 64;
export const CLIENT_QUEUE_MAX = 1_000;
/**
 * Pauses between tries, and between attempts to connect: random in [0, base × 2^n], n from 0, up to the cap. In
 * milliseconds; random, so that the clients of a server that fell do not come back as one.
 */
export const CLIENT_RETRY_BASE_MS = 150;
export const CLIENT_RETRY_CAP_MS = 2_000;
export const CLIENT_CONNECT_BASE_MS = 250;
export const CLIENT_CONNECT_CAP_MS = 5_000;
/** Attempts to connect that fail in a row before a client calls itself offline (it goes on trying): one is a hiccup. */
export const CLIENT_OFFLINE_AFTER_FAILURES = 3;
/**
 * Silence about a watched calendar after which it is asked for again, in milliseconds; beacons
 * come at least every 15 s.
 */
export const WATCH_STALE_MS = 20_000;
/**
 * Pauses before an apartment that cannot be read is asked for again: the base, and at random up to base × 2^n more, up to
 * the cap. In milliseconds: an operator has to mend it, and until then a page asks no more often than beacons would come.
 */
export const UNREADABLE_RETRY_BASE_MS = 1_000;
export const UNREADABLE_RETRY_CAP_MS = 15_000;
/** Deltas of one apartment kept while its calendar is on its way; past it the calendar is asked for again. */
export const WATCH_BACKLOG_MAX = 64;

/** How long a client keeps an old link beside the new one, so that no event falls between the two, in milliseconds. */
export const CLIENT_OVERLAP_MS = 250;
