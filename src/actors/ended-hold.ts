import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import { type ErrorBody, OF_ANOTHER } from '../protocol/errors.ts';
import type { Subject } from '../protocol/resources.ts';
import { versionInId } from './calendar/claim-id.ts';
import { type Command, noSuchHold, notOpen } from './calendar/decision.ts';
import { type HoldEvent, type HoldState, refusalIn } from './calendar/hold-machine.ts';
import type { FactKind, JournalEntry } from './facts.ts';
import { END_SEARCH_FACTS_MAX, END_SEARCH_PAGE } from './limits.ts';
import type { Journal } from './ports.ts';
import { type Heirs, isOf } from './replay.ts';

/** Commands about a hold, and the fact that each asks for. */
const ASKS_FOR = {
  extend: 'extended',
  release: 'released',
  confirm: 'confirming',
} as const satisfies Partial<Record<ApartmentCommand['kind'], HoldEvent>>;
/** A hold that a later `held` has ended was replaced by it. */
const ENDED_BY: Partial<Record<FactKind, HoldState>> = {
  held: 'replaced',
  released: 'released',
  expired: 'expired',
  confirmed: 'confirmed',
};

/**
 * Why a hold that is not open cannot be acted on (H8). Ended holds are not kept in memory: the id says where the
 * hold was born, and the journal how it ended.
 * @param apartmentVersion by which it has ended
 */
export async function endedHoldRefusal(
  { journal, heirOf }: Heirs,
  { apartmentId, holdId, kind }: Command<keyof typeof ASKS_FOR>,
  subject: Subject,
  apartmentVersion: number,
): Promise<ErrorBody> {
  const version = versionInId(holdId);
  const born = version === undefined ? undefined : await journal.entry(apartmentId, version);
  const isIt = born?.fact.kind === 'held' && born.fact.hold === holdId;
  if (!isIt) return noSuchHold(holdId);
  const isTheirs = subject.kind === 'admin' || (await isOf(born, subject.id, heirOf));
  if (!isTheirs) return noSuchHold(holdId, OF_ANOTHER);
  const ended = await endOf(journal, born, holdId, apartmentVersion);
  if (ended === 'far away') return notOpen(holdId, 'has ended', 'look at `mine` for what is open').refusal;
  const state = ended === undefined ? undefined : ENDED_BY[ended.fact.kind];
  const refusal = state === undefined ? undefined : refusalIn(state, ASKS_FOR[kind], holdId);
  if (refusal === undefined) throw new Error(`${apartmentId}: hold ${holdId} is neither open nor ended`);
  return refusal;
}

/**
 * Most ends are a few facts from their beginning; between those of a hold that outlives a rush may be millions. A search
 * that grew with them would cost whoever asks next to nothing and the storage seconds.
 */
async function endOf(
  journal: Journal,
  { apartmentId, version: bornVersion }: JournalEntry,
  holdId: string,
  apartmentVersion: number,
): Promise<JournalEntry | 'far away' | undefined> {
  const lastVersion = Math.min(apartmentVersion, bornVersion + END_SEARCH_FACTS_MAX);
  for (let after = bornVersion; after < lastVersion; after += END_SEARCH_PAGE) {
    const ended = await journal.endOf(apartmentId, holdId, after, END_SEARCH_PAGE);
    if (ended !== undefined) return ended;
  }
  return lastVersion < apartmentVersion ? 'far away' : undefined;
}
