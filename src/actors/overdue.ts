/** C1: nobody waits for an answer longer than COMMAND_DEADLINE_MS. */
import { refuse } from '../protocol/errors.ts';
import { COMMAND_DEADLINE_MS } from '../protocol/limits.ts';
import type { Asked } from './turn.ts';

export function isOverdue(asked: Asked, nowMs: number): boolean {
  return nowMs - asked.sinceMs >= COMMAND_DEADLINE_MS;
}

/** Whether it took effect stays unknown; a later answer to the same asking goes nowhere. */
export function answerUnavailable(asked: Asked): void {
  const sentence =
    'it was not stored in time and whether it took effect is unknown; send it again with the same requestId';
  asked.reply(refuse('unavailable', sentence, { retryAfterMs: 500 }));
  asked.reply = () => {};
}
