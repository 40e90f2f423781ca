import type { Attack } from '../attack.ts';
import { many } from '../foe.ts';

const CONNECTIONS = 50;
const REQUESTS = 1_400;

export const pipelinedUnread: Attack = {
  does: `${CONNECTIONS} connections, each with ${REQUESTS} requests for a document in one piece, whose answers are not read`,
  run(foe) {
    const requests = Buffer.from(
      'GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n'.repeat(REQUESTS),
    );
    return many(CONNECTIONS, foe, async () => {
      const socket = await foe.connect();
      if (socket === undefined) return;
      foe.misbehaves(socket);
      foe.send(socket, requests);
      await foe.gone(socket);
    });
  },
};
