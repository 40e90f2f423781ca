/**
 * An apartment as an XState actor: its one writer. Commands, lapses of time and answers about payments are events in
 * XState's mailbox, taken one after another; the snapshot is the calendar. It decides and changes nothing outside: what
 * an event made it decide is in the event's `turn`, which the shell around it carries out (apartment.ts).
 *
 * The logic is ours rather than the machine's own interpreter: it looks into the table that the machine was asked for
 * once (ADR 14). Calendars are changed in place, so a snapshot shows the apartment as it is now; `getPersistedSnapshot`
 * gives one that stays as it is.
 */
import type { Actor, ActorLogic, Snapshot } from 'xstate';
import type { ListingStatus } from '../protocol/terms.ts';
import { type ApartmentEvent, react } from './apartment-machine.ts';
import { type Calendar, emptyCalendar } from './calendar/calendar.ts';

export type ApartmentSnapshot = Snapshot<undefined> & {
  readonly value: ListingStatus;
  readonly calendar: Calendar;
};
export type ApartmentActor = Actor<typeof apartmentLogic>;

export const apartmentLogic: ActorLogic<ApartmentSnapshot, ApartmentEvent> = {
  getInitialSnapshot: () => snapshotOf(emptyCalendar()),
  restoreSnapshot: (persisted) => snapshotOf((persisted as ApartmentSnapshot).calendar),
  getPersistedSnapshot: (snapshot) => structuredClone(snapshot),
  transition(snapshot, event) {
    // XState's own, as the actor ends.
    if ((event as { type: string }).type === 'xstate.stop')
      return { ...snapshot, status: 'stopped', output: undefined, error: undefined };
    const value = react(snapshot.calendar, event);
    return value === snapshot.value ? snapshot : { ...snapshot, value };
  },
};

/** @param calendar the snapshot's alone from now on */
export function snapshotOf(calendar: Calendar): ApartmentSnapshot {
  return { status: 'active', output: undefined, error: undefined, value: calendar.status, calendar };
}
