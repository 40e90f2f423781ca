/** PostgreSQL refuses to run as root. Started by root, it runs as another user; started by anyone else, as them. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
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
 * @param folders what the user must be able to enter: the cluster's folder (its owner, where there is one, is the
 *   user) and the programs'
 */
export async function postgresUser(cluster: string, folders: readonly string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) {
    return { owner: undefined, user: undefined, command: directly };
  }
  const user = (await ownerOf(cluster)) ?? (await knownUser()) ?? (await createUser());
  const isOpen = (await Promise.all(folders.map((folder) => mayEnter(folder, user)))).every(Boolean);
  if (isOpen) return { owner: user, user, command: directly };
  return { owner: user, user: undefined, command: await passingClosedFolders(user) };
}

function directly(file: string, args: readonly string[]): { file: string; args: string[] } {
  return { file, args: [...args] };
}

async function ownerOf(folder: string): Promise<User | undefined> {
  const owner = await stat(folder).catch(() => undefined);
  return owner === undefined || owner.uid === 0 ? undefined : { uid: owner.uid, gid: owner.gid };
}

async function knownUser(): Promise<User | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of NAMES) {
    const line = lines.find(([known]) => known === name);
    if (line !== undefined) return { uid: Number(line[2]), gid: Number(line[3]) };
  }
  return undefined;
}

async function createUser(): Promise<User> {
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'nightlatch',
    ]);
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root and no user could be created for it; start nightlatch as another user, or create a system user named postgres',
      { cause },
    );
  }
  const user = await knownUser();
  if (user === undefined)
    throw new Error('useradd created the user nightlatch, but /etc/passwd does not show it');
  return user;
}

async function mayEnter(folder: string, user: User): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) {
      const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
      if (((found.mode >> shift) & 1) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}

/**
 * A checkout under /root is closed to any other user. Rather than open root's folders, PostgreSQL gets one
 * capability of root's: to pass folders whatever their mode.
 */
async function passingClosedFolders(user: User): Promise<RunAs['command']> {
  const setpriv = '/usr/bin/setpriv';
  for (const capability of ['dac_read_search', 'dac_override']) {
    const options = [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
    ];
    try {
      await access(setpriv, constants.X_OK);
      await run(setpriv, [...options, '/bin/true']);
      return (program, args) => ({ file: setpriv, args: [...options, program, ...args] });
    } catch {
      // Not allowed in this container: try the next.
    }
  }
  throw new Error(
    'this folder is closed to the user that PostgreSQL runs as; move it out of /root, set NIGHTLATCH_DATA_DIR, or start nightlatch as another user',
  );
}
