import type { Attack } from '../attack.ts';
import { frame, many } from '../foe.ts';

const CONNECTIONS = 600;
const CONTINUATION = 0;
const HALF = [
  // Headers that never end.
  'GET / HTTP/1.1\r\nHost: x\r\n',
  // A body that never comes.
  'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{',
  // An upgrade that nobody here knows.
  'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
] as const;

export const halfHandshakes: Attack = {
  does: `${CONNECTIONS} connections that begin a request, an upgrade, a message or nothing on a WebSocket, and never finish it`,
  run(foe) {
    let n = 0;
    return many(CONNECTIONS, foe, async () => {
      const half = HALF[n++ % (HALF.length + 2)];
      const socket = await (half === undefined ? foe.webSocket() : foe.connect());
      if (socket === undefined) return;
      foe.misbehaves(socket);
      foe.send(socket, half ?? (n % 2 === 0 ? '' : frame('4', CONTINUATION + 1, false)));
      socket.resume();
      await foe.gone(socket);
    });
  },
};
