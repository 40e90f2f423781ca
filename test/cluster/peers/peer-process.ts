/** A peer as a process of its own, to be stopped and killed. Prints its port; `wait` is never answered. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PeerLinks } from '../../../src/cluster/peers/peer-links.ts';
import { onlySecret } from '../../../src/cluster/peers/ports.ts';

const [selfId = '', secret = '', port = '0'] = process.argv.slice(2);
const links = new PeerLinks({
  selfId,
  secrets: onlySecret(secret),
  onRequest(_peerId, method, body, _deadlineMs, reply) {
    if (method !== 'wait') reply({ ok: true, body });
  },
});
const http = createServer();
http.on('upgrade', (request, socket, head) => links.upgrade(request, socket, head));
http.listen(Number(port), '127.0.0.1', () =>
  process.stdout.write(`${(http.address() as AddressInfo).port}\n`),
);
process.stdin.resume().on('end', () => process.exit());
