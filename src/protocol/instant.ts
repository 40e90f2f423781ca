/**
 * Instants cross the wire as ISO 8601 UTC with milliseconds and are epoch milliseconds inside.
 * The one file here that touches `Date`: as a formatter of a given number, never as a clock.
 */
import { z } from 'zod';

export const Instant = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'ISO 8601 UTC with milliseconds' });

/** The instants written last: a commit answers hundreds of commands of the same few milliseconds. */
const MEMO_SLOTS = 256;
const memoMs = new Float64Array(MEMO_SLOTS);
const memoText: string[] = new Array(MEMO_SLOTS).fill('1970-01-01T00:00:00.000Z');

/** @param epochMs milliseconds since 1970-01-01T00:00:00Z, an integer */
export function instant(epochMs: number): string {
  const slot = epochMs % MEMO_SLOTS;
  if (memoMs[slot] === epochMs) return memoText[slot]!;
  // biome-ignore lint/style/noRestrictedGlobals: formats an input; ten times cheaper than Temporal.Instant.
  const text = new Date(epochMs).toISOString();
  if (slot >= 0) {
    memoMs[slot] = epochMs;
    memoText[slot] = text;
  }
  return text;
}

/** @returns epoch milliseconds of an ISO 8601 instant, NaN where it is none */
export function epochMs(iso: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: parses an input.
  return Date.parse(iso);
}
