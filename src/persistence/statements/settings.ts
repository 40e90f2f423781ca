/** What the system itself keeps, a row a name. */
import type { Pool } from 'pg';

/** Stores a setting unless there is one already; returns what is stored. Servers that start together agree. */
export async function settingOr(pool: Pool, key: string, value: unknown): Promise<unknown> {
  const result = await pool.query(
    `insert into settings (key, value) values ($1, $2::jsonb)
     on conflict (key) do update set key = excluded.key
     returning value`,
    [key, JSON.stringify(value)],
  );
  return result.rows[0]?.value;
}

/** What is stored; undefined where nothing is. */
export async function setting(pool: Pool, key: string): Promise<unknown> {
  const result = await pool.query('select value from settings where key = $1', [key]);
  return result.rows[0]?.value;
}

/** Takes a setting away, where there is one. */
export async function takeSetting(pool: Pool, key: string): Promise<void> {
  await pool.query('delete from settings where key = $1', [key]);
}
