/** What one night of an apartment is to this guest right now. */
import type { Booking, Hold } from '../../../../src/client/index.ts';
import { type CalendarModel, calendarModel } from '../../../../src/client/index.ts';
import { nightOf } from '../../../../src/protocol/nights.ts';

export type NightState =
  | 'free'
  /** In a hold of the guest's own, which another stay would replace. */
  | 'mine'
  /** In a hold of the guest's own that is being paid: nothing replaces it. */
  | 'paying'
  | 'my-booking'
  | 'held'
  | 'booked'
  | 'blocked'
  | 'past'
  /** Further ahead than the apartment lets anybody book. */
  | 'beyond'
  /** The calendar has not come yet. */
  | 'unknown';

/** The guest's own open holds and confirmed bookings of the apartment. */
export interface Ownings {
  readonly holds: readonly Hold[];
  readonly bookings: readonly Booking[];
}

/** @param bookable half-open night numbers from today to the horizon */
export function nightState(
  calendar: CalendarModel | undefined,
  night: number,
  own: Ownings,
  bookable: { readonly from: number; readonly to: number },
): NightState {
  if (night < bookable.from) return 'past';
  const hold = own.holds.find((one) => isWithin(one, night));
  if (hold !== undefined) return hold.status === 'confirming' ? 'paying' : 'mine';
  if (own.bookings.some((one) => isWithin(one, night))) return 'my-booking';
  if (night >= bookable.to) return 'beyond';
  if (calendar === undefined || !calendarModel.covers(calendar, night)) return 'unknown';
  return calendarModel.nightAt(calendar, night)?.status ?? 'free';
}

export function isWithin(stay: { checkIn: string; checkOut: string }, night: number): boolean {
  return night >= nightOf(stay.checkIn) && night < nightOf(stay.checkOut);
}
