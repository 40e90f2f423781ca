/** The bounds of sockets, of what one subject or address may ask, of leaving, and of Redis. */

/** Bytes waiting to be written to one socket: past the first its deltas are conflated, past the second it is cut. */
export const SOCKET_CONFLATE_BYTES = 256 * 1024;
export const SOCKET_CUT_BYTES = 4 * 1024 * 1024;
/** Commands of one socket in progress at once: each holds its answer's place; a page has a few. */
export const SOCKET_INFLIGHT_MAX = 256;
/** How long a draining server waits for its in-flight answers, in milliseconds: as long as a command may take. */
export const DRAIN_DEADLINE_MS = 10_000;

/** Fragments of one message, as some proxies make: browsers and client libraries send it in one. */
export const MESSAGE_FRAGMENTS_MAX = 256;
/** Answers to pings that wait for their reader: past it the socket is cut. */
export const PENDING_PONGS_MAX = 16;
/** Namespaces that one socket asks for: there are two, and one that nobody is in. */
export const NAMESPACES_PER_SOCKET_MAX = 3;
/** How long a peer may take to answer the closing handshake, in milliseconds. */
export const CLOSING_HANDSHAKE_MS = 500;
/** Heartbeat of a socket, in milliseconds: a peer that is gone is noticed within the sum of the two. */
export const PING_EVERY_MS = 15_000;
export const PING_DEADLINE_MS = 10_000;
/** A reader that takes nothing for this long while bytes wait for it is cut, in milliseconds, whatever it reads. */
export const STALLED_READER_MS = 3_500;
/**
 * How often it is looked for connections that do not say in time what they want, in milliseconds: those that came together
 * end together, two thousand in a look that is rare, and everybody waits for it.
 */
export const LATE_LOOK_EVERY_MS = 50;
/** Requests of one connection that have no answer yet: browsers and proxies send one after the other. */
export const REQUESTS_UNANSWERED_MAX = 4;
/** Bytes of answers that a connection has not taken, past which it may ask for no more. */
export const UNREAD_BYTES_MAX = 256 * 1024;
/** Bytes that wait for all readers of one address, and for all there are: past it those who take least are cut. */
export const UNREAD_BYTES_PER_ADDRESS_MAX = 48 * 1024 * 1024;
export const UNREAD_BYTES_OF_ALL_MAX = 512 * 1024 * 1024;
/** Answers being compressed at once, past which they leave as they are: four threads do it. */
export const COMPRESSIONS_MAX = 16;
/** TCP connections at once, in all and of one address: each is some 10 KiB, and a file descriptor. */
export const CONNECTIONS_MAX = 40_000;
export const CONNECTIONS_PER_ADDRESS_MAX = 2_000;
/** New TCP connections of one address a second, and at once after a pause. */
export const ACCEPTS_PER_ADDRESS = { perSecond: 500, burst: 3_000 } as const;
/** New connections that one costs which was cut for what no honest client does. */
export const CUT_COSTS_CONNECTIONS = 100;
/** Events held back for one socket while the snapshot that they build on is read; past it they are conflated. */
export const HELD_BACK_MAX = 4_096;
/** Commands a second, and at once after a pause, of one subject and of one address (many guests behind one). */
export const COMMANDS_PER_SUBJECT = { perSecond: 100, burst: 300 } as const;
export const COMMANDS_PER_ADDRESS = { perSecond: 1_000, burst: 1_000 } as const;
/**
 * How often it is looked how long work waits, and how late such a look may be before anything is refused, in
 * milliseconds; an answer within 20 ms is at once to who waits for it.
 */
export const LOAD_LOOK_EVERY_MS = 10;
export const QUEUE_WAIT_MAX_MS = 20;
/** The share of time that this process worked, below which a late look is the machine's doing: refusing would not help. */
export const BUSY_MIN = 0.5;
/** The least that who was refused by load is told to wait, in milliseconds: sooner it would find the same. */
export const SHED_RETRY_MIN_MS = 500;
/** A look this late is told in the log, in milliseconds: one piece of work has held everybody up. */
export const LOOP_HELD_TOLD_MS = 250;
/** Asking whether this server lives, of one address: beside all else that it asks. */
export const PROBES_PER_ADDRESS = { perSecond: 20, burst: 100 } as const;
/** Bytes of an answer that cost its address as much as a command: to make a long one takes longer. */
export const ANSWER_BYTES_PER_COMMAND = 8 * 1024;
/** Subjects, and addresses, whose budgets are remembered; who is forgotten has a full one again. */
export const BUDGETS_MAX = 100_000;
/** A server tells the others of each such part of a burst that it has let through: less often than once a command. */
export const BUDGET_TOLD_PART = 0.1;
/** A budget that servers share is full again after so many bursts at the latest, whatever is owed or a clock says. */
export const BUDGET_OWED_BURSTS_MAX = 10;
/** Commands refused by rate on one socket within 10 s before it is cut: it does not listen to the refusals. */
export const FLOOD_REFUSALS_MAX = 5_000;
/** New WebSockets of one address in 10 s, and how many it may have at once (a company or a carrier is one address). */
export const CONNECTIONS_PER_ADDRESS = 1_000;
export const SOCKETS_PER_ADDRESS_MAX = CONNECTIONS_PER_ADDRESS_MAX;
/**
 * Sign-ins of one address a minute, and within the window, in seconds, of one e-mail from one address, and of one known
 * device: passwords are not guessed at that pace.
 */
export const SIGN_INS_PER_ADDRESS = 60;
export const SIGN_IN_WINDOW_SECONDS = 15 * 60;
export const SIGN_INS_PER_EMAIL_AND_ADDRESS = 10;
export const SIGN_INS_PER_DEVICE = 10;
/**
 * So many failures with one e-mail, of unknown devices, within the window, and its further tries pass one after the other
 * with a pause between, in milliseconds: from however many addresses, 450 a window and server.
 */
export const SIGN_IN_FAILURES_FREE = 20;
export const SIGN_IN_PAUSE_MS = 2_000;
/**
 * Tries of one e-mail that wait for that, each a request that is open, and how long, in milliseconds: within what the client
 * library waits for an answer, and can still come again. And e-mail addresses that have such a line, and addresses whose
 * place in one is remembered meanwhile.
 */
export const SIGN_IN_LINE_MAX = 16;
export const SIGN_IN_LINE_MS = 8_000;
export const SIGN_IN_LINES_MAX = 1_000;
export const SIGN_IN_ORDERS_MAX = 64;
/** Lines of one security event in the log, and in how long, in milliseconds; what was more is counted. */
export const SECURITY_LINES_MAX = 10;
export const SECURITY_LINES_MS = 10_000;
/** Accounts as whose device one browser is known. */
export const DEVICES_PER_BROWSER_MAX = 4;
/**
 * Anonymous guests made by one address a minute, and a day: each is some rows that stay for a month, and has a budget of
 * its own. Visitors become guests when they first hold something, so a company or a carrier has room.
 */
export const GUESTS_PER_ADDRESS = 300;
export const GUESTS_PER_ADDRESS_A_DAY = 5_000;
/**
 * Window over which a draining server asks its sockets to reconnect, in milliseconds: each, and at most. All at once they
 * would be a storm for the others.
 */
export const DRAIN_SPREAD_PER_SOCKET_MS = 2;
export const DRAIN_SPREAD_MAX_MS = 4_000;
/**
 * After events may have been lost between servers: how long further reasons to say so are gathered, and the window over
 * which sockets are asked to look again, each and at most. In milliseconds.
 */
export const MISSED_GATHER_MS = 100;
export const MISSED_SPREAD_PER_SOCKET_MS = 1;
export const MISSED_SPREAD_MAX_MS = 10_000;
/** Apartments of which it is remembered what the admin's feed was not told; a payment takes seconds at most times. */
export const UNTOLD_APARTMENTS_MAX = 10_000;

/**
 * What a server says through Redis is believed for so long after it was said, in milliseconds (the clocks of servers are one
 * to some milliseconds); of how many servers it is remembered what they said, and how many of their last messages.
 */
export const SEAL_AGE_MAX_MS = 30_000;
export const SEAL_SENDERS_MAX = 1_000;
export const SEAL_WINDOW = 4_096n;
/** Messages from Redis that are refused are told of this often, in milliseconds. */
export const REFUSALS_TOLD_EVERY_MS = 60_000;
/** Redis: answers waited for at once and how long, in milliseconds; past either a message is dropped and counted. */
export const REDIS_INFLIGHT_MAX = 20_000;
export const REDIS_COMMAND_TIMEOUT_MS = 2_000;
/** How long a limit waits for Redis before a server decides by itself, and between two looks whether it answers again. */
export const REDIS_PATIENCE_MS = 100;
export const REDIS_PROBE_EVERY_MS = 250;
/** A lost connection to Redis is tried again after the first, doubling up to the second, in milliseconds. */
export const REDIS_RECONNECT_FIRST_MS = 20;
export const REDIS_RECONNECT_MAX_MS = 500;
/** Channels that Redis is told of before its answer is waited for: one command with all would hold it up for others. */
export const REDIS_CHANNELS_AT_ONCE = 500;
/**
 * How often Redis is asked whether it is still the master, and a Redis Cluster where its masters are, in milliseconds:
 * a failover that closes no connection is seen no other way.
 */
export const REDIS_MASTER_EVERY_MS = 500;
export const REDIS_SLOTS_EVERY_MS = 2_000;
/** Of an apartment's description in the head of its page, in characters: previews show no more. */
export const DESCRIPTION_SHOWN_MAX = 200;
/** How long the head of a page waits for what it says of an apartment, in milliseconds; the page comes without it then. */
export const HEAD_PATIENCE_MS = 250;
