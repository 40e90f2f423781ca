/** `nightlatch/client`: for browsers and Node 20.3 and later. `npm run build` makes it plain JavaScript with declarations. */
export type { ClaimsAnswer, ClaimView } from '../protocol/claims.ts';
export type { ErrorBody, ErrorCode, Outcome } from '../protocol/errors.ts';
export type { OccupancyChanged, Stats } from '../protocol/events.ts';
export type { DayFigures, Figures, MoneyFigures, Totals } from '../protocol/figures.ts';
export type { JournalAnswer } from '../protocol/journal.ts';
export { termsProblems } from '../protocol/listing-rules.ts';
export type {
  ApartmentBookings,
  ApartmentChange,
  ManagedApartment,
  ManagedApartments,
  NewApartment,
} from '../protocol/managed-apartments.ts';
export type { Booking, Calendar, Hold, Quote, Range } from '../protocol/resources.ts';
export type { Apartment, ApartmentCard } from '../protocol/terms.ts';
export type { AdminListener, AdminView, OccupancyWindow } from './admin.ts';
export type { BookingsAnswer, BookingsPage, Client, ClientOptions, Intent } from './api.ts';
export type { CalendarModel, Night } from './calendar-model.ts';
export * as calendarModel from './calendar-model.ts';
export type { CallOptions } from './calls.ts';
export { createClient } from './client.ts';
export type { ConnectionState } from './connection.ts';
export type { DateWindow, Management } from './management.ts';
export { NightlatchError, unwrap } from './outcome.ts';
export type { ServerClock } from './server-clock.ts';
export { browserStorage, memoryStorage, type SessionStorage, type StoredSession } from './session-storage.ts';
export type { Sessions, Who } from './sessions.ts';
export type { CalendarUpdate, WatchListener } from './watches.ts';
