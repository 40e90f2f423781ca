/** What a program must understand to run on a database: raised when all nodes do, and never lowered. */
import type { ClientBase, Pool } from 'pg';
import { SQLSTATE_LEVEL, sqlStateOf } from '../sqlstate.ts';

/** Something may have been written that this program does not understand. */
export class LevelTooLow extends Error {
  constructor(needed: number, own: number) {
    super(
      `what was written here takes feature level ${needed} to understand, and this server has level ${own}; start a newer nightlatch, or use another database`,
    );
    this.name = 'LevelTooLow';
  }
}

/** Undefined where the database is older than levels are. */
export async function leastLevel(client: Pick<ClientBase, 'query'>): Promise<number | undefined> {
  const there = await client.query(`select to_regclass('settings') is not null as there`);
  if (there.rows[0]?.there !== true) return undefined;
  const result = await client.query<{ value: number }>(
    `select value from settings where key = 'least_level'`,
  );
  return result.rows[0]?.value;
}

/** To the lowest level of all nodes that are there. Waits for those that are joining. @returns what it is now */
export async function raiseLeastLevel(pool: Pool): Promise<number> {
  const result = await pool.query<{ level: number }>('select raise_least_level() as level');
  const [row] = result.rows;
  if (row === undefined) throw new Error('PostgreSQL told no level');
  return row.level;
}

/** What PostgreSQL says of a node whose level is too low, in this program's words; any other error as it is. */
export function asLevelTooLow(error: unknown, own: number): unknown {
  if (sqlStateOf(error) !== SQLSTATE_LEVEL) return error;
  return new LevelTooLow(Number((error as { detail?: string }).detail), own);
}
