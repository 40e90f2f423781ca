/**
 * What the tests need and npm cannot bring: Linux, and Debian's Chromium and Redis. Installs those where that is allowed
 * (root, with apt), and otherwise fails with one sentence that names them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { postgresBinaries } from '../../src/persistence/postgres/binaries.ts';

const NEEDED = [
  { name: 'chromium', file: '/usr/bin/chromium', for: 'the browser tests' },
  { name: 'redis-server', file: '/usr/bin/redis-server', for: 'the tests of several servers' },
] as const;

function run(command: string, args: string[]): boolean {
  return (
    spawnSync(command, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      // A package's own service is not to be started: the tests start what they need.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    }).status === 0
  );
}

if (process.platform !== 'linux') {
  refuse(
    'npm test runs on Linux alone, as it kills and freezes processes that it finds in /proc; npm run check is what runs elsewhere',
  );
}
await postgresBinaries().catch(({ message }: Error) => refuse(message));

const missing = () => NEEDED.filter(({ file }) => !existsSync(file));
const names = () => missing().map(({ name }) => name);

if (missing().length > 0) {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    console.log(`Installing what the tests need from Debian: ${names().join(', ')} …`);
    run('apt-get', ['update']);
    run('apt-get', ['install', '--yes', '--no-install-recommends', ...names()]);
  }
  const still = missing();
  if (still.length > 0) {
    const what = still.map((need) => `${need.for} need ${need.file}`).join(', and ');
    refuse(`${what}: install it with \`sudo apt-get install ${names().join(' ')}\`.`);
  }
}

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
