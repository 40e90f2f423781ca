/** What those look at who run the house: all calendars, figures, who has which nights, and what happened. */
import { ClaimsAnswer } from '../../../protocol/claims.ts';
import { CalendarQuery, FiguresQuery, OccupancyQuery } from '../../../protocol/commands.ts';
import { OccupancyAnswer } from '../../../protocol/events.ts';
import { Figures } from '../../../protocol/figures.ts';
import { JournalAnswer, JournalQuery } from '../../../protocol/journal.ts';
import { nightOf } from '../../../protocol/nights.ts';
import { managing, ok, type ResourceParts } from '../resource.ts';
import type { Router } from '../route.ts';
import * as $ from '../schemas.ts';

export function adminRoutes(route: Router, parts: ResourceParts): void {
  const { apartments, dispatch, management } = parts;
  route('GET', '/v1/admin/occupancy', {
    access: 'admin',
    does: 'All calendars and totals',
    takes: { querystring: OccupancyQuery },
    answers: OccupancyAnswer,
    run: ({ caller, query }) => dispatch.ask(caller, 'occupancy', query),
  });
  route('GET', '/v1/admin/figures', {
    access: 'admin',
    does: 'Occupancy, ADR, RevPAR, holds and bookings by day',
    takes: { querystring: FiguresQuery },
    answers: Figures,
    run: async ({ query }) =>
      ok(await management.figures({ from: nightOf(query.from), to: nightOf(query.to) }, query.city)),
  });
  route('GET', '/v1/admin/apartments/{id}/claims', {
    access: 'manager',
    does: 'Who has which nights, since when, until when',
    takes: { params: $.ApartmentPath, querystring: CalendarQuery },
    answers: ClaimsAnswer,
    run: ({ caller, params, query }) => dispatch.ask(caller, 'claims', { apartmentId: params.id, ...query }),
  });
  route('GET', '/v1/admin/apartments/{id}/journal', {
    access: 'manager',
    does: 'What happened, and when; its calendar as of then',
    takes: { params: $.ApartmentPath, querystring: JournalQuery },
    answers: JournalAnswer,
    run: async (call) => apartments.history(await managing(parts, call), call.params.id, call.query),
  });
}
