/** The bounds of a server that stops. */

/** How long a server may take to stop, in milliseconds: who asks it to waits 30 s as a rule (`cluster` 25), and kills it. */
export const STOP_DEADLINE_MS = 24_000;
/**
 * How long the sockets of a draining server have, once all are asked, to find another one, in milliseconds: it may take a
 * load balancer a moment to offer one.
 */
export const DRAIN_GRACE_MS = 3_000;

/** How often a server looks whether the database has what was acknowledged, in milliseconds: as often as it renews its lease. */
export const HISTORY_LOOK_EVERY_MS = 500;
