/** The apartments as the gateway asks for them: commands and reads, wherever they run, and the changes of those running here. */

import type { Pool } from 'pg';
import { unknownApartment } from '../actors/calendar/decision.ts';
import type { Asked } from '../actors/turn.ts';
import type { Apartments, Listings } from '../gateway/ports.ts';
import { listingsOverview } from '../persistence/statements/listings.ts';
import type { ApartmentAnswer, ApartmentAnswers, ApartmentCommand } from '../protocol/apartment-command.ts';
import type { OccupancyQuery } from '../protocol/commands.ts';
import { isOfAnother, OF_ANOTHER, type Outcome, Refusal, refuse } from '../protocol/errors.ts';
import type { OccupancyAnswer } from '../protocol/events.ts';
import type { JournalAnswer } from '../protocol/journal.ts';
import { isSealed, type KeptBooking, type KeptContact } from '../protocol/kept-contact.ts';
import { OCCUPANCY_APARTMENTS_MAX } from '../protocol/limits.ts';
import { nightOf } from '../protocol/nights.ts';
import type { Booking, GuestContact, Subject } from '../protocol/resources.ts';
import { completeClaims } from '../services/bookings/claims.ts';
import { type Contacts, shownBookings } from '../services/contacts/index.ts';
import type { Belonging } from '../services/contacts/seal.ts';
import { TIMERS } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import { CONTACT_PATIENCE_MS } from './limits.ts';

type Answered = (outcome: Outcome<ApartmentAnswer<Booking>>) => void;

export interface ApartmentsParts {
  readonly pool: Pool;
  readonly contacts: Contacts;
  /** Who may know of which. */
  readonly listings: Pick<Listings, 'isPublic' | 'get'>;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

export function createApartments(
  { cluster, reads, clock, changes, onAccessRefused }: ApartmentsNode,
  { pool, contacts, listings, onFault }: ApartmentsParts,
): Apartments {
  return {
    ask(subject, command, reply) {
      const sinceMs = clock.nowMs();
      const { apartmentId } = command;
      if (listings.isPublic(apartmentId)) return handOn(subject, command, reply, sinceMs);
      return unknown(subject, apartmentId).then((refusal) =>
        refusal === undefined ? handOn(subject, command, reply, sinceMs) : reply(refusal),
      );
    },
    async calendar(subject, apartmentId, window) {
      const refusal = listings.isPublic(apartmentId) ? undefined : await unknown(subject, apartmentId);
      return refusal ?? cluster.calendar(apartmentId, window);
    },
    async claims(subject, apartmentId, window) {
      const standing = await cluster.claims(apartmentId, window);
      if (!standing.ok) return standing;
      return {
        ok: true,
        data: await completeClaims({ pool, contacts }, subject, apartmentId, standing.data),
      };
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
    onAccessRefused,
    onMissed: (listener) => changes.onMissed(listener),
    subscribe: (listener) => changes.subscribe(listener),
    onBooking: (listener) =>
      changes.subscribe(({ guestId, booking, adopted }) => {
        if (guestId === undefined) return;
        if (booking !== undefined) tell(guestId, booking, listener);
        for (const other of adopted?.bookings ?? []) tell(guestId, other, listener);
      }),
  };

  /** Asks the apartment, which the subject may know of. */
  function handOn(
    subject: Subject,
    command: ApartmentCommand<GuestContact>,
    reply: Answered,
    sinceMs: number,
  ): void | Promise<void> {
    switch (command.kind) {
      case 'confirm':
        return confirm(subject, command, reply, sinceMs);
      case 'cancel':
        return cluster.ask({ subject, command, reply: shown(reply), sinceMs, attempts: 0 });
      default:
        // Of all other commands no answer has a booking in it.
        cluster.ask({ subject, command, reply: reply as Asked['reply'], sinceMs, attempts: 0 });
    }
  }

  /**
   * Of an apartment that is not known to be anybody's to know of: as the database has it now.
   * @returns undefined where the subject may know of it
   */
  async function unknown(subject: Subject | undefined, apartmentId: string) {
    const known = await listings.get(subject, apartmentId);
    return known.ok
      ? undefined
      : unknownApartment(apartmentId, isOfAnother(known.error) ? OF_ANOTHER : undefined);
  }

  function tell(
    guestId: string,
    booking: KeptBooking,
    listener: (guestId: string, booking: Booking) => void,
  ): void {
    const guest = contacts.openNow(booking);
    if (guest !== undefined) return listener(guestId, { ...booking, guest });
    shownBookings(contacts, [booking])
      .then(([opened]) => listener(guestId, opened!))
      .catch((cause: unknown) => {
        onFault('booking.not_told', { apartmentId: booking.apartmentId, bookingId: booking.id, cause });
        changes.missed();
      });
  }

  /** From here on nobody has the contact but sealed: its apartment, the disk, other servers. */
  async function confirm(
    subject: Subject,
    { contact, ...command }: ApartmentCommand<GuestContact> & { kind: 'confirm' },
    reply: Answered,
    sinceMs: number,
  ): Promise<void> {
    const { apartmentId, holdId } = command;
    const of = { guestId: subject.id, apartmentId, holdId };
    const kept = contacts.sealNow(of, contact) ?? (await sealed(of, contact));
    const asked = { subject, command: { ...command, contact: kept }, sinceMs, attempts: 0 };
    // It is answered with what it has said itself: no key is needed for that.
    cluster.ask({ ...asked, reply: shown(reply, ({ guest }) => isSameSeal(guest, kept) && contact) });
  }

  async function sealed(of: Belonging, contact: GuestContact): Promise<KeptContact> {
    const sealing = contacts.seal(of, contact);
    if (await within(TIMERS, CONTACT_PATIENCE_MS, sealing)) return sealing;
    throw new Refusal('unavailable', AWAY, RETRY);
  }

  /** @param said its guest's contact, where it is known without opening it */
  function shown(reply: Answered, said: (booking: KeptBooking) => GuestContact | false = () => false) {
    return (outcome: Outcome<ApartmentAnswer>) => {
      if (!outcome.ok) return reply(outcome);
      const { booking } = outcome.data as ApartmentAnswers['confirm'];
      const guest = said(booking) || contacts.openNow(booking);
      if (guest !== undefined) return reply({ ok: true, data: { booking: { ...booking, guest } } });
      const opening = shownBookings(contacts, [booking]);
      within(TIMERS, CONTACT_PATIENCE_MS, opening).then(
        async (isOpen) => reply(isOpen ? { ok: true, data: { booking: (await opening)[0]! } } : notShown),
        () => reply(notShown),
      );
    };
  }

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

const RETRY = { retryAfterMs: 1_000 };
const AWAY = 'the storage cannot be reached just now; send it again with the same requestId';
/** What was asked has taken effect (C1). */
const notShown = refuse('unavailable', AWAY, RETRY);

function isSameSeal(guest: KeptBooking['guest'], kept: KeptContact): boolean {
  return isSealed(guest) && isSealed(kept) && guest.sealed === kept.sealed;
}

/** A fact as a host may see it: which guest is behind an id is not theirs to know, nor what a guest pays with. */
function withoutOthers(ownId: string) {
  return ({ subjectId, fact, ...rest }: JournalAnswer['facts'][number]) => {
    const { key: _, method: __, guest: ___, account: ____, ...told } = fact;
    return { ...rest, fact: told, ...(subjectId === ownId && { subjectId }) };
  };
}
