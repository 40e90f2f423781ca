/**
 * A newcomer's machine in a folder. Each command runs in namespaces of its own (unshare(1)): what it mounts and starts
 * is gone with it, however it ends, so that the folder never holds more than files when it is removed. The network is
 * this machine's, loopback too.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Place, Runtime } from './newcomers.ts';
import { debian, unpacked } from './supplies.ts';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** $1 is the folder, $2 the user, the rest is run there. */
const ENTER = `set -e
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
root=$1 user=$2; shift 2
exec chroot --userspec="$user" "$root" "$@"`;

export class FreshMachine {
  readonly #root: string;
  readonly #place: Place;
  readonly #signal: AbortSignal;
  readonly #running = new Set<ChildProcess>();

  static async create(runtime: Runtime, place: Place, signal: AbortSignal): Promise<FreshMachine> {
    const root = await mkdtemp('/var/tmp/nightlatch-fresh-');
    const machine = new FreshMachine(root, place, signal);
    try {
      await machine.#furnish(runtime);
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(root: string, place: Place, signal: AbortSignal) {
    this.#root = root;
    this.#place = place;
    this.#signal = signal;
  }

  get isRoots(): boolean {
    return this.#place.user === 'root';
  }

  /** A shell's command in the checkout, as whom the machine is for unless told otherwise. */
  start(command: string, user: string = this.#place.user): ChildProcess {
    const { home, checkout } = this.#place;
    const environment = Object.entries(process.env).filter(([name]) =>
      /^(https?_proxy|no_proxy)$/i.test(name),
    );
    const child = spawn(
      'unshare',
      [
        ...['--mount', '--pid', '--fork', '--kill-child', 'bash', '-c', ENTER, 'enter', this.#root, user],
        ...['bash', '-c', `cd ${checkout} || exit; ${command}`],
      ],
      {
        env: {
          ...Object.fromEntries(environment),
          ...(existsSync(CERTIFICATES) && { NODE_EXTRA_CA_CERTS: CERTIFICATES }),
          PATH,
          HOME: user === 'root' ? '/root' : home,
          // Whoever else listens on this machine's loopback has port 3000.
          PORT: '0',
        },
        // Ctrl-C is for this tool, which then ends what it started.
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        signal: this.#signal,
        killSignal: 'SIGKILL',
      },
    );
    this.#running.add(child);
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    child.once('close', () => this.#running.delete(child));
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    if (mounts.includes(` ${this.#root}/`))
      throw new Error(`something is mounted in ${this.#root}; unmount it, then remove that folder`);
    await run('rm', ['-rf', '--one-file-system', this.#root]);
  }

  async #furnish(runtime: Runtime): Promise<void> {
    const inside = (path: string) => join(this.#root, path);
    const { user, home, checkout } = this.#place;
    const [base, node, npm] = await Promise.all([
      debian(),
      unpacked(`node-linux-${process.arch}`, runtime.node),
      unpacked('npm', runtime.npm),
    ]);
    await chmod(this.#root, 0o755);
    await run('tar', ['-xf', base, '-C', this.#root, '--exclude=./dev/*']);
    await cp(join(node, 'bin/node'), inside('usr/local/bin/node'));
    await cp(npm, inside('usr/local/lib/node_modules/npm'), { recursive: true });
    for (const name of ['npm', 'npx'])
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, inside(`usr/local/bin/${name}`));
    if (user !== 'root') await run('chroot', [this.#root, 'useradd', '--create-home', user]);
    await this.#connect();
    await run('git', ['clone', '--quiet', '--no-hardlinks', REPOSITORY, inside(checkout)]);
    await run('chroot', [this.#root, 'chown', '-R', `${user}:${user}`, home, checkout]);
  }

  /** By what this machine reaches npm and apt. */
  async #connect(): Promise<void> {
    const npmrc = async (which: string) => (await run('npm', ['config', 'get', which])).stdout.trim();
    for (const [from, to] of [
      [await npmrc('globalconfig'), 'usr/local/etc/npmrc'],
      [await npmrc('userconfig'), join(this.#place.home, '.npmrc')],
      [CERTIFICATES, CERTIFICATES],
      ['/etc/resolv.conf', 'etc/resolv.conf'],
      ['/etc/hosts', 'etc/hosts'],
    ] as const) {
      if (existsSync(from)) await cp(from, join(this.#root, to), { dereference: true });
    }
    // Another system's packages are of no use here.
    if (!/^VERSION_CODENAME=bookworm$/m.test(await readFile('/etc/os-release', 'utf8'))) return;
    await rm(join(this.#root, 'etc/apt'), { recursive: true });
    await cp('/etc/apt', join(this.#root, 'etc/apt'), { recursive: true });
  }
}

/** Everything that a command of a machine says until it ends. */
export async function ended(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
