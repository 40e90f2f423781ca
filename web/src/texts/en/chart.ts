/** The tape chart. */
export const chart = { title: 'Live occupancy' };
