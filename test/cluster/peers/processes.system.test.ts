/** Peers that are real processes: frozen, killed, started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Peer } from '../../../src/cluster/peers/dial.ts';
import type { PeerReply } from '../../../src/cluster/peers/messages.ts';
import { ask, atEnd, SECRET, startNode, until } from './house.ts';

const PROGRAM = fileURLToPath(new URL('./peer-process.ts', import.meta.url));

async function startProcess(
  id: string,
  port = 0,
): Promise<{ peer: Peer; port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [PROGRAM, id, SECRET, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  atEnd(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data');
  const actual = Number(String(line));
  return { peer: { id, url: `http://127.0.0.1:${actual}` }, port: actual, child };
}

it('a frozen peer is told as silent; its requests end at their deadlines, or with the link; awake, it is back', async () => {
  const a = await startNode('node_a');
  const { peer, child } = await startProcess('node_b');
  expect(await ask(a, peer, 1)).toMatchObject({ ok: true });
  child.kill('SIGSTOP');
  const replies: [string, PeerReply][] = [];
  a.links.request(peer, 'm', 1, 100, (reply) => replies.push(['short', reply]));
  a.links.request(peer, 'm', 1, 60_000, (reply) => replies.push(['long', reply]));
  await until(() => replies.length === 2);
  expect(replies).toEqual([
    ['short', { ok: false, why: 'deadline' }],
    ['long', { ok: false, why: 'closed' }],
  ]);
  expect(a.lost[0]).toEqual({ peerId: 'node_b', how: 'silent' });
  // It takes connections still, and that is all it does.
  await until(() => a.lost.length > 1);
  expect(a.lost[1]).toEqual({ peerId: 'node_b', how: 'silent' });
  child.kill('SIGCONT');
  await until(() => {
    a.links.connect(peer);
    return a.links.stats().linksOut === 1;
  });
  expect(await ask(a, peer, 2)).toEqual({ ok: true, body: 2 });
});

it('a process that was itself frozen calls nobody silent', async () => {
  const b = await startNode('node_b');
  const a = await startNode('node_a');
  await ask(a, b.peer, 1);
  // Longer than the silence that ends a link: this process runs nothing meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  expect(await ask(a, b.peer, 2)).toEqual({ ok: true, body: 2 });
  await until(() => a.links.stats().bytesRead > 0);
  expect([a.lost, a.links.stats().dials]).toEqual([[], 1]);
});

it('a killed peer is told as closed, then refused; at its url another incarnation is refused, itself is served', async () => {
  const a = await startNode('node_a');
  const { peer, port, child } = await startProcess('node_b');
  await ask(a, peer, 1);
  const onItsWay = ask(a, peer, 1, { method: 'wait' });
  child.kill('SIGKILL');
  expect(await onItsWay).toEqual({ ok: false, why: 'closed' });
  await until(() => a.lost.length >= 2);
  expect(a.lost.slice(0, 2).map(({ how }) => how)).toEqual(['closed', 'refused']);
  expect(await ask(a, peer, 1)).toEqual({ ok: false, why: 'refused' });

  const other = await startProcess('node_c', port);
  expect(await ask(a, other.peer, 2)).toEqual({ ok: true, body: 2 });
  expect(await ask(a, peer, 2)).toEqual({ ok: false, why: 'refused' });
  other.child.kill('SIGKILL');
  await once(other.child, 'exit');

  await startProcess('node_b', port);
  await until(() => {
    a.links.connect(peer);
    return a.links.stats().linksOut === 1;
  });
  expect(await ask(a, peer, 3)).toEqual({ ok: true, body: 3 });
});
