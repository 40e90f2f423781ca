/** What guests look for, hold, book and cancel. */
import {
  BookingAnswer,
  CalendarQuery,
  CitiesAnswer,
  HoldAnswer,
  SearchAnswer,
} from '../../../protocol/commands.ts';
import { nightOf } from '../../../protocol/nights.ts';
import { type Booking, Calendar } from '../../../protocol/resources.ts';
import { Apartment } from '../../../protocol/terms.ts';
import { subjectOf } from '../../commands.ts';
import { apartmentOf, intentOf, ok, type ResourceParts } from '../resource.ts';
import type { Router } from '../route.ts';
import * as $ from '../schemas.ts';

export function stayRoutes(route: Router, parts: ResourceParts): void {
  listingRoutes(route, parts);
  holdRoutes(route, parts);
  bookingRoutes(route, parts);
}

function listingRoutes(route: Router, parts: ResourceParts): void {
  const { apartments, dispatch, listings } = parts;
  route('GET', '/v1/apartments', {
    access: 'anyone',
    does: 'Search; without dates, list',
    takes: { querystring: $.ListingQuery },
    answers: SearchAnswer,
    run: ({ caller, query }) => dispatch.ask(caller, 'list', query),
  });
  route('GET', '/v1/cities', {
    access: 'anyone',
    does: 'Where there are apartments',
    answers: CitiesAnswer,
    run: () => listings.cities(),
  });
  route('GET', '/v1/apartments/{id}', {
    access: 'anyone',
    does: 'An apartment in full',
    takes: { params: $.ApartmentPath },
    answers: Apartment,
    run: (call) => apartmentOf(parts, call),
  });
  route('GET', '/v1/apartments/{id}/calendar', {
    access: 'anyone',
    does: 'Its taken nights',
    takes: { params: $.ApartmentPath, querystring: CalendarQuery },
    answers: Calendar,
    etag: (calendar: Calendar) => calendar.version,
    run: ({ caller, params, query }) =>
      apartments.calendar(caller.subject, params.id, { from: nightOf(query.from), to: nightOf(query.to) }),
  });
}

function holdRoutes(route: Router, { dispatch }: ResourceParts): void {
  route('POST', '/v1/apartments/{id}/holds', {
    access: 'subject',
    does: 'Hold nights',
    takes: { params: $.ApartmentPath, body: $.HoldBody },
    status: 201,
    answers: HoldAnswer,
    intent: true,
    run: (call) => dispatch.ask(call.caller, 'hold', { ...intentOf(call), ...call.body }),
  });
  route('POST', '/v1/apartments/{id}/holds/{holdId}/extend', {
    access: 'subject',
    does: 'Extend a hold; an admin any, by minutes',
    takes: { params: $.HoldPath, body: $.ExtendBody },
    answers: HoldAnswer,
    intent: true,
    run: (call) =>
      dispatch.ask(call.caller, 'extend', { ...intentOf(call), holdId: call.params.holdId, ...call.body }),
  });
  route('POST', '/v1/apartments/{id}/holds/{holdId}/confirm', {
    access: 'subject',
    does: 'Pay and book',
    takes: { params: $.HoldPath, body: $.ConfirmBody },
    answers: BookingAnswer,
    intent: true,
    run: (call) =>
      dispatch.ask(call.caller, 'confirm', { ...intentOf(call), holdId: call.params.holdId, ...call.body }),
  });
  route('DELETE', '/v1/apartments/{id}/holds/{holdId}', {
    access: 'subject',
    does: 'Release a hold; an admin any',
    takes: { params: $.HoldPath },
    answers: HoldAnswer,
    intent: true,
    run: (call) => dispatch.ask(call.caller, 'release', { ...intentOf(call), holdId: call.params.holdId }),
  });
}

function bookingRoutes(route: Router, { bookings, dispatch }: ResourceParts): void {
  route('GET', '/v1/bookings', {
    access: 'subject',
    does: "The caller's bookings; an admin's any",
    takes: { querystring: $.BookingsQuery },
    answers: $.BookingsAnswer,
    async run({ caller, query }) {
      const { limit, before, whose } = query;
      const page: Booking[] = await bookings.list(subjectOf(caller), {
        ...{ limit, whose },
        ...(before === undefined ? {} : { before }),
      });
      const last = page.length === limit ? page.at(-1) : undefined;
      return ok({ bookings: page, ...(last === undefined ? {} : { nextBefore: last.id }) });
    },
  });
  route('GET', '/v1/bookings/{id}', {
    access: 'subject',
    does: 'A booking',
    takes: { params: $.ApartmentPath },
    answers: BookingAnswer,
    async run({ caller, params }) {
      const found = await bookings.get(subjectOf(caller), params.id);
      return found.ok ? ok({ booking: found.data }) : found;
    },
  });
  route('POST', '/v1/bookings/{id}/cancel', {
    access: 'subject',
    does: 'Cancel a booking',
    takes: { params: $.ApartmentPath, body: $.CancelBody },
    answers: BookingAnswer,
    intent: true,
    async run({ caller, params, body, requestId }) {
      const found = await bookings.get(subjectOf(caller), params.id);
      if (!found.ok) return found;
      const { apartmentId } = found.data;
      return dispatch.ask(caller, 'cancel', { requestId, apartmentId, bookingId: params.id, ...body });
    },
  });
}
