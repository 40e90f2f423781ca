/**
 * What both baselines share: the same port, transport options, guest sessions and handshake as the server they
 * are compared to, with an opaque token in place of a signed one.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type Namespace, Server } from 'socket.io';
import { FRAME_BYTES_MAX } from '../../src/protocol/limits.ts';

export interface GuestDoor {
  readonly guests: Namespace;
  /** The subject of a connected socket's token. */
  guestOf(socket: { handshake: { auth: Record<string, unknown> } }): string;
  /** Answers `/readyz` from now on. */
  open(): void;
}

export function openDoor(): GuestDoor {
  const subjects = new Map<string, string>();
  const http = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'POST' && request.url === '/v1/sessions/guest') {
      const subject = { id: randomUUID(), kind: 'guest' };
      const accessToken = randomUUID();
      subjects.set(accessToken, subject.id);
      response.end(JSON.stringify({ accessToken, expiresInSeconds: 900, refreshToken: '', subject }));
    } else {
      response.statusCode = request.url === '/readyz' ? 200 : 404;
      response.end('{}');
    }
  });
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: FRAME_BYTES_MAX,
    serveClient: false,
  });
  const guests = io.of('/v1');
  const guestOf: GuestDoor['guestOf'] = (socket) => subjects.get(String(socket.handshake.auth.token)) ?? '';
  guests.use((socket, next) =>
    next(guestOf(socket) === '' ? new Error('unknown token; POST /v1/sessions/guest first') : undefined),
  );
  guests.on('connection', (socket) => {
    const subject = { id: guestOf(socket), kind: 'guest' };
    socket.emit('welcome', { protocol: 1, serverTime: new Date().toISOString(), subject });
  });
  process.once('SIGTERM', () => process.exit(0));
  return {
    guests,
    guestOf,
    open: () => void http.listen(Number(process.env.PORT), '127.0.0.1'),
  };
}
