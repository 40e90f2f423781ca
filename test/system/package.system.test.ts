import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dateOf } from '../../src/protocol/nights.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const run = promisify(execFile);
const TODAY = Math.floor(Date.now() / 86_400_000);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let server: RunningServer;
/** A stranger's project: the tarball's files and the packages it says it depends on, nothing else. */
let project: string;

beforeAll(async () => {
  [server, project] = await Promise.all([startServer({ seed: 'demo' }), installed()]);
});
afterAll(async () => {
  await server?.stop();
  await rm(project, { recursive: true, force: true });
});

async function installed(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-package-'));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'nightlatch'), { recursive: true });
  await run('npm', ['run', 'build:client'], { cwd: ROOT });
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const [tarball] = Object.values(JSON.parse(packed.stdout) as Record<string, { filename: string }>);
  await run('tar', [
    ...['-xzf', join(folder, tarball?.filename ?? '')],
    ...['-C', join(modules, 'nightlatch'), '--strip-components=1'],
  ]);
  const manifest = JSON.parse(await readFile(join(modules, 'nightlatch/package.json'), 'utf8'));
  for (const name of Object.keys(manifest.dependencies)) {
    await mkdir(join(modules, name, '..'), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  return folder;
}

/** What the README shows, at this server and with nights that are still to come. */
async function firstBooking(): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(example).toContain("from 'nightlatch/client'");
  return example
    .replaceAll('http://127.0.0.1:3000', server.url)
    .replaceAll('2027-03-01', dateOf(TODAY + 92))
    .replaceAll('2027-03-04', dateOf(TODAY + 95));
}

it("books a stay with the packed client library, as the README shows, on the machine's own Node", async () => {
  await writeFile(join(project, 'booking.js'), await firstBooking());
  // Without the Node that npm scripts put first: a stranger has another one.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const { stdout } = await run('node', ['booking.js'], {
    cwd: project,
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  expect(stdout).toContain("status: 'confirmed'");
});

it('has types that a strict project takes, and that refuse a wrong call', async () => {
  const check = (name: string) =>
    run(
      process.execPath,
      [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        ...['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', ''],
        name,
      ],
      { cwd: project },
    );
  const example = await firstBooking();
  await writeFile(join(project, 'right.ts'), example);
  await check('right.ts');
  await writeFile(join(project, 'wrong.ts'), example.replace('checkIn:', 'arrival:'));
  await expect(check('wrong.ts')).rejects.toMatchObject({ stdout: expect.stringContaining("'arrival'") });
});
