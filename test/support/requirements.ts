/**
 * What the tests need and npm cannot bring: Debian's Chromium. Installs it where that is allowed (root, with apt),
 * and otherwise fails with one sentence that names it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CHROMIUM = '/usr/bin/chromium';

function run(command: string, args: string[]): boolean {
  return (
    spawnSync(command, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  );
}

if (!existsSync(CHROMIUM)) {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    console.log('Installing Debian package chromium for the browser tests …');
    run('apt-get', ['update']);
    run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium']);
  }
  if (!existsSync(CHROMIUM)) {
    console.error(`The browser tests need ${CHROMIUM}: install it with \`sudo apt-get install chromium\`.`);
    process.exit(1);
  }
}
