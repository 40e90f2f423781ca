/**
 * Whether a PostgreSQL keeps what it acknowledges (I2), asked at every start; and at each connection of a lane and while it
 * runs, as two of the three settings can be changed by a reload and the third is each session's own.
 */
import type pg from 'pg';
import { StorageUnreachable } from '../pool.ts';

const VERSION_MIN = 15;

export class UnsafeStorage extends Error {
  constructor(problems: readonly string[]) {
    super(`this PostgreSQL cannot be used: ${problems.join('; ')}`);
    this.name = 'UnsafeStorage';
  }
}

interface Settings {
  version: number;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  in_recovery: boolean;
  btree_gist: boolean;
}

/**
 * @param acceptDataLoss lets a PostgreSQL through that may forget acknowledged commits, never one that is too old
 * @throws StorageUnreachable, UnsafeStorage
 */
export async function checkStorage(
  client: pg.ClientBase | pg.Pool,
  url: string,
  acceptDataLoss: boolean,
): Promise<void> {
  const settings = await readSettings(client, url);
  const problems = unusable(settings);
  if (!acceptDataLoss) problems.push(...forgetful(settings));
  if (problems.length > 0) throw new UnsafeStorage(problems);
}

async function readSettings(client: pg.ClientBase | pg.Pool, url: string): Promise<Settings> {
  try {
    const result = await client.query<Settings>(`
      select current_setting('server_version_num')::int as version,
             current_setting('fsync') as fsync,
             current_setting('full_page_writes') as full_page_writes,
             (select reset_val from pg_settings where name = 'synchronous_commit') as synchronous_commit,
             pg_is_in_recovery() as in_recovery,
             exists (select from pg_available_extensions where name = 'btree_gist') as btree_gist`);
    const [row] = result.rows;
    if (row === undefined) throw new Error('it answered without its settings');
    return row;
  } catch (cause) {
    throw new StorageUnreachable(url, cause);
  }
}

function unusable(settings: Settings): string[] {
  const problems: string[] = [];
  const major = Math.floor(settings.version / 10_000);
  if (major < VERSION_MIN) {
    problems.push(`it is version ${major}; upgrade it to ${VERSION_MIN} or later`);
  }
  if (settings.in_recovery) problems.push('it is a read-only standby; point DATABASE_URL at the primary');
  if (!settings.btree_gist)
    problems.push('its extension btree_gist is missing; install postgresql-contrib there');
  return problems;
}

/** For a session that has turned `synchronous_commit` on: the settings that are left, and not its own. */
export const KEPT = `current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes`;

export type Kept = Pick<Settings, 'fsync' | 'full_page_writes'>;

/** @returns a sentence about each setting that lets it forget */
export function forgetful(settings: Kept & Partial<Settings>): string[] {
  return (['fsync', 'full_page_writes', 'synchronous_commit'] as const)
    .filter((name) => settings[name] === 'off')
    .map(
      (name) =>
        `its setting ${name} is off, so it may forget what it acknowledged; turn it on, or say NIGHTLATCH_UNSAFE_STORAGE=accept-data-loss`,
    );
}
