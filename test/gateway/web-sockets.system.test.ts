/** What one WebSocket may do beside its commands. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FLOOD_REFUSALS_MAX } from '../../src/gateway/limits.ts';
import { openHouse, type RawClient } from './harness.ts';

const PING = Buffer.alloc(125);

/** @returns how many were sent before it was over */
async function ping(raw: RawClient, count: number, atOnce: number, isOver: () => boolean): Promise<number> {
  let sent = 0;
  for (; sent < count && !isOver(); sent++) {
    raw.socket.ping(PING);
    if (sent % atOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return sent;
}

describe('[S1] one WebSocket', () => {
  it('is of one version of ws, whoever brings it', () => {
    const own = createRequire(import.meta.url);
    for (const name of ['engine.io', 'engine.io-client', 'socket.io-adapter'])
      expect(createRequire(own.resolve(name)).resolve('ws')).toBe(own.resolve('ws'));
  });

  it('is cut where it pings and reads no pong', async () => {
    await using house = await openHouse();
    const raw = await house.raw();
    raw.tcp.pause();
    // Some megabytes: sooner than a reader who takes nothing is found.
    const most = 20_000;
    expect(await ping(raw, most, 100, () => house.gateway.sockets() === 0)).toBeLessThan(most);
  });

  it('has its pings counted like commands', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const raw = await (await house.raw()).enter();
    await ping(raw, 4 * FLOOD_REFUSALS_MAX, 2, () => house.gateway.sockets() === 0);
    await raw.closed;
    expect(house.world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'socket.cut', reason: 'flood' }),
    );
  });

  it('enters a namespace once, however many ask at once', async () => {
    await using house = await openHouse();
    const raw = await house.raw();
    for (let n = 0; n < 250; n++) raw.send('40/v1,');
    await raw.closed;
    expect(raw.frames.filter((frame) => frame.startsWith('40/v1,')).length).toBeLessThanOrEqual(1);
    expect(house.world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'socket.cut', reason: 'namespace_entered_twice' }),
    );
  });

  it('asks again where it was refused, enters both namespaces, and comes back to one that it left', async () => {
    await using house = await openHouse();
    const raw = await house.raw();
    raw.send('40/v1/admin,{"token":"none"}');
    await raw.hears('44/v1/admin,');
    raw.send(`40/v1/admin,${JSON.stringify({ token: house.world.token('admin') })}`);
    await raw.hears('42/v1/admin,["welcome"');
    await raw.enter();
    raw.send('41/v1,');
    await new Promise((resolve) => setTimeout(resolve, 100));
    raw.frames.length = 0;
    await raw.enter();
    expect(raw.socket.readyState).toBe(raw.socket.OPEN);
  });

  it('that says nothing is gone within 5 s, though it does not answer the goodbye either', async () => {
    await using house = await openHouse();
    const { host, port } = new URL(house.url);
    const socket = connect(Number(port), '127.0.0.1').resume();
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    await once(socket, 'data');
    const openedMs = performance.now();
    await once(socket, 'close');
    expect(performance.now() - openedMs).toBeLessThan(5_500);
  });
});
