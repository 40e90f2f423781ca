/** The bounds of sealing and opening contacts. */

/**
 * Guests whose keys are kept in memory, and for how long, in milliseconds: from a confirm to its answer, and over a few pages
 * of a list. A server that has not heard of an erasure goes on showing the contact for as long.
 */
export const GUEST_KEYS_KNOWN_MAX = 10_000;
export const GUEST_KEY_KNOWN_MS = 5_000;
/** Contacts that were sealed within as long, and are known without opening them. */
export const SEALED_LATELY_MAX = 10_000;
/** Guests whose keys are asked for, or made, in one statement, and how far statements are apart, in milliseconds. */
export const GUEST_KEYS_AT_ONCE = 500;
export const GUEST_KEYS_EVERY_MS = 4;
/** How often it is looked for what is to be sealed or wrapped anew, in milliseconds, and how much of it one look takes. */
export const CONTACTS_POLL_MS = 2_000;
export const CONTACTS_PER_POLL = 500;
/** Contacts read and opened in one step of a search through all of them. */
export const CONTACTS_LOOKED_AT_ONCE = 1_000;
