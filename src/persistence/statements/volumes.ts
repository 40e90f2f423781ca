/** The volumes of the journal: one is open, the others are closed for ever (ADR 21). */
import type { Pool } from 'pg';

export interface VolumeLimits {
  /** In days; a fraction where a test asks for one. */
  readonly days: number;
  /** With its indexes. */
  readonly bytes: number;
}

/**
 * Closes the open volume where it is that old or that large, and has facts. The first time it reads all that was there before
 * volumes were, which may take minutes and keeps nobody waiting: the pool must not bound its statements.
 * @returns the number of the volume that is closed now; undefined where none was to be
 * @throws with SQLSTATE 55P03 where somebody keeps reading the journal, so that it must be tried again
 */
export async function turnJournal(pool: Pool, { days, bytes }: VolumeLimits): Promise<number | undefined> {
  await pool.query('select prove_journal()');
  const { rows } = await pool.query<{ closed: number | null }>(
    `select turn_journal(make_interval(secs => $1::float8 * 86400), $2::bigint) as closed`,
    [days, bytes],
  );
  return rows[0]?.closed ?? undefined;
}
