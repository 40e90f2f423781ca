/** The decision that what is one guest's becomes another's. Pure: nothing is changed here. */
import { type Calendar, hasAnythingOf } from './calendar.ts';
import type { Circumstances } from './circumstances.ts';
import { type Command, type Decision, notKnownToAll } from './decision.ts';

const ADOPTIONS = 'adoptions';

/** Nothing where nothing is left of the guest's: so it may be asked for again and again. */
export function decideAdopt(calendar: Calendar, command: Command<'adopt'>, at: Circumstances): Decision {
  if (!at.mayWrite(ADOPTIONS)) return { refusal: notKnownToAll(ADOPTIONS) };
  const { guestId: guest } = command;
  const account = at.subject.id;
  if (guest === account) throw new Error(`guest ${guest} would adopt what is theirs`);
  if (!hasAnythingOf(calendar, guest) && at.bookingsOfGuest?.length === 0) return { facts: [] };
  return {
    facts: [{ fact: { kind: 'adopted', guest, account }, booking: { op: 'adopted', guest, account } }],
  };
}
