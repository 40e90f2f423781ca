/** When a countdown speaks. No React, no clock. */

/** Seconds left at which screen readers are told, and 0: the end. Every second would drown everything else. */
const MARKS = [0, 30, 60, 120, 300] as const;
export type Mark = (typeof MARKS)[number];

/**
 * The mark that a countdown has come to, undefined where it passed none. One that was asleep and jumped past
 * several speaks of the one it is in; time that was added says nothing.
 * @param before seconds left when it was looked at before; undefined the first time, which passes nothing
 */
export function markPassed(before: number | undefined, seconds: number): Mark | undefined {
  if (before === undefined) return undefined;
  return MARKS.find((mark) => seconds <= mark && before > mark);
}
