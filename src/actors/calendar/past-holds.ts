/**
 * Holds of the last half hour that ended without a booking: to hold their nights again is no new hold as far as the cap
 * goes (H3). Every `hold` looks through them, so they are numbers in one array, not objects all over the heap.
 */
import type { NightRange } from '../../protocol/nights.ts';
import { HOLD_CAP_MS, PAST_HOLDS_MAX } from '../limits.ts';
import type { HoldClaim } from './calendar.ts';

export interface PastHolds {
  /** In the order in which their end was noticed; at most PAST_HOLDS_MAX. */
  readonly guestIds: string[];
  /** Of each, in the same order: from, to, firstHeldAtMs, endedAtMs. */
  readonly figures: number[];
}

const WIDTH = 4;

/** What a later hold of the same guest covers, that one stands for. */
export function remember(past: PastHolds, hold: HoldClaim, endedAtMs: number): void {
  const { guestIds, figures } = past;
  const { guestId, from, to, firstHeldAtMs } = hold;
  let stale = 0;
  while (stale < guestIds.length && endedAtMs >= figures[stale * WIDTH + 3]! + HOLD_CAP_MS) stale += 1;
  if (stale > 0) forget(past, 0, stale);
  for (let i = guestIds.length - 1; i >= 0; i--) {
    const at = i * WIDTH;
    const isCovered =
      from <= figures[at]! &&
      figures[at + 1]! <= to &&
      firstHeldAtMs <= figures[at + 2]! &&
      guestIds[i] === guestId;
    if (isCovered) forget(past, i, 1);
  }
  guestIds.push(guestId);
  figures.push(from, to, firstHeldAtMs, endedAtMs);
  if (guestIds.length > PAST_HOLDS_MAX) forget(past, 0, 1);
}

/** Since when a guest has held some of these nights, with pauses shorter than the cap: epoch milliseconds, `nowMs` at the latest. */
export function heldSinceMs(
  past: PastHolds | undefined,
  guestId: string,
  nights: NightRange,
  nowMs: number,
): number {
  let sinceMs = nowMs;
  if (past === undefined) return sinceMs;
  const { guestIds, figures } = past;
  for (let i = guestIds.length - 1; i >= 0; i--) {
    const at = i * WIDTH;
    // The guest last: the figures lie side by side, and a string is wherever it was made.
    if (
      figures[at]! < nights.to &&
      nights.from < figures[at + 1]! &&
      figures[at + 2]! < sinceMs &&
      nowMs < figures[at + 3]! + HOLD_CAP_MS &&
      guestIds[i] === guestId
    )
      sinceMs = figures[at + 2]!;
  }
  return sinceMs;
}

function forget({ guestIds, figures }: PastHolds, from: number, count: number): void {
  guestIds.splice(from, count);
  figures.splice(from * WIDTH, count * WIDTH);
}
