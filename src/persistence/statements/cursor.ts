import type { Pool } from 'pg';

/** How long a server waits for a chunk: the first may sort a large table. */
const CHUNK_TIMEOUT_MS = 120_000;
/** The longest that a timer can be, 24 days: for who would rather wait than do without. */
export const NO_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The rows of a query as arrays, in chunks, in bounded memory: a cursor in a read-only transaction that sees one
 * state of the database throughout. Leaving the loop early closes it.
 */
export async function* cursorRows<Row extends unknown[]>(
  pool: Pool,
  sql: string,
  rowsAtOnce: number,
  chunkTimeoutMs = CHUNK_TIMEOUT_MS,
): AsyncGenerator<Row[]> {
  const client = await pool.connect();
  let fault: unknown;
  try {
    // The reader may take its time between two chunks, and the first may sort a large table.
    await client.query(`begin transaction isolation level repeatable read read only;
      set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0;
      declare stream no scroll cursor for ${sql}`);
    const fetch = {
      text: `fetch ${rowsAtOnce} from stream`,
      rowMode: 'array' as const,
      query_timeout: chunkTimeoutMs,
    };
    while (true) {
      const { rows } = await client.query<Row>(fetch);
      if (rows.length > 0) yield rows;
      if (rows.length < rowsAtOnce) return;
    }
  } catch (error) {
    fault = error;
    throw error;
  } finally {
    if (fault === undefined) await client.query('rollback').catch((error) => (fault = error));
    client.release(fault !== undefined);
  }
}
