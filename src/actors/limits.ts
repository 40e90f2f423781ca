/** One extension brings a hold to at most this long from then, in milliseconds. */
export const EXTENSION_MS = 15 * 60_000;
/** No extension brings it past this from the guest's first hold of those nights, in milliseconds. */
export const HOLD_CAP_MS = 30 * 60_000;
/** Open holds of one guest at once. */
export const HOLDS_PER_GUEST_DEFAULT = 5;

/** How long a `requestId` is remembered, in milliseconds (I3 asks for at least 24 hours). */
export const IDEMPOTENCY_WINDOW_MS = 25 * 60 * 60_000;
/** Request ids one apartment remembers. Past it new commands are refused until the oldest leaves the window. */
export const IDEMPOTENCY_ENTRIES_MAX = 1_000_000;
/** Of them read from storage at once as an apartment starts: each page is some 30 ms of CPU, in several turns. */
export const REQUESTS_PAGE = 20_000;
/** Refunds and voids one apartment may owe the provider at once. */
export const SETTLEMENTS_MAX = 1_024;
/** Claims (holds, bookings, blocks) on one apartment: each takes at least one night of the horizon. */
export const CLAIMS_MAX = 2_048;

/** Ranges named in one refusal. */
export const CONFLICTS_MAX = 20;

/** Commands waiting in one apartment's mailbox while it is loaded: all that its gate may have held, and as many more. */
export const MAILBOX_MAX = 8_192;
/** Turns of one apartment waiting for the disk. */
export const PIPELINE_MAX = 4_096;
/** Apartments kept running; past it the ones idle longest are passivated. */
export const APARTMENTS_RUNNING_MAX = 200_000;
/** Idle time after which an apartment is passivated, in milliseconds. */
export const PASSIVATE_AFTER_MS = 15 * 60_000;
/** Facts after which a snapshot is written, off the hot path. */
export const SNAPSHOT_EVERY_FACTS = 256;

/** Apartments loaded from storage at once, and waiting for that. */
export const LOADS_AT_ONCE_MAX = 16;
export const LOADS_WAITING_MAX = 50_000;
/** Snapshots waiting to be written; past it new ones are dropped, which only costs time at a later load. */
export const SNAPSHOTS_WAITING_MAX = 200_000;
/** How long a server that stops writes those that are left, in milliseconds. */
export const SNAPSHOTS_LAST_MS = 5_000;
