import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PEER_FRAME_BYTES_MAX, PEER_INFLIGHT_MAX, PEER_SERVING_MAX } from '../../../src/cluster/limits.ts';
import type { PeerReply } from '../../../src/cluster/peers/messages.ts';
import { ask, connected, dialRaw, startListener, startNode, timers, until } from './house.ts';

type Answer = (outcome: PeerReply) => void;

describe('a request', () => {
  it('gets its own answer, in the order of asking where the peer answers in order', async () => {
    const [a, b] = await Promise.all([startNode('node_a'), startNode('node_b')]);
    const order: number[] = [];
    const replies = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const reply = await ask(a, b.peer, { n, text: 'à la carte ☂' });
        order.push(n);
        return reply;
      }),
    );
    expect(replies).toEqual(replies.map((_, n) => ({ ok: true, body: { n, text: 'à la carte ☂' } })));
    expect(order).toEqual(order.map((_, n) => n));
    expect(a.links.stats()).toMatchObject({
      asked: 500,
      answered: 500,
      inFlight: 0,
      linksOut: 1,
      dials: 1,
    });
    expect(b.links.stats()).toMatchObject({ served: 500, serving: 0, linksIn: 1, linksOut: 0 });
  });

  it('tells the peer who asks, what, and how long it may take', async () => {
    const a = await startNode('node_a');
    const b = await startNode('node_b', {
      onRequest: (peerId, method, body, deadlineMs, reply) =>
        reply({ ok: true, body: { peerId, method, body, deadlineMs } }),
    });
    await ask(a, b.peer, 1);
    expect(await ask(a, b.peer, [null], { method: 'hold', deadlineMs: 1_234.5 })).toEqual({
      ok: true,
      body: { peerId: 'node_a', method: 'hold', body: [null], deadlineMs: 1_234 },
    });
    expect(await ask(a, b.peer, 1, { deadlineMs: Number.POSITIVE_INFINITY })).toMatchObject({ ok: true });
  });

  it('leaves with all others of its turn in one frame, and so do the answers', async () => {
    const frames: unknown[][] = [];
    const peer = await startListener('node_b', (webSocket) => {
      webSocket.on('message', (frame) => {
        const batch = JSON.parse(String(frame)) as [number, number, string, unknown][];
        frames.push(batch);
        webSocket.send(JSON.stringify(batch.map(([id]) => [id, 'yes'])));
      });
    });
    const a = await startNode('node_a');
    await ask(a, peer, 'first');
    frames.length = 0;
    await Promise.all(Array.from({ length: 300 }, (_, n) => ask(a, peer, n)));
    expect(frames.map((batch) => batch.length)).toEqual([300]);

    const b = await startNode('node_c');
    const raw = await dialRaw(b.peer);
    const answers: unknown[][] = [];
    raw.webSocket.on('message', (frame) => answers.push(JSON.parse(String(frame))));
    raw.webSocket.send(JSON.stringify(Array.from({ length: 300 }, (_, n) => [n + 1, 1_000, 'echo', n])));
    await until(() => answers.length > 0);
    expect(answers.map((batch) => batch.length)).toEqual([300]);
  });

  it('that is not answered in time ends at its deadline, once, and its place is free', async () => {
    const waiting: Answer[] = [];
    const a = await startNode('node_a');
    const b = await startNode('node_b', { onRequest: (_p, _m, _b, _d, reply) => void waiting.push(reply) });
    await connected(a, b.peer);
    const replies: PeerReply[] = [];
    for (const deadlineMs of [30, 20, 10_000])
      a.links.request(b.peer, 'wait', 1, deadlineMs, (reply) => replies.push(reply));
    await until(() => replies.length === 2);
    expect(replies).toEqual([
      { ok: false, why: 'deadline' },
      { ok: false, why: 'deadline' },
    ]);
    await until(() => waiting.length === 3);
    for (const reply of waiting) reply({ ok: true, body: 'late' });
    await until(() => replies.length === 3);
    expect(replies[2]).toEqual({ ok: true, body: 'late' });
    expect(a.links.stats()).toMatchObject({ deadline: 2, answered: 1, late: 2, inFlight: 0 });
    expect(await ask(a, b.peer, 1, { deadlineMs: 0 })).toEqual({ ok: false, why: 'deadline' });
    expect(await ask(a, b.peer, 1, { deadlineMs: Number.NaN })).toEqual({ ok: false, why: 'deadline' });
  });

  it('is never answered before `request` has returned', async () => {
    const a = await startNode('node_a');
    for (const deadlineMs of [0, 1_000]) {
      let hasReturned = false;
      const answered = new Promise<boolean>((resolve) => {
        a.links.request({ id: 'node_x', url: 'no url' }, 'm', 1, deadlineMs, () => resolve(hasReturned));
      });
      hasReturned = true;
      expect(await answered).toBe(true);
    }
    expect(a.faults).toMatchObject([{ event: 'peer.url_invalid' }]);
  });

  it('is answered with whatever reason the handler gives; a handler that throws is a fault, and logged', async () => {
    const a = await startNode('node_a');
    const b = await startNode('node_b', {
      onRequest(_peerId, method, body, _deadlineMs, reply) {
        if (method === 'throw') throw new Error('thrown');
        if (method === 'reject') return Promise.reject(new Error('rejected'));
        if (method === 'twice') reply({ ok: true, body: 1 });
        if (method === 'busy') reply({ ok: false, why: 'busy' });
        if (method === 'cyclic') body = { toJSON: () => ({ n: 1n }) };
        reply({ ok: true, body });
      },
    });
    const methods = ['throw', 'reject', 'twice', 'busy', 'cyclic', 'plain'];
    const replies = await Promise.all(methods.map((method) => ask(a, b.peer, 2, { method })));
    expect(replies).toEqual([
      { ok: false, why: 'fault' },
      { ok: false, why: 'fault' },
      { ok: true, body: 1 },
      { ok: false, why: 'busy' },
      { ok: false, why: 'fault' },
      { ok: true, body: 2 },
    ]);
    expect(b.faults.map(({ event, details }) => [event, details.method]).sort()).toEqual([
      ['peer.answer_not_sent', 'cyclic'],
      ['peer.request_failed', 'reject'],
      ['peer.request_failed', 'throw'],
    ]);
    expect(b.links.stats().serving).toBe(0);
  });

  it('whose caller throws at the answer spoils no other of its batch', async () => {
    const [a, b] = await Promise.all([startNode('node_a'), startNode('node_b')]);
    a.links.request(b.peer, 'm', 1, 1_000, () => {
      throw new Error('caller');
    });
    expect(await ask(a, b.peer, 2)).toEqual({ ok: true, body: 2 });
    expect(a.faults).toMatchObject([{ event: 'peer.caller_failed' }]);
  });

  it('may carry what fits a frame; more, or what JSON has no form for, is a fault that names it', async () => {
    const a = await startNode('node_a');
    const b = await startNode('node_b', {
      onRequest: (_p, _m, body, _d, reply) =>
        reply({ ok: true, body: body === 'more' ? 'é'.repeat(PEER_FRAME_BYTES_MAX / 2) : body }),
    });
    const large = '☂'.repeat(Math.floor(PEER_FRAME_BYTES_MAX / 3) - 100);
    expect(await ask(a, b.peer, large)).toEqual({ ok: true, body: large });
    const [tooLarge, cyclic, unnamed, answer, fine] = await Promise.all([
      ask(a, b.peer, `${large}${large}`),
      ask(a, b.peer, { n: 1n }),
      ask(a, b.peer, 1, { method: '' }),
      ask(a, b.peer, 'more'),
      ask(a, b.peer, undefined),
    ]);
    expect([tooLarge, cyclic, unnamed, answer]).toEqual(Array(4).fill({ ok: false, why: 'fault' }));
    expect(fine).toEqual({ ok: true, body: null });
    expect(a.faults.map(({ details }) => String(details.cause))).toEqual([
      expect.stringMatching(/does not fit a frame of 4194304; split it/),
      expect.stringMatching(/no form in JSON/),
      expect.stringMatching(/name of 0 characters/),
    ]);
    expect(String(b.faults[0]?.details.cause)).toMatch(/does not fit/);
    expect(a.links.stats().dials).toBe(1);
  });
});

describe('bounds', () => {
  it('past PEER_INFLIGHT_MAX a request is busy, and not once an answer has made room', async () => {
    const waiting: Answer[] = [];
    const a = await startNode('node_a');
    const b = await startNode('node_b', { onRequest: (_p, _m, _b, _d, reply) => void waiting.push(reply) });
    let answered = 0;
    const fill = (count: number) => {
      for (let i = 0; i < count; i++)
        a.links.request(b.peer, 'm', i, 60_000, (reply) => {
          expect(reply.ok).toBe(true);
          answered += 1;
        });
    };
    fill(PEER_INFLIGHT_MAX);
    const oneMore = async () => {
      const reply = ask(a, b.peer, 'one more');
      expect(a.links.stats().inFlight).toBe(PEER_INFLIGHT_MAX);
      expect(await reply).toEqual({ ok: false, why: 'busy' });
    };
    await oneMore();
    await until(() => waiting.length === PEER_INFLIGHT_MAX);
    await oneMore();
    waiting.pop()?.({ ok: true, body: 1 });
    await until(() => answered === 1);
    fill(1);
    await until(() => waiting.length === PEER_INFLIGHT_MAX);
    for (const reply of waiting) reply({ ok: true, body: 1 });
    await until(() => answered === PEER_INFLIGHT_MAX + 1);
  });

  it('past PEER_SERVING_MAX requests of one peer are answered busy; another peer is served', async () => {
    const served: number[] = [];
    const b = await startNode('node_b', {
      onRequest: (peerId, _m, body, _d, reply) => {
        if (peerId === 'raw') served.push(body as number);
        else reply({ ok: true, body });
      },
    });
    const raw = await dialRaw(b.peer);
    const answers: unknown[] = [];
    raw.webSocket.on('message', (frame) => answers.push(...JSON.parse(String(frame))));
    const batch = Array.from({ length: PEER_SERVING_MAX + 2 }, (_, n) => [n + 1, 60_000, 'm', n]);
    raw.webSocket.send(JSON.stringify(batch));
    await until(() => answers.length === 2);
    expect(answers).toEqual([
      [PEER_SERVING_MAX + 1, 0, 'busy'],
      [PEER_SERVING_MAX + 2, 0, 'busy'],
    ]);
    expect(served).toHaveLength(PEER_SERVING_MAX);
    const a = await startNode('node_a');
    expect(await ask(a, b.peer, 1)).toEqual({ ok: true, body: 1 });
  });

  it('a handler that never answers keeps its place only as long as somebody waits', async () => {
    let serving = 0;
    const a = await startNode('node_a');
    const b = await startNode('node_b', { onRequest: () => void serving++ });
    await connected(a, b.peer);
    expect(await ask(a, b.peer, 1, { deadlineMs: 20 })).toEqual({ ok: false, why: 'deadline' });
    await until(() => serving === 1);
    await until(() => b.links.stats().serving === 0);
  });
});

describe('notes', () => {
  it('arrive in order with requests, also while the link is being dialled; a handler that throws harms nobody', async () => {
    const heard: unknown[] = [];
    const a = await startNode('node_a');
    const b = await startNode('node_b', {
      onNote(peerId, name, body) {
        heard.push([peerId, name, body]);
        if (body === 1) throw new Error('thrown');
      },
    });
    a.links.note(b.peer, 'moved', 1);
    expect(await ask(a, b.peer, 'x')).toEqual({ ok: true, body: 'x' });
    a.links.note(b.peer, 'moved', { to: 2 });
    a.links.note(b.peer, 'moved', 3n);
    await ask(a, b.peer, 'x');
    expect(heard).toEqual([
      ['node_a', 'moved', 1],
      ['node_a', 'moved', { to: 2 }],
    ]);
    expect(b.faults).toMatchObject([{ event: 'peer.note_failed' }]);
    expect(a.links.stats()).toMatchObject({ notesSent: 2, notesDropped: 1 });
  });
});

it('speaks TLS where the url is wss, to whoever the authority has signed', async () => {
  const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
  const [key, cert] = await Promise.all([read('loopback-key.pem'), read('loopback-cert.pem')]);
  const b = await startNode('node_b', { tls: { key, cert } });
  const a = await startNode('node_a', { ca: cert });
  expect(await ask(a, b.peer, 'sealed')).toEqual({ ok: true, body: 'sealed' });
  const trusting = await startNode('node_c');
  expect(await ask(trusting, b.peer, 'sealed')).toEqual({ ok: false, why: 'refused' });
  expect(trusting.lost[0]).toEqual({ peerId: 'node_b', how: 'closed' });
  expect(trusting.faults).toContainEqual({
    event: 'peer.certificate_refused',
    details: expect.objectContaining({ why: expect.stringMatching(/not believed \(\w+\)/) }),
  });
  // Pings go both ways over TLS too: nobody is called silent.
  let pings = 0;
  const after = (ms: number, call: () => void) => timers.after(ms, () => [pings++, call()]);
  const c = await startNode('node_d', { ca: cert, scheduler: { after } });
  expect(await ask(c, b.peer, 1)).toMatchObject({ ok: true });
  await until(() => pings > 6);
  expect([c.lost, c.links.stats().linksOut]).toEqual([[], 1]);
});
