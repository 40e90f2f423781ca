/**
 * Another version of the program, to run some of the servers: a folder that has it with what it needs, or a commit, of
 * which such a folder is made once and kept.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rename, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { migrate } from '../../src/persistence/migrate.ts';
import { FEATURE_LEVEL } from '../../src/protocol/feature-levels.ts';

export interface Version {
  /** Its folder. */
  readonly root: string;
  /** What it understands; undefined where it tells no level, and refuses a database that a newer one has migrated. */
  readonly level: number | undefined;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const THIS_VERSION: Version = { root: ROOT, level: FEATURE_LEVEL };
const run = promisify(execFile);

/** @param where a folder, or a commit of this repository */
export async function versionAt(where: string): Promise<Version> {
  const folder = resolve(where);
  const root = (await exists(join(folder, 'src/main.ts'))) ? folder : await checkedOut(where);
  const levels = join(root, 'src/protocol/feature-levels.ts');
  if (!(await exists(levels))) return { root, level: undefined };
  const { FEATURE_LEVEL: level } = (await import(pathToFileURL(levels).href)) as { FEATURE_LEVEL: number };
  return { root, level };
}

/** Brings a database to the schema of that version. @param ownerUrl of who owns the tables */
export async function migrateTo({ root }: Version, ownerUrl: string, role: string): Promise<void> {
  const module = pathToFileURL(join(root, 'src/persistence/migrate.ts')).href;
  const its = (await import(module)) as { migrate: typeof migrate };
  await its.migrate(ownerUrl, { grantTo: role });
}

async function checkedOut(commit: string): Promise<string> {
  const { stdout } = await run('git', ['rev-parse', '--verify', `${commit}^{commit}`], { cwd: ROOT }).catch(
    (cause: unknown) => {
      throw new Error(`--other-version ${commit} is neither a folder with the program nor a commit`, {
        cause,
      });
    },
  );
  const sha = stdout.trim();
  const folder = join(tmpdir(), `nightlatch-version-${sha.slice(0, 12)}`);
  if (await exists(folder)) return folder;
  const making = await mkdtemp(`${folder}-`);
  await run('sh', ['-c', 'git archive "$1" | tar -x -C "$2"', 'sh', sha, making], { cwd: ROOT });
  if (await hasSameDependencies(making))
    await symlink(join(ROOT, 'node_modules'), join(making, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: making });
  // Its page is not what is looked at, and need not be built.
  await mkdir(join(making, 'dist/web'), { recursive: true });
  await rename(making, folder);
  return folder;
}

async function hasSameDependencies(folder: string): Promise<boolean> {
  const [theirs, ours] = await Promise.all(
    [folder, ROOT].map((root) => readFile(join(root, 'package-lock.json'), 'utf8')),
  );
  return theirs === ours;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
