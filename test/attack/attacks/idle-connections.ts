import { setTimeout as delay } from 'node:timers/promises';
import type { Attack } from '../attack.ts';

const CONNECTIONS = 10_100;
const AT_ONCE = 100;

export const idleConnections: Attack = {
  does: `${CONNECTIONS} connections that say nothing, opened again as they are ended`,
  async run(foe) {
    let open = 0;
    while (!foe.isOver) {
      const opening: Promise<void>[] = [];
      while (open < CONNECTIONS && opening.length < AT_ONCE) {
        open += 1;
        opening.push(
          foe.connect().then((socket) => {
            if (socket === undefined) {
              open -= 1;
              return;
            }
            foe.misbehaves(socket);
            socket.resume().once('close', () => {
              open -= 1;
            });
          }),
        );
      }
      await Promise.all(opening);
      await delay(5);
    }
  },
};
