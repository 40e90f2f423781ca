/** The catalogue as hosts and admins write it, and of what was booked there. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { bookingView } from '../../actors/calendar/views.ts';
import type { Management } from '../../gateway/ports.ts';
import { accountKind } from '../../persistence/statements/accounts.ts';
import { bookingsOfApartment } from '../../persistence/statements/bookings.ts';
import {
  insertListing,
  managedListing,
  managedListings,
  updateListing,
} from '../../persistence/statements/managed-listings.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../../protocol/apartment-command.ts';
import { type Outcome, refuse } from '../../protocol/errors.ts';
import type { Feature } from '../../protocol/feature-levels.ts';
import type { ManagedApartment } from '../../protocol/managed-apartments.ts';
import type { Subject } from '../../protocol/resources.ts';
import { type Contacts, shownBookings } from '../contacts/index.ts';
import type { CountFigures } from '../figures/index.ts';
import { changedApartment, isSameApartment, newApartment, unknownToSome } from './edits.ts';
import { HALF_CHANGES_KEPT_MS, HALF_CHANGES_MAX } from './limits.ts';

export interface ManagementParts {
  readonly pool: Pool;
  readonly contacts: Contacts;
  readonly figures: CountFigures;
  /** Listings were written: they are in force here once this resolves. */
  readonly written: () => Promise<void>;
  readonly mayWrite: (feature: Feature) => boolean;
  readonly ask: (subject: Subject, command: ApartmentCommand) => Promise<Outcome<ApartmentAnswer>>;
}

/** Writes that another one got in between of are decided anew so many times. */
const ATTEMPTS_MAX = 5;

export function createManagement({
  pool,
  contacts,
  figures,
  written,
  mayWrite,
  ask,
}: ManagementParts): Management {
  /** By intent: the revision that the first half of a change made, its status still to come. */
  const halfDone = new LRUCache<string, string>({ max: HALF_CHANGES_MAX, ttl: HALF_CHANGES_KEPT_MS });
  return {
    async create(subject, requestId, wanted) {
      const hostId = subject.kind === 'admin' ? (wanted.hostId ?? null) : subject.id;
      const kind = hostId === null ? 'admin' : await accountKind(pool, hostId);
      if (kind !== 'host' && kind !== 'admin') {
        const what = kind === undefined ? 'there is no account' : 'no host is';
        return invalid('hostId', `${what} ${hostId}; leave hostId out, or send a host's id`);
      }
      const tooNew = unknownToSome(wanted.terms, mayWrite);
      if (tooNew !== undefined) return { ok: false, error: tooNew };
      const intent = `${subject.id}:${requestId}`;
      const apartment = newApartment(intent, hostId, wanted);
      const found = await insertListing(pool, { apartment, hostId, intent });
      if (found.id !== apartment.id) {
        const sentence = `requestId ${requestId} was used for apartment ${found.id}, written otherwise; send a new one for each apartment`;
        return refuse('idempotency_conflict', sentence);
      }
      await written();
      return { ok: true, data: found };
    },

    async change(subject, { apartmentId, requestId, revision, change }) {
      const intent = `${subject.id}:${requestId}:${apartmentId}`;
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const before = await managedListing(pool, apartmentId);
        if (before === undefined) return unknown(apartmentId);
        if (before.status === 'retired') {
          const message = `apartment ${apartmentId} is retired for good; list it anew`;
          return refuse('rule_violation', message, { fields: [{ path: 'apartmentId', message: 'retired' }] });
        }
        const decided = changedApartment(before, change);
        if ('refusal' in decided) return { ok: false, error: decided.refusal };
        const status = change.status ?? before.status;
        const isWritten = isSameApartment(before, decided.apartment);
        // What stands already is not refused: it may be this very change, sent again.
        if (isWritten && status === before.status) return { ok: true, data: before };
        const isMade = revision === undefined || revision === before.revision;
        if (!isMade && halfDone.get(intent) !== before.revision) return outrun(before, revision);
        if (!isWritten) {
          const tooNew = unknownToSome(decided.apartment.terms, mayWrite);
          if (tooNew !== undefined) return { ok: false, error: tooNew };
          const after = await updateListing(pool, before.revision, decided.apartment);
          if (after === undefined) continue;
          if (status !== before.status) halfDone.set(intent, after.revision);
          await written();
        }
        if (status === before.status) return fresh(apartmentId);
        return become(subject, { kind: status === 'paused' ? 'pause' : 'resume', apartmentId, requestId });
      }
      return refuse('unavailable', `apartment ${apartmentId} is being changed by others; try again`, {
        retryAfterMs: 500,
      });
    },

    retire: (subject, { apartmentId, requestId }) =>
      become(subject, { kind: 'retire', apartmentId, requestId }),

    get: fresh,
    figures,

    async list(subject, { limit, cursor, ...which }) {
      const hostId = subject.kind === 'admin' ? undefined : subject.id;
      const page = { afterId: cursor ?? '', limit };
      const { apartments, count } = await managedListings(pool, { ...which, hostId }, page);
      const last = apartments.length === limit ? apartments.at(-1) : undefined;
      return { apartments, count, ...(last !== undefined && { nextCursor: last.id }) };
    },

    async bookings(apartmentId, window, { limit, cursor }) {
      const page = await bookingsOfApartment(pool, apartmentId, window, { after: cursor, limit });
      const last = page.length === limit ? page.at(-1) : undefined;
      const bookings = await shownBookings(contacts, page.map(bookingView));
      return { bookings, ...(last !== undefined && { nextCursor: last.id }) };
    },
  };

  /** The status is the apartment's to change, in order with its holds; it is so already where it refuses. */
  async function become(
    subject: Subject,
    command: ApartmentCommand & { kind: 'pause' | 'resume' | 'retire' },
  ): Promise<Outcome<ManagedApartment>> {
    const { apartmentId } = command;
    const status = ({ pause: 'paused', resume: 'listed', retire: 'retired' } as const)[command.kind];
    const answer = await ask(subject, command);
    await written();
    const after = await fresh(apartmentId);
    const isSo = after.ok && after.data.status === status;
    return answer.ok || (answer.error.code === 'rule_violation' && isSo) ? after : answer;
  }

  async function fresh(apartmentId: string): Promise<Outcome<ManagedApartment>> {
    const found = await managedListing(pool, apartmentId);
    return found === undefined ? unknown(apartmentId) : { ok: true, data: found };
  }
}

function outrun({ id, revision }: ManagedApartment, sent: string) {
  const sentence = `apartment ${id} is at revision ${revision} and the change was made of ${sent}; read it again, and change that`;
  return refuse('revision_conflict', sentence);
}

function unknown(apartmentId: string) {
  return refuse('not_found', `there is no apartment ${apartmentId}; look it up with GET /v1/host/apartments`);
}

function invalid(path: string, message: string) {
  return refuse('invalid_request', message, { fields: [{ path, message }] });
}
