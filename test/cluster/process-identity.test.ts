import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  isKnownDead,
  type ProcessIdentity,
  thisProcess,
} from '../../src/cluster/membership/process-identity.ts';

let here: ProcessIdentity;
/** A process id that nobody has any more. */
let gone: number;
beforeAll(async () => {
  here = await thisProcess();
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  gone = child.pid ?? 0;
  await once(child, 'exit');
});

describe('a process of this machine', () => {
  it('is known to be dead when nobody has its id, or somebody else who began later', async () => {
    expect(await isKnownDead({ ...here, pid: gone }, here)).toBe(true);
    expect(await isKnownDead({ ...here, started: '1' }, here)).toBe(true);
    expect(await isKnownDead(here, here)).toBe(false);
  });

  it('of another machine, boot or namespace is known to be nothing', async () => {
    expect(await isKnownDead({ ...here, pid: gone, host: `${here.host} elsewhere` }, here)).toBe(false);
    expect(await isKnownDead({ host: null, pid: null, started: null }, here)).toBe(false);
  });

  it('is known to be nothing where the system does not tell which machine and boot this is', async () => {
    const untold = { ...here, host: 'of-this-name', started: '' };
    expect(await isKnownDead({ ...untold, pid: gone }, untold)).toBe(false);
  });
});
