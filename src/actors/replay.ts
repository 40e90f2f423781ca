/**
 * The answer to a command that took effect before (I3), made again from the journal: byte for byte the same,
 * whichever server is asked and whatever has happened since.
 */
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import { holdOf, lengthen } from './calendar/apply.ts';
import { versionInId } from './calendar/claim-id.ts';
import { bookingAsConfirmed, bookingView, grantedUntilMs, holdView } from './calendar/views.ts';
import { blockView } from './effects.ts';
import type { JournalEntry } from './facts.ts';
import type { Journal } from './ports.ts';

export interface Again {
  /** False where the version found was another's request with the same hash, or with the same id. */
  readonly isOwn: boolean;
  /** Undefined where it is to be decided anew: another's, or a confirm whose payment came to nothing. */
  readonly outcome: Outcome<ApartmentAnswer> | undefined;
  /** Of a confirm: its own attempt, which need not be the one under way. */
  readonly paymentKey?: string;
}

/** @param version where the request window says that it took effect, on disk */
export async function answerAgain(
  journal: Journal,
  subjectId: string,
  command: ApartmentCommand,
  version: number,
): Promise<Again> {
  const { apartmentId, requestId } = command;
  const entry = await journal.entry(apartmentId, version);
  if (entry === undefined) throw new Error(`${apartmentId}: version ${version} is not in the journal`);
  if (entry.subjectId !== subjectId || entry.requestId !== requestId) {
    return { isOwn: false, outcome: undefined };
  }
  if (!asksForSame(command, entry)) {
    return { isOwn: true, outcome: usedForElse(command) };
  }
  if (command.kind === 'confirm' && entry.fact.kind === 'confirming') {
    const booking = await journal.booking(apartmentId, entry.fact.booking);
    // An attempt that came to nothing took no effect: another way to pay may be tried under the same id.
    const paymentKey = entry.fact.key;
    if (booking === undefined) return { isOwn: true, outcome: undefined, paymentKey };
    const { name, email } = booking.contact;
    const { contact, method } = command;
    if (method !== entry.fact.method || contact.name !== name || contact.email !== email) {
      return { isOwn: true, outcome: usedForElse(command) };
    }
  }
  const answer = await answerOf(journal, entry);
  if (answer !== undefined) return { isOwn: true, outcome: { ok: true, data: answer } };
  const { fact } = entry;
  return { isOwn: true, outcome: undefined, ...(fact.kind === 'confirming' && { paymentKey: fact.key }) };
}

function usedForElse({ requestId }: ApartmentCommand) {
  const sentence = `requestId ${requestId} was used for something else on this apartment`;
  return refuse('idempotency_conflict', `${sentence}; send a new one for each intent`);
}

async function answerOf(journal: Journal, entry: JournalEntry): Promise<ApartmentAnswer | undefined> {
  const { apartmentId, version, fact } = entry;
  switch (fact.kind) {
    case 'held':
      return { hold: holdView(apartmentId, holdOf(fact, entry), 'held', version) };
    case 'extended': {
      const hold = await beginningOf(journal, apartmentId, fact.hold);
      lengthen(hold, fact);
      return { hold: holdView(apartmentId, hold, 'held', version) };
    }
    case 'released': {
      const hold = await beginningOf(journal, apartmentId, fact.hold);
      if (fact.expiresAtMs !== undefined) hold.expiresAtMs = fact.expiresAtMs;
      return { hold: holdView(apartmentId, hold, 'released', version) };
    }
    case 'confirming': {
      const booking = await journal.booking(apartmentId, fact.booking);
      if (booking === undefined || booking.status === 'pending') return undefined;
      return { booking: bookingAsConfirmed(booking) };
    }
    case 'cancelled': {
      const booking = await journal.booking(apartmentId, fact.booking);
      if (booking === undefined) return undefined;
      const { refundMinor } = fact;
      const cancelledAtMs = entry.atMs;
      return {
        booking: bookingView({ ...booking, status: 'cancelled', cancelledAtMs, refundMinor, version }),
      };
    }
    case 'blocked':
      return {
        block: blockView(
          apartmentId,
          { ...fact, kind: 'block', id: fact.block, reason: fact.reason },
          version,
        ),
      };
    case 'unblocked': {
      const blocked = (await born(journal, apartmentId, fact.block)).fact;
      if (blocked.kind !== 'blocked') throw new Error(`${apartmentId}: ${fact.block} was not born blocked`);
      const claim = { ...blocked, kind: 'block', id: fact.block, reason: blocked.reason } as const;
      return { block: blockView(apartmentId, claim, version) };
    }
    case 'paused':
      return { status: 'paused' };
    case 'resumed':
      return { status: 'listed' };
    case 'retired':
      return { status: 'retired' };
    default:
      throw new Error(`${apartmentId}: a ${fact.kind} fact is nobody's command`);
  }
}

/** Ids carry the version at which they were born: one look-up by primary key. */
async function born(journal: Journal, apartmentId: string, id: string): Promise<JournalEntry> {
  const version = versionInId(id);
  const entry = version === undefined ? undefined : await journal.entry(apartmentId, version);
  if (entry === undefined) throw new Error(`${apartmentId}: ${id} has no beginning in the journal`);
  return entry;
}

async function beginningOf(journal: Journal, apartmentId: string, holdId: string) {
  const entry = await born(journal, apartmentId, holdId);
  if (entry.fact.kind !== 'held') throw new Error(`${apartmentId}: ${holdId} was not born held`);
  return holdOf(entry.fact, entry);
}

/** Whether a fact is what this command would have caused. */
function asksForSame(command: ApartmentCommand, { fact, atMs }: JournalEntry): boolean {
  switch (command.kind) {
    case 'hold': {
      if (fact.kind !== 'held') return false;
      const { stay, guests } = command;
      return fact.from === stay.from && fact.to === stay.to && fact.guests === guests;
    }
    case 'extend':
      if (fact.kind !== 'extended' || fact.hold !== command.holdId) return false;
      return fact.v === 2
        ? fact.expiresAtMs === grantedUntilMs(command.minutes, atMs)
        : command.minutes === undefined;
    case 'release':
      return fact.kind === 'released' && fact.hold === command.holdId;
    case 'confirm':
      return fact.kind === 'confirming' && fact.hold === command.holdId;
    case 'cancel':
      return (
        fact.kind === 'cancelled' && fact.booking === command.bookingId && fact.reason === command.reason
      );
    case 'block': {
      const { range, reason } = command;
      return (
        fact.kind === 'blocked' && fact.from === range.from && fact.to === range.to && fact.reason === reason
      );
    }
    case 'unblock':
      return fact.kind === 'unblocked' && fact.block === command.blockId;
    case 'pause':
      return fact.kind === 'paused';
    case 'resume':
      return fact.kind === 'resumed';
    case 'retire':
      return fact.kind === 'retired';
  }
}
