/** What the judge is handed of a database: rows as they are stored, none of them believed yet. */

/**
 * Of one apartment after the other, and of each in order of `nr`: its listing, its snapshot and its blocks below 0, its
 * baseline at 0 where its first facts are archived, then each journal row at its version. A booking, pending or not, is at the version of its last change, before or after
 * the journal row of that version.
 */
export interface RecordedRow {
  readonly apartmentId: string;
  readonly nr: number;
  readonly what: 'listing' | 'snapshot' | 'block' | 'baseline' | 'booking' | 'entry';
  /** As JSON has it. */
  readonly value: unknown;
}
