/** The bounds of tokens, sessions, passwords, and of what is kept of them. */
import { DEVICE_TTL_SECONDS } from '../../protocol/limits.ts';

/** Lifetime of an access token, in seconds: how long a revocation that nobody could hear of may stay unheard. */
export const ACCESS_TOKEN_TTL_SECONDS = 15 * 60;
/**
 * How long after a session has ended commands that were asked with a token of it may still be decided, in milliseconds: as
 * long as such a token lives, by whichever server's clock, and a minute more, which is several times what a command may wait.
 */
export const COMMANDS_OF_ENDED_MS = ACCESS_TOKEN_TTL_SECONDS * 1_000 + 2 * 60_000;
/** How far ahead another server's clock may be when it makes a token, in milliseconds. */
export const CLOCKS_APART_MAX_MS = 60_000;
/** Access tokens remembered as verified: a signature is checked once, not with each request. */
export const VERIFIED_TOKENS_MAX = 10_000;
/** A session unused for this long ends; used or not, it ends after the second. In milliseconds. */
export const REFRESH_TOKEN_TTL_MS = 30 * 24 * 60 * 60_000;
export const SESSION_TTL_MS = 180 * 24 * 60 * 60_000;
/** A refresh sent again within this gets its first answer: a retry or a second tab, not a thief. In milliseconds. */
export const REFRESH_GRACE_MS = 10_000;
/** How often revocations by other servers are looked for, in milliseconds (open sockets must hear within 5 s). */
export const REVOCATION_POLL_MS = 2_000;
/** Sessions known to live, of which the database need not be asked; and known to have ended. */
export const LIVE_SESSIONS_KNOWN_MAX = 100_000;
export const ENDED_SESSIONS_KNOWN_MAX = 100_000;
/** Sessions revoked within a minute that are heard of one by one; past it every session is asked for anew. */
export const REVOKED_AT_ONCE_MAX = 10_000;
/**
 * How long after its end a session, a refresh token, and an anonymous guest without a booking whose sessions have all
 * ended are kept, in milliseconds: longer than an access token lives, a hold lasts and its payment takes.
 */
export const ENDED_SESSION_KEPT_MS = 24 * 60 * 60_000;
/** Rows removed, and anonymous guests looked at, in one step of a purge: each is one short statement. */
export const PURGE_ROWS = 1_000;
/** A purge begins this often, in milliseconds; while there is more to do, its steps follow one another at each poll. */
export const PURGE_EVERY_MS = 60 * 60_000;
/**
 * Password hashes computed at once (19 MiB and one of libuv's four threads each), and how many may wait: in all, some two
 * seconds of them, and of one address.
 */
export const PASSWORD_HASHES_AT_ONCE = 2;
export const PASSWORD_HASHES_WAITING_MAX = 64;
/** Keys of a ring; and how long before it signs a new one is there for every server to read, in milliseconds. */
export const KEYS_MAX = 10;
export const KEY_LEAD_MS = 30_000;
/** How long after another has followed it a key is kept for sure, in milliseconds: servers wrap anew what it has wrapped. */
export const KEY_KEPT_MS = 24 * 60 * 60_000;
export const PASSWORD_HASHES_WAITING_PER_ADDRESS_MAX = 8;
/** How long a device is known again after its last sign-in, in milliseconds; the cookie lives as long. */
export const DEVICE_TTL_MS = DEVICE_TTL_SECONDS * 1_000;
