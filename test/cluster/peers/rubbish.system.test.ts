/** What a peer sends that has the secret and has lost its mind: it is cut, and nobody else notices. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import {
  PEER_CUT_BYTES,
  PEER_FRAME_BYTES_MAX,
  PEER_QUEUE_BYTES_MAX,
  PEER_SERVING_MAX,
} from '../../../src/cluster/limits.ts';
import { ask, dialRaw, startListener, startNode, until } from './house.ts';

const DEEP = '['.repeat(1_000_000);
const TOO_LARGE = Buffer.alloc(PEER_FRAME_BYTES_MAX + 1, 0x20);

const REQUESTS: (string | Buffer)[] = [
  '',
  '{}',
  'null',
  '[1]',
  '[[]]',
  '[[1]]',
  '[[1,1000]]',
  '[[1,1000,"m"]]',
  '[[1,1000,"m",1,1]]',
  '[[0,1000,"m",1]]',
  '[[-1,1000,"m",1]]',
  '[[1.5,1000,"m",1]]',
  '[["1",1000,"m",1]]',
  '[[1e300,1000,"m",1]]',
  '[[1,0,"m",1]]',
  '[[1,1e300,"m",1]]',
  '[[1,[2],"m",1]]',
  '[[1,1000,"",1]]',
  `[[1,1000,"${'m'.repeat(65)}",1]]`,
  '[[1,1000,{},1]]',
  '[[0,"n"]]',
  '[[0,7,1]]',
  '[[1,60000,"wait",1],[1,60000,"wait",1]]',
  '[[1,1000,"m",1]',
  DEEP,
  `${DEEP}${']'.repeat(1_000_000)}`,
  TOO_LARGE,
  Buffer.from([0xff, 0xfe, 0]),
];

describe('a peer that sends rubbish is cut', () => {
  it('as the side that asks', async () => {
    const b = await startNode('node_b', {
      onRequest: (_p, method, body, _d, reply) => {
        if (method !== 'wait') reply({ ok: true, body });
      },
    });
    const a = await startNode('node_a');
    for (const [n, frame] of REQUESTS.entries()) {
      const raw = await dialRaw(b.peer, `raw_${n}`);
      raw.webSocket.on('error', () => {});
      raw.webSocket.send(frame);
      await raw.closed;
      expect(await ask(a, b.peer, n), String(frame).slice(0, 80)).toEqual({ ok: true, body: n });
    }
    expect(b.faults.map(({ event, details }) => [event, details.peerId])).toEqual(
      REQUESTS.map((_, n) => ['peer.rubbish', `raw_${n}`]),
    );
    expect(b.links.stats()).toMatchObject({ linksIn: 1, serving: 0 });
    expect(a.lost).toEqual([]);
  });

  it('whatever it is', async () => {
    const b = await startNode('node_b');
    const a = await startNode('node_a');
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => `[${text}]`),
      fc
        .tuple(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), fc.jsonValue())
        .map((message) => JSON.stringify([message])),
      fc
        .tuple(fc.integer(), fc.integer(), fc.string(), fc.jsonValue())
        .map((message) => JSON.stringify([message])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 5 }), async (frames) => {
        const raw = await dialRaw(b.peer);
        raw.webSocket.on('error', () => {});
        for (const bytes of frames) raw.webSocket.send(bytes);
        raw.webSocket.send('}');
        await raw.closed;
        expect(await ask(a, b.peer, 'well')).toEqual({ ok: true, body: 'well' });
      }),
      { numRuns: 150 },
    );
    expect(a.lost).toEqual([]);
  });

  it.each([
    '{}',
    '[[1]]',
    '[["1",1]]',
    '[[1,0,"because"]]',
    '[[1,1,"busy"]]',
    '[[0,1]]',
    '[[1,0,"busy",1]]',
    TOO_LARGE,
  ])('as the side that answers: %.20s', async (frame) => {
    const peer = await startListener('node_b', (webSocket) => {
      webSocket.on('message', () => webSocket.send(frame));
    });
    const a = await startNode('node_a');
    expect(await ask(a, peer, 1)).toEqual({ ok: false, why: 'closed' });
    expect(a.lost[0]).toEqual({ peerId: 'node_b', how: 'closed' });
    expect(a.faults[0]).toEqual({ event: 'peer.rubbish', details: { peerId: 'node_b' } });
  });

  it('but an answer that nobody waits for is none', async () => {
    const peer = await startListener('node_b', (webSocket) => {
      webSocket.on('message', () => webSocket.send('[[7,1],[1,"x"],[1,"y"]]'));
    });
    const a = await startNode('node_a');
    expect(await ask(a, peer, 1)).toEqual({ ok: true, body: 'x' });
    await until(() => a.links.stats().late === 2);
    expect(a.links.stats().linksOut).toBe(1);
  });
});

describe('a peer that does not read', () => {
  it('is busy before memory grows, and what it was asked ends at its deadline', async () => {
    let opened: WebSocket | undefined;
    const peer = await startListener('node_b', (webSocket, socket) => {
      opened = webSocket;
      socket.pause();
    });
    const a = await startNode('node_a');
    const body = 'x'.repeat(512 * 1024);
    const why = new Map<string, number>();
    let left = 60;
    for (let n = 0; n < 60; n++) {
      a.links.request(peer, 'm', body, 600, (reply) => {
        const key = reply.ok ? 'ok' : reply.why;
        why.set(key, (why.get(key) ?? 0) + 1);
        left -= 1;
      });
      expect(a.links.stats().queuedBytes).toBeLessThan(PEER_QUEUE_BYTES_MAX + 2 * body.length);
      if (n > 5) await until(() => opened !== undefined);
    }
    await until(() => left === 0);
    expect([...why.keys()].sort()).toEqual(['busy', 'deadline']);
    expect(why.get('busy')).toBeGreaterThan(20);
    a.links.note(peer, 'n', 1);
    expect(a.links.stats().notesDropped).toBe(1);
    expect(a.lost).toEqual([]);
  });

  it('its answers is busy, then cut, before memory grows', async () => {
    const large = 'x'.repeat(PEER_FRAME_BYTES_MAX / 2);
    const waiting: (() => void)[] = [];
    const b = await startNode('node_b', {
      onRequest: (_p, _m, _b, _d, reply) => void waiting.push(() => reply({ ok: true, body: large })),
    });
    const raw = await dialRaw(b.peer);
    raw.socket.pause();
    const ids = Array.from({ length: 100 }, (_, n) => n + 1);
    raw.webSocket.send(JSON.stringify(ids.map((id) => [id, 60_000, 'm', 1])));
    await until(() => waiting.length === ids.length);
    let queuedMax = 0;
    while (queuedMax <= PEER_QUEUE_BYTES_MAX) {
      waiting.shift()?.();
      queuedMax = b.links.stats().queuedBytes;
    }
    const { served } = b.links.stats();
    raw.webSocket.send(JSON.stringify([[1_000, 60_000, 'm', 1]]));
    raw.webSocket.send(JSON.stringify([[0, 'n', 1]]));
    await until(() => b.links.stats().framesReceived === 3);
    expect(b.links.stats().served).toBe(served);
    for (const answer of waiting) {
      answer();
      queuedMax = Math.max(queuedMax, b.links.stats().queuedBytes);
    }
    expect(b.faults).toMatchObject([{ event: 'peer.too_slow' }]);
    expect(queuedMax).toBeLessThan(PEER_CUT_BYTES + 2 * large.length);
    expect(b.links.stats()).toMatchObject({ linksIn: 0, queuedBytes: 0, serving: 0 });
    raw.socket.resume();
    await raw.closed;
    expect(PEER_SERVING_MAX).toBeGreaterThan(ids.length);
  });
});
