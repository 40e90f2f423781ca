/** What a person, or the system, asks of the command while it runs: by signals, by a key, or by going away. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Wishes {
  /** Asked for by SIGHUP, or `r` and Enter. */
  readonly roll: () => void;
  /** Asked for once; the second time the process ends at once. */
  readonly stop: (why: Error) => void;
}

const PARENT_POLL_MS = 1_000;

export function listenForWishes({ roll, stop }: Wishes): void {
  let isStopping = false;
  const leave = (why: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    stop(new Error(`asked to stop by ${why}`));
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);

  const isAtTerminal = process.stdin.isTTY === true;
  // A terminal that is closed sends the same signal, and takes no more output.
  process.on('SIGHUP', () => {
    if (!isAtTerminal || hasTerminal()) roll();
    else if (!isStopping) leave('its terminal, which is gone');
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  // In the background of a shell, whoever reads from the terminal is stopped by it.
  if (!isAtTerminal || isInForeground()) {
    process.stdin.on('error', () => {});
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (line.trim().toLowerCase() === 'r') roll();
    });
  }
  if (process.env.npm_lifecycle_event === 'cluster') {
    // npm that is killed passes nothing on.
    const started = parents();
    const timer = setInterval(() => {
      if (parents() === started) return;
      clearInterval(timer);
      if (!isStopping) leave('npm, which is gone');
    }, PARENT_POLL_MS);
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** npm runs a shell that runs us: whoever of the two is killed, the other's parent is another one then. */
function parents(): string {
  const [, grandparent = ''] = statOf(process.ppid);
  return `${process.ppid} ${grandparent}`;
}

/** Whether our process group is the terminal's. */
function isInForeground(): boolean {
  const [, , group, , , terminalsGroup] = statOf(process.pid);
  return group === terminalsGroup;
}

/** The fields of /proc/<pid>/stat (proc_pid_stat(5)) from the third on; none where there is no such file. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
