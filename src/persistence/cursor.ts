import type { Pool } from 'pg';

/**
 * The rows of a query as arrays, in chunks, in bounded memory: a cursor in a read-only transaction that sees one
 * state of the database throughout. Leaving the loop early closes it.
 */
export async function* cursorRows<Row extends unknown[]>(
  pool: Pool,
  sql: string,
  rowsAtOnce: number,
): AsyncGenerator<Row[]> {
  const client = await pool.connect();
  let fault: unknown;
  try {
    // The reader may take its time between two chunks, and the first may sort a large table.
    await client.query(`begin transaction isolation level repeatable read read only;
      set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0;
      declare stream no scroll cursor for ${sql}`);
    while (true) {
      const { rows } = await client.query<Row>({ text: `fetch ${rowsAtOnce} from stream`, rowMode: 'array' });
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
