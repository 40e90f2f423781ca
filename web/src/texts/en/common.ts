import { pluralIn } from '../plural.ts';

const plural = pluralIn('en');

/** What more than one page says. */
export const common = {
  nights: plural({ one: '# night', other: '# nights' }),
  guests: plural({ one: '# guest', other: '# guests' }),
  apartments: plural({ one: '# apartment', other: '# apartments' }),
  loading: 'Loading …',
  retry: 'Try again',
  close: 'Close',
  total: 'Total',
  price: 'Price',
  lineKinds: { nights: 'Nights', cleaning: 'Cleaning', tax: 'Taxes', discount: 'Discount' },
  perNight: (amount: string) => `${amount} a night`,
  status: { free: 'free', held: 'held', booked: 'booked', blocked: 'closed' },
};
