/** The bounds of the journal's commits and of reading whole tables. */

/**
 * Facts in one commit (each commit is a write to every socket that is answered: 256 cost 15 % more CPU a command, 512
 * longer waits), and appends waiting on one lane: past it they fail, before memory grows.
 */
export const BATCH_ENTRIES_MAX = 384;
export const LANE_QUEUE_MAX = 50_000;

/**
 * Connections that carry appends. On two cores one lane wrote 103,000 facts a second with 800 in flight (two: 137,000),
 * far more than a server decides; with 64 in flight it wrote 58,000 (two: 39,000) at half the CPU, as batches are larger.
 */
export const COMMIT_LANES = 1;
/** A batch that got no answer for this long has lost its connection, in milliseconds. */
export const COMMIT_TIMEOUT_MS = 10_000;
/**
 * A lane that is connected, has something to write, and has neither sent nor heard anything for so long will not go on by
 * itself: it gets another connection. In milliseconds; longer than a batch may take. And how often that is looked for.
 */
export const LANE_STUCK_MS = 15_000;
export const LANE_WATCH_EVERY_MS = 1_000;
/** A lane reconnects after the first, doubling up to the second, in milliseconds: no command is answered meanwhile. */
export const RECONNECT_FIRST_MS = 20;
export const RECONNECT_MAX_MS = 500;
/**
 * How long a batch waits for a lock that somebody else holds, in milliseconds: everybody in it waits as long. A host's edit
 * of a listing needs less; past it those that need the lock wait by themselves.
 */
export const LOCK_WAIT_MS = 25;
/** After a lane met such a lock it leaves to others what may need it too, for so long, in milliseconds. */
export const LOCK_WARY_MS = 1_000;
/** Between two tries of an append that waits for a lock, the second as long as they become, in milliseconds. */
export const LOCK_RETRY_FIRST_MS = 10;
export const LOCK_RETRY_MAX_MS = 250;
/** An append that has waited so long for a lock is told of, and given up, in milliseconds: its command has its answer then. */
export const LOCK_TOLD_MS = 1_000;
export const LOCK_GIVEN_UP_MS = 10_000;

/** How often a lane asks whether PostgreSQL still keeps what it acknowledges, in milliseconds. */
export const LOOK_EVERY_MS = 2_000;

/**
 * By how much owners' epochs rise when an older history is accepted: more often than this a shard has not moved since a server
 * last looked. Some 10^10 acceptances fit into a sum of 256 epochs that is still exact as a number.
 */
export const EPOCHS_UNSEEN_MAX = 1_000;

/** Commits whose durations are kept for the statistics: some seconds of a busy server. */
export const COMMIT_SAMPLES_MAX = 4_096;

/** Facts before a snapshot that are counted as it is written, the last ones: more than lie between two. */
export const SNAPSHOT_FACTS_COUNTED = 512;

/** Rows read at once by what reads a whole table, so that the table is never in memory. */
export const STREAM_ROWS = 2_000;
