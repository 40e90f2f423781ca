import { pluralIn } from '../plural.ts';

const plural = pluralIn('en');

/** What more than one page says. */
export const common = {
  nights: plural({ one: '# night', other: '# nights' }),
  guests: plural({ one: '# guest', other: '# guests' }),
  apartments: plural({ one: '# apartment', other: '# apartments' }),
  /** Names of fields. */
  fields: {
    city: 'City',
    allCities: 'All cities',
    currency: 'Currency',
    guests: 'Guests',
    checkIn: 'Check in',
    checkOut: 'Check out',
  },
  loading: 'Loading …',
  retry: 'Try again',
  needsConnection: 'This needs the connection, and is there again when the connection is.',
  notLoaded: 'This could not be loaded.',
  close: 'Close',
  total: 'Total',
  price: 'Price',
  lineKinds: {
    nights: 'Nights',
    discount: 'Discount',
    extra_guests: 'Extra guests',
    cleaning: 'Cleaning',
    tax: 'Taxes',
    city_tax: 'City tax',
  },
  perNight: (amount: string) => `${amount} a night`,
  /** Dates in an address that no stay can have. */
  wrongDates: {
    noDay: (said: string) => `“${said}” is no day. Choose dates.`,
    order: (checkIn: string, checkOut: string) =>
      `The day you leave, ${checkOut}, is not after the day you arrive, ${checkIn}. Choose dates.`,
    past: (day: string) => `${day} is over. Choose dates that are still to come.`,
    beyond: (day: string, last: string) =>
      `${day} is too far ahead: stays end on ${last} at the latest. Choose other dates.`,
  },
  status: { free: 'free', held: 'held', booked: 'booked', blocked: 'closed' },
  /** What happens to nights. */
  causes: {
    held: 'held',
    extended: 'extended',
    confirmed: 'booked',
    released: 'released',
    expired: 'expired',
    cancelled: 'cancelled',
    blocked: 'closed',
    unblocked: 'opened',
  },
  /** What a cancellation gives back, told in one way wherever somebody reads it. */
  policy: {
    /** @param cutOff an instant in local time at the apartment, yet to come */
    until: {
      flexible: (cutOff: string) => `Everything is refunded until ${cutOff}, nothing after.`,
      moderate: (cutOff: string) => `Everything is refunded until ${cutOff}, half after.`,
      strict: (cutOff: string) => `Half is refunded until ${cutOff}, nothing after.`,
    },
    /** That instant is over. */
    after: {
      flexible: 'So close to the arrival nothing is refunded.',
      moderate: 'So close to the arrival half is refunded.',
      strict: 'So close to the arrival nothing is refunded.',
    },
    inWords: {
      flexible: 'Everything is refunded until 24 hours before the check-in day begins, nothing after.',
      moderate: 'Everything is refunded until 5 days before the check-in day begins, half after.',
      strict: 'Half is refunded until 7 days before the check-in day begins, nothing after.',
    },
  },
  /** Of a calendar that opens under a date. */
  calendar: {
    title: 'Calendar',
    open: 'Choose in the calendar',
    previousMonth: 'Month before',
    nextMonth: 'Next month',
  },
};
