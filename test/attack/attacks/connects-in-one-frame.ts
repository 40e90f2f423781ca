import type { Attack } from '../attack.ts';
import { frame, many } from '../foe.ts';

const SOCKETS = 20;
const CONNECTS = 250;

export const connectsInOneFrame: Attack = {
  does: `${SOCKETS} WebSockets, each with ${CONNECTS} CONNECTs to one namespace in one piece`,
  run(foe) {
    const connects = Buffer.concat(Array.from({ length: CONNECTS }, () => frame('40/v1,')));
    return many(SOCKETS, foe, async () => {
      const socket = await foe.webSocket();
      if (socket === undefined) return;
      foe.misbehaves(socket);
      foe.send(socket, connects);
      socket.resume();
      await foe.gone(socket);
    });
  },
};
