/** Which PostgreSQL the files of a data folder speak of, while one that was killed still goes and another comes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { whenReady } from '../../src/persistence/postgres/postmaster.ts';

let cluster: string;
let old: ChildProcess;
beforeEach(async () => {
  cluster = await mkdtemp(join(tmpdir(), 'nightlatch-postmaster-'));
  old = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)'], { cwd: cluster, stdio: 'ignore' });
  await says(old.pid);
});
afterEach(async () => {
  old.kill('SIGKILL');
  await rm(cluster, { recursive: true, force: true });
});

const says = (pid: number | undefined) =>
  writeFile(join(cluster, 'postmaster.pid'), [pid, cluster, 0, 5432, '', '', '', 'ready   '].join('\n'));

it('waits for the PostgreSQL that was started, whatever the file of an older one still says', async () => {
  let rounds = 0;
  expect(await whenReady(cluster, process.pid, () => ++rounds === 3, 10_000)).toBeUndefined();
  expect(rounds).toBe(3);
  expect(await whenReady(cluster, old.pid, () => false, 10_000)).toMatchObject({ pid: old.pid, port: 5432 });
});
