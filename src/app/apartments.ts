/** The apartments as the gateway asks for them: commands and reads, wherever they run, and the changes of those running here. */

import type { Pool } from 'pg';
import type { Apartments } from '../gateway/ports.ts';
import { listingsOverview } from '../persistence/statements/listings.ts';
import type { OccupancyQuery } from '../protocol/commands.ts';
import type { Outcome } from '../protocol/errors.ts';
import type { OccupancyAnswer } from '../protocol/events.ts';
import type { JournalAnswer } from '../protocol/journal.ts';
import { OCCUPANCY_APARTMENTS_MAX } from '../protocol/limits.ts';
import { nightOf } from '../protocol/nights.ts';
import { completeClaims } from '../services/bookings/claims.ts';
import type { ApartmentsNode } from './apartments-node.ts';

export function createApartments({ cluster, reads, clock, changes }: ApartmentsNode, pool: Pool): Apartments {
  return {
    ask(subject, command, reply) {
      cluster.ask({ subject, command, reply, sinceMs: clock.nowMs(), attempts: 0 });
    },
    calendar: (apartmentId, window) => cluster.calendar(apartmentId, window),
    async claims(subject, apartmentId, window) {
      const standing = await cluster.claims(apartmentId, window);
      if (!standing.ok) return standing;
      return { ok: true, data: await completeClaims(pool, subject, apartmentId, standing.data) };
    },
    occupancy,
    async history(subject, apartmentId, query) {
      const history = await reads.history(apartmentId, query);
      if (!history.ok || subject.kind === 'admin') return history;
      return {
        ok: true,
        data: { ...history.data, facts: history.data.facts.map(withoutOthers(subject.id)) },
      };
    },
    versions: (apartmentIds) => cluster.versions(apartmentIds),
    onOwnersChanged: (listener) => cluster.onOwnersChanged(listener),
    onMissed: (listener) => changes.onMissed(listener),
    subscribe: (listener) => changes.subscribe(listener),
  };

  async function occupancy({ from, to, ...which }: OccupancyQuery): Promise<Outcome<OccupancyAnswer>> {
    const window = { from: nightOf(from), to: nightOf(to) };
    const { apartments, leftOut } = await listingsOverview(pool, which, OCCUPANCY_APARTMENTS_MAX);
    const calendars: OccupancyAnswer['calendars'] = [];
    const totals = { apartments: apartments.length, nights: 0, held: 0, booked: 0, blocked: 0 };
    for (const outcome of await Promise.all(apartments.map(({ id }) => cluster.calendar(id, window)))) {
      if (!outcome.ok) return outcome;
      calendars.push(outcome.data);
      totals.nights += window.to - window.from;
      for (const { from, to, status } of outcome.data.taken) {
        if (status !== 'free') totals[status] += nightOf(to) - nightOf(from);
      }
    }
    return { ok: true, data: { ...(leftOut > 0 && { leftOut }), apartments, calendars, totals } };
  }
}

/** A fact as a host may see it: which guest is behind an id is not theirs to know, nor what a guest pays with. */
function withoutOthers(ownId: string) {
  return ({ subjectId, fact, ...rest }: JournalAnswer['facts'][number]) => {
    const { key: _, method: __, ...told } = fact;
    return { ...rest, fact: told, ...(subjectId === ownId && { subjectId }) };
  };
}
