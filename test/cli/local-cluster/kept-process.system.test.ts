import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptProcess } from '../../../src/cli/local-cluster/kept-process.ts';
import { LogFile } from '../../../src/cli/local-cluster/log-file.ts';

let folder: string;
let said: string[];
let children: ChildProcess[];
let processes: KeptProcess[];
let hopeless: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-kept-'));
  said = [];
  children = [];
  processes = [];
  hopeless = new AbortController();
});
afterEach(async () => {
  for (const process of processes) process.kill();
  await rm(folder, { recursive: true, force: true });
});

/** @param script what `sh` runs at its first start, its second, …: it is ready where that is a `sleep` */
function kept(script: (start: number) => string, isRestarted = true): KeptProcess {
  const process = new KeptProcess({
    name: 'it',
    log: new LogFile(join(folder, 'it.log')),
    spawn(log) {
      const child = spawn('sh', ['-c', script(children.length + 1)], { stdio: ['ignore', log, log] });
      children.push(child);
      return child;
    },
    isReady: async () => script(children.length).startsWith('exec sleep'),
    isRestarted,
    say: (line) => said.push(line),
    onHopeless: (error) => hopeless.abort(error),
  });
  processes.push(process);
  return process;
}

describe('a process that is kept running', () => {
  it('is started again when it dies, and says so', async () => {
    const process = kept(() => 'exec sleep 600');
    process.start();
    await process.whenReady(hopeless.signal);
    const { pid } = process;
    children[0]?.kill('SIGKILL');
    await expect.poll(() => said, { timeout: 5_000, interval: 20 }).toHaveLength(2);
    expect(said).toEqual([
      `it (process ${pid}) ended: SIGKILL; it is started again in 1 s`,
      `it is ready again: process ${process.pid}`,
    ]);
    expect(process.pid).not.toBe(pid);
    await process.stop();
    expect(children).toHaveLength(2);
  });

  it('stays away where that is wanted', async () => {
    const process = kept(() => 'exec sleep 600', false);
    process.start();
    await process.whenReady(hopeless.signal);
    children[0]?.kill('SIGKILL');
    await expect.poll(() => said.join(), { interval: 20 }).toContain('it stays away');
    expect(process.pid).toBeUndefined();
  });

  it('is hopeless with its last words where it ends before it was ever ready', async () => {
    const process = kept(() => `echo no such thing >&2; echo '{"level":"warn"}' >&2; exit 3`);
    process.start();
    await expect(process.whenReady(hopeless.signal)).rejects.toThrow(/^it did not start: no such thing$/);
    expect(children).toHaveLength(1);
  });

  it('is hopeless when it ends too soon five times in a row', async () => {
    const process = kept((start) => (start === 1 ? 'exec sleep 600' : `echo end ${start} >&2; exit 3`));
    process.start();
    await process.whenReady(hopeless.signal);
    children[0]?.kill('SIGKILL');
    if (!hopeless.signal.aborted) await once(hopeless.signal, 'abort');
    expect(hopeless.signal.reason.message).toBe('it ended 5 times in a row within 10 s of its start: end 5');
    expect(children).toHaveLength(5);
  });

  it('is hopeless where it cannot be started again at all', async () => {
    const process = kept(() => 'exec sleep 600');
    process.start();
    await process.whenReady(hopeless.signal);
    await rm(folder, { recursive: true });
    children[0]?.kill('SIGKILL');
    if (!hopeless.signal.aborted) await once(hopeless.signal, 'abort');
    expect(hopeless.signal.reason.message).toMatch(/^it cannot be started again: ENOENT/);
  });

  it('is stopped also while it is frozen, and then not started again', async () => {
    const process = kept(() => 'exec sleep 600');
    process.start();
    await process.whenReady(hopeless.signal);
    children[0]?.kill('SIGSTOP');
    await process.stop();
    expect(children[0]?.signalCode).toBe('SIGTERM');
    expect(said).toEqual([]);
  });

  it('is not waited for once the start is given up', async () => {
    const process = kept(() => 'exec sleep 600');
    hopeless.abort(new Error('asked to stop'));
    await expect(process.whenReady(hopeless.signal)).rejects.toThrow('asked to stop');
  });
});
