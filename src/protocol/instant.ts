/**
 * Instants cross the wire as ISO 8601 UTC with milliseconds and are epoch milliseconds inside.
 * The one file here that touches `Date`: as a formatter of a given number, never as a clock.
 */
import { z } from 'zod';

export const Instant = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'ISO 8601 UTC with milliseconds' });

/** @param epochMs milliseconds since 1970-01-01T00:00:00Z */
export function instant(epochMs: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats an input; ten times cheaper than Temporal.Instant.
  return new Date(epochMs).toISOString();
}

/** @returns epoch milliseconds of an ISO 8601 instant, NaN where it is none */
export function epochMs(iso: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: parses an input.
  return Date.parse(iso);
}
