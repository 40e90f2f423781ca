/**
 * The bounds of the wire, and those that several rooms share, with their units and why they are what they are. Every
 * room has its own beside its files, in its `limits.ts`: nothing grows past a number on one of these pages.
 */

/** Largest frame or HTTP body, in bytes; no command comes near it, so more is a mistake or an attack. */
export const FRAME_BYTES_MAX = 64 * 1024;
/** Opaque ids, in characters: a UUID has 36; each is kept with every fact and every remembered request. */
export const ID_LENGTH_MAX = 64;
/** Apartments in one `watch`: each is answered with a whole calendar, and all of them together. */
export const WATCH_APARTMENTS_MAX = 100;
/** Apartments one socket may watch at once, over all its `watch` commands: each is a room that it is in, and a beacon. */
export const WATCHES_PER_SOCKET_MAX = 1_000;
/** Nights in one `watch`, `calendar` or `occupancy` window: a horizon of two years and some turnover. */
export const WINDOW_NIGHTS_MAX = 800;
/** The furthest ahead that any apartment may be booked, in nights from today at the apartment: calendars end there. */
export const HORIZON_NIGHTS_MAX = 730;
/**
 * The most nights that a listing may keep empty between two stays: the search index reaches that far past the horizon.
 */
export const TURNOVER_NIGHTS_MAX = 30;
/** Guests of one stay that a schema lets through; an apartment's own capacity is a rule. */
export const GUESTS_MAX = 50;
/** What the longest stay may cost, in minor units: times 10,000 basis points it is still below 2^53. */
export const STAY_MINOR_MAX = 900_000_000_000;
/** Results on one page of a search: each is priced for the stay that is asked for. */
export const PAGE_SIZE_MAX = 100;
/** Of an apartment; and an address of one, in characters. */
export const PHOTOS_MAX = 30;
export const PHOTO_URL_LENGTH_MAX = 2_048;
export const PAGE_SIZE_DEFAULT = 24;

/**
 * Lifetime of a hold, in seconds: default, and what an apartment may set. A guest needs time to pay; others wait for the
 * nights meanwhile.
 */
export const HOLD_TTL_SECONDS_DEFAULT = 600;
export const HOLD_TTL_SECONDS_MIN = 30;
export const HOLD_TTL_SECONDS_MAX = 3_600;
/**
 * Minutes, from when they say so, for which an admin may keep a hold open: no longer than the longest
 * that an apartment sets.
 */
export const GRANT_MINUTES_MAX = HOLD_TTL_SECONDS_MAX / 60;
/**
 * The longest a payment may keep a hold in `confirming`, in milliseconds: without it a lost answer
 * would keep the nights.
 */
export const PAYMENT_DEADLINE_MS = 2 * 60_000;

/**
 * Alternatives offered with a refusal, and how far from the wanted check-in they are looked for, in nights: they are a
 * help, and each refusal pays for them.
 */
export const ALTERNATIVES_MAX = 3;
export const ALTERNATIVES_REACH_NIGHTS = 60;

/** Ownership is by shard: `shardOf(apartmentId)` is in [0, SHARDS). A power of two: the hash is masked with it. */
export const SHARDS = 256;

/** How long a command may take before it is answered `unavailable`, in milliseconds: sooner than a client gives up. */
export const COMMAND_DEADLINE_MS = 10_000;
/** Version beacons to watchers, in milliseconds (the protocol promises at least every 15 s). */
export const BEACON_EVERY_MS = 10_000;
/** How long a connection may take to finish its handshake, in milliseconds: one that says nothing holds memory. */
export const HANDSHAKE_DEADLINE_MS = 4_000;

/** Longest access token that is looked at, in characters: ours are much shorter, and what is longer is not worth a hash. */
export const ACCESS_TOKEN_LENGTH_MAX = 2_048;
/** Passwords, in characters: shorter ones are guessed; longer ones only cost the server time. */
export const PASSWORD_LENGTH_MIN = 10;
export const PASSWORD_LENGTH_MAX = 200;
/** Name of a guest or an account, in characters: longer ones are no names. */
export const NAME_LENGTH_MAX = 200;
/** Facts shown of one apartment's history, the newest ones: a history only grows, an answer may not. */
export const HISTORY_FACTS_MAX = 1_000;

/** Apartments on one occupancy chart: past it the answer would not be bounded; ask for a city. */
export const OCCUPANCY_APARTMENTS_MAX = 2_000;
/** How long a device on which somebody has signed in is known again, in seconds; its cookie lives as long. */
export const DEVICE_TTL_SECONDS = 90 * 24 * 60 * 60;
