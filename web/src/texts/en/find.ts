/** Finding a stay. */
export const find = { title: 'Find a stay, hold it live' };
