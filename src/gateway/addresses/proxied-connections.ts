/**
 * Connections of trusted peers, before HTTP has them: where one begins with a PROXY header, that names its client and is
 * taken off. All others' are HTTP's from their first byte, and a PROXY header of theirs is a bad request.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { HANDSHAKE_DEADLINE_MS } from '../../protocol/limits.ts';
import type { Log } from '../log.ts';
import type { ClientAddresses } from './client-address.ts';
import { readProxyHeader } from './proxy-protocol.ts';

/**
 * @param server fresh, with nobody else's listeners for connections; who answers its `clientError` is not this function
 * @returns what closes the connections that have not begun
 */
export function understandProxyProtocol(server: Server, addresses: ClientAddresses, log: Log): () => void {
  // Before whoever answers it, and ends the connection.
  server.prependListener('clientError', (error: Error & { rawPacket?: Buffer }, socket) => {
    const header = error.rawPacket && readProxyHeader(error.rawPacket);
    if (typeof header === 'object') {
      addresses.untrusted(addresses.ofConnection(socket as Socket), 'PROXY protocol');
    }
  });
  const [http] = server.listeners('connection') as ((socket: Socket) => void)[];
  if (http === undefined) throw new Error('the HTTP server listens to no connections; Node has changed');
  const serve = http.bind(server);
  const unbegun = new Set<Socket>();
  if (addresses.trusted.isNobody) return () => {};
  server.removeListener('connection', http);
  server.prependListener('connection', (socket: Socket) => {
    if (addresses.trusted.inProxyProtocol(addresses.ofConnection(socket))) begin(socket);
    else serve(socket);
  });
  return () => {
    for (const socket of unbegun) socket.destroy();
  };

  function begin(socket: Socket): void {
    let seen: Buffer = Buffer.alloc(0);
    const drop = () => socket.destroy();
    // Timers come before what has arrived: a server that stood still has yet to read it.
    const dropUnread = () => unbegun.has(socket) && drop();
    const tooLate = setTimeout(() => setImmediate(dropUnread), HANDSHAKE_DEADLINE_MS);
    const over = () => {
      clearTimeout(tooLate);
      unbegun.delete(socket);
    };
    const read = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const header = readProxyHeader(seen);
      if (header === 'incomplete') return;
      if (header === 'malformed') {
        log.warn({ event: 'proxy.malformed', peer: addresses.ofConnection(socket) });
        drop();
        return;
      }
      over();
      socket.off('data', read).off('end', drop).off('error', drop).off('close', over).pause();
      if (header !== 'none') {
        if (header.source !== undefined) addresses.name(socket, header.source);
        seen = seen.subarray(header.bytes);
      }
      if (seen.length > 0) socket.unshift(seen);
      serve(socket);
      socket.resume();
    };
    unbegun.add(socket);
    socket.on('data', read).on('end', drop).on('error', drop).on('close', over);
  }
}
