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
