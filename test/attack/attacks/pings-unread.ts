import type { Attack } from '../attack.ts';
import { frame, many } from '../foe.ts';

const SOCKETS = 10;
const PING = 9;
const PAYLOAD_BYTES = 125;

export const pingsUnread: Attack = {
  does: `${SOCKETS} WebSockets full of pings, whose pongs are not read`,
  run(foe) {
    const ping = frame(Buffer.alloc(PAYLOAD_BYTES), PING);
    const pings = Buffer.concat(Array.from({ length: 8_000 }, () => ping));
    return many(SOCKETS, foe, async () => {
      const socket = await foe.webSocket();
      if (socket === undefined) return;
      foe.misbehaves(socket);
      while (!foe.isOver && !socket.destroyed) await foe.pour(socket, pings);
    });
  },
};
