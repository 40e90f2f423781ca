/** What became of the nights that somebody is looking at, in one word for all of them. */
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import { type NightRange, nightOf, overlaps } from '../../../../src/protocol/nights.ts';
import type { Ownings } from '../stay/selection.ts';

export type NightsState =
  | { readonly kind: 'free' }
  /** `until`: when the last of the holds ends by itself, an instant. */
  | { readonly kind: 'held'; readonly until: string | undefined }
  | { readonly kind: 'booked' }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'mine' }
  | { readonly kind: 'my-booking' };

/** Worst first: what never ends by itself stands before what may. */
export function nightsState(
  calendar: CalendarModel | undefined,
  stay: NightRange,
  own: Ownings,
): NightsState {
  const isOverlapping = ({ checkIn, checkOut }: { checkIn: string; checkOut: string }) =>
    overlaps({ from: nightOf(checkIn), to: nightOf(checkOut) }, stay);
  if (own.bookings.some(isOverlapping)) return { kind: 'my-booking' };
  if (own.holds.some(isOverlapping)) return { kind: 'mine' };
  if (calendar === undefined) return { kind: 'free' };
  let state: NightsState = { kind: 'free' };
  for (let night = stay.from; night < stay.to; night++) {
    const taken = calendarModel.nightAt(calendar, night);
    if (taken === undefined) continue;
    if (taken.status === 'booked') return { kind: 'booked' };
    if (taken.status === 'blocked') state = { kind: 'blocked' };
    else if (state.kind === 'free') state = { kind: 'held', until: taken.heldUntil };
    else if (state.kind === 'held') state = { kind: 'held', until: later(state.until, taken.heldUntil) };
  }
  return state;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || b === undefined ? undefined : a > b ? a : b;
}
