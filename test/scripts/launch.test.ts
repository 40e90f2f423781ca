/** The launcher in a `node_modules` made by hand: which Node it starts. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectOneSentence } from '../support/one-sentence.ts';

const LAUNCHER = fileURLToPath(new URL('../../tools/node/launch', import.meta.url));

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'nightlatch-launch-'));
  await mkdir(join(project, 'node_modules/.bin'), { recursive: true });
  await mkdir(join(project, 'tools/node'), { recursive: true });
  await cp(LAUNCHER, join(project, 'tools/node/launch'));
  // As npm makes them.
  await symlink('../tools/node', join(project, 'node_modules/node'));
  await symlink('../node/launch', join(project, 'node_modules/.bin/node'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

/** A program that says what it is, and what it was given. */
async function program(path: string): Promise<string> {
  const file = join(project, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho ${path} "$@"\n`, { mode: 0o755 });
  return file;
}

function launch(environment: Record<string, string> = {}): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(project, 'node_modules/.bin/node'), ['a b', 'c'], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

describe("npm's Node", () => {
  const here = `tools/node/node_modules/node-${process.platform}-${process.arch}/bin/node`;

  it('is the one of this system, whatever another has left beside it', async () => {
    const other = process.platform === 'darwin' ? 'linux' : 'darwin';
    await program(`tools/node/node_modules/node-a-${other}-${process.arch}/bin/node`);
    await program(`tools/node/node_modules/node-${other}-${process.arch}/bin/node`);
    await program(here);
    expect(launch()).toEqual({ code: 0, output: `${here} a b c\n` });
  });

  it("is the machine's own where npm brought none, and one sentence where there is none", async () => {
    const own = await program('own-node');
    expect(launch({ npm_node_execpath: own })).toEqual({ code: 0, output: 'own-node a b c\n' });
    expectOneSentence(launch(), /^npm brought no Node for this platform; run npm ci again/);
  });
});
