/**
 * What each night of a calendar is to this guest, and whether the stay they have chosen can be held: the same
 * rules as the server's (`checkStay`), on the calendar as it is right now.
 */

import type { Booking, Hold } from '../../../src/client/index.ts';
import { type CalendarModel, calendarModel } from '../../../src/client/index.ts';
import { dateOf, nightOf } from '../../../src/protocol/nights.ts';
import { priceOf, quoteOf } from '../../../src/protocol/price.ts';
import type { Quote } from '../../../src/protocol/resources.ts';
import { checkStay } from '../../../src/protocol/rules.ts';
import type { Terms } from '../../../src/protocol/terms.ts';
import { shortDate } from '../format.ts';

export type NightState = 'free' | 'mine' | 'my-booking' | 'held' | 'booked' | 'blocked' | 'past' | 'unknown';

export interface Ownings {
  readonly holds: readonly Hold[];
  readonly bookings: readonly Booking[];
}

export function nightState(
  calendar: CalendarModel | undefined,
  night: number,
  own: Ownings,
  bookable: { readonly from: number; readonly to: number },
): NightState {
  if (night < bookable.from || night >= bookable.to) return 'past';
  const within = ({ checkIn, checkOut }: { checkIn: string; checkOut: string }) =>
    night >= nightOf(checkIn) && night < nightOf(checkOut);
  if (own.holds.some(within)) return 'mine';
  if (own.bookings.some(within)) return 'my-booking';
  if (calendar === undefined || !calendarModel.covers(calendar, night)) return 'unknown';
  return calendarModel.nightAt(calendar, night)?.status ?? 'free';
}

export type StayCheck =
  | { readonly ok: true; readonly quote: Quote }
  /** One sentence: what is wrong with the stay and what would be right. */
  | { readonly ok: false; readonly reason: string };

/** @param today night number of the local day at the apartment */
export function checkChosen(
  terms: Terms,
  calendar: CalendarModel | undefined,
  own: Ownings,
  stay: { checkIn: string; checkOut: string; guests: number },
  today: number,
): StayCheck {
  const [from, to] = [nightOf(stay.checkIn), nightOf(stay.checkOut)];
  const violation = checkStay(terms, { from, to }, stay.guests, today);
  if (violation !== undefined) return { ok: false, reason: violation.message };
  const bookable = { from: today, to: today + terms.horizonNights };
  for (let night = from; night < to; night++) {
    const state = nightState(calendar, night, own, bookable);
    if (state === 'held')
      return { ok: false, reason: `the night of ${shortDate(dateOf(night))} is held by someone right now` };
    if (state === 'booked' || state === 'blocked' || state === 'my-booking') {
      return {
        ok: false,
        reason: `the night of ${shortDate(dateOf(night))} is ${state === 'blocked' ? 'closed' : 'booked'}`,
      };
    }
  }
  return { ok: true, quote: quoteOf(priceOf(terms, { from, to })) };
}

/**
 * A day was chosen in the calendar: it begins a stay, or ends the one begun when it comes after it with nothing
 * taken in between (the day on which the next guest arrives included).
 */
export function chooseDay(
  chosen: { checkIn: string; checkOut: string },
  day: string,
  isTaken: (night: number) => boolean,
): { checkIn: string; checkOut: string } {
  const night = nightOf(day);
  const begun = chosen.checkIn !== '' && chosen.checkOut === '';
  if (begun && day > chosen.checkIn) {
    let clear = true;
    for (let one = nightOf(chosen.checkIn); one < night && clear; one++) clear = !isTaken(one);
    if (clear) return { checkIn: chosen.checkIn, checkOut: day };
  }
  return isTaken(night) ? chosen : { checkIn: day, checkOut: '' };
}
