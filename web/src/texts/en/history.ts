/** One apartment's facts, and its calendar as of any of them. */
export const history = { title: 'History' };
