/** PostgreSQL refuses to run as root. Started by root, it runs as another user; started by anyone else, as them. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface RunAs {
  /** Whose the cluster is; undefined: the user who runs this process. */
  readonly owner: User | undefined;
  /** What to spawn as; undefined where `command` changes the user by itself, or none is to be changed. */
  readonly user: User | undefined;
  readonly command: (program: string, args: readonly string[]) => { file: string; args: string[] };
}

/** Users to look for, in this order, before one is created. */
const NAMES = ['postgres', 'nightlatch'];

/**
 * @param cluster the folder of the data; its owner, where there is one, is the user
 * @param program one of PostgreSQL's, to see by whether the user reaches them
 */
export async function postgresUser(cluster: string, program: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) {
    return { owner: undefined, user: undefined, command: directly };
  }
  const user = (await ownerOf(cluster)) ?? (await knownUser()) ?? (await createUser());
  for (const path of [dirname(cluster), program]) {
    if (await isClosed(path, user)) {
      return { owner: user, user: undefined, command: await passingClosedFolders(user, path, program) };
    }
  }
  return { owner: user, user, command: directly };
}

function directly(file: string, args: readonly string[]): { file: string; args: string[] } {
  return { file, args: [...args] };
}

async function ownerOf(folder: string): Promise<User | undefined> {
  const owner = await stat(folder).catch(() => undefined);
  return owner === undefined || owner.uid === 0 ? undefined : { uid: owner.uid, gid: owner.gid };
}

async function knownUser(): Promise<User | undefined> {
  const known = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const lines = known.split('\n').map((line) => line.split(':'));
  for (const name of NAMES) {
    const line = lines.find(([known]) => known === name);
    if (line !== undefined) return { uid: Number(line[2]), gid: Number(line[3]) };
  }
  return undefined;
}

async function createUser(): Promise<User> {
  try {
    const options = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
    // Who became root by `su` alone does not have this folder among theirs.
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` };
    await run('useradd', [...options, 'nightlatch'], { env });
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root and no user could be created for it; start nightlatch as another user, create a system user named postgres, or set DATABASE_URL to a PostgreSQL of yours',
      { cause },
    );
  }
  const user = await knownUser();
  if (user === undefined)
    throw new Error('useradd created the user nightlatch, but /etc/passwd does not show it');
  return user;
}

/** Whether the mode of a file or folder, or of one that it is in, keeps the user from entering or running it. */
async function isClosed(to: string, user: User): Promise<boolean> {
  for (let path = resolve(to); ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) {
      const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
      if (((found.mode >> shift) & 1) === 0) return true;
    }
    if (path === dirname(path)) return false;
  }
}

/**
 * A checkout under /root is closed to any other user. Rather than open root's folders, or keep data where nobody looks
 * for it, PostgreSQL gets one capability of root's: to read whatever the mode, or where a container lacks that, or files
 * are root's alone to run, to pass over modes altogether. `no_setuid_fixup` because access(2), by which PostgreSQL finds
 * its own programs, otherwise counts no capability of who is not root (capabilities(7)).
 */
async function passingClosedFolders(user: User, closed: string, program: string): Promise<RunAs['command']> {
  const reasons: unknown[] = [];
  for (const capability of ['dac_read_search', 'dac_override']) {
    const options = [
      ...[`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'],
      ...[`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--securebits=+no_setuid_fixup'],
    ];
    try {
      await run('setpriv', [...options, 'test', '-x', program], { cwd: '/' });
      return (file, args) => ({ file: 'setpriv', args: [...options, file, ...args] });
    } catch (cause) {
      // Not allowed in this container, or not enough: try the next.
      reasons.push(cause);
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and ${closed} is closed to the user ${user.uid} that it would run as; move the checkout and NIGHTLATCH_DATA_DIR out of closed folders (/srv is open), start nightlatch as another user, or set DATABASE_URL to a PostgreSQL of yours`,
    { cause: new AggregateError(reasons) },
  );
}
