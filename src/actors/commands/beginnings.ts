/** Where claims began: ids carry the version at which they were born, so that is one look-up by primary key. */
import { holdOf } from '../calendar/apply.ts';
import type { HoldClaim } from '../calendar/calendar.ts';
import { versionInId } from '../calendar/claim-id.ts';
import type { JournalEntry } from '../facts.ts';
import type { Journal } from '../ports.ts';
import { factOf } from './rules.ts';

/** @throws Error where the journal knows no beginning of that id */
export async function born(journal: Journal, apartmentId: string, id: string): Promise<JournalEntry> {
  const version = versionInId(id);
  const entry = version === undefined ? undefined : await journal.entry(apartmentId, version);
  if (entry === undefined) throw new Error(`${apartmentId}: ${id} has no beginning in the journal`);
  return entry;
}

/** A hold as it began. */
export async function heldAtFirst(journal: Journal, apartmentId: string, holdId: string): Promise<HoldClaim> {
  const entry = await born(journal, apartmentId, holdId);
  return holdOf(factOf(entry, 'held'), entry);
}
