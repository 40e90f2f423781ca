import { type ErrorBody, errorBody } from '../protocol/errors.ts';
import type { Subject } from '../protocol/resources.ts';
import { versionInId } from './calendar/claim-id.ts';
import { noSuchHold } from './calendar/decision.ts';
import type { Journal } from './ports.ts';

/**
 * Why a hold that is not open cannot be acted on (H8). Ended holds are not kept in memory: the id says where the
 * hold was born, and the journal how it ended.
 */
export async function endedHoldRefusal(
  journal: Journal,
  apartmentId: string,
  holdId: string,
  subject: Subject,
): Promise<ErrorBody> {
  const version = versionInId(holdId);
  const born = version === undefined ? undefined : await journal.entry(apartmentId, version);
  const isIt = born?.fact.kind === 'held' && born.fact.hold === holdId;
  if (!isIt || (born.subjectId !== subject.id && subject.kind !== 'admin')) return noSuchHold(holdId);
  const ended = await journal.endOf(apartmentId, holdId, born.version);
  if (ended === undefined) throw new Error(`${apartmentId}: hold ${holdId} is neither open nor ended`);
  if (ended.fact.kind === 'expired') {
    return errorBody(
      'hold_expired',
      `hold ${holdId} has expired; hold the nights again if they are still free`,
    );
  }
  const how =
    ended.fact.kind === 'confirmed' ? 'confirmed' : ended.fact.kind === 'held' ? 'replaced' : 'released';
  return errorBody('hold_not_open', `hold ${holdId} is ${how} already; look at \`mine\` for what is open`);
}
