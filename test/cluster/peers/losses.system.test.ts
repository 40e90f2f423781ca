/** Links that end, and peers that are not who they were. */
import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PEER_REDIAL_FIRST_MS, PEER_REDIAL_MAX_MS, PEER_WANTED_MS } from '../../../src/cluster/limits.ts';
import type { PeerReply } from '../../../src/cluster/peers/messages.ts';
import { ask, atEnd, dialRaw, startListener, startNode, until } from './house.ts';

const CLOSED = { ok: false, why: 'closed' };
const REFUSED = { ok: false, why: 'refused' };

describe('a link that ends', () => {
  it.each(['asking', 'serving'] as const)(
    'because the %s side closes ends each request on its way once, as closed',
    async (side) => {
      const a = await startNode('node_a');
      const b = await startNode('node_b', {
        onRequest: (_p, _m, body, _d, reply) => {
          if ((body as number) % 2 === 0) reply({ ok: true, body });
        },
      });
      const replies = new Map<number, PeerReply[]>();
      for (let n = 0; n < 400; n++) {
        replies.set(n, []);
        a.links.request(b.peer, 'm', n, 60_000, (reply) => replies.get(n)?.push(reply));
      }
      await until(() => replies.get(398)?.length === 1);
      await (side === 'asking' ? a : b).stop();
      await until(() => a.links.stats().inFlight === 0);
      for (const [n, got] of replies) expect(got).toEqual([n % 2 === 0 ? { ok: true, body: n } : CLOSED]);
      expect(a.lost[0]).toEqual(side === 'asking' ? undefined : { peerId: 'node_b', how: 'closed' });
    },
  );

  it('has what was queued delivered where its own side closes', async () => {
    const heard: unknown[] = [];
    const a = await startNode('node_a');
    const b = await startNode('node_b', { onNote: (_peer, _name, body) => heard.push(body) });
    await ask(a, b.peer, 1);
    for (let n = 0; n < 100; n++) a.links.note(b.peer, 'n', n);
    await a.stop();
    await until(() => heard.length === 100);
    expect(await ask(a, b.peer, 1)).toEqual(REFUSED);
  });

  it('is dialled again at once where it was steady, and requests go on; the loss is told before they end', async () => {
    const told: string[] = [];
    let nowMs = 0;
    const sockets: { destroy(): void }[] = [];
    const a = await startNode('node_a', {
      nowMs: () => nowMs,
      scheduler: { after: () => () => {} },
      onLinkClosed: (_peer, how) => told.push(how),
    });
    const peer = await startListener('node_b', (webSocket, socket) => {
      sockets.push(socket);
      webSocket.on('message', (frame) => {
        for (const [id, , , body] of JSON.parse(String(frame)))
          if (body === 'answer') webSocket.send(JSON.stringify([[id, body]]));
      });
    });
    expect(await ask(a, peer, 'answer')).toMatchObject({ ok: true });
    a.links.request(peer, 'm', 'wait', 60_000, (reply) => told.push(JSON.stringify(reply)));
    nowMs += 5_000;
    sockets[0]?.destroy();
    await until(() => told.length === 2);
    expect(told).toEqual(['closed', JSON.stringify(CLOSED)]);
    expect(await ask(a, peer, 'answer')).toMatchObject({ ok: true });
    expect(sockets).toHaveLength(2);
  });
});

describe('a peer that is not there', () => {
  it('is told as refused; what waited for the link and what is asked in the pause was not carried out', async () => {
    const a = await startNode('node_a');
    const gone = await startNode('node_b');
    await gone.stop();
    const replies = await Promise.all([ask(a, gone.peer, 1), ask(a, gone.peer, 2)]);
    expect([...replies, await ask(a, gone.peer, 3)]).toEqual([REFUSED, REFUSED, REFUSED]);
    expect(a.lost[0]).toEqual({ peerId: 'node_b', how: 'refused' });
    a.links.note(gone.peer, 'n', 1);
    expect(a.links.stats()).toMatchObject({ notesDropped: 1, refused: 3, inFlight: 0 });
  });

  it('is dialled after longer and longer pauses, and no more once nobody has asked for it for long', async () => {
    let nowMs = 0;
    const calls: { ms: number; call: () => void }[] = [];
    const a = await startNode('node_a', {
      nowMs: () => nowMs,
      scheduler: {
        after(ms, call) {
          const entry = { ms, call };
          calls.push(entry);
          return () => calls.splice(calls.indexOf(entry), 1);
        },
      },
    });
    const gone = await startNode('node_b');
    await gone.stop();
    const pauses: number[] = [];
    a.links.connect(gone.peer);
    for (let attempt = 1; nowMs < PEER_WANTED_MS; attempt++) {
      await until(() => a.lost.length === attempt && calls.length === 1);
      const [pause] = calls.splice(0);
      pauses.push(pause!.ms);
      nowMs += pause!.ms;
      pause!.call();
    }
    expect(pauses.slice(0, 8)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => Math.min(PEER_REDIAL_MAX_MS, PEER_REDIAL_FIRST_MS * 2 ** n)),
    );
    const { dials } = a.links.stats();
    expect(calls).toEqual([]);
    // Asked for again, it is dialled again.
    expect(await ask(a, gone.peer, 1)).toEqual(REFUSED);
    expect(a.links.stats().dials).toBe(dials + 1);
  });

  it('that takes the connection and says nothing is told as silent', async () => {
    const mute = createServer((socket) => atEnd(() => socket.destroy()));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    atEnd(() => mute.close());
    const { port } = mute.address() as { port: number };
    const a = await startNode('node_a');
    const peer = { id: 'node_b', url: `http://127.0.0.1:${port}` };
    const [soon, later] = await Promise.all([ask(a, peer, 1, { deadlineMs: 50 }), ask(a, peer, 1)]);
    expect([soon, later]).toEqual([{ ok: false, why: 'deadline' }, REFUSED]);
    expect(a.lost).toEqual([{ peerId: 'node_b', how: 'silent' }]);
  });
});

it('what has ended while the link was being dialled is not sent when it is there', async () => {
  const { promise: letIn, resolve: open } = Promise.withResolvers<void>();
  const served: unknown[] = [];
  const a = await startNode('node_a');
  const b = await startNode('node_b', {
    letIn,
    onRequest: (_p, _m, body, deadlineMs, reply) => {
      served.push(body);
      reply({ ok: true, body: deadlineMs });
    },
  });
  const patient = ask(a, b.peer, 'patient', { deadlineMs: 20_000 });
  expect(await ask(a, b.peer, 'hurried', { deadlineMs: 30 })).toEqual({ ok: false, why: 'deadline' });
  open();
  const reply = await patient;
  expect(served).toEqual(['patient']);
  // What the wait has taken is not there any more.
  expect(reply.ok && (reply.body as number)).toBeLessThan(20_000 - 20);
});

describe('another incarnation', () => {
  it('at the url of the one asked for is refused, and is served nothing', async () => {
    let served = 0;
    const a = await startNode('node_a');
    const b = await startNode('node_b2', { onRequest: () => void served++ });
    const former = { id: 'node_b1', url: b.peer.url };
    expect(await ask(a, former, 1)).toEqual(REFUSED);
    expect(a.lost).toEqual([{ peerId: 'node_b1', how: 'refused' }]);
    expect(served).toBe(0);
  });

  it('that this process has become has none of the links of the former one', async () => {
    const heldBack: unknown[] = [];
    const a = await startNode('node_a');
    const b = await startNode('node_b1', { onRequest: (peerId) => void heldBack.push(peerId) });
    const [ofA, ofB] = [ask(a, b.peer, 1), ask(b, { ...a.peer, id: 'node_other' }, 1)];
    const back = ask(b, a.peer, 1);
    expect(await back).toMatchObject({ ok: true });
    expect(await ofB).toEqual(REFUSED);
    await until(() => heldBack.length === 1);
    b.links.become('node_b2');
    expect(await ofA).toEqual(CLOSED);
    await until(() => a.lost.length > 0 && a.links.stats().linksIn === 0);
    expect(a.lost[0]).toEqual({ peerId: 'node_b1', how: 'closed' });
    expect(await ask(b, a.peer, 2)).toEqual({ ok: true, body: 2 });
    void ask(a, { ...b.peer, id: 'node_b2' }, 2);
    await until(() => heldBack.length === 2);
    expect(await ask(a, b.peer, 1)).toEqual(REFUSED);
  });

  it('or the same one dialling again replaces the link it had', async () => {
    const b = await startNode('node_b');
    const first = await dialRaw(b.peer);
    await until(() => b.links.stats().linksIn === 1);
    await dialRaw(b.peer);
    await first.closed;
    expect(b.links.stats().linksIn).toBe(1);
  });
});

it('whatever the delays, deadlines and losses, each request ends once and with its own answer', async () => {
  const a = await startNode('node_a');
  const b = await startNode('node_b', {
    onRequest: (_p, _m, body, _d, reply) => {
      const { n, delayMs } = body as { n: number; delayMs: number };
      if (delayMs === 0) reply({ ok: true, body: n });
      else setTimeout(() => reply({ ok: true, body: n }), delayMs);
    },
  });
  const plan = fc.record({
    requests: fc.array(
      fc.record({ delayMs: fc.integer({ min: 0, max: 30 }), deadlineMs: fc.integer({ min: 1, max: 60 }) }),
      { minLength: 1, maxLength: 60 },
    ),
    cutAfterMs: fc.option(fc.integer({ min: 0, max: 20 })),
  });
  let ended = 0;
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(plan, async ({ requests, cutAfterMs }) => {
      const replies = requests.map(() => [] as PeerReply[]);
      requests.forEach(({ delayMs, deadlineMs }, n) => {
        a.links.request(b.peer, 'm', { n, delayMs }, deadlineMs, (reply) => {
          replies[n]?.push(reply);
          ended += 1;
        });
      });
      asked += requests.length;
      if (cutAfterMs !== null) {
        await new Promise((resolve) => setTimeout(resolve, cutAfterMs));
        b.links.become('node_b');
      }
      await until(() => ended >= asked);
      for (const [n, got] of replies.entries()) {
        expect(got).toHaveLength(1);
        if (got[0]?.ok) expect(got[0].body).toBe(n);
      }
    }),
    { numRuns: 60 },
  );
  expect(ended).toBe(asked);
});

it('answers 100,000 requests of random delays once each, without growing', async () => {
  const REQUESTS = 100_000;
  const AT_ONCE = 2_000;
  const a = await startNode('node_a');
  const b = await startNode('node_b', {
    onRequest: (_p, _m, body, _d, reply) => {
      const delayMs = Math.random() * 8;
      if (delayMs < 4) setImmediate(reply, { ok: true, body });
      else setTimeout(reply, delayMs, { ok: true, body });
    },
  });
  const answers = new Uint8Array(REQUESTS);
  let next = 0;
  let inFlightMax = 0;
  await new Promise<void>((resolve) => {
    let left = REQUESTS;
    const askNext = () => {
      const n = next++;
      a.links.request(b.peer, 'm', n, 60_000, (reply) => {
        answers[n]! += reply.ok && reply.body === n ? 1 : 100;
        if (--left === 0) resolve();
        if (next < REQUESTS) askNext();
      });
    };
    for (let i = 0; i < AT_ONCE; i++) askNext();
    inFlightMax = a.links.stats().inFlight;
  });
  expect(answers.every((count) => count === 1)).toBe(true);
  expect(inFlightMax).toBe(AT_ONCE);
  expect(a.links.stats()).toMatchObject({ answered: REQUESTS, inFlight: 0, queuedBytes: 0, dials: 1 });
  expect(b.links.stats()).toMatchObject({ served: REQUESTS, serving: 0, queuedBytes: 0 });
});
