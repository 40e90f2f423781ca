/** What one client may take of the port itself: connections, requests at once, answers that it does not read. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ClientAddresses } from '../../src/gateway/addresses/client-address.ts';
import { understandProxyProtocol } from '../../src/gateway/addresses/proxied-connections.ts';
import { Connections } from '../../src/gateway/connections/connections.ts';
import { stopParsing } from '../../src/gateway/connections/node-internals.ts';
import {
  CONNECTIONS_PER_ADDRESS_MAX,
  REQUESTS_UNANSWERED_MAX,
  UNREAD_BYTES_PER_ADDRESS_MAX,
} from '../../src/gateway/limits.ts';
import { createWorld } from './fakes.ts';
import { eventually, type House, openHouse } from './harness.ts';

const CUT_WITHIN_MS = 5_000;

type Port = Pick<House, 'url' | 'world'>;

/** Nothing of it is read before `resume()`. */
async function dial(house: Pick<House, 'url'>, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port: Number(new URL(house.url).port), host: '127.0.0.1', localAddress });
  socket.on('error', () => {});
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
}

/** A client that does not read hears of its end only as it writes; empty lines before a request are nothing. */
async function endOf(socket: Socket, withinMs: number): Promise<void> {
  const startedMs = performance.now();
  while (!socket.destroyed) {
    if (performance.now() - startedMs > withinMs) throw new Error(`was not ended within ${withinMs} ms`);
    socket.write('\r\n');
    await delay(50);
  }
}

/** From another address than the attacker's. */
function visit(house: House): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const url = new URL('/v1/apartments', house.url);
    const visit = request({ ...{ host: '127.0.0.1', port: url.port, path: url.pathname }, agent: false });
    visit.on('error', reject).on('response', (answer) => answer.resume() && resolve(answer.statusCode));
    visit.end();
  });
}

function tellsOf(house: Port, reason: string): Promise<void> {
  return eventually(`the log tells of ${reason}`, () =>
    house.world.log.lines.some((line) => line.event === 'connection.cut' && line.reason === reason),
  );
}

/** Far more than the kernel takes for a reader who does not read. */
async function withLargeAnswers(bytes = 20_000_000): Promise<{ house: House; asked: () => number }> {
  const house = await openHouse({ rateLimit: 'on' });
  let asked = 0;
  const { listings } = house.world.parts;
  const get = listings.get.bind(listings);
  listings.get = async (...asks) => {
    asked += 1;
    const apartment = await get(...asks);
    return apartment.ok
      ? { ok: true, data: { ...apartment.data, description: 'x'.repeat(bytes) } }
      : apartment;
  };
  return { house, asked: () => asked };
}
const ASK = 'GET /v1/apartments/apt-1 HTTP/1.1\r\nHost: x\r\n\r\n';

describe('[S1] one connection', () => {
  it('is cut where it asks on without waiting for answers, of which few are made', async () => {
    const { house, asked } = await withLargeAnswers();
    await using _ = house;
    const socket = await dial(house, '127.0.0.2');
    socket.write(ASK.repeat(1_400));
    await endOf(socket, CUT_WITHIN_MS);
    expect(asked()).toBeLessThanOrEqual(REQUESTS_UNANSWERED_MAX);
    await tellsOf(house, 'requests_unanswered');
  });

  it('is cut within 5 s where it reads nothing, and not where it reads slowly', async () => {
    const { house } = await withLargeAnswers();
    await using _ = house;
    const [mute, slow] = [await dial(house, '127.0.0.2'), await dial(house, '127.0.0.3')];
    // The kernel asks for more a megabyte at a time here, where its buffers are large.
    const reading = setInterval(() => slow.read(64 * 1_024), 40);
    for (const socket of [mute, slow]) socket.write(ASK);
    slow.pause();
    await endOf(mute, CUT_WITHIN_MS);
    await delay(1_000);
    expect(slow.destroyed).toBe(false);
    clearInterval(reading);
    slow.destroy();
    await tellsOf(house, 'reader_stalled');
  });

  it('is watched whatever the server listens on', async () => {
    await using house = await openHouse({ host: 'localhost' });
    const { port } = new URL(house.url);
    let reached = 0;
    for (const host of ['127.0.0.1', '::1']) {
      const socket = connect(Number(port), host).on('error', () => {});
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
      if (socket.destroyed) continue;
      reached += 1;
      socket.resume().write(ASK.repeat(1_400));
      await endOf(socket, CUT_WITHIN_MS);
    }
    expect(reached).toBeGreaterThan(0);
  });

  it('is ended where it upgrades to what nobody speaks', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const socket = await dial(house);
    socket.resume();
    socket.write(
      'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await endOf(socket, CUT_WITHIN_MS);
  });
});

describe('[S1] a thousand requests in one piece', () => {
  it('are not even read once their connection is cut', async () => {
    let read = 0;
    const server = createServer((request) => {
      read += 1;
      if (read < 3) return;
      stopParsing(request.socket);
      request.socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
    socket.resume().write(ASK.repeat(1_000));
    await once(socket, 'close');
    expect(read).toBe(3);
    server.close();
  });
});

describe('[S1] one address', () => {
  it('has so many connections, refused at once past that, and another is served meanwhile', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const sockets: Socket[] = [];
    for (let n = 0; n < 10_100; n += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => dial(house, '127.0.0.2')))));
      for (const socket of sockets.slice(n)) socket.resume();
    }
    const open = () => sockets.filter((socket) => !socket.destroyed).length;
    await eventually('most are refused', () => open() <= CONNECTIONS_PER_ADDRESS_MAX);
    expect(await visit(house)).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('ends those that say nothing without a word, and answers who has begun something', async () => {
    await using house = await openHouse({ rateLimit: 'on' });
    const heard = async (says: string) => {
      const socket = await dial(house, '127.0.0.2');
      let answer = '';
      socket.on('data', (bytes) => {
        answer += bytes;
      });
      socket.write(says);
      await new Promise((resolve) => socket.once('close', resolve));
      return answer.split('\r\n')[0];
    };
    const begun = ['', 'GET / HTTP/1.1\r\nHost: x\r\n', 'nonsense\r\n\r\n'];
    expect(await Promise.all(begun.map(heard))).toEqual([
      '',
      'HTTP/1.1 408 Request Timeout',
      'HTTP/1.1 400 Bad Request',
    ]);
  });

  it('leaves no more unread than its share', async () => {
    const { house } = await withLargeAnswers(1.2 * UNREAD_BYTES_PER_ADDRESS_MAX);
    await using _ = house;
    const socket = await dial(house, '127.0.0.2');
    socket.write(ASK);
    await tellsOf(house, 'answers_of_address_unread');
    expect(await visit(house)).toBe(200);
    socket.destroy();
  });
});

describe('[S1] a trusted proxy', () => {
  const PROXY = '127.0.0.2';
  const TOO_MANY = CONNECTIONS_PER_ADDRESS_MAX + 200;

  /** The port alone, which waits for ever for what a connection says next: a slow machine takes its time to open so many. */
  async function openPort(trustedProxy: string): Promise<Port & AsyncDisposable> {
    const world = createWorld();
    const server = createServer({ headersTimeout: 0, requestTimeout: 0 });
    const addresses = new ClientAddresses([trustedProxy], world.log);
    const closeUnbegun = understandProxyProtocol(server, addresses, world.log);
    const connections = new Connections({ mode: 'on', addresses, log: world.log });
    connections.watch(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      world,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        connections.close();
        closeUnbegun();
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  }

  /** Each says so much, and waits. */
  async function dialMany(port: Port, count: number, first: string): Promise<Socket[]> {
    const sockets: Socket[] = [];
    for (let n = 0; n < count; n += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => dial(port, PROXY)))));
      for (const socket of sockets.slice(n)) socket.resume().write(first);
    }
    return sockets;
  }
  const reasonsIn = ({ world }: Port) =>
    new Set(world.log.lines.filter(({ event }) => event === 'connection.cut').map(({ reason }) => reason));
  const cut = (sockets: Socket[]) => sockets.filter(({ destroyed }) => destroyed).length;

  it('[G2] has more connections than an address, where it names its clients with each request', async () => {
    await using port = await openPort(PROXY);
    const sockets = await dialMany(port, TOO_MANY, 'GET / HTTP/1.1\r\n');
    (await dial(port, '127.0.0.3')).resume().write(ASK.repeat(1_400));
    await tellsOf(port, 'requests_unanswered');
    expect(reasonsIn(port)).toEqual(new Set(['requests_unanswered']));
    expect(cut(sockets)).toBe(0);
  });

  it('[G2] has those whom it names for a connection bound like anybody else', async () => {
    await using port = await openPort(`proxy-protocol:${PROXY}`);
    const named = (client: string) => `PROXY TCP4 ${client} 10.0.0.1 4711 80\r\nGET / HTTP/1.1\r\n`;
    const ben = await dialMany(port, 100, named('203.0.113.2'));
    const ana = await dialMany(port, TOO_MANY, named('203.0.113.1'));
    await tellsOf(port, 'too_many_of_address');
    await eventually(
      'those past the bound are cut',
      () => cut(ana) === TOO_MANY - CONNECTIONS_PER_ADDRESS_MAX,
    );
    expect(cut(ben)).toBe(0);
  });

  it('[G2] trusted in the PROXY protocol alone is an address like any other where it names nobody', async () => {
    await using port = await openPort(`proxy-protocol:${PROXY}`);
    const sockets = await dialMany(port, TOO_MANY, 'GET / HTTP/1.1\r\n');
    await tellsOf(port, 'too_many_of_address');
    expect(cut(sockets)).toBeGreaterThan(0);
  });
});
