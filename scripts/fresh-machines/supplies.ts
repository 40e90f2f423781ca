/** What machines are made of: kept in a folder of the system's, so that only the first one waits for it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLDER = '/var/tmp/nightlatch-fresh-machines';

/** Debian 12 with its smallest set of packages, and the certificates that whoever installed Node has. */
export function debian(): Promise<string> {
  return kept('debian-12.tar', async (draft) => {
    console.log('making Debian 12, once …');
    const options = ['--quiet', '--variant=minbase', '--include=ca-certificates', '--format=tar'];
    await run('mmdebstrap', [...options, 'bookworm', draft]);
  });
}

/** A package of npm's, unpacked. @returns its folder */
export function unpacked(name: string, version: string): Promise<string> {
  return kept(`${name}-${version}`, async (draft) => {
    await mkdir(draft);
    const options = ['--silent', '--ignore-scripts', '--pack-destination', draft];
    const { stdout } = await run('npm', ['pack', ...options, `${name}@${version}`]);
    const archive = join(draft, stdout.trim());
    await run('tar', ['-xzf', archive, '-C', draft, '--strip-components=1', '--no-same-owner']);
    await rm(archive);
  });
}

/** Made beside its place and moved there whole, so that nothing half made is taken for it. */
async function kept(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, 'draft-'));
  try {
    await make(join(folder, name));
    await rename(join(folder, name), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return path;
}
