import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type RequestOptions } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Street, street } from './upstreams.ts';

let here: Street;
afterEach(() => here.close());

/** Who answers a connection of its own; undefined where it is closed instead. */
function ask(options: RequestOptions = {}): Promise<string | undefined> {
  return new Promise((resolve) => {
    get(here.url, { agent: false, ...options }, async (response) => {
      resolve(Buffer.concat(await response.toArray()).toString());
    }).on('error', () => resolve(undefined));
  });
}

async function askTimes(count: number): Promise<(string | undefined)[]> {
  const answers: (string | undefined)[] = [];
  for (let i = 0; i < count; i++) answers.push(await ask());
  return answers;
}

async function webSocket(): Promise<{ socket: WebSocket; name: string }> {
  const socket = new WebSocket(here.url.replace('http', 'ws'));
  const [name] = (await once(socket, 'message')) as [Buffer];
  return { socket, name: name.toString() };
}

function raw(): Socket {
  const socket = connect({ port: here.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  return socket;
}

describe('the proxy', () => {
  it('gives each connection to the next server', async () => {
    here = await street(3);
    const [first, ...others] = await askTimes(6);
    expect(new Set([first, ...others.slice(0, 2)])).toEqual(new Set(['s0', 's1', 's2']));
    expect(others[2]).toBe(first);
  });

  it('passes WebSockets and any bytes as they are, both ways', async () => {
    here = await street(2);
    const { socket } = await webSocket();
    const sent = randomBytes(3_000_000);
    socket.send(sent);
    const [back, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
    expect(isBinary).toBe(true);
    expect(back.equals(sent)).toBe(true);
    socket.close(4_001, 'enough');
    expect(await once(socket, 'close')).toEqual([4_001, Buffer.from('enough')]);
  });

  it('[G2] tells its server the address of each client, which nothing that the client writes changes', async () => {
    here = await street(1);
    const [server] = here.servers;
    server!.onRequest = (request, response) => response.end(server!.addresses.of(request));
    expect(await ask()).toBe('127.0.0.1');
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' };
    expect(await ask({ localAddress: '127.0.0.2', headers })).toBe('127.0.0.2');
    const spoofing = raw();
    spoofing.end(
      'PROXY TCP4 203.0.113.9 10.0.0.1 1 2\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect(Buffer.concat(await spoofing.toArray()).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('tries the next server for a connection that one refuses', async () => {
    here = await street(3);
    await here.servers[1]?.die();
    // No question was asked since: only the refusals can tell.
    expect(here.upstreams.map(({ isReady }) => isReady)).toEqual([true, true, true]);
    const answers = await askTimes(6);
    expect(new Set(answers)).toEqual(new Set(['s0', 's2']));
    expect(here.upstreams[1]?.isReady).toBe(false);
  });

  it('cuts the connections of a server that died, and gives it new ones when it is back', async () => {
    here = await street(1);
    const { socket } = await webSocket();
    const closed = once(socket, 'close');
    await here.servers[0]?.die();
    expect((await closed)[0]).toBe(1_006);
    expect(await ask()).toBeUndefined();
    await here.servers[0]?.listen();
    await expect.poll(ask, { interval: 20 }).toBe('s0');
  });

  it('gives a draining server no new connections, and leaves it those that it has', async () => {
    here = await street(2);
    const { socket, name } = await webSocket();
    const drained = here.servers.findIndex((server) => server.name === name);
    here.servers[drained]!.isDraining = true;
    await expect.poll(() => here.upstreams[drained]?.isReady, { interval: 20 }).toBe(false);
    expect(new Set(await askTimes(4))).toEqual(new Set([`s${1 - drained}`]));
    socket.send('still here');
    expect(String((await once(socket, 'message'))[0])).toBe('still here');
  });

  it('gives none to one that is about to be stopped, before it says so itself', async () => {
    here = await street(2);
    here.upstreams[0]!.isLeaving = true;
    await here.upstreams[0]?.check();
    expect(new Set(await askTimes(4))).toEqual(new Set(['s1']));
  });

  it('leaves out a server that accepts and answers nothing, and cuts what hangs on it', async () => {
    here = await street(2);
    const { socket, name } = await webSocket();
    const frozen = here.servers.findIndex((server) => server.name === name);
    here.servers[frozen]!.isFrozen = true;
    await expect.poll(() => here.upstreams[frozen]?.isReady, { interval: 20 }).toBe(false);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(new Set(await askTimes(4))).toEqual(new Set([`s${1 - frozen}`]));
    expect((await once(socket, 'close'))[0]).toBe(1_006);
    here.servers[frozen]!.isFrozen = false;
    await expect.poll(ask, { interval: 20 }).toBe(`s${frozen}`);
  });

  it('closes a connection at once while no server is ready', async () => {
    here = await street(2);
    await Promise.all(here.servers.map((server) => server.die()));
    expect(await askTimes(3)).toEqual([undefined, undefined, undefined]);
  });

  it('reads no more from the one side than the other takes', async () => {
    here = await street(1);
    const TOTAL = 200_000_000;
    const chunk = Buffer.alloc(1_000_000);
    let written = 0;
    let isStuck = false;
    here.servers[0]!.onRequest = (_, response) => {
      const more = () => {
        isStuck = false;
        while (written < TOTAL) {
          written += chunk.length;
          if (!response.write(chunk)) {
            isStuck = true;
            return response.once('drain', more);
          }
        }
        return response.end();
      };
      more();
    };
    const client = raw();
    client.pause();
    client.write('GET /all HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    // Written to the kernel's buffers and ours, which are a few million bytes, and no further.
    let last = -1;
    await expect
      .poll(
        () => {
          const isStill = isStuck && written === last;
          last = written;
          return isStill;
        },
        { interval: 300 },
      )
      .toBe(true);
    expect(written).toBeLessThan(TOTAL / 4);
    let read = 0;
    client.on('data', (data) => {
      read += data.length;
    });
    client.resume();
    await once(client, 'end');
    expect(read).toBeGreaterThan(TOTAL);
    client.destroy();
  });

  it('lets a side that has ended have its answer', async () => {
    here = await street(1);
    const socket = raw();
    socket.end('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(Buffer.concat(await socket.toArray()).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*s0$/s);
  });

  it('cuts a connection that hangs half open', async () => {
    // HTTP servers end with their client; this one never does.
    const accepted: Socket[] = [];
    const stubborn = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        if (data.includes('/readyz')) {
          socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
          return;
        }
        accepted.push(socket);
        socket.write('half an answer');
      });
    });
    await once(stubborn.listen(0, '127.0.0.1'), 'listening');
    here = await street(0, 100, [(stubborn.address() as AddressInfo).port]);
    const socket = raw();
    socket.end('GET /');
    await expect(socket.toArray()).rejects.toThrow('ECONNRESET');
    const [hanging] = accepted;
    const closed = new Promise((resolve) => hanging?.once('close', resolve));
    hanging?.write('to nobody');
    await closed;
    await once(stubborn.close(), 'close');
  });

  it('outlives clients and servers that reset their connections', async () => {
    here = await street(2);
    for (let i = 0; i < 50; i++) {
      const client = raw();
      client.write('GET / HTTP/1.1\r\n');
      await once(client, 'connect');
      client.resetAndDestroy();
    }
    here.servers[0]!.onRequest = (request) => request.socket.resetAndDestroy();
    const answers = await askTimes(6);
    expect(answers.filter((answer) => answer === 's1')).toHaveLength(3);
    await expect.poll(() => here.servers.map(({ connections }) => connections)).toEqual([0, 0]);
  });

  it('takes no new connections behind a closed door, and lets the others finish', async () => {
    here = await street(1);
    const { socket } = await webSocket();
    here.proxy.closeDoor();
    expect(await ask()).toBeUndefined();
    socket.send('the last word');
    expect(String((await once(socket, 'message'))[0])).toBe('the last word');
    here.proxy.close();
    expect((await once(socket, 'close'))[0]).toBe(1_006);
  });
});
