/** Redis: the one of REDIS_URL, or one of our own on a loopback port, with a password and without a file on disk. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../persistence/postgres/free-port.ts';
import { KeptProcess, type KeptProcessOptions } from './kept-process.ts';

const CONNECT_DEADLINE_MS = 5_000;
const PROTOCOLS = ['redis:', 'rediss:'];

/** @throws Error, one sentence for a person, where nothing answers there as Redis does */
export async function refuseUnreachable(redisUrl: string): Promise<void> {
  // Several are the nodes of a Redis Cluster: one that answers leads to the others.
  let problem: unknown;
  for (const url of redisUrl.split(',').map((each) => each.trim())) {
    if (!URL.canParse(url) || !PROTOCOLS.includes(new URL(url).protocol)) {
      throw new Error('REDIS_URL is no URL that begins with redis:// or rediss://; correct it, or unset it');
    }
    try {
      return await ping(url);
    } catch (cause) {
      const { hostname, port } = new URL(url);
      problem = new Error(
        `cannot use Redis at ${hostname}:${port || 6379}: ${(cause as Error).message}; correct REDIS_URL, or unset it to have one started here`,
        { cause },
      );
    }
  }
  throw problem;
}

/**
 * @param path folders, as in PATH; /usr/bin is looked at too
 * @throws Error, one sentence that says how to get it
 */
export function findRedis(path: string, last = '/usr/bin'): string {
  const found = [...path.split(delimiter), last]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'redis-server'))
    .find(mayRun);
  if (found === undefined) {
    const way = platform() === 'darwin' ? 'brew install redis' : 'sudo apt-get install redis-server';
    throw new Error(
      `several servers need Redis, and there is no redis-server; get it with \`${way}\`, or set REDIS_URL to one that runs`,
    );
  }
  return found;
}

export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  readonly process: KeptProcess;
}

/** @param program see `findRedis` */
export async function ownRedis(
  program: string,
  options: Omit<KeptProcessOptions, 'name' | 'spawn' | 'isReady'>,
): Promise<OwnRedis> {
  const port = await freePort();
  const password = randomBytes(18).toString('base64url');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  // By standard input: a command line can be read by everybody on the machine.
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    'save ""',
    'appendonly no',
    `requirepass ${password}`,
    '',
  ];
  const [file = program, ...args] = [...untilParentIsGone(), program, '-'];
  return {
    url,
    port,
    process: new KeptProcess({
      ...options,
      name: 'Redis',
      spawn(log) {
        const child = spawn(file, args, { cwd: '/', detached: true, stdio: ['pipe', log, log] });
        child.stdin?.on('error', () => {}).end(settings.join('\n'));
        return child;
      },
      isReady: () =>
        ping(url).then(
          () => true,
          () => false,
        ),
    }),
  };
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_DEADLINE_MS,
    commandTimeout: CONNECT_DEADLINE_MS,
  });
  // What `connect` rejects with says only that the connection is closed; the reason comes here.
  let reason: unknown;
  client.on('error', (error) => {
    reason ??= error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (cause) {
    throw reason ?? cause;
  } finally {
    client.disconnect();
  }
}

/** Redis has no channel to notice by that we were killed: Linux ends it for us, where util-linux can ask that of it. */
function untilParentIsGone(): string[] {
  const setpriv = '/usr/bin/setpriv';
  return mayRun(setpriv) ? [setpriv, '--pdeathsig', 'SIGTERM', '--'] : [];
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
