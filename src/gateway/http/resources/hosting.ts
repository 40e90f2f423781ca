/** What hosts do with their apartments, and admins with all of them. */
import {
  ApartmentBookings,
  ApartmentChange,
  ManagedApartment,
  ManagedApartments,
  ManagedApartmentsQuery,
  NewApartment,
} from '../../../protocol/managed-apartments.ts';
import { nightOf } from '../../../protocol/nights.ts';
import { subjectOf } from '../../commands.ts';
import { apartmentOf, intentOf, managing, ok, type ResourceParts } from '../resource.ts';
import type { Router } from '../route.ts';
import * as $ from '../schemas.ts';

const revisionOf = ({ revision }: ManagedApartment) => revision;

export function hostingRoutes(route: Router, parts: ResourceParts): void {
  blockRoutes(route, parts);
  const { management } = parts;
  route('POST', '/v1/apartments', {
    access: 'manager',
    does: 'List an apartment',
    takes: { body: NewApartment },
    status: 201,
    answers: ManagedApartment,
    intent: true,
    etag: revisionOf,
    run: ({ caller, requestId, body }) => management.create(subjectOf(caller), requestId, body),
  });
  route('PATCH', '/v1/apartments/{id}', {
    access: 'manager',
    does: 'Change its listing, rates, rules or status',
    takes: { params: $.ApartmentPath, body: ApartmentChange },
    answers: ManagedApartment,
    intent: true,
    revised: true,
    etag: revisionOf,
    async run(call) {
      const { revision, body: change } = call;
      return management.change(await managing(parts, call), { ...intentOf(call), revision, change });
    },
  });
  route('DELETE', '/v1/apartments/{id}', {
    access: 'manager',
    does: 'Retire it; its bookings stand',
    takes: { params: $.ApartmentPath },
    answers: ManagedApartment,
    intent: true,
    etag: revisionOf,
    run: async (call) => management.retire(await managing(parts, call), intentOf(call)),
  });
  route('GET', '/v1/apartments/{id}/bookings', {
    access: 'manager',
    does: 'Its stays, with who comes',
    takes: { params: $.ApartmentPath, querystring: $.ApartmentBookingsQuery },
    answers: ApartmentBookings,
    async run(call) {
      await managing(parts, call);
      const known = await apartmentOf(parts, call);
      if (!known.ok) return known;
      const { from, to, ...page } = call.query;
      const window = { from: nightOf(from), to: nightOf(to) };
      return ok(await management.bookings(call.params.id, window, page));
    },
  });
  route('GET', '/v1/host/apartments', {
    access: 'manager',
    does: "A host's apartments, in every status; an admin's all",
    takes: { querystring: ManagedApartmentsQuery },
    answers: ManagedApartments,
    run: async ({ caller, query }) => ok(await management.list(subjectOf(caller), query)),
  });
  route('GET', '/v1/host/apartments/{id}', {
    access: 'manager',
    does: 'An apartment with its revision',
    takes: { params: $.ApartmentPath },
    answers: ManagedApartment,
    etag: revisionOf,
    async run(call) {
      await managing(parts, call);
      return management.get(call.params.id);
    },
  });
}

function blockRoutes(route: Router, { dispatch }: ResourceParts): void {
  route('POST', '/v1/apartments/{id}/blocks', {
    access: 'manager',
    does: 'Close nights',
    takes: { params: $.ApartmentPath, body: $.BlockBody },
    status: 201,
    answers: $.BlockAnswer,
    intent: true,
    run: (call) => dispatch.ask(call.caller, 'block', { ...intentOf(call), ...call.body }),
  });
  route('DELETE', '/v1/apartments/{id}/blocks/{blockId}', {
    access: 'manager',
    does: 'Open them again',
    takes: { params: $.BlockPath },
    answers: $.BlockAnswer,
    intent: true,
    run: (call) => dispatch.ask(call.caller, 'unblock', { ...intentOf(call), blockId: call.params.blockId }),
  });
}
