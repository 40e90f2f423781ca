/** Holds and bookings of a guest, and the page of one booking. */
export const stays = { title: 'My stays' };
