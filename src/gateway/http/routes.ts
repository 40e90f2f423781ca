/** Every route, on one screen. What a handler does stands in handlers.ts. */
import { ClaimsAnswer } from '../../protocol/claims.ts';
import {
  BookingAnswer,
  CalendarQuery,
  CitiesAnswer,
  FiguresQuery,
  HoldAnswer,
  OccupancyQuery,
  SearchAnswer,
} from '../../protocol/commands.ts';
import { OccupancyAnswer } from '../../protocol/events.ts';
import { Figures } from '../../protocol/figures.ts';
import { JournalAnswer, JournalQuery } from '../../protocol/journal.ts';
import {
  ApartmentBookings,
  ApartmentChange,
  ManagedApartment,
  ManagedApartments,
  ManagedApartmentsQuery,
  NewApartment,
} from '../../protocol/managed-apartments.ts';
import { Calendar, Session } from '../../protocol/resources.ts';
import { Apartment } from '../../protocol/terms.ts';
import type { Handlers } from './handlers.ts';
import type { Router } from './route.ts';
import * as $ from './schemas.ts';

const revisionOf = ({ revision }: ManagedApartment) => revision;

// biome-ignore format: a table is read by its columns.
export function defineRoutes(route: Router, does: Handlers): void {
  route('POST',   '/v1/accounts',         { access: 'anyone',  does: 'Sign a guest up',                      takes: { body: $.SignUp },  status: 201, answers: Session, run: does.signUp });
  route('POST',   '/v1/sessions',         { access: 'anyone',  does: 'Sign in',                              takes: { body: $.SignIn },  answers: Session, run: does.signIn });
  route('POST',   '/v1/sessions/guest',   { access: 'anyone',  does: 'Become an anonymous guest',            answers: Session, run: does.becomeGuest });
  route('POST',   '/v1/sessions/refresh', { access: 'anyone',  does: 'Renew a session',                      takes: { body: $.Refresh }, answers: Session, run: does.refresh });
  route('DELETE', '/v1/sessions/current', { access: 'subject', does: 'Sign out',                             answers: $.Empty, run: does.signOut });

  route('GET',    '/v1/apartments',               { access: 'anyone', does: 'Search; without dates, list',   takes: { querystring: $.ListingQuery }, answers: SearchAnswer, run: does.search });
  route('GET',    '/v1/cities',                   { access: 'anyone', does: 'Where there are apartments',     answers: CitiesAnswer, run: does.cities });
  route('GET',    '/v1/apartments/{id}',          { access: 'anyone', does: 'An apartment in full',          takes: { params: $.ApartmentPath }, answers: Apartment, run: does.apartment });
  route('GET',    '/v1/apartments/{id}/calendar', { access: 'anyone', does: 'Its taken nights',              takes: { params: $.ApartmentPath, querystring: CalendarQuery }, answers: Calendar, etag: (calendar: Calendar) => calendar.version, run: does.calendar });

  route('POST',   '/v1/apartments/{id}/holds',                  { access: 'subject', does: 'Hold nights',    takes: { params: $.ApartmentPath, body: $.HoldBody }, status: 201, answers: HoldAnswer, intent: true, run: does.hold });
  route('POST',   '/v1/apartments/{id}/holds/{holdId}/extend',  { access: 'subject', does: 'Extend a hold; an admin any, by minutes', takes: { params: $.HoldPath, body: $.ExtendBody }, answers: HoldAnswer, intent: true, run: does.extend });
  route('POST',   '/v1/apartments/{id}/holds/{holdId}/confirm', { access: 'subject', does: 'Pay and book',   takes: { params: $.HoldPath, body: $.ConfirmBody }, answers: BookingAnswer, intent: true, run: does.confirm });
  route('DELETE', '/v1/apartments/{id}/holds/{holdId}',         { access: 'subject', does: 'Release a hold; an admin any', takes: { params: $.HoldPath }, answers: HoldAnswer, intent: true, run: does.release });

  route('GET',    '/v1/bookings',             { access: 'subject', does: "The caller's bookings; an admin's any", takes: { querystring: $.BookingsQuery }, answers: $.BookingsAnswer, run: does.bookings });
  route('GET',    '/v1/bookings/{id}',        { access: 'subject', does: 'A booking',                        takes: { params: $.ApartmentPath }, answers: BookingAnswer, run: does.booking });
  route('POST',   '/v1/bookings/{id}/cancel', { access: 'subject', does: 'Cancel a booking',                 takes: { params: $.ApartmentPath, body: $.CancelBody }, answers: BookingAnswer, intent: true, run: does.cancel });

  route('POST',   '/v1/apartments/{id}/blocks',           { access: 'manager', does: 'Close nights',         takes: { params: $.ApartmentPath, body: $.BlockBody }, status: 201, answers: $.BlockAnswer, intent: true, run: does.block });
  route('DELETE', '/v1/apartments/{id}/blocks/{blockId}', { access: 'manager', does: 'Open them again',      takes: { params: $.BlockPath }, answers: $.BlockAnswer, intent: true, run: does.unblock });

  route('POST',   '/v1/apartments',               { access: 'manager', does: 'List an apartment',            takes: { body: NewApartment }, status: 201, answers: ManagedApartment, intent: true, etag: revisionOf, run: does.createApartment });
  route('PATCH',  '/v1/apartments/{id}',          { access: 'manager', does: 'Change its listing, rates, rules or status', takes: { params: $.ApartmentPath, body: ApartmentChange }, answers: ManagedApartment, intent: true, revised: true, etag: revisionOf, run: does.changeApartment });
  route('DELETE', '/v1/apartments/{id}',          { access: 'manager', does: 'Retire it; its bookings stand', takes: { params: $.ApartmentPath }, answers: ManagedApartment, intent: true, etag: revisionOf, run: does.retireApartment });
  route('GET',    '/v1/apartments/{id}/bookings', { access: 'manager', does: 'Its stays, with who comes',    takes: { params: $.ApartmentPath, querystring: $.ApartmentBookingsQuery }, answers: ApartmentBookings, run: does.apartmentBookings });
  route('GET',    '/v1/host/apartments',          { access: 'manager', does: "A host's apartments, in every status; an admin's all", takes: { querystring: ManagedApartmentsQuery }, answers: ManagedApartments, run: does.managedApartments });
  route('GET',    '/v1/host/apartments/{id}',     { access: 'manager', does: 'An apartment with its revision', takes: { params: $.ApartmentPath }, answers: ManagedApartment, etag: revisionOf, run: does.managedApartment });

  route('GET',    '/v1/admin/occupancy',               { access: 'admin', does: 'All calendars and totals',  takes: { querystring: OccupancyQuery }, answers: OccupancyAnswer, run: does.occupancy });
  route('GET',    '/v1/admin/figures',                 { access: 'admin', does: 'Occupancy, ADR, RevPAR, holds and bookings by day', takes: { querystring: FiguresQuery }, answers: Figures, run: does.figures });
  route('GET',    '/v1/admin/apartments/{id}/claims',  { access: 'manager', does: 'Who has which nights, since when, until when', takes: { params: $.ApartmentPath, querystring: CalendarQuery }, answers: ClaimsAnswer, run: does.claims });
  route('GET',    '/v1/admin/apartments/{id}/journal', { access: 'manager', does: 'What happened, and when; its calendar as of then', takes: { params: $.ApartmentPath, querystring: JournalQuery }, answers: JournalAnswer, run: does.journal });
}
