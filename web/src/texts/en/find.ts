import { pluralIn } from '../plural.ts';

const plural = pluralIn('en');
const apartments = plural({ one: '# apartment', other: '# apartments' });

/** Finding a stay: the wish, the cards, and what helps when nothing fits. */
export const find = {
  title: 'Find a stay, hold it live',
  promise: 'A hold keeps the nights yours while you decide.',
  promiseMore: 'Everybody else sees it at once, and no night is ever sold twice.',
  search: 'What you are looking for',
  /** Folds the fields into one line again. */
  done: 'Show what fits',
  anywhere: 'Anywhere',
  showCities: 'Show the cities',
  noSuchCity: 'None of our cities begins like that.',
  dates: 'Dates',
  chooseDates: 'Choose dates',
  fewerGuests: 'One guest fewer',
  moreGuests: 'One guest more',
  maxPrice: 'Price at most',
  anyPrice: 'Any',
  forTheStay: (currency: string) => `${currency}, the whole stay`,
  anyCurrency: 'Any currency',
  order: 'Order',
  sorts: { price_asc: 'Cheapest first', price_desc: 'Dearest first', name: 'By name' },
  looking: 'Looking …',
  /** @param count how many are shown @param more there are more than these */
  found: (count: number, more: boolean) => (more ? `The first ${apartments(count)}` : apartments(count)),
  /** Goes on from `found`. */
  free: (where: string, guests: string, stay: string) =>
    `${where === '' ? '' : ` in ${where}`} for ${guests}, free ${stay}`,
  mixed: 'one currency after the other',
  results: 'Apartments',
  place: (city: string, country: string) => `${city}, ${country}`,
  sleeps: plural({ one: 'sleeps # guest', other: 'sleeps # guests' }),
  forNights: (nights: string) => `for ${nights}`,
  more: 'Show more',
  states: {
    heldUntil: (time: string) => `Held by someone until ${time}`,
    held: 'Held by someone',
    booked: 'Just booked',
    blocked: 'Just closed',
    mine: 'You hold these nights',
    'my-booking': 'You have booked these nights',
    again: 'Free again',
    notLive: 'Not live',
  },
  changed: (name: string, state: string) => `${name}: ${state}.`,
  nearestLoading: 'Looking for dates nearby …',
  noNearest: 'Nothing of that length is free within two months.',
  instead: (stay: string, name: string) => `${stay}, ${name}`,
  notLive:
    'Without a connection we cannot know what is free now. The cards are as they were last; they are live again as soon as the connection is back.',
  empty: {
    title: 'Nothing fits all of that',
    asking: 'Seeing what keeps them away …',
    because: {
      spelling: 'We know no city that is written like that.',
      city: 'The city keeps most away.',
      price: 'The price keeps most away.',
      guests: 'The number of guests keeps most away.',
      dates: 'The dates keep most away.',
      several: 'No single part of it does: several together keep all away.',
    },
    nothing: 'Nor is there anything near it: begin again with other dates.',
    spelling: (city: string) => `Did you mean ${city}?`,
    city: 'Look anywhere',
    price: (amount: string) => `Up to ${amount}`,
    guests: (guests: string) => `For ${guests}`,
    several: (guests: string, city: string) =>
      city === '' ? `Any price, for ${guests}, anywhere` : `Any price, for ${guests}, in ${city}`,
    dates: (stay: string) => stay,
    finds: (count: number, more: boolean) => (more ? `${count} and more` : apartments(count)),
    anew: 'Begin again',
  },
  error: {
    otherDates: 'Look from two weeks ahead',
  },
};
