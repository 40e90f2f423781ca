import type { Calendar } from './calendar.ts';

/** Ids say at which version they came to be, so that the fact behind one is a look-up by primary key. */
export function claimId(prefix: 'h' | 'b' | 'k', calendar: Calendar, entropy: string): string {
  return `${prefix}${(calendar.version + 1).toString(36)}-${entropy}`;
}

export function versionInId(id: string): number | undefined {
  const version = Number.parseInt(id.slice(1, id.indexOf('-')), 36);
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}
