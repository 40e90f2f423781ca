import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/persistence/migrate.ts';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';
import { findPostmaster, stopPostmaster } from '../../src/persistence/postgres/postmaster.ts';
import { ALL_SHARDS, areSettled, Nodes, until } from './nodes.ts';

/** One address for a PostgreSQL that comes back on another port. */
class Relay {
  port = 0;
  targetPort = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((near) => {
    const far = connect(this.targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  });

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

let data: string;
const relay = new Relay();
let postgres: Awaited<ReturnType<typeof startEmbedded>>;

async function start(): Promise<URL> {
  postgres = await startEmbedded(data);
  await migrate(postgres.ownerUrl, { grantTo: postgres.role });
  const url = new URL(postgres.url);
  relay.targetPort = Number(url.port);
  return url;
}

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightlatch-restart-'));
  await chmod(data, 0o755);
  await relay.open();
});
afterEach(async () => {
  await relay.close();
  await postgres.stop();
  await rm(data, { recursive: true, force: true });
});

describe('when PostgreSQL is restarted', () => {
  it('nodes are silent while it is away, and go on as they were: nobody takes anything from anybody', async () => {
    const url = await start();
    url.port = String(relay.port);
    const nodes = new Nodes(url.href, { isLinked: true });
    const first = await nodes.join('http://one');
    const second = await nodes.join('http://two');
    await until(() => areSettled([first, second]));
    const ids = [first.nodeId, second.nodeId];
    const epochs = ALL_SHARDS.map((shard) => first.ownerOf(shard)?.epoch);

    for (const stop of [stopPostmaster, async (pid: number) => void process.kill(pid, 'SIGKILL')]) {
      const running = await findPostmaster(join(data, 'postgres'));
      await stop(running?.pid ?? 0, 10_000);
      await until(() => ALL_SHARDS.every((shard) => !first.epochOf(shard) && !second.epochOf(shard)));
      expect(first.nodes().find(({ id }) => id === first.nodeId)?.state).toBe('silent');
      await start();
      await until(() => areSettled([first, second]));
    }
    expect([first.nodeId, second.nodeId]).toEqual(ids);
    expect(ALL_SHARDS.map((shard) => first.ownerOf(shard)?.epoch)).toEqual(epochs);
    expect(nodes.told.filter(({ what }) => what === 'lost')).toEqual([]);
    expect(new Set(nodes.faults.map(({ event }) => event))).toEqual(new Set(['node.lease_not_renewed']));

    // It still is what it was: who leaves hands over.
    await second.leave();
    await second.stop();
    await until(() => areSettled([first]));
    await nodes.close();
  });
});
