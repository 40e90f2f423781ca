import type { InspectionEvent } from 'xstate';
import type { ApartmentActor, ApartmentSnapshot } from './apartment-actor.ts';
import type { ApartmentEvent } from './apartment-machine.ts';

/** Ids and kinds alone: what a command carries of a guest's contact stays out of logs. */
export interface TraceLine {
  readonly event: 'apartment.received' | 'apartment.decided';
  readonly apartmentId: string;
  /** A command's kind, `tick` or `payment`. */
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * An inspector of the actor system that writes two lines for every event: what an apartment received, and the state
 * after it with what it decided. An event that has the first line alone ended in a defect.
 */
export function traceTo(write: (line: TraceLine) => void): (seen: InspectionEvent) => void {
  return (seen) => {
    if (seen.type !== '@xstate.event' && seen.type !== '@xstate.snapshot') return;
    // The root's own events, and those with which XState starts and stops an actor, have no turn.
    if (!('turn' in seen.event)) return;
    const event = seen.event as ApartmentEvent;
    const apartmentId = (seen.actorRef as ApartmentActor).id;
    const { type, turn } = event;
    if (seen.type === '@xstate.event')
      return write({ event: 'apartment.received', apartmentId, type, ...of(event) });
    const { value, calendar } = seen.snapshot as ApartmentSnapshot;
    const facts = turn.entries.map(({ fact }) => fact.kind);
    const refusal = turn.outcome?.ok === false ? { refusal: turn.outcome.error.code } : {};
    write({
      event: 'apartment.decided',
      apartmentId,
      type,
      state: value,
      version: calendar.version,
      facts,
      ...refusal,
    });
  };
}

function of(event: ApartmentEvent): object {
  if ('command' in event) {
    const { command, at } = event;
    const holdId = 'holdId' in command ? { holdId: command.holdId } : {};
    return { requestId: command.requestId, subjectId: at.subject.id, ...holdId };
  }
  return 'step' in event ? { step: event.step.kind, key: event.step.key } : {};
}
