/** The gateway's face of the apartments: commands and reads, wherever they run, and the changes of those running here. */
import type { Pool } from 'pg';
import type { Clock, Publisher } from '../actors/ports.ts';
import type { ApartmentReads } from '../actors/reads.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Apartments } from '../gateway/ports.ts';
import type { CommittedChange } from '../protocol/committed-change.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import type { OccupancyAnswer } from '../protocol/events.ts';
import type { JournalAnswer } from '../protocol/journal.ts';
import { OCCUPANCY_APARTMENTS_MAX } from '../protocol/limits.ts';
import { type NightRange, nightOf } from '../protocol/nights.ts';
import { completeClaims } from './claims.ts';

/** Tells every committed change to all who listen, in the order in which they began to. */
export class Changes implements Publisher {
  #listeners: readonly ((change: CommittedChange) => void)[] = [];

  committed(change: CommittedChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  subscribe(listener: (change: CommittedChange) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }
}

export interface ApartmentsParts {
  readonly cluster: Cluster;
  readonly reads: ApartmentReads;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly pool: Pool;
  /** Apartments on the tape chart: listed or paused, in a city or in all, by name. At most `limit`. */
  readonly overview: (city: string | undefined, limit: number) => Promise<OccupancyAnswer['apartments']>;
}

export function apartmentsFace(parts: ApartmentsParts): Apartments {
  const { cluster, reads, clock, changes, pool, overview } = parts;
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
    occupancy: (window, city) => occupancy(window, city),
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
    subscribe: (listener) => changes.subscribe(listener),
  };

  async function occupancy(window: NightRange, city: string | undefined): Promise<Outcome<OccupancyAnswer>> {
    const apartments = await overview(city, OCCUPANCY_APARTMENTS_MAX + 1);
    if (apartments.length > OCCUPANCY_APARTMENTS_MAX) {
      return refuse(
        'invalid_request',
        `more than ${OCCUPANCY_APARTMENTS_MAX} apartments are too many for one chart; ask for one city`,
        { fields: [{ path: 'city', message: 'narrow it' }] },
      );
    }
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
    return { ok: true, data: { apartments, calendars, totals } };
  }
}

/** A fact as a host may see it: which guest is behind an id is not theirs to know, nor what a guest pays with. */
function withoutOthers(ownId: string) {
  return ({ subjectId, fact, ...rest }: JournalAnswer['facts'][number]) => {
    const { key: _, method: __, ...told } = fact;
    return { ...rest, fact: told, ...(subjectId === ownId && { subjectId }) };
  };
}
