/** What the address of an apartment's page says. Anybody may have typed it: what is no date or number says nothing. */
import { GUESTS_MAX } from '../../../../src/protocol/limits.ts';
import type { Party } from '../../../../src/protocol/party.ts';
import { isDate } from '../../format.ts';
import { type OpenDays, type WrongDates, wrongDatesIn } from './wrong-dates.ts';

export interface StayFields {
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
  /** Of the guests. */
  readonly children: number;
}

/** Empty text where it says nothing of a date. */
export function stayOf(query: URLSearchParams): StayFields {
  const [checkIn, checkOut] = [query.get('checkIn'), query.get('checkOut')];
  const guests = Number.parseInt(query.get('guests') ?? '2', 10);
  const children = Number.parseInt(query.get('children') ?? '0', 10);
  const ordered = checkIn !== null && checkOut !== null && checkIn < checkOut;
  return {
    checkIn: isDate(checkIn) ? checkIn : '',
    checkOut: isDate(checkOut) && ordered ? checkOut : '',
    ...partyWithin(guests >= 1 && guests <= GUESTS_MAX ? guests : 2, children),
  };
}

/** There is an adult among them. */
export function partyWithin(guests: number, children: number): Pick<StayFields, 'guests' | 'children'> {
  return { guests, children: children >= 0 ? Math.min(children, guests - 1) : 0 };
}

/** Who says nothing of children says nothing of adults. */
export function partyOf({ guests, children }: Pick<StayFields, 'guests' | 'children'>): Party {
  return children === 0 ? { guests } : { guests, adults: guests - children };
}

/**
 * The stay that an address says, as far as one may be, and what of it may not. A whole stay that lies wrong is left as it
 * is: the page says of it what it says of any stay that cannot be had, with the ways out.
 */
export function stayWithin(
  query: URLSearchParams,
  open: OpenDays,
): { stay: StayFields; wrong: WrongDates | undefined } {
  const stay = stayOf(query);
  const wrong = wrongDatesIn(query, open);
  if (wrong === undefined || (stay.checkIn !== '' && stay.checkOut !== '')) return { stay, wrong: undefined };
  const mayArrive = stay.checkIn >= open.first && stay.checkIn < open.last;
  return { stay: mayArrive ? stay : { ...stay, checkIn: '' }, wrong };
}

/** The first month in view, such as `2027-03`: the one it says, else that of the check-in; never one that is over. */
export function monthOf(query: URLSearchParams, today: string): string {
  const said = query.get('month');
  const { checkIn } = stayOf(query);
  const month = said !== null && isDate(`${said}-01`) ? said : checkIn.slice(0, 7);
  const first = today.slice(0, 7);
  return month < first ? first : month;
}
