/**
 * What the tests need and npm cannot bring: Debian's Chromium and Redis. Installs them where that is allowed (root,
 * with apt), and otherwise fails with one sentence that names them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

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
    console.error(`${what}: install it with \`sudo apt-get install ${names().join(' ')}\`.`);
    process.exit(1);
  }
}
