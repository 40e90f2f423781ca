/** The bounds of apartments that run: holds, memory, mailboxes, loading. */

/** One extension brings a hold to at most this long from then, in milliseconds: time to finish paying. */
export const EXTENSION_MS = 15 * 60_000;
/** No extension brings it past this from the guest's first hold of those nights, in milliseconds: others want them. */
export const HOLD_CAP_MS = 30 * 60_000;
/** Holds that have ended within that time, remembered of one apartment so that their guests' clocks run on. */
export const PAST_HOLDS_MAX = 256;
/** Open holds of one guest at once, unless the operator says otherwise: some to compare, too few to empty a city. */
export const HOLDS_PER_GUEST_DEFAULT = 5;
/** The same of all guests of one address together, none of whom has booked, and the nights of those holds. */
export const HOLDS_PER_ADDRESS_DEFAULT = 20;
export const NIGHTS_PER_ADDRESS_DEFAULT = 60;
/**
 * Holds of such an address that may lapse, each within an hour of the last, before it waits; how much longer with each
 * further one, and the longest, in milliseconds.
 */
export const LAPSES_FREE = 20;
export const LAPSE_WAIT_MS = 30_000;
export const LAPSE_WAIT_MAX_MS = 30 * 60_000;
export const LAPSES_FORGOTTEN_MS = 60 * 60_000;
/** How long it is believed that somebody of an address has booked, and that nobody has, in milliseconds. */
export const ORIGIN_TRUSTED_MS = 60 * 60_000;
export const ORIGIN_DOUBTED_MS = 10_000;
/** Addresses of which that, and their lapses, are remembered. */
export const ORIGINS_MAX = 10_000;

/** How long a `requestId` is remembered, in milliseconds (I3 asks for at least 24 hours). */
export const IDEMPOTENCY_WINDOW_MS = 25 * 60 * 60_000;
/**
 * Request ids one apartment remembers: forgetting one early would let it take effect twice, so past it nothing is taken
 * until the oldest leaves the window. It is some 25 MB.
 */
export const REQUESTS_MAX = 1_000_000;
/** From here on places are counted by subject, and who begins something must have room for it: ten guests of a whole day. */
export const REQUESTS_CROWDED = 500_000;
/** A part of the places, up to so many taken of all, and the share of those left in it that one subject may have had. */
export interface RequestsPart {
  readonly upTo: number;
  readonly share: number;
}
/**
 * What guests, and what hosts and admins may take by beginning something. As the window begins to be crowded a guest has
 * 75 places, far more than a stay takes, and 19,000 guests who each take all that they may leave one for the next. What
 * ends or pays for what was begun takes some 40 places for each of CLAIMS_MAX at most: that much is kept free past either.
 */
export const REQUESTS_OF_GUESTS: RequestsPart = { upTo: 800_000, share: 1 / 4_000 };
export const REQUESTS_OF_STAFF: RequestsPart = { upTo: 915_000, share: 1 / 10 };
/** Requests whose id another has used, waiting to take effect: each is a read of the journal if it is forgotten. */
export const REQUESTS_APART_WAITING_MAX = 1_024;
/** Payments tried of one hold: each is remembered, and a guest has few cards. */
export const PAYMENTS_PER_HOLD_MAX = 32;
/** Of them read from storage at once as an apartment starts: each page is some 30 ms of CPU, in several turns. */
export const REQUESTS_PAGE = 20_000;
/** Refunds and voids one apartment may owe the provider at once: all are in its state; past it no payment begins. */
export const SETTLEMENTS_MAX = 1_024;
/** Facts looked through for the end of a hold, from its beginning on; and how many in one statement, some 5 ms of it. */
export const END_SEARCH_FACTS_MAX = 100_000;
export const END_SEARCH_PAGE = 2_000;
/** Claims (holds, bookings, blocks) on one apartment: each takes at least one night of the horizon. */
export const CLAIMS_MAX = 2_048;

/** Ranges named in one refusal: enough for a page to show why, whatever the length of the stay. */
export const CONFLICTS_MAX = 20;

/** Commands waiting in one apartment's mailbox while it is loaded: all that its gate may have held, and as many more. */
export const MAILBOX_MAX = 8_192;
/** Rows of one guest on one apartment that are read to tell whose they are now; the rest becomes theirs all the same. */
export const BOOKINGS_OF_GUEST_MAX = 100;
/** Turns of one apartment waiting for the disk, each with its answer; past it new commands are refused. */
export const PIPELINE_MAX = 4_096;
/** Apartments kept running, for memory; past it the ones idle longest are passivated. */
export const APARTMENTS_RUNNING_MAX = 200_000;
/** Idle time after which an apartment is passivated, in milliseconds: longer than a guest thinks between two commands. */
export const PASSIVATE_AFTER_MS = 15 * 60_000;
/** Facts after which a snapshot is written, off the hot path: a load applies few more than these. */
export const SNAPSHOT_EVERY_FACTS = 256;

/**
 * Facts read and folded at once where a history is, in turns of the event loop of their own: some 5 ms of CPU, and a few
 * times that where each fact looks through CLAIMS_MAX claims.
 */
export const ENTRIES_PAGE = 1_000;
/** Pages after which a load on its way leaves a snapshot, so that one that is interrupted goes on from there. */
export const SNAPSHOT_EVERY_PAGES = 32;
/**
 * Facts of a lost instance that the next one tells the world of, in one turn of the event loop: more than the pipeline
 * held. Past it watchers see by the version that they have missed some.
 */
export const UNHEARD_FACTS_MAX = 8_192;

/** Apartments loaded from storage at once (each takes a connection of the pool), and waiting for that. */
export const LOADS_AT_ONCE_MAX = 16;
/** Of those whose history is longer than a page: one is read while another is folded. Nobody else waits for them. */
export const LONG_LOADS_AT_ONCE_MAX = 2;
export const LOADS_WAITING_MAX = 50_000;
/** Between two tries to read an apartment that cannot be read, in milliseconds: longer each time, as mending takes. */
export const QUARANTINE_MS_MIN = 1_000;
export const QUARANTINE_MS_MAX = 300_000;
/** From one try to the next of another, in milliseconds: of thousands, no more than some 40 are read a second. */
export const TRY_REST_MS = 20;
/** That wait for their try; who asks for a further one hears that it cannot be read, and it has its try later. */
export const TRIES_WAITING_MAX = 50;
/**
 * How long an apartment keeps its mark after the last command, in milliseconds: longer than from one hold to the next of a
 * busy one; of those used within that time before a crash the next owner starts some for nothing.
 */
export const MARK_KEPT_MS = 5_000;
/** Marked apartments looked at in one sweep, four times a second: more would be felt by the commands meanwhile. */
export const MARKS_LOOKED_AT_MAX = 1_024;
/** How long a server that stops may take for the marks of apartments at rest, in milliseconds; others cost a load each. */
export const MARKS_LAST_MS = 2_000;
/** Snapshots waiting to be written; past it new ones are dropped, which only costs time at a later load. */
export const SNAPSHOTS_WAITING_MAX = 200_000;
/**
 * How long a server that stops writes those that are left, in milliseconds: without them the next load is only slower.
 */
export const SNAPSHOTS_LAST_MS = 5_000;

/**
 * Facts that one question about the past folds at most: some seconds of it. More than these lie between a version and the
 * nearest known calendar only of an apartment that has a long history, and only once.
 */
export const HISTORY_FACTS_FOLDED_MAX = 200_000;
/** Such questions at once, and waiting for that; past it they are refused. */
export const HISTORIES_AT_ONCE_MAX = 2;
export const HISTORIES_WAITING_MAX = 64;
/** Pages between two calendars of the past that are kept, and how many are, of all apartments: each some kilobytes. */
export const WAYPOINT_EVERY_PAGES = 8;
export const WAYPOINTS_MAX = 128;
