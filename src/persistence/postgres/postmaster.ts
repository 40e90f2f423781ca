/** A running PostgreSQL as its own files tell: found after the process that started it is gone, and stopped. */
import { existsSync } from 'node:fs';
import { open, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | '';
}

const POLL_MS = 5;
const HAS_PROC = existsSync('/proc/self/stat');

/** What `postmaster.pid` says, where the process it names is alive and serves this very folder. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !(await isAlive(pid)) || !(await serves(pid, cluster)))
    return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? '') as Postmaster['status'] };
}

/**
 * @param pid of the process that is waited for: until it has written a `postmaster.pid` of its own, the one of a
 *   PostgreSQL that was killed still says `ready` there
 * @returns undefined where the process ended instead
 */
export async function whenReady(
  cluster: string,
  pid: number | undefined,
  isOver: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<Postmaster | undefined> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const found = await findPostmaster(cluster);
    if (found?.pid === pid && found?.status === 'ready') return found;
    if (await isOver()) return undefined;
    await delay(POLL_MS);
  }
  throw new Error(
    `PostgreSQL in ${cluster} was not ready after ${timeoutMs / 1_000} s; its log is beside that folder`,
  );
}

/** A fast shutdown (clients are disconnected, everything is written); an immediate one where that takes too long. */
export async function stopPostmaster(pid: number, timeoutMs: number): Promise<void> {
  if (!signal(pid, 'SIGINT') || (await whenGone(pid, timeoutMs))) return;
  signal(pid, 'SIGQUIT');
  await whenGone(pid, timeoutMs);
}

export async function whenGone(pid: number, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (await isAlive(pid)) {
    if (performance.now() >= until) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Alive, and no zombie that its parent has not yet collected. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (!HAS_PROC) return true;
  // It may have ended, and been collected, since the signal.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !stat.slice(stat.lastIndexOf(')') + 1).startsWith(' Z');
}

/** Whether the cluster was shut down in good order: `state` of global/pg_control (DBState, 1 is shut down). */
export async function wasShutDown(cluster: string): Promise<boolean> {
  const file = await open(join(cluster, 'global/pg_control'));
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 16);
    return buffer.readUInt32LE(0) === 1;
  } finally {
    await file.close();
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** A process id may have been given to someone else since; PostgreSQL works inside its data folder. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return folder === undefined || folder === (await realpath(cluster));
}
