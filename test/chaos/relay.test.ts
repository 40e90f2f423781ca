import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Relay } from './relay.ts';

let echo: Server;
let relay: Relay;
beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  relay = await new Relay((echo.address() as AddressInfo).port).open();
});
afterEach(() => {
  relay.close();
  echo.close();
});

async function joined(): Promise<Socket> {
  const socket = connect(relay.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket.setEncoding('utf8');
}
const heard = async (socket: Socket) => (await once(socket, 'data'))[0];

describe('a link that can be cut', () => {
  it('hands on what it hears, both ways', async () => {
    const socket = await joined();
    socket.write('hello');
    expect(await heard(socket)).toBe('hello');
  });

  it('refused, closes what there is and lets nobody in, until it passes again', async () => {
    const socket = await joined();
    const closed = once(socket, 'close');
    await relay.become('refuse');
    await closed;
    await expect(joined()).rejects.toThrow('ECONNREFUSED');
    await relay.become('pass');
    const again = await joined();
    again.write('hello');
    expect(await heard(again)).toBe('hello');
  });

  it('stalled, keeps every byte, of connections made meanwhile too, until it passes again', async () => {
    const socket = await joined();
    socket.write('one');
    expect(await heard(socket)).toBe('one');
    await relay.become('stall');
    let early = '';
    const note = (text: string) => {
      early += text;
    };
    const meanwhile = await joined();
    for (const each of [socket, meanwhile]) each.on('data', note).write('two');
    // An answer by another way shows that there was time for one.
    const direct = connect((echo.address() as AddressInfo).port, '127.0.0.1');
    direct.write('three');
    await once(direct, 'data');
    direct.destroy();
    expect(early).toBe('');
    for (const each of [socket, meanwhile]) each.off('data', note);
    const both = Promise.all([heard(socket), heard(meanwhile)]);
    await relay.become('pass');
    expect(await both).toEqual(['two', 'two']);
  });
});
