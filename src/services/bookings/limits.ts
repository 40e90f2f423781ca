/** The bounds of reading bookings. */

/** Future bookings in one `mine`: more than a guest has, and one short statement. */
export const MINE_BOOKINGS_MAX = 200;
