/** The bounds of a server that stops, and of what it looks after by itself. */

/** How long a server may take to stop, in milliseconds: who asks it to waits 30 s as a rule (`cluster` 25), and kills it. */
export const STOP_DEADLINE_MS = 24_000;
/**
 * How long the sockets of a draining server have, once all are asked, to find another one, in milliseconds: it may take a
 * load balancer a moment to offer one.
 */
export const DRAIN_GRACE_MS = 3_000;

/** How often a server looks whether the database has what was acknowledged, in milliseconds: as often as it renews its lease. */
export const HISTORY_LOOK_EVERY_MS = 500;

/** How often a server looks whether the open volume of the journal is to be closed, in milliseconds: a try may be in vain. */
export const VOLUMES_LOOK_EVERY_MS = 600_000;
/** After a try in vain it looks again so soon, in milliseconds. */
export const VOLUMES_AGAIN_MS = 60_000;
/** How long that waits for who changes the table meanwhile, in milliseconds; who appends or reads is waited for much shorter. */
export const VOLUMES_LOCK_TIMEOUT_MS = 1_000;
/** A volume is closed at this size, in bytes: what one archive, one vacuum, one rebuilt index has to do at once. */
export const VOLUME_BYTES_MAX = 64 * 2 ** 30;

/** How long the key of a guest's contact is waited for, in milliseconds, well within C1: then the command is `unavailable`. */
export const CONTACT_PATIENCE_MS = 3_000;

/** How often a server reads the ring of what servers know again, in milliseconds: well within KEY_LEAD_MS. */
export const PEER_KEYS_LOOK_EVERY_MS = 2_000;
/**
 * For how long, after another is used, an older secret is accepted, in milliseconds: clocks may differ, and what was sealed
 * with it is heard for SEAL_AGE_MAX_MS.
 */
export const PEER_KEY_KEPT_MS = 60_000;
