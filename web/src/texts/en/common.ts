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
  lineKinds: { nights: 'Nights', cleaning: 'Cleaning', tax: 'Taxes', discount: 'Discount' },
  perNight: (amount: string) => `${amount} a night`,
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
  /** Of a calendar that opens under a date. */
  calendar: {
    title: 'Calendar',
    open: 'Choose in the calendar',
    previousMonth: 'Month before',
    nextMonth: 'Next month',
  },
};
