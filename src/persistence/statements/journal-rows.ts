/** Rows of the journal as entries, whichever statement read them. */
import type { Fact, FactKind, JournalEntry } from '../../actors/facts.ts';

/** One entry as a JSON array, and many of them as one: read by a single JSON.parse. */
export const ENTRY_JSON = `json_build_array(j.version, j.kind, j.subject_id, j.request_id,
  (extract(epoch from j.at) * 1000)::bigint, j.fact, j.hash)`;

export type EntryRow = readonly [
  version: number,
  kind: FactKind,
  subjectId: string | null,
  requestId: string | null,
  atMs: number,
  fact: object,
  hash: number | null,
];

export function entryOf(apartmentId: string, row: EntryRow): JournalEntry {
  const [version, kind, subjectId, requestId, atMs, fact, hash] = row;
  const entry = { apartmentId, version, fact: { kind, ...fact } as Fact, subjectId, requestId, atMs };
  return hash === null ? entry : { ...entry, hash };
}
