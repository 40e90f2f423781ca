/** What is looked for: the whole state of the finding page, read from its address and written to it. */
import type { CommandPayload } from '../../../../src/protocol/commands.ts';
import { GUESTS_MAX, HORIZON_NIGHTS_MAX, PAGE_SIZE_DEFAULT } from '../../../../src/protocol/limits.ts';
import { minorDigits } from '../../../../src/protocol/money.ts';
import { nightOf } from '../../../../src/protocol/nights.ts';
import { addressOf } from '../../address.ts';
import { isDate, plusDays } from '../../format.ts';

export const SORTS = ['price_asc', 'price_desc', 'name'] as const;
export type Sort = (typeof SORTS)[number];

export interface Wanted {
  readonly city: string;
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
  /** The most that the whole stay may cost, in whole and part units of `currency`; undefined: any price. */
  readonly max: number | undefined;
  /** Empty: any. Without a rate amounts of several are not compared, so results come one after the other. */
  readonly currency: string;
  readonly sort: Sort;
  /** How many pages of results are shown. */
  readonly pages: number;
}

/** As many cards as one connection may watch. */
const PAGES_MAX = 40;
const AHEAD_DAYS = 14;
const NIGHTS = 3;
const GUESTS = 2;

/** An address that says nothing of dates means a long weekend soon, so that prices are those of a whole stay. */
export function wantedOf(query: URLSearchParams, today: string): Wanted {
  const text = (name: string) => query.get(name) ?? '';
  const from = text('checkIn');
  const checkIn = isDate(from) ? from : plusDays(today, AHEAD_DAYS);
  const to = text('checkOut');
  const isStay = isDate(to) && to > checkIn && nightOf(to) - nightOf(checkIn) <= HORIZON_NIGHTS_MAX;
  const currency = /^[A-Z]{3}$/.exec(text('currency'))?.[0] ?? '';
  const max = Number.parseFloat(text('max'));
  return {
    city: text('city').slice(0, 100),
    checkIn,
    checkOut: isStay ? to : plusDays(checkIn, NIGHTS),
    guests: whole(text('guests'), GUESTS, GUESTS_MAX),
    max: currency !== '' && max >= 0 && max < 1e9 ? max : undefined,
    currency,
    sort: SORTS.find((sort) => sort === text('sort')) ?? 'price_asc',
    pages: whole(text('pages'), 1, PAGES_MAX),
  };
}

export function addressOfWanted({ pages, sort, ...wanted }: Wanted): string {
  return addressOf('/', {
    ...wanted,
    sort: sort === 'price_asc' ? '' : sort,
    pages: pages === 1 ? '' : pages,
  });
}

/** The search that answers it, without how much of the answer is shown. */
export function questionOf({ city, checkIn, checkOut, guests, max, currency, sort }: Wanted): Question {
  return {
    checkIn,
    checkOut,
    guests,
    sort,
    ...(city === '' ? {} : { city }),
    ...(currency === '' ? {} : { currency }),
    ...(max === undefined ? {} : { maxTotalMinor: Math.round(max * 10 ** minorDigits(currency)) }),
  };
}
export type Question = Omit<CommandPayload<'search'>, 'limit' | 'cursor'>;

export const cardsWanted = ({ pages }: Wanted): number => pages * PAGE_SIZE_DEFAULT;

function whole(text: string, otherwise: number, max: number): number {
  const number = Number.parseInt(text, 10);
  return number >= 1 && number <= max ? number : otherwise;
}
