/** Which claims are in the way of some nights, in the words of a refusal. */
import { dateOf, type NightRange } from '../../protocol/nights.ts';
import type { Range } from '../../protocol/resources.ts';
import { CONFLICTS_MAX } from '../limits.ts';
import type { Claim } from './calendar.ts';
import { claimRange } from './views.ts';

const TAKEN_AS = { hold: 'held', booking: 'booked', block: 'closed' } as const;

export function conflictSentence(conflicts: readonly Claim[], stay: NightRange): string {
  const { kind, from, to } = conflicts[0]!;
  const [first, last] = [dateOf(Math.max(from, stay.from)), dateOf(Math.min(to, stay.to))];
  return `the nights from ${first} to ${last} are ${TAKEN_AS[kind]}`;
}

/** The first CONFLICTS_MAX of them, clipped to the nights that are asked for. */
export function conflictRanges(conflicts: readonly Claim[], nights: NightRange): Range[] {
  return conflicts.slice(0, CONFLICTS_MAX).map((claim) => claimRange(claim, nights));
}
