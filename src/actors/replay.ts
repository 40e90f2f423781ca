/**
 * The answer to a command that took effect before (I3), made again from the journal: byte for byte the same,
 * whichever server is asked and whatever has happened since.
 */
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import { isSameContact } from '../protocol/kept-contact.ts';
import type { ApartmentParts } from './apartment.ts';
import { COMMANDS } from './commands/table.ts';
import type { JournalEntry } from './facts.ts';

/** Where facts are, and whose they are that somebody else caused. */
export type Heirs = Pick<ApartmentParts, 'journal' | 'heirOf'>;

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
  { journal, heirOf }: Heirs,
  subjectId: string,
  command: ApartmentCommand,
  version: number,
): Promise<Again> {
  const { apartmentId, requestId } = command;
  const entry = await journal.entry(apartmentId, version);
  if (entry === undefined) {
    // Longer ago than a request is remembered (I3): an archived one is as one that was forgotten.
    const baseline = await journal.baseline(apartmentId);
    if (baseline !== undefined && version <= baseline.version) return { isOwn: false, outcome: undefined };
    throw new Error(`${apartmentId}: version ${version} is not in the journal`);
  }
  if (entry.requestId !== requestId || !(await isOf(entry, subjectId, heirOf))) {
    return { isOwn: false, outcome: undefined };
  }
  const { sameAs, again } = COMMANDS[command.kind];
  if (!sameAs(command as never, entry)) {
    return { isOwn: true, outcome: usedForElse(command) };
  }
  if (command.kind === 'confirm' && entry.fact.kind === 'confirming') {
    const booking = await journal.booking(apartmentId, entry.fact.booking);
    // An attempt that came to nothing took no effect: another way to pay may be tried under the same id.
    const paymentKey = entry.fact.key;
    if (booking === undefined) return { isOwn: true, outcome: undefined, paymentKey };
    if (command.method !== entry.fact.method || !isSameContact(command.contact, booking.contact)) {
      return { isOwn: true, outcome: usedForElse(command) };
    }
  }
  const answer = await again(journal, entry);
  if (answer !== undefined) return { isOwn: true, outcome: { ok: true, data: answer } };
  const { fact } = entry;
  return { isOwn: true, outcome: undefined, ...(fact.kind === 'confirming' && { paymentKey: fact.key }) };
}

/** Whether somebody caused a fact, or has since what was theirs who did: they repeat what they began as another guest. */
export async function isOf(
  { subjectId }: JournalEntry,
  guestId: string,
  heirOf: Heirs['heirOf'],
): Promise<boolean> {
  return subjectId === guestId || (subjectId !== null && (await heirOf(subjectId)) === guestId);
}

function usedForElse({ requestId }: ApartmentCommand) {
  const sentence = `requestId ${requestId} was used for something else on this apartment`;
  return refuse('idempotency_conflict', `${sentence}; send a new one for each intent`);
}
