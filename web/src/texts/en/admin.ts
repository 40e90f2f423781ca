/** Feed, figures and servers. */
export const admin = { title: 'Admin' };
