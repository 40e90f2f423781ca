/**
 * Who this process is, for other processes that find its row in `nodes`: a lease held by a process that is known
 * to be dead need not be waited for. Only a process of the same machine, boot and process namespace can know, and only
 * where the system tells which these are, as Linux does: elsewhere a machine would be taken for another of its name.
 */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When the process began, in the kernel's ticks since boot: a process id is used again. Empty without /proc. */
  readonly started: string;
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { host: await hostIdentity(), pid: process.pid, started: (await startedAt(process.pid)) ?? '' };
}

/** Which start of which machine it runs on, whatever containers are between; empty where the system does not tell. */
export function bootOf(host: string | null): string {
  return host?.split(' ')[1] ?? '';
}

/** False also where it cannot be known from here. */
export async function isKnownDead(
  other: { host: string | null; pid: number | null; started: string | null },
  here: ProcessIdentity,
): Promise<boolean> {
  if (here.started === '' || other.pid === null || other.host !== here.host) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const started = await startedAt(other.pid);
  return started !== undefined && (started === ZOMBIE || (other.started !== '' && started !== other.started));
}

const ZOMBIE = 'zombie';

async function hostIdentity(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), namespace].join(' ');
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)); undefined where there is no such file. */
async function startedAt(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? ZOMBIE : fields[19];
}
