/** The other server of `bench -- peers`: answers over a peer link, and beside it echoes on a bare WebSocket. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { PeerLinks } from '../../src/cluster/peers/peer-links.ts';
import { onlySecret } from '../../src/cluster/peers/ports.ts';
import { ANSWER } from './bodies.ts';

const [selfId = '', secret = ''] = process.argv.slice(2);
const links = new PeerLinks({
  selfId,
  secrets: onlySecret(secret),
  onRequest: (_peerId, _method, _body, _deadlineMs, reply) => reply({ ok: true, body: ANSWER }),
});
const answer = Buffer.from(JSON.stringify(ANSWER));
const bare = new WebSocketServer({ noServer: true, perMessageDeflate: false });
bare.on('connection', (webSocket) =>
  webSocket.on('message', () => webSocket.send(answer, { binary: false })),
);

const http = createServer();
http.on('upgrade', (request, socket, head) => {
  if (links.upgrade(request, socket, head)) return;
  bare.handleUpgrade(request, socket, head, (webSocket) => bare.emit('connection', webSocket, request));
});
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system });
});
process.on('disconnect', () => process.exit());
