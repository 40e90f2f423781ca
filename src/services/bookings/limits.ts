/** Future bookings in one `mine`. */
export const MINE_BOOKINGS_MAX = 200;
