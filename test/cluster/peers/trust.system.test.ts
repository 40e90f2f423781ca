/** Who may have a link: nobody without the secret, on either end, and nobody who only overheard it being used. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LEASE_UNRENEWED_MAX_MS,
  PEER_ARRIVALS_MAX,
  PEER_COMPLAINT_EVERY_MS,
} from '../../../src/cluster/limits.ts';
import { Handshake, PEER_PROTOCOL } from '../../../src/cluster/peers/handshake.ts';
import { onlySecret } from '../../../src/cluster/peers/ports.ts';
import { ask, atEnd, connected, dialRaw, echo, type Node, SECRET, startNode, until } from './house.ts';

const REFUSED = { ok: false, why: 'refused' };

/** What a node answers to an upgrade with these headers, up to the end of the head. */
async function upgrade(node: Node, headers: Record<string, string>, path = '/v1/peer'): Promise<string> {
  const socket = connect(node.port, '127.0.0.1');
  atEnd(() => socket.destroy());
  const lines = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  };
  socket.write(
    `GET ${path} HTTP/1.1\r\n${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
  return String((await once(socket, 'data'))[0]);
}

/** Answers every upgrade with this head. @returns its url */
async function listener(
  answer: (request: IncomingMessage) => string,
  heard = (_bytes: number) => {},
): Promise<string> {
  const http = createServer();
  http.on('upgrade', (request, socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => heard(bytes.length));
    socket.write(`${answer(request)}\r\n\r\n`);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  atEnd(() => {
    http.closeAllConnections();
    http.close();
  });
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

function accepted({ headers }: IncomingMessage): string {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
}

describe('the secret', () => {
  it('that is wrong gets 401, is complained of once a minute at most by each end, and is no busy loop', async () => {
    let nowMs = 0;
    const a = await startNode('node_a', {
      secrets: onlySecret('another secret of thirty-two characters'),
      nowMs: () => nowMs,
    });
    const b = await startNode('node_b', { nowMs: () => nowMs, onRequest: () => expect.unreachable() });
    expect(await ask(a, b.peer, 1)).toEqual(REFUSED);
    await until(() => a.lost.length >= 4);
    expect(a.lost.every(({ how }) => how === 'closed')).toBe(true);
    const complaints = () => [...a.faults, ...b.faults].map(({ event }) => event).sort();
    expect(complaints()).toEqual(['peer.our_secret_refused', 'peer.stranger']);
    expect(b.links.stats().strangers).toBeGreaterThanOrEqual(4);
    // Asking all the time dials no more often.
    const dials = a.links.stats().dials;
    for (let n = 0; n < 1_000; n++) await ask(a, b.peer, n);
    expect(a.links.stats().dials - dials).toBeLessThan(5);
    nowMs += PEER_COMPLAINT_EVERY_MS;
    const { strangers } = b.links.stats();
    void ask(a, b.peer, 1);
    await until(() => b.links.stats().strangers > strangers);
    await until(() => complaints().length === 4);
  });

  it('[S10] is either of two while one follows the other, and who came in with one that is forgotten is cut', async () => {
    const ring = (current: string, ...accepted: string[]) => {
      const listeners: (() => void)[] = [];
      return {
        current: () => current,
        accepted: () => accepted,
        onForgotten: (listener: () => void) => void listeners.push(listener),
        use(next: string, ...others: string[]) {
          current = next;
          accepted = others;
          for (const listener of listeners) listener();
        },
      };
    };
    const [early, late] = [ring('next', 'next', 'old'), ring('old', 'next', 'old')];
    const a = await startNode('node_a', { secrets: early });
    const b = await startNode('node_b', { secrets: late });
    expect(await ask(a, b.peer, 1)).toEqual({ ok: true, body: 1 });
    expect(await ask(b, a.peer, 2)).toEqual({ ok: true, body: 2 });
    // Who has the old one has a link with each, and none once it is forgotten.
    const thief = await startNode('node_c', { secrets: onlySecret('old') });
    for (const { peer } of [a, b]) expect(await ask(thief, peer, 3)).toEqual({ ok: true, body: 3 });
    early.use('next', 'next');
    late.use('next', 'next');
    await until(() => thief.lost.length >= 2);
    for (const { peer } of [a, b]) expect(await ask(thief, peer, 4)).toEqual(REFUSED);
    await expect.poll(() => ask(a, b.peer, 5)).toEqual({ ok: true, body: 5 });
    await expect.poll(() => ask(b, a.peer, 6)).toEqual({ ok: true, body: 6 });
  });

  it('is needed in every part of the introduction', async () => {
    const b = await startNode('node_b');
    const handshake = new Handshake(onlySecret(SECRET));
    const { introduction, authorization } = handshake.introduce('node_a', 'node_b');
    const [from, to, nonce, proof] = authorization.replace('nightlatch-peer ', '').split('.');
    const wrong = [
      `nightlatch-peer node_c.${to}.${nonce}.${proof}`,
      `nightlatch-peer ${from}.node_c.${nonce}.${proof}`,
      `nightlatch-peer ${from}.${to}.${'A'.repeat(22)}.${proof}`,
      `nightlatch-peer ${from}.${to}.${nonce}.${'A'.repeat(43)}`,
      `nightlatch-peer ${from}.${to}.${nonce}`,
      `Bearer ${proof}`,
      '',
    ];
    for (const value of wrong) expect(await upgrade(b, { authorization: value })).toMatch(/^HTTP\/1.1 401 /);
    expect(await upgrade(b, { authorization })).toMatch(/^HTTP\/1.1 101 /);
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[!-~][ -~]{0,200}[!-~]$/), async (value) => {
        expect(await upgrade(b, { authorization: value })).toMatch(/^HTTP\/1.1 401 /);
      }),
      { numRuns: 40 },
    );
    // A proof of one role is none of another.
    const { proof: listening, opening } = handshake.answer(introduction);
    for (const other of [listening.split('.')[1], opening])
      expect(handshake.readIntroduction(`nightlatch-peer ${from}.${to}.${nonce}.${other}`)).toBe(undefined);
  });

  it('is proved by the listener before the dialler says anything', async () => {
    let heard = 0;
    // It overheard somebody's proof; the nonce it was made for is another.
    const handshake = new Handshake(onlySecret(SECRET));
    const { proof } = handshake.answer(handshake.introduce('node_a', 'node_b').introduction);
    const url = await listener(
      (request) => `${accepted(request)}\r\nnightlatch-peer: ${proof}`,
      (bytes) => {
        heard += bytes;
      },
    );
    const a = await startNode('node_a');
    expect(await ask(a, { id: 'node_b', url }, 'a guest’s name')).toEqual(REFUSED);
    expect(a.faults).toMatchObject([{ event: 'peer.peer_unproven' }]);
    expect(heard).toBe(0);
  });
});

describe('a version of another', () => {
  const authorization = () => new Handshake(onlySecret(SECRET)).introduce('node_a', 'node_b').authorization;

  it('that dials is refused, and told which one is spoken here; one that says none speaks the first', async () => {
    const b = await startNode('node_b');
    const refused = await upgrade(b, { authorization: authorization(), 'Nightlatch-Peer-Protocol': '99' });
    expect(refused).toMatch(/^HTTP\/1.1 426 /);
    expect(refused).toContain(`nightlatch-peer-protocol: ${PEER_PROTOCOL}\r\n`);
    expect(await upgrade(b, { authorization: authorization() })).toMatch(/^HTTP\/1.1 101 /);
  });

  for (const [how, answer] of [
    ['refuses', () => 'HTTP/1.1 426 Upgrade Required\r\nnightlatch-peer-protocol: 99\r\nContent-Length: 0'],
    [
      'lets in',
      (request: IncomingMessage) => {
        const introduction = new Handshake(onlySecret(SECRET)).readIntroduction(
          request.headers.authorization,
        );
        const { proof } = new Handshake(onlySecret(SECRET)).answer(introduction!);
        return `${accepted(request)}\r\nnightlatch-peer: ${proof}\r\nnightlatch-peer-protocol: 99`;
      },
    ],
  ] as const) {
    it(`that ${how} who dials is told of by both numbers, and gets no word`, async () => {
      const url = await listener(answer);
      const a = await startNode('node_a');
      expect(await ask(a, { id: 'node_b', url }, 'a guest’s name')).toEqual(REFUSED);
      expect(a.faults).toMatchObject([
        { event: 'peer.protocol_differs', details: { peerId: 'node_b', url } },
      ]);
      expect(a.faults[0]!.details.why).toMatch(/version 99 .* version 1;/);
    });
  }
});

describe('[C10] a server that may not understand what the others say', () => {
  it('is refused where it dials, and both numbers are told there', async () => {
    const b = await startNode('node_b', { leastLevel: () => 7 });
    const a = await startNode('node_a', { level: 6 });
    expect(await ask(a, b.peer, 'a guest’s name')).toEqual(REFUSED);
    expect(a.faults).toMatchObject([{ event: 'peer.level_too_low', details: { peerId: 'node_b' } }]);
    expect(a.faults[0]!.details.why).toMatch(/^this one has feature level 6, .* takes level 7 .*; start/);
    const unheard = new Handshake(onlySecret(SECRET)).introduce('node_c', 'node_b');
    expect(await upgrade(b, { authorization: unheard.authorization })).toMatch(/^HTTP\/1.1 412 /);
  });

  it('hears no word where it is dialled, and one that does understand it hears all', async () => {
    let least = 7;
    let heard = 0;
    const onRequest: typeof echo = (...request) => {
      heard += 1;
      void echo(...request);
    };
    const b = await startNode('node_b', { level: 6, onRequest });
    const a = await startNode('node_a', { level: 7, leastLevel: () => least });
    expect(await ask(a, b.peer, 'a guest’s name')).toEqual(REFUSED);
    expect(a.faults[0]!.details.why).toMatch(/^it has feature level 6, .* takes level 7 /);
    expect(heard).toBe(0);
    least = 6;
    await connected(a, b.peer);
    await ask(a, b.peer, 'a word');
    expect(heard).toBe(1);
  });
});

describe('[I2] a server that has not heard that another history was accepted', () => {
  it('is let in by none that has, and lets none of them in', async () => {
    const heard: string[] = [];
    const node = (id: string, history?: string) =>
      startNode(id, {
        ...{ history },
        onRequest(...request) {
          heard.push(id);
          return echo(...request);
        },
      });
    const late = await node('node_late', 'lost');
    const accepted = await node('node_accepted', 'accepted');
    expect(await ask(late, accepted.peer, 'what is open?')).toEqual(REFUSED);
    expect(await ask(accepted, late.peer, 'what is open?')).toEqual(REFUSED);
    expect(heard).toEqual([]);
    const another = await node('node_another', 'accepted');
    await connected(accepted, another.peer);
    await ask(accepted, another.peer, 'what is open?');
    // Of a version that tells none.
    const older = await node('node_older');
    await connected(older, accepted.peer);
    await ask(older, accepted.peer, 'what is open?');
    expect(heard).toEqual(['node_another', 'node_accepted']);
  });
});

it('another server at the url of a peer is told of where that lasts, not where a process was replaced', async () => {
  let nowMs = 0;
  const a = await startNode('node_a', { nowMs: () => nowMs });
  const b = await startNode('node_b');
  const gone = { id: 'node_gone', url: b.peer.url };
  expect(await ask(a, gone, 1)).toEqual(REFUSED);
  await until(() => a.lost.length >= 3);
  expect(a.faults).toEqual([]);
  nowMs += LEASE_UNRENEWED_MAX_MS;
  a.links.connect(gone);
  await until(() => a.faults.length > 0);
  expect(a.faults).toMatchObject([
    { event: 'peer.another_answers', details: { peerId: 'node_gone', url: b.peer.url } },
  ]);
  expect(a.faults[0]!.details.why).toContain('NIGHTLATCH_NODE_URL');
});

describe('a link that was recorded', () => {
  it('and is played again is let in nowhere: not one frame of it is parsed', async () => {
    const served: unknown[] = [];
    const b = await startNode('node_b', {
      onRequest: (peerId, _m, body, _d, reply) => {
        served.push([peerId, body]);
        reply({ ok: true, body });
      },
    });
    const recorded: Buffer[] = [];
    const tap = createTcpServer((near) => {
      const far = connect(b.port, '127.0.0.1');
      near.on('data', (bytes: Buffer) => recorded.push(bytes));
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => {});
      atEnd(() => [near.destroy(), far.destroy()]);
    });
    tap.listen(0, '127.0.0.1');
    await once(tap, 'listening');
    atEnd(() => tap.close());
    const a = await startNode('node_a');
    const { port } = tap.address() as AddressInfo;
    expect(await ask(a, { id: 'node_b', url: `ws://127.0.0.1:${port}` }, 'once')).toMatchObject({ ok: true });
    expect(Buffer.concat(recorded).includes('once')).toBe(true);

    const replay = connect(b.port, '127.0.0.1');
    replay.on('error', () => {});
    replay.resume();
    const closed = once(replay, 'close');
    replay.write(Buffer.concat(recorded));
    await closed;
    expect(served).toEqual([['node_a', 'once']]);
    // Whose link was recorded keeps it.
    expect(b.links.stats()).toMatchObject({ linksIn: 1, framesReceived: 1 });
    expect(await ask(a, { id: 'node_b', url: '' }, 'twice')).toMatchObject({ ok: true });
  });

  it('cannot keep others out: of those that do not open the oldest make room', async () => {
    const b = await startNode('node_b', { scheduler: { after: () => () => {} } });
    const { authorization } = new Handshake(onlySecret(SECRET)).introduce('node_a', 'node_b');
    const sockets: Socket[] = [];
    for (let n = 0; n < PEER_ARRIVALS_MAX + 3; n++) {
      const socket = connect(b.port, '127.0.0.1');
      sockets.push(socket);
      atEnd(() => socket.destroy());
      socket.write(
        `GET /v1/peer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: ${authorization}\r\n\r\n`,
      );
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 101 /);
    }
    for (const socket of sockets) socket.on('error', () => {}).resume();
    await until(() => sockets.filter(({ closed }) => closed).length === 3);
    expect(sockets.slice(0, 3).every(({ closed }) => closed)).toBe(true);
    await dialRaw(b.peer);
    await until(() => b.links.stats().linksIn === 1);
  });

  it('and never opened is closed', async () => {
    const b = await startNode('node_b');
    const { authorization } = new Handshake(onlySecret(SECRET)).introduce('node_a', 'node_b');
    const socket = connect(b.port, '127.0.0.1');
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(
      `GET /v1/peer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await closed;
  });
});

it('leaves every other path to others, and says who is leaving', async () => {
  const b = await startNode('node_b');
  const { authorization } = new Handshake(onlySecret(SECRET)).introduce('node_a', 'node_b');
  expect(await upgrade(b, { authorization }, '/socket.io/')).toMatch(/^HTTP\/1.1 404 /);
  expect(await upgrade(b, { authorization }, '/v1/peer/x')).toMatch(/^HTTP\/1.1 404 /);
  await b.links.close();
  expect(await upgrade(b, { authorization })).toMatch(/^HTTP\/1.1 503 /);
});
