/**
 * What this project takes from others, for `npm run check`: a bill of materials of all that runs in production, in which
 * each package has a checksum and a licence that may be used with ours; and whether the registry has signed what is
 * installed, development included. Offline the signatures are not looked at, which is said and is no failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** SPDX ids of licences that ask for no more than to be named. */
const LICENCES = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT'],
  ...['PostgreSQL'],
];
/** In milliseconds: what a registry that does not answer may cost. */
const REGISTRY_TIMEOUT_MS = 30_000;

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly unknown[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

interface Signatures {
  readonly invalid?: readonly Package[];
  readonly missing?: readonly Package[];
  readonly error?: { readonly summary?: string };
}
type Package = Pick<Component, 'name' | 'version'>;

/** A sentence for a person: what was found, and what to do. */
class Refused extends Error {}

try {
  console.log(`${billOfMaterials('dist')}; ${signatures()}`);
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exit(1);
}

/** @param folder where `bom.cdx.json` is written, in the form of CycloneDX */
function billOfMaterials(folder: string): string {
  const { stdout, stderr } = npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev');
  const bill = parsed<{ components: readonly Component[] }>(stdout);
  if (bill?.components === undefined)
    throw new Refused(
      `npm makes no bill of materials (${firstLine(stderr)}); run npm ci, with npm 10.2 or later`,
    );
  for (const one of bill.components) {
    const id = one.licenses?.[0]?.license?.id ?? one.licenses?.[0]?.expression ?? 'no licence';
    if (!LICENCES.includes(id))
      throw new Refused(
        `${named(one)} has ${id}, which is none of ${LICENCES.join(', ')}; take another package, or add the licence to scripts/supply-chain.ts with a reason`,
      );
    if ((one.hashes ?? []).length === 0)
      throw new Refused(
        `${named(one)} has no checksum in package-lock.json; run npm install --package-lock-only`,
      );
  }
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'bom.cdx.json');
  writeFileSync(file, stdout);
  return `${bill.components.length} packages from others, in ${file}`;
}

function signatures(): string {
  const { stdout, stderr } = npm(
    'audit',
    'signatures',
    '--json',
    '--fetch-retries=0',
    '--fetch-timeout=5000',
  );
  const { invalid, missing, error } = parsed<Signatures>(stdout) ?? {};
  if (invalid === undefined || missing === undefined) {
    const why = error?.summary ?? firstLine(stderr);
    return `their signatures are not verified: the registry does not tell them (${why.trim().split('\n')[0]})`;
  }
  const [first] = [...invalid, ...missing];
  if (first === undefined) return 'their signatures are those of the registry';
  const how = invalid.length > 0 ? 'is not what the registry has signed' : 'is not signed by the registry';
  const more = invalid.length + missing.length - 1;
  throw new Refused(
    `${named(first)} ${how}${more > 0 ? `, nor are ${more} more` : ''}; do not run it: remove node_modules, run npm ci, and ask where that came from if it stays`,
  );
}

function npm(...args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const { npm_execpath: cli } = process.env;
  if (cli === undefined) throw new Refused('npm runs this; use npm run check');
  const { stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    timeout: REGISTRY_TIMEOUT_MS,
    maxBuffer: 64 * 1_048_576,
  });
  return { stdout: stdout ?? '', stderr: stderr ?? '' };
}

function parsed<T>(json: string): T | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** After the code, of which npm makes a line. */
function firstLine(text: string): string {
  return (
    text
      .trim()
      .replace(/^npm error code .*\n/, '')
      .split('\n')[0] || 'no answer'
  );
}

function named({ name, version }: Package): string {
  return `${name} ${version}`;
}
