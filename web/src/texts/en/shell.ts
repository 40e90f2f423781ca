import { pluralIn } from '../plural.ts';

/** The frame around every page. */
export const shell = {
  titles: {
    find: 'Find a stay',
    apartment: 'Apartment',
    booking: 'Your booking',
    stays: 'My stays',
    'sign-in': 'Sign in',
    admin: 'Live occupancy',
    figures: 'Figures',
    servers: 'Servers',
    history: 'History of an apartment',
    hosting: 'My apartments',
    listing: 'Apartment and rules',
    nowhere: 'Nothing here',
  },
  skip: 'Skip to the content',
  mainNavigation: 'Main',
  findStay: 'Find a stay',
  myStays: 'My stays',
  openHolds: pluralIn('en')({ one: 'open hold', other: 'open holds' }),
  admin: 'Admin',
  hosting: 'Hosting',
  signIn: 'Sign in',
  signOut: 'Sign out',
  promise: 'no night is ever sold twice',
  api: 'API',
  connection: (state: string) => `Connection: ${state}`,
  states: { online: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' },
  offline:
    'You are offline: what you see may be out of date, and nothing can be held or booked until the connection is back. It is tried again all the time.',
  nowhere: 'This address leads nowhere.',
  toApartments: 'Look at the apartments',
  language: 'Language',
  appearance: 'Appearance',
  appearances: { system: 'As the device', light: 'Light', dark: 'Dark' },
  broken: 'This page has failed',
  brokenBecause:
    'Something in it went wrong, and it was not you. Your holds and bookings are safe on the server.',
  reload: 'Load it again',
};
