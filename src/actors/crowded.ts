/** What is still taken where an apartment remembers so many requests that there may not be room for all (C9). */
import type { ApartmentCommand } from '../protocol/apartment-command.ts';
import { type Outcome, refuse } from '../protocol/errors.ts';
import type { Subject } from '../protocol/resources.ts';
import { COMMANDS } from './commands/table.ts';
import { REQUESTS_MAX, REQUESTS_OF_GUESTS, REQUESTS_OF_STAFF } from './limits.ts';
import type { RequestWindow } from './request-window.ts';

/**
 * Who begins something, and could go on beginning, must have room. What ends or pays for what was begun takes the
 * places that are kept for it: no more than there are claims.
 */
export function crowdedRefusal(
  window: RequestWindow,
  { kind, apartmentId }: ApartmentCommand,
  { id, kind: by }: Subject,
): Outcome<never> | undefined {
  const part = by === 'guest' ? REQUESTS_OF_GUESTS : REQUESTS_OF_STAFF;
  const isTaken = COMMANDS[kind].isEndless(by) ? window.hasRoom(id, part) : !window.isFull;
  if (isTaken) return undefined;
  const sentence = `apartment ${apartmentId} has taken effect of ${window.taken} requests within a day`;
  const rest = window.isFull
    ? `${REQUESTS_MAX} are the most; try again later`
    : `and takes no more ${kind} of yours for now; confirm or let go what you hold, or choose another apartment`;
  return refuse('rate_limited', `${sentence} and ${rest}`, { retryAfterMs: 60_000 });
}
