/** What is asked and told of the history that a database has (`src/persistence/history.ts`), and what it answers. */
import { HISTORY_STATEMENTS, type Refusal } from '../../../src/persistence/history.ts';
import type { Snapshots, Tables } from './tables.ts';

/** Its one row. */
export interface HistoryRow {
  readonly id: string;
  readonly follows: string | null;
  readonly refused: Refusal | null;
}

/** The database as a whole. */
export interface Whole {
  readonly history: HistoryRow;
  readonly tables: Tables;
  readonly timeline: number;
  /** The end of its log. */
  readonly lsn: number;
  readonly epochs: readonly number[];
  readonly hasNode: (id: string) => boolean;
}

export function lookedAt(whole: Whole, [nodeId, ids, versions]: readonly unknown[]): object {
  const { history, tables, timeline, lsn, epochs, hasNode } = whole;
  const facts = (ids as string[]).map((id, nth) => {
    const version = (versions as number[])[nth];
    const entry = tables.journal.get(id)?.find((one) => one.version === version);
    return entry === undefined ? null : { hash: entry.hash ?? null };
  });
  return {
    ...{ id: history.id, refused: history.refused, system: '1', timeline: String(timeline), lsn },
    generation: epochs.reduce((sum, epoch) => sum + epoch, 0),
    epochMax: Math.max(...epochs),
    hasNode: nodeId === '' || hasNode(String(nodeId)),
    facts: facts.length === 0 ? null : facts,
  };
}

/** @returns the row after a statement that changes it, or undefined where it changes nothing */
export function changed(
  history: HistoryRow,
  sql: string,
  values: readonly unknown[],
  newId: () => string,
): HistoryRow | undefined {
  if (sql === HISTORY_STATEMENTS.refuse) {
    const [refused, id] = values.map(String);
    return history.id === id ? { ...history, refused: history.refused ?? JSON.parse(refused!) } : undefined;
  }
  return { id: newId(), follows: history.id, refused: null };
}

/** Snapshots whose fact is there, and whether there are others. */
export function resting(tables: Tables, snapshots: Snapshots): Snapshots {
  return snapshots.filter(({ apartmentId, version, hash }) =>
    tables.journal.get(apartmentId)?.some((entry) => entry.version === version && entry.hash === hash),
  );
}
