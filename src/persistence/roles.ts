/** What the program's role may do to the tables: no more than it needs, where somebody else owns them. */
import type { Pool } from 'pg';
import { addressOf } from './pool.ts';

export async function roleOf(pool: Pool): Promise<string> {
  const result = await pool.query<{ role: string }>('select current_user as role');
  return result.rows[0]!.role;
}

/**
 * The schema that a role's `search_path` leads to, as SQL has it; `migrate` has made the tables there, or found them.
 * @throws Error whose message is for a person, where another role has made them elsewhere
 */
export async function schemaOf(pool: Pool, url: string): Promise<string> {
  const result = await pool.query<{ role: string; schema: string | null }>(
    `select current_user as role,
       (select relnamespace::regnamespace::text from pg_class where oid = to_regclass('shards')) as schema`,
  );
  const { role, schema } = result.rows[0]!;
  if (schema !== null) return schema;
  throw new Error(
    `the role ${role} finds no tables in PostgreSQL at ${addressOf(url)}, as their owner's search_path leads elsewhere; give both roles the same with 'alter role … set search_path'`,
  );
}

/**
 * Of all volumes of the journal, and of what stands for those that are archived.
 * @returns a sentence where whoever has the program's password could change what the journal says, and the way out
 */
export async function mayRewrite(pool: Pool, url: string): Promise<string | undefined> {
  const result = await pool.query<{ role: string; may: boolean }>(
    `select current_user as role, bool_or(pg_has_role(current_user, relowner, 'usage')
       or has_any_column_privilege(oid, 'update') or has_table_privilege(oid, 'delete, truncate, trigger')) as may
     from pg_class where oid in (select relid from pg_partition_tree('facts')) or oid = 'baselines'::regclass`,
  );
  const { role, may } = result.rows[0]!;
  if (!may) return undefined;
  return `the role ${role} of DATABASE_URL owns the journal in PostgreSQL at ${addressOf(url)} or may change it, and so may whoever gets hold of its password; make it a role that owns nothing, and name the owner in DATABASE_OWNER_URL`;
}
