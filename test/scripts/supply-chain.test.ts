/** What npm and the registry may say of what comes from others, said by an npm of the test's own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectOneSentence } from '../support/one-sentence.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/supply-chain.ts', import.meta.url));
const SIGNED = { invalid: [], missing: [] };
const one = { name: 'one', version: '1.2.3', hashes: [{}], licenses: [{ license: { id: 'MIT' } }] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightlatch-supply-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function look(sbom: unknown, signatures: unknown): { code: number | null; output: string } {
  const cli = join(folder, 'npm.cjs');
  const said = JSON.stringify({ sbom, audit: signatures });
  writeFileSync(
    cli,
    `const said = ${said}[process.argv[2]];
     if (typeof said === 'string') console.error(said); else console.log(JSON.stringify(said));`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], {
    cwd: folder,
    env: { PATH: process.env.PATH, npm_execpath: cli },
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

it('has a bill of materials, each with a checksum and a licence', () => {
  const { code, output } = look({ components: [one] }, SIGNED);
  expect([code, output]).toEqual([
    0,
    '1 packages from others, in dist/bom.cdx.json; their signatures are those of the registry\n',
  ]);
  expect(JSON.parse(readFileSync(join(folder, 'dist/bom.cdx.json'), 'utf8'))).toEqual({ components: [one] });
});

it('says where the registry does not tell its signatures, and goes on', () => {
  const offline = {
    error: { code: 'ENOTFOUND', summary: 'request to https://example.com failed\nlong story' },
  };
  const { code, output } = look({ components: [one] }, offline);
  expect(code).toBe(0);
  expect(output).toMatch(/not verified: the registry does not tell them \(request to https:\S+ failed\)/);
});

it.each([
  [
    'is of a licence nobody has looked at',
    { ...one, licenses: [{ license: { id: 'SSPL-1.0' } }] },
    /one 1\.2\.3 has SSPL-1\.0/,
  ],
  ['says no licence', { ...one, licenses: [] }, /one 1\.2\.3 has no licence/],
  ['has no checksum', { ...one, hashes: [] }, /one 1\.2\.3 has no checksum/],
])('refuses what %s', (_, component, why) => {
  expectOneSentence(look({ components: [component] }, SIGNED), why);
});

it.each([
  [
    'is other than was signed',
    { invalid: [one], missing: [one] },
    /one 1\.2\.3 is not what the registry has signed, nor are 1 more/,
  ],
  ['is not signed', { invalid: [], missing: [one] }, /one 1\.2\.3 is not signed by the registry;/],
])('refuses what %s', (_, signatures, why) => {
  expectOneSentence(look({ components: [one] }, signatures), why);
});

it('says what to do with an npm that makes no bill of materials', () => {
  const unknown = 'Unknown command: "sbom"';
  expectOneSentence(
    look(unknown, SIGNED),
    /\(Unknown command: "sbom"\); run npm ci, with npm 10\.2 or later/,
  );
  const broken = 'npm error code ESBOMPROBLEMS\nnpm error missing: one@1.2.3, required by nightlatch@0.1.0';
  expectOneSentence(
    look(broken, SIGNED),
    /\(npm error missing: one@1\.2\.3, required by nightlatch@0\.1\.0\)/,
  );
});
