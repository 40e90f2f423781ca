/** What each route does. Everything that an apartment decides goes through the same dispatch as a socket's command. */

import type { CalendarQuery, FiguresQuery, OccupancyQuery } from '../../protocol/commands.ts';
import { type Outcome, refuse } from '../../protocol/errors.ts';
import type { JournalQuery } from '../../protocol/journal.ts';
import type {
  ApartmentChange,
  ManagedApartmentsQuery,
  NewApartment,
} from '../../protocol/managed-apartments.ts';
import { nightOf } from '../../protocol/nights.ts';
import type { Booking } from '../../protocol/resources.ts';
import type { Caller } from '../caller.ts';
import { guestCommands, managementCommands, managingSubject, subjectOf } from '../commands.ts';
import { Dispatch } from '../dispatch.ts';
import type { Faults } from '../faults.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { Log } from '../log.ts';
import type { GatewayParts } from '../ports.ts';
import { type Call, tooMany } from './route.ts';
import type * as $ from './schemas.ts';

export type Handlers = ReturnType<typeof createHandlers>;

export function createHandlers(
  parts: GatewayParts,
  limits: RateLimits,
  { log, faults }: { readonly log: Log; readonly faults: Faults },
) {
  const { accounts, apartments, bookings, listings, management } = parts;
  const dispatch = new Dispatch<Caller>(
    { ...guestCommands(parts), ...managementCommands(parts) },
    { nowMs: () => parts.operations.nowMs(), log, faults },
  );

  async function signUp({ body, address }: Call<{ body: typeof $.SignUp }>) {
    const waitMs = await limits.signIn(body.email, address);
    return waitMs === undefined ? accounts.signUp(body) : limited(waitMs);
  }
  async function signIn({ body, address }: Call<{ body: typeof $.SignIn }>) {
    const waitMs = await limits.signIn(body.email, address);
    if (waitMs !== undefined) return limited(waitMs);
    const outcome = await accounts.signIn(body);
    if (outcome.ok) await limits.signedIn(body.email, address);
    return outcome;
  }
  async function becomeGuest({ address }: Call) {
    const waitMs = await limits.guest(address);
    return waitMs === undefined ? ok(await accounts.anonymous()) : limited(waitMs);
  }
  function refresh({ body }: Call<{ body: typeof $.Refresh }>) {
    return accounts.refresh(body.refreshToken);
  }
  async function signOut({ caller }: Call) {
    if (caller.sessionId !== undefined) await accounts.signOut(caller.sessionId);
    return ok({});
  }

  function search({ caller, query }: Call<{ querystring: typeof $.ListingQuery }>) {
    return dispatch.ask(caller, 'list', query);
  }
  const cities = () => listings.cities();
  async function apartment({ params }: Pick<Call<{ params: typeof $.ApartmentPath }>, 'params'>) {
    const found = await listings.get(params.id);
    return found === undefined
      ? refuse('not_found', `there is no apartment ${params.id}; look it up with GET /v1/apartments`)
      : ok(found);
  }
  function calendar({
    params,
    query,
  }: Call<{ params: typeof $.ApartmentPath; querystring: typeof CalendarQuery }>) {
    return apartments.calendar(params.id, { from: nightOf(query.from), to: nightOf(query.to) });
  }

  function hold(call: Call<{ params: typeof $.ApartmentPath; body: typeof $.HoldBody }>) {
    return dispatch.ask(call.caller, 'hold', { ...intentOf(call), ...call.body });
  }
  function extend(call: Call<{ params: typeof $.HoldPath; body: typeof $.ExtendBody }>) {
    return dispatch.ask(call.caller, 'extend', {
      ...intentOf(call),
      holdId: call.params.holdId,
      ...call.body,
    });
  }
  function release(call: Call<{ params: typeof $.HoldPath }>) {
    return dispatch.ask(call.caller, 'release', { ...intentOf(call), holdId: call.params.holdId });
  }
  function confirm(call: Call<{ params: typeof $.HoldPath; body: typeof $.ConfirmBody }>) {
    return dispatch.ask(call.caller, 'confirm', {
      ...intentOf(call),
      holdId: call.params.holdId,
      ...call.body,
    });
  }

  async function listBookings({ caller, query }: Call<{ querystring: typeof $.BookingsQuery }>) {
    const { limit, before, whose } = query;
    const page: Booking[] = await bookings.list(subjectOf(caller), {
      ...{ limit, whose },
      ...(before === undefined ? {} : { before }),
    });
    const last = page.length === limit ? page.at(-1) : undefined;
    return ok({ bookings: page, ...(last === undefined ? {} : { nextBefore: last.id }) });
  }
  async function booking({ caller, params }: Call<{ params: typeof $.ApartmentPath }>) {
    const found = await bookings.get(subjectOf(caller), params.id);
    return found.ok ? ok({ booking: found.data }) : found;
  }
  async function cancel(call: Call<{ params: typeof $.ApartmentPath; body: typeof $.CancelBody }>) {
    const { caller, params, body, requestId } = call;
    const found = await bookings.get(subjectOf(caller), params.id);
    if (!found.ok) return found;
    const { apartmentId } = found.data;
    return dispatch.ask(caller, 'cancel', { requestId, apartmentId, bookingId: params.id, ...body });
  }

  function block(call: Call<{ params: typeof $.ApartmentPath; body: typeof $.BlockBody }>) {
    return dispatch.ask(call.caller, 'block', { ...intentOf(call), ...call.body });
  }
  function unblock(call: Call<{ params: typeof $.BlockPath }>) {
    return dispatch.ask(call.caller, 'unblock', { ...intentOf(call), blockId: call.params.blockId });
  }

  function createApartment({ caller, requestId, body }: Call<{ body: typeof NewApartment }>) {
    return management.create(subjectOf(caller), requestId, body);
  }
  async function changeApartment(
    call: Call<{ params: typeof $.ApartmentPath; body: typeof ApartmentChange }>,
  ) {
    const { revision, body: change } = call;
    const subject = await managing(call);
    return management.change(subject, { ...intentOf(call), revision, change });
  }
  async function retireApartment(call: Call<{ params: typeof $.ApartmentPath }>) {
    return management.retire(await managing(call), intentOf(call));
  }
  async function managedApartment(call: Call<{ params: typeof $.ApartmentPath }>) {
    await managing(call);
    return management.get(call.params.id);
  }
  async function managedApartments({ caller, query }: Call<{ querystring: typeof ManagedApartmentsQuery }>) {
    return ok(await management.list(subjectOf(caller), query));
  }
  async function apartmentBookings(
    call: Call<{ params: typeof $.ApartmentPath; querystring: typeof $.ApartmentBookingsQuery }>,
  ) {
    await managing(call);
    const known = await apartment(call);
    if (!known.ok) return known;
    const { from, to, ...page } = call.query;
    const window = { from: nightOf(from), to: nightOf(to) };
    return ok(await management.bookings(call.params.id, window, page));
  }
  function managing({ caller, params }: { caller: Caller; params: { id: string } }) {
    return managingSubject(parts, subjectOf(caller), params.id);
  }

  function claims({
    caller,
    params,
    query,
  }: Call<{ params: typeof $.ApartmentPath; querystring: typeof CalendarQuery }>) {
    return dispatch.ask(caller, 'claims', { apartmentId: params.id, ...query });
  }
  function occupancy({ caller, query }: Call<{ querystring: typeof OccupancyQuery }>) {
    return dispatch.ask(caller, 'occupancy', query);
  }
  async function figures({ query }: Call<{ querystring: typeof FiguresQuery }>) {
    return ok(await management.figures({ from: nightOf(query.from), to: nightOf(query.to) }, query.city));
  }
  async function journal(call: Call<{ params: typeof $.ApartmentPath; querystring: typeof JournalQuery }>) {
    return apartments.history(await managing(call), call.params.id, call.query);
  }

  return {
    signUp,
    signIn,
    becomeGuest,
    refresh,
    signOut,
    search,
    cities,
    apartment,
    calendar,
    hold,
    extend,
    release,
    confirm,
    bookings: listBookings,
    booking,
    cancel,
    block,
    unblock,
    createApartment,
    changeApartment,
    retireApartment,
    managedApartment,
    managedApartments,
    apartmentBookings,
    claims,
    occupancy,
    figures,
    journal,
  };
}

function intentOf(call: { requestId: string; params: { id: string } }) {
  return { requestId: call.requestId, apartmentId: call.params.id };
}

function ok<T>(data: T): Outcome<T> {
  return { ok: true, data };
}

function limited(retryAfterMs: number): Outcome<never> {
  return { ok: false, error: tooMany(retryAfterMs) };
}
