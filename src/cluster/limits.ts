/** The bounds of nodes: their leases, their handovers, their clock, what they ask each other, and their links. */
import { BEACON_EVERY_MS, SHARDS } from '../protocol/limits.ts';

/**
 * A node owns its shards this long after it renewed, by the database's clock, in milliseconds: one that dies
 * unsuspected keeps them that long. It renews four times as often.
 */
export const LEASE_MS = 2_000;
export const LEASE_RENEW_EVERY_MS = 500;
/** Without a renewal it stops answering by its own monotonic clock, before its lease ends, in milliseconds. */
export const LEASE_TRUSTED_MS = 1_333;
/** A lease not renewed for this long has missed a renewal; a node that is also suspected is dead then. In milliseconds. */
export const LEASE_MISSED_MS = 700;
/**
 * A node whose lease has ended is dead only if it was seen unrenewed for this long by the monotonic clock of who says
 * so: PostgreSQL may have been away, or its clock been set. In milliseconds; more than one renewal takes.
 */
export const LEASE_UNRENEWED_MS = 750;
/** And after this long whatever PostgreSQL's clock says, which may have been set back. In milliseconds. */
export const LEASE_UNRENEWED_MAX_MS = 2 * LEASE_MS;
/** A renewal that failed is tried again after this, in milliseconds: several times while the lease is still trusted. */
export const LEASE_RETRY_MS = 100;
/**
 * How long a start waits for another server's lease to run out before it gives up, in milliseconds:
 * longer than a lease lasts.
 */
export const JOIN_TIMEOUT_MS = 3_000;
/** Shards handed over at once: few, so that each of them pauses only as long as its own actors need. */
export const HANDOVER_SHARDS_MAX = 16;
/**
 * How long the actors of shards may take to finish before these are handed over regardless, in
 * milliseconds: their commands wait.
 */
export const HANDOVER_DRAIN_MS = 2_000;
/**
 * How long a node that leaves hands over before it leaves the rest to be claimed, in milliseconds: it must
 * still have time to stop.
 */
export const LEAVE_DEADLINE_MS = 10_000;
/** Clocks of two nodes closer than this agree: no hold ends more wrong than that (it is also the noise of one renewal). */
export const CLOCK_AGREES_MS = 250;
/** How fast the system's clock is corrected: milliseconds a second (1 %), so that no hold notices. */
export const CLOCK_SLEW_MS_PER_SECOND = 10;

/** Links to other servers, and from them: more nodes than shards would have nothing to own. */
export const PEERS_MAX = SHARDS;
/** Requests to one peer without an answer yet; requests of one peer being served. Past either they are `busy`. */
export const PEER_INFLIGHT_MAX = 8_192;
export const PEER_SERVING_MAX = 8_192;
/** One frame between servers, in bytes: an answer of 2,000 short calendars fits; a larger body is a fault. */
export const PEER_FRAME_BYTES_MAX = 4 * 1024 * 1024;
/** A batch is closed and the next one begun past this, in characters: parsing it must not hold up the other side. */
export const PEER_BATCH_CHARACTERS = 256 * 1024;
/** Bytes waiting for one peer: past the first it is `busy`; past the second, answers it does not take, it is cut. */
export const PEER_QUEUE_BYTES_MAX = 8 * 1024 * 1024;
export const PEER_CUT_BYTES = 32 * 1024 * 1024;
/** Each end of a link pings; an end that heard nothing in so many pings of its own in a row calls the other silent. */
export const PEER_PING_EVERY_MS = 250;
export const PEER_SILENT_PINGS = 4;
/** How long a dial may take until the other side is known, in milliseconds, and how many may be on their way in. */
export const PEER_DIAL_DEADLINE_MS = 1_000;
export const PEER_ARRIVALS_MAX = 64;
/** Pauses between dials: none after a link that was steady for the third, then doubling, in milliseconds. */
export const PEER_REDIAL_FIRST_MS = 25;
export const PEER_REDIAL_MAX_MS = 1_000;
export const PEER_STEADY_MS = 1_000;
/** A peer that nobody has asked for this long is not dialled again, in milliseconds: it may be gone for good. */
export const PEER_WANTED_MS = 10_000;
/**
 * How often a wrong secret, url or version of a peer is complained of at most, each, in milliseconds: dials repeat it.
 */
export const PEER_COMPLAINT_EVERY_MS = 60_000;
/**
 * How long an end waits for the other to close, in milliseconds: one that is frozen would keep the
 * server from stopping.
 */
export const PEER_CLOSE_MS = 500;

/**
 * Commands and questions that wait for their shard's owner (a takeover takes seconds), and how often they are
 * tried, in milliseconds.
 */
export const ROUTED_WAITING_MAX = 20_000;
export const ROUTE_RETRY_MS = 50;
/**
 * Between two rounds of a question to all nodes that did not speak for every shard, in milliseconds: a shard is on its
 * way to its next owner. Each pause is twice the last, up to the longest.
 */
export const SURVEY_RETRY_MS = 50;
export const SURVEY_RETRY_MAX_MS = 400;
/** Where shards are told of one by one: how long the others are not asked again for one node that does not answer, in milliseconds. */
export const SURVEY_ROUND_MS = 250;
/**
 * How long a node that has entered waits for what the others know of open holds, in milliseconds: one that takes over many
 * apartments at the same time answers late. Only a node that is frozen or cut off takes as long as this.
 */
export const INTRODUCTION_DEADLINE_MS = 1_000;
/** The same where a node asks again, as others may be gone: it counts next, and must not wait long for one that is frozen. */
export const HEARSAY_DEADLINE_MS = 250;
/** After a count of what is open everywhere to which not all answered, in milliseconds. */
export const COUNT_AGAIN_MS = 1_000;
/** Open holds told in one answer: with the longest ids they fit a frame between servers. */
export const KNOWN_HOLDS_AT_ONCE = 16_000;
/** Every open hold is asked for in so many parts: some 20,000 of one node's fit a frame between servers. */
export const OPEN_PARTS = 16;
/** Changes for other nodes: gathered for so long, in milliseconds, or until so many; a silence no longer than the last. */
export const CHANGES_EVERY_MS = 25;
export const CHANGES_AT_ONCE_MAX = 500;
export const CHANGES_SILENCE_MS = 1_000;
/** How long a beacon waits for the owners' versions, in milliseconds; what is missing is asked with the next. */
export const VERSIONS_DEADLINE_MS = 2_000;
/** A node's figures are shown this long after they were heard, in milliseconds: older ones would be taken for now. */
export const NODE_FIGURES_FRESH_MS = 3_000;
/**
 * How long a node waits for the others to know of its admin, in milliseconds: one that is frozen must
 * not keep the page empty.
 */
export const FEED_DEADLINE_MS = 1_000;
/**
 * Interest of other nodes that is not renewed (they may be gone) ends after these, in milliseconds, and is kept
 * for so many apartments.
 */
export const WATCH_INTEREST_MS = 3 * BEACON_EVERY_MS;
export const FEED_INTEREST_MS = 3_000;
export const INTEREST_APARTMENTS_MAX = 200_000;
