import type { Attack } from '../attack.ts';
import { many } from '../foe.ts';

const CONNECTIONS = 400;

export const answersUnread: Attack = {
  does: `${CONNECTIONS} connections, each of which asks for large answers one after the other and reads none`,
  run(foe) {
    const request = Buffer.from('GET /v1/apartments?limit=100 HTTP/1.1\r\nHost: x\r\n\r\n');
    return many(CONNECTIONS, foe, async () => {
      const socket = await foe.connect();
      if (socket === undefined) return;
      foe.misbehaves(socket);
      const asking = setInterval(() => foe.send(socket, request), 50);
      await foe.gone(socket);
      clearInterval(asking);
    });
  },
};
