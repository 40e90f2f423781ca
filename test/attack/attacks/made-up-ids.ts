import { randomBytes } from 'node:crypto';
import { WATCH_APARTMENTS_MAX } from '../../../src/protocol/limits.ts';
import { dateOf } from '../../../src/protocol/nights.ts';
import type { Attack } from '../attack.ts';
import { frame, many } from '../foe.ts';

const SOCKETS = 20;
const TODAY = Math.floor(Date.now() / 86_400_000);
const WINDOW = { from: dateOf(TODAY), to: dateOf(TODAY + 30) };

/** Each has to be looked up in the database, which others' commands need meanwhile. */
export const madeUpIds: Attack = {
  does: `${SOCKETS} WebSockets that watch ${WATCH_APARTMENTS_MAX} apartments that there are not, others each time`,
  run(foe) {
    const watch = () => {
      const apartmentIds = Array.from(
        { length: WATCH_APARTMENTS_MAX },
        () => `apt_${randomBytes(15).toString('base64url')}`,
      );
      return frame(`42/v1,1${JSON.stringify(['watch', { apartmentIds, ...WINDOW }])}`);
    };
    return many(SOCKETS, foe, async () => {
      const socket = await foe.webSocket();
      if (socket === undefined) return;
      socket.resume();
      foe.send(socket, frame('40/v1,'));
      while (!foe.isOver && !socket.destroyed) await foe.pour(socket, watch());
    });
  },
};
