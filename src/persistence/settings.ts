/** Small things that every server of one system shares: made once, kept in the database. */
import type { Pool } from 'pg';

export async function readSetting(pool: Pool, key: string): Promise<unknown> {
  const result = await pool.query('select value from settings where key = $1', [key]);
  return result.rows[0]?.value;
}

export async function writeSetting(pool: Pool, key: string, value: unknown): Promise<void> {
  await pool.query(
    `insert into settings (key, value) values ($1, $2::jsonb)
     on conflict (key) do update set value = excluded.value`,
    [key, JSON.stringify(value)],
  );
}
