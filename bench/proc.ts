/** CPU time as Linux tells it; everything here is undefined on a system without /proc. */
import { readdir, readFile } from 'node:fs/promises';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick is. */
const MICROS_PER_TICK = 10_000;

/** Of a process and its children, those that have ended included. */
export async function familyCpuMicros(parent: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const stat of await Promise.all(pids.map(statOf))) {
    if (stat?.pid === parent) ticks += stat.ticks + stat.endedTicks;
    else if (stat?.parent === parent) ticks += stat.ticks;
  }
  return ticks * MICROS_PER_TICK;
}

/** Of all processes on all cores; without interrupts, which nobody in particular causes. See proc_stat(5). */
export async function machineCpuMicros(): Promise<number | undefined> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  const [user, nice, system] = (text?.split('\n')[0] ?? '').split(/\s+/).slice(1).map(Number);
  if (user === undefined || nice === undefined || system === undefined) return undefined;
  return (user + nice + system) * MICROS_PER_TICK;
}

export async function parentOf(pid: number): Promise<number | undefined> {
  return (await statOf(String(pid)))?.parent;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  /** Of children that have ended and been waited for. */
  readonly endedTicks: number;
}

/** See proc_pid_stat(5); fields are counted from behind the name, which may hold spaces. */
async function statOf(pid: string): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number(pid),
    parent: field(4),
    ticks: field(14) + field(15),
    endedTicks: field(16) + field(17),
  };
}
