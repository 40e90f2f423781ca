/** Every bound of the system, with its unit and why it is what it is. Nothing grows past a number on this page. */

/** Largest frame or HTTP body, in bytes; no command comes near it, so more is a mistake or an attack. */
export const FRAME_BYTES_MAX = 64 * 1024;
/** Opaque ids, in characters. */
export const ID_LENGTH_MAX = 64;
/** Apartments in one `watch`. */
export const WATCH_APARTMENTS_MAX = 100;
/** Apartments one socket may watch at once, over all its `watch` commands. */
export const WATCHES_PER_SOCKET_MAX = 1_000;
/** Nights in one `watch`, `calendar` or `occupancy` window: a horizon of two years and some turnover. */
export const WINDOW_NIGHTS_MAX = 800;
/** The furthest ahead that any apartment may be booked, in nights from today at the apartment. */
export const HORIZON_NIGHTS_MAX = 730;
/** Guests of one stay that a schema lets through; an apartment's own capacity is a rule. */
export const GUESTS_MAX = 50;
/** What the longest stay may cost, in minor units: times 10,000 basis points it is still below 2^53. */
export const STAY_MINOR_MAX = 900_000_000_000;
/** Results on one page of a search. */
export const PAGE_SIZE_MAX = 100;
export const PAGE_SIZE_DEFAULT = 24;

/** Lifetime of a hold, in seconds: default, and what an apartment may set. */
export const HOLD_TTL_SECONDS_DEFAULT = 600;
export const HOLD_TTL_SECONDS_MIN = 30;
export const HOLD_TTL_SECONDS_MAX = 3_600;
/** One extension brings a hold to at most this long from then, in milliseconds. */
export const EXTENSION_MS = 15 * 60_000;
/** Minutes from then for which an admin may keep a hold open: no longer than the longest that an apartment sets. */
export const GRANT_MINUTES_MAX = HOLD_TTL_SECONDS_MAX / 60;
/** Never past this from the guest's first hold of those nights, in milliseconds. */
export const HOLD_CAP_MS = 30 * 60_000;
/** The longest a payment may keep a hold in `confirming`, in milliseconds. */
export const PAYMENT_DEADLINE_MS = 2 * 60_000;
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

/** Alternatives offered with a refusal, and how far from the wanted check-in they are looked for, in nights. */
export const ALTERNATIVES_MAX = 3;
export const ALTERNATIVES_REACH_NIGHTS = 60;
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

/**
 * Facts in one commit (each commit is a write to every socket that is answered: 256 cost 15 % more CPU a command, 512
 * longer waits), and appends waiting on one lane.
 */
export const BATCH_ENTRIES_MAX = 384;
export const LANE_QUEUE_MAX = 50_000;
/** Ownership is by shard: `shardOf(apartmentId)` is in [0, SHARDS). */
export const SHARDS = 256;

/** How long a command may take before it is answered `unavailable`, in milliseconds. */
export const COMMAND_DEADLINE_MS = 10_000;
/** Version beacons to watchers, in milliseconds (the protocol promises at least every 15 s). */
export const BEACON_EVERY_MS = 10_000;
/** Bytes waiting to be written to one socket: past the first its deltas are conflated, past the second it is cut. */
export const SOCKET_CONFLATE_BYTES = 256 * 1024;
export const SOCKET_CUT_BYTES = 4 * 1024 * 1024;
/** Commands of one socket in progress at once. */
export const SOCKET_INFLIGHT_MAX = 256;
/** How long a connection may take to finish its handshake, in milliseconds. */
export const HANDSHAKE_DEADLINE_MS = 4_000;
/** How long a draining server waits for its in-flight answers, in milliseconds. */
export const DRAIN_DEADLINE_MS = 10_000;
/** How long a server may take to stop, in milliseconds: who asks it to waits 30 s as a rule (`cluster` 25), and kills it. */
export const STOP_DEADLINE_MS = 24_000;

/** Lifetime of an access token, in seconds: how long a revocation that nobody could hear of may stay unheard. */
export const ACCESS_TOKEN_TTL_SECONDS = 15 * 60;
/** Longest access token that is looked at, in characters, and verified ones remembered. */
export const ACCESS_TOKEN_LENGTH_MAX = 2_048;
export const VERIFIED_TOKENS_MAX = 10_000;
/** A session unused for this long ends; used or not, it ends after the second. In milliseconds. */
export const REFRESH_TOKEN_TTL_MS = 30 * 24 * 60 * 60_000;
export const SESSION_TTL_MS = 180 * 24 * 60 * 60_000;
/** A refresh sent again within this gets its first answer: a retry or a second tab, not a thief. In milliseconds. */
export const REFRESH_GRACE_MS = 10_000;
/** How often revocations by other servers are looked for, in milliseconds (open sockets must hear within 5 s). */
export const REVOCATION_POLL_MS = 2_000;
/** Revoked sessions remembered while an access token of theirs may still be valid. */
export const REVOKED_SESSIONS_MAX = 100_000;
/**
 * How long after its end a session, a refresh token, and an anonymous guest without a booking whose sessions have all
 * ended are kept, in milliseconds: longer than an access token lives, a hold lasts and its payment takes.
 */
export const ENDED_SESSION_KEPT_MS = 24 * 60 * 60_000;
/** Rows removed, and anonymous guests looked at, in one step of a purge: each is one short statement. */
export const PURGE_ROWS = 1_000;
/** A purge begins this often, in milliseconds; while there is more to do, its steps follow one another at each poll. */
export const PURGE_EVERY_MS = 60 * 60_000;
/** Passwords, in characters. */
export const PASSWORD_LENGTH_MIN = 10;
export const PASSWORD_LENGTH_MAX = 200;
/** Password hashes computed at once (19 MiB and one thread each), and how many may wait. */
export const PASSWORD_HASHES_AT_ONCE = 2;
export const PASSWORD_HASHES_WAITING_MAX = 64;
/** Apartments loaded from storage at once, and waiting for that. */
export const LOADS_AT_ONCE_MAX = 16;
export const LOADS_WAITING_MAX = 50_000;
/** Snapshots waiting to be written; past it new ones are dropped, which only costs time at a later load. */
export const SNAPSHOTS_WAITING_MAX = 200_000;
/** How long a server that stops writes those that are left, in milliseconds. */
export const SNAPSHOTS_LAST_MS = 5_000;
/** Facts shown of one apartment's history: the newest ones. */
export const HISTORY_FACTS_MAX = 1_000;

/** How long the client library works on one command, in milliseconds: tries, waits between them and all. */
export const CLIENT_DEADLINE_MS = 15_000;
/** A payment may take its whole deadline before a confirm is answered. */
export const CLIENT_CONFIRM_DEADLINE_MS = PAYMENT_DEADLINE_MS + CLIENT_DEADLINE_MS;
/** How long one try waits for its answer, in milliseconds: longer than a server's own deadline for it. */
export const CLIENT_ATTEMPT_MS = COMMAND_DEADLINE_MS + 1_000;
/** Commands of one client on their way at once (under SOCKET_INFLIGHT_MAX), and waiting for their turn. */
export const CLIENT_INFLIGHT_MAX = 64;
export const CLIENT_QUEUE_MAX = 1_000;
/** Pauses between tries, and between attempts to connect: random in [0, base × 2^n], n from 0, up to the cap. */
export const CLIENT_RETRY_BASE_MS = 150;
export const CLIENT_RETRY_CAP_MS = 2_000;
export const CLIENT_CONNECT_BASE_MS = 250;
export const CLIENT_CONNECT_CAP_MS = 5_000;
/** Attempts to connect that fail in a row before a client calls itself offline (it goes on trying). */
export const CLIENT_OFFLINE_AFTER_FAILURES = 3;
/** Silence about a watched calendar after which it is asked for again, in milliseconds; beacons come every 15 s. */
export const WATCH_STALE_MS = 20_000;
/** Deltas of one apartment kept while its calendar is on its way; past it the calendar is asked for again. */
export const WATCH_BACKLOG_MAX = 64;

/** Calls of the sandbox payment provider that share one commit, that wait, and payments it remembers. */
export const SANDBOX_BATCH_MAX = 512;
export const SANDBOX_CALLS_WAITING_MAX = 50_000;
export const SANDBOX_PAYMENTS_REMEMBERED_MAX = 50_000;

/** Listings kept in memory whole, for the details page. */
export const LISTINGS_CACHED_MAX = 10_000;
/** Listings read in one query, at the start and when following changes. */
export const LISTINGS_PAGE = 2_000;
/** How often changed listings are looked for, in milliseconds. */
export const LISTINGS_POLL_MS = 1_000;
/** Apartments in the search index; more are not found by search, and a fault is reported. */
export const SEARCH_APARTMENTS_MAX = 1_000_000;
/** Changes of calendars kept while the search index is (re)loaded. */
export const SEARCH_CHANGES_WAITING_MAX = 1_000_000;
/** The most nights that may be kept empty between two stays (a rule of the listing). */
export const TURNOVER_NIGHTS_MAX = 30;
/** Listings in one statement of an import, and lines named in its report (all are counted). */
export const IMPORT_BATCH = 500;
export const IMPORT_REPORT_LINES_MAX = 10_000;

/** Heartbeat of a socket, in milliseconds: a peer that is gone is noticed within the sum of the two. */
export const PING_EVERY_MS = 15_000;
export const PING_DEADLINE_MS = 10_000;
/** A reader that takes nothing for this long while bytes wait for it is cut, in milliseconds (checked every second). */
export const STALLED_READER_MS = 3_500;
/** Events held back for one socket while the snapshot that they build on is read; past it they are conflated. */
export const HELD_BACK_MAX = 4_096;
/** Commands a second, and at once after a pause, of one subject and of one address (many guests behind one). */
export const COMMANDS_PER_SUBJECT = { perSecond: 100, burst: 300 } as const;
export const COMMANDS_PER_ADDRESS = { perSecond: 1_000, burst: 3_000 } as const;
/** Subjects, and addresses, whose budgets are remembered. */
export const BUDGETS_MAX = 100_000;
/** A server tells the others of each such part of a burst that it has let through. */
export const BUDGET_TOLD_PART = 0.1;
/** A budget that servers share is full again after so many bursts at the latest, whatever is owed or a clock says. */
export const BUDGET_OWED_BURSTS_MAX = 10;
/** Commands refused by rate on one socket within 10 s before it is cut: it does not listen to the refusals. */
export const FLOOD_REFUSALS_MAX = 5_000;
/** New sockets of one address in 10 s; sockets of one address at once. */
export const CONNECTIONS_PER_ADDRESS = 1_000;
export const SOCKETS_PER_ADDRESS_MAX = 20_000;
/** Sign-ins of one address a minute, of one e-mail from one address in 15 minutes, of one e-mail in an hour. */
export const SIGN_INS_PER_ADDRESS = 60;
export const SIGN_INS_PER_EMAIL_AND_ADDRESS = 10;
export const SIGN_INS_PER_EMAIL = 100;
/** Anonymous guests made by one address a minute. */
export const GUESTS_PER_ADDRESS = 300;
/** Window over which a draining server asks its sockets to reconnect, in milliseconds: each, and at most. */
export const DRAIN_SPREAD_PER_SOCKET_MS = 2;
export const DRAIN_SPREAD_MAX_MS = 4_000;
/** How long they then have to find another server, which may take a load balancer a moment to offer, in milliseconds. */
export const DRAIN_GRACE_MS = 3_000;
/**
 * After events may have been lost between servers: how long further reasons to say so are gathered, and the window over
 * which sockets are asked to look again, each and at most. In milliseconds.
 */
export const MISSED_GATHER_MS = 100;
export const MISSED_SPREAD_PER_SOCKET_MS = 1;
export const MISSED_SPREAD_MAX_MS = 10_000;
/** Apartments of which it is remembered what the admin's feed was not told; a payment takes seconds at most times. */
export const UNTOLD_APARTMENTS_MAX = 10_000;
/** How long a client keeps an old link beside the new one, so that no event falls between the two, in milliseconds. */
export const CLIENT_OVERLAP_MS = 250;

/**
 * Connections that carry appends. On two cores one lane wrote 103,000 facts a second with 800 in flight (two: 137,000),
 * far more than a server decides; with 64 in flight it wrote 58,000 (two: 39,000) at half the CPU, as batches are larger.
 */
export const COMMIT_LANES = 1;
/** A batch that got no answer for this long has lost its connection, in milliseconds. */
export const COMMIT_TIMEOUT_MS = 10_000;
/** A lane reconnects after the first, doubling up to the second, in milliseconds. */
export const RECONNECT_FIRST_MS = 20;
export const RECONNECT_MAX_MS = 500;
/** Commits whose durations are kept for the statistics: some seconds of a busy server. */
export const COMMIT_SAMPLES_MAX = 4_096;

/** A node owns its shards this long after it renewed, by the database's clock, in milliseconds. */
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
/** After a renewal that failed it is tried again, in milliseconds. */
export const LEASE_RETRY_MS = 100;
/** How long a start waits for another server's lease to run out before it gives up, in milliseconds. */
export const JOIN_TIMEOUT_MS = 3_000;
/** Shards handed over at once: few, so that each of them pauses only as long as its own actors need. */
export const HANDOVER_SHARDS_MAX = 16;
/** How long the actors of shards may take to finish before these are handed over regardless, in milliseconds. */
export const HANDOVER_DRAIN_MS = 2_000;
/** How long a node that leaves hands over before it leaves the rest to be claimed, in milliseconds. */
export const LEAVE_DEADLINE_MS = 10_000;
/** Clocks of two nodes closer than this agree: no hold ends more wrong than that (it is also the noise of one renewal). */
export const CLOCK_AGREES_MS = 250;
/** How fast the system's clock is corrected: milliseconds a second (1 %), so that no hold notices. */
export const CLOCK_SLEW_MS_PER_SECOND = 10;

/** Rows read at once by what reads a whole table. */
export const STREAM_ROWS = 2_000;
/** Changes of listings whose status could not be changed yet are remembered for this long, in milliseconds, and so many. */
export const HALF_CHANGES_KEPT_MS = 60_000;
export const HALF_CHANGES_MAX = 1_000;
/** Figures are counted anew after this, in milliseconds; so many windows, and hours of the journal, are kept counted. */
export const FIGURES_FRESH_MS = 5_000;
export const FIGURES_CACHED_MAX = 32;
export const FIGURES_HOURS_MAX = 50_000;
/** Hours of the journal that one statement counts: many, as each may have to look at the whole table. */
export const FIGURES_HOURS_AT_ONCE = 31 * 24;
/** Apartments on one occupancy chart: past it the answer would not be bounded; ask for a city. */
export const OCCUPANCY_APARTMENTS_MAX = 2_000;
/** Future bookings in one `mine`. */
export const MINE_BOOKINGS_MAX = 200;

/** Redis: answers waited for at once and how long, in milliseconds; past either a message is dropped and counted. */
export const REDIS_INFLIGHT_MAX = 20_000;
export const REDIS_COMMAND_TIMEOUT_MS = 2_000;
/** How long a limit waits for Redis before a server decides by itself, and between two looks whether it answers again. */
export const REDIS_PATIENCE_MS = 100;
export const REDIS_PROBE_EVERY_MS = 250;
/** A lost connection to Redis is tried again after the first, doubling up to the second, in milliseconds. */
export const REDIS_RECONNECT_FIRST_MS = 20;
export const REDIS_RECONNECT_MAX_MS = 500;
/** Channels that Redis is told of before its answer is waited for. */
export const REDIS_CHANNELS_AT_ONCE = 500;
/** How often Redis is asked whether it is still the master, and a Redis Cluster where its masters are, in milliseconds. */
export const REDIS_MASTER_EVERY_MS = 500;
export const REDIS_SLOTS_EVERY_MS = 2_000;

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
/** A peer that nobody has asked for this long is not dialled again, in milliseconds. */
export const PEER_WANTED_MS = 10_000;
/** How often a wrong secret, url or version of a peer is complained of at most, each, in milliseconds. */
export const PEER_COMPLAINT_EVERY_MS = 60_000;
/** How long an end waits for the other to close, in milliseconds. */
export const PEER_CLOSE_MS = 500;

/** Commands and questions that wait for their shard's owner, and how often they are tried, in milliseconds. */
export const ROUTED_WAITING_MAX = 20_000;
export const ROUTE_RETRY_MS = 50;
/** Between two rounds of a question to all nodes that did not speak for every shard, in milliseconds. */
export const SURVEY_RETRY_MS = 50;
/** Where shards are told of one by one: how long the others are not asked again for one node that does not answer, in milliseconds. */
export const SURVEY_ROUND_MS = 250;
/**
 * How long a node that has entered waits for what the others know of open holds, in milliseconds: one that takes over many
 * apartments at the same time answers late. Only a node that is frozen or cut off takes as long as this.
 */
export const INTRODUCTION_DEADLINE_MS = 1_000;
/** The same where a node asks again, as others may be gone: it counts next, and must not wait long for one that is frozen. */
export const HEARSAY_DEADLINE_MS = 250;
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
/** A node's figures are shown this long after they were heard, in milliseconds. */
export const NODE_FIGURES_FRESH_MS = 3_000;
/** How long a node waits for the others to know of its admin, in milliseconds. */
export const FEED_DEADLINE_MS = 1_000;
/** Interest of other nodes that is not renewed ends after these, in milliseconds, and is kept for so many apartments. */
export const WATCH_INTEREST_MS = 3 * BEACON_EVERY_MS;
export const FEED_INTEREST_MS = 3_000;
export const INTEREST_APARTMENTS_MAX = 200_000;

/** Servers that `nightlatch cluster` starts on one machine: more have no processor left to run on. */
export const CLUSTER_NODES_MAX = 16;
/** Connections through its proxy at once: as many sockets as one address may have. */
export const PROXY_CONNECTIONS_MAX = SOCKETS_PER_ADDRESS_MAX;
/** How long a server may take to accept a connection before the next one is tried, in milliseconds. */
export const PROXY_DIAL_DEADLINE_MS = 1_000;
/**
 * A connection without a byte is cut after the first, in milliseconds (a confirm over HTTP waits for its payment), and
 * after the second once one of its sides has ended.
 */
export const PROXY_IDLE_MS = CLIENT_CONFIRM_DEADLINE_MS + CLIENT_DEADLINE_MS;
export const PROXY_HALF_OPEN_MS = 10_000;
