/** Behind a proxy: whom it names is counted, over HTTP and WebSocket, and nobody else is believed. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS_PER_ADDRESS, COMMANDS_PER_SUBJECT, GUESTS_PER_ADDRESS } from '../../src/gateway/limits.ts';
import { type House, openHouse } from './harness.ts';

let house: House;
afterEach(() => house[Symbol.asyncDispose]());

const open = async (...trustedProxies: string[]) => {
  house = await openHouse({ rateLimit: 'on', trustedProxies });
};
const ANA = { 'x-forwarded-for': '6.6.6.6, 203.0.113.1' };
const BEN = { 'x-forwarded-for': '6.6.6.6, 203.0.113.2' };

/** All that one address may make a minute. */
async function useUp(headers: Record<string, string>): Promise<void> {
  for (let i = 0; i < GUESTS_PER_ADDRESS; i++) expect(await guest(headers)).toBe(200);
  expect(await guest(headers)).toBe(429);
}

async function guest(headers: Record<string, string>): Promise<number> {
  return (await house.http('POST', '/v1/sessions/guest', { headers })).status;
}

/** A connection's first lines, and the status that it is answered with. */
async function answered(first: Buffer | string, headers = ''): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(house.url).port) });
  await once(socket, 'connect');
  socket.write(first);
  socket.write(
    `POST /v1/sessions/guest HTTP/1.1\r\nhost: x\r\n${headers}content-length: 0\r\nconnection: close\r\n\r\n`,
  );
  const answer = Buffer.concat(await socket.toArray()).toString();
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe('[G2] behind a trusted proxy', () => {
  it('each client has its own limits over HTTP, whatever it writes to the left of its address', async () => {
    await open('loopback');
    await useUp(ANA);
    expect(await guest({ 'x-forwarded-for': '7.7.7.7, 203.0.113.1' })).toBe(429);
    expect(await guest({ forwarded: 'for=7.7.7.7, for=203.0.113.1' })).toBe(429);
    expect(await guest(BEN)).toBe(200);
    expect(await answered(`PROXY TCP4 203.0.113.1 10.0.0.1 4711 80\r\n`)).toBe(429);
    expect(await answered(`PROXY TCP4 203.0.113.3 10.0.0.1 4711 80\r\n`)).toBe(200);
    const v2 = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb0071010a000001126701bb', 'hex');
    expect(await answered(v2)).toBe(429);
    expect(house.world.log.lines.filter(({ event }) => event === 'proxy.not_trusted')).toEqual([]);
  });

  it('whom the PROXY protocol names is a client, whose headers are believed only where it is trusted too', async () => {
    await open('loopback', '10.0.0.8');
    await useUp(ANA);
    const spoofed = 'x-forwarded-for: 7.7.7.7\r\n';
    expect(await answered(`PROXY TCP4 203.0.113.1 10.0.0.1 4711 80\r\n`, spoofed)).toBe(429);
    expect(await answered(`PROXY TCP4 10.0.0.8 10.0.0.1 4711 80\r\n`, spoofed)).toBe(200);
  });

  it('each client has its own limits on sockets', async () => {
    await open('loopback');
    // Budgets do not fill while the commands are on their way.
    using _frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const sockets = Math.ceil(COMMANDS_PER_ADDRESS.burst / COMMANDS_PER_SUBJECT.burst);
    const each = Math.ceil(COMMANDS_PER_ADDRESS.burst / sockets);
    const clients = await Promise.all(Array.from({ length: sockets }, () => house.raw({ headers: ANA })));
    for (const client of clients) {
      await client.enter();
      for (let i = 0; i < each; i++) client.send(`42/v1,${i}["nothing"]`);
    }
    await Promise.all(clients.map((client) => client.hears(`43/v1,${each - 1}`)));
    const spent = async (headers: Record<string, string>) =>
      (await house.http('GET', '/v1/cities', { headers })).status;
    expect([await spent(ANA), await spent(BEN)]).toEqual([429, 200]);
  });

  it('what begins with neither is HTTP, in pieces too, and what breaks off or never says anything is dropped', async () => {
    await open('loopback');
    expect(await answered('')).toBe(200);
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(house.url).port) });
    for (const piece of [
      'P',
      'O',
      'ST /v1/sessions/guest HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
    ]) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Buffer.concat(await socket.toArray()).toString()).toMatch(/^HTTP\/1\.1 200/);
    expect(await answered('PROXY TCP9 x y\r\n')).toBeNaN();
    const silent = connect({ host: '127.0.0.1', port: Number(new URL(house.url).port) });
    await once(silent.resume(), 'close');
  });
});

describe('[G2] a peer that is not trusted', () => {
  it('changes nothing by a header, over HTTP or a socket, and the log says once what to set', async () => {
    await open('10.0.0.1');
    await useUp({});
    for (const headers of [ANA, BEN, { forwarded: 'for=203.0.113.7' }])
      expect(await guest(headers)).toBe(429);
    await (await house.raw({ headers: ANA })).enter();
    expect(house.world.log.lines.filter(({ event }) => event === 'proxy.not_trusted')).toEqual([
      expect.objectContaining({
        peer: '127.0.0.1',
        meaning: expect.stringContaining('NIGHTLATCH_TRUSTED_PROXIES=127.0.0.1'),
      }),
    ]);
  });

  it('makes a bad request by the PROXY protocol, which the log says once, too', async () => {
    await open();
    expect(await answered(`PROXY TCP4 203.0.113.1 10.0.0.1 4711 80\r\n`)).toBe(400);
    expect(house.world.log.lines).toContainEqual(
      expect.objectContaining({ event: 'proxy.not_trusted', peer: '127.0.0.1', by: 'PROXY protocol' }),
    );
  });

  it('is not believed in headers where the PROXY protocol alone is trusted', async () => {
    await open('proxy-protocol:loopback');
    await useUp({});
    expect(await guest(ANA)).toBe(429);
    expect(await answered(`PROXY TCP4 203.0.113.1 10.0.0.1 4711 80\r\n`)).toBe(200);
  });
});
