/** What a decision is: facts or a refusal, and the refusals that decisions of every kind may come to. */
import type { ApartmentCommand } from '../../protocol/apartment-command.ts';
import { type ErrorBody, type ErrorDetails, errorBody, OF_ANOTHER, refuse } from '../../protocol/errors.ts';
import type { Feature } from '../../protocol/feature-levels.ts';
import type { Subject } from '../../protocol/resources.ts';
import type { BookingWrite, Fact } from '../facts.ts';
import { type Calendar, findHold, type HoldClaim } from './calendar.ts';

export interface DecidedFact {
  readonly fact: Fact;
  readonly booking?: BookingWrite;
}
export type Decision =
  | { readonly refusal: ErrorBody; readonly facts?: undefined }
  | { readonly facts: readonly DecidedFact[]; readonly refusal?: undefined };

export type Command<Kind extends ApartmentCommand['kind']> = Extract<ApartmentCommand, { kind: Kind }>;

/** A hold that is not open (any more) is answered before it comes here; see ended-hold.ts. */
export function ownHold(
  calendar: Calendar,
  holdId: string,
  subject: Subject,
): HoldClaim | { refusal: ErrorBody } {
  const hold = findHold(calendar, holdId);
  if (hold?.guestId === subject.id) return hold;
  return { refusal: noSuchHold(holdId, hold && OF_ANOTHER) };
}

/** Also where it is another guest's: never told apart. */
export function noSuchHold(holdId: string, details?: ErrorDetails): ErrorBody {
  return errorBody(
    'not_found',
    `there is no hold ${holdId} of yours on this apartment; place one with \`hold\``,
    details,
  );
}

/** There is no such apartment, or none that whoever asks may know of (S8): never told apart. */
export function unknownApartment(apartmentId: string, details?: ErrorDetails) {
  return refuse('not_found', `there is no apartment ${apartmentId}; look for one with \`search\``, details);
}

/** As `ownHold`; an admin may end or lengthen anybody's. */
export function manageableHold(
  calendar: Calendar,
  holdId: string,
  subject: Subject,
): HoldClaim | { refusal: ErrorBody } {
  if (subject.kind !== 'admin') return ownHold(calendar, holdId, subject);
  return findHold(calendar, holdId) ?? { refusal: noSuchHold(holdId) };
}

export function notOpen(holdId: string, why: string, wayOut: string): { refusal: ErrorBody } {
  return { refusal: errorBody('hold_not_open', `hold ${holdId} ${why}; ${wayOut}`) };
}

/** What is asked would be written or sent as an older version, which is there still, does not understand it. */
export function notKnownToAll(feature: Feature): ErrorBody {
  const sentence = `not every server knows ${feature} yet, as one of an older version is still there; send it again when that has been replaced`;
  return errorBody('unavailable', sentence, { retryAfterMs: 1_000 });
}

export function violation(path: string, message: string): ErrorBody {
  return errorBody('rule_violation', message, { fields: [{ path, message }] });
}
