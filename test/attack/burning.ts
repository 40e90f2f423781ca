import { setImmediate as turn } from 'node:timers/promises';
import type { Attack } from './attack.ts';

const BURST_MS = 10;

/** No attack: what others feel of any process beside the server, to compare with. */
export const burning: Attack = {
  does: 'nothing to the server, and keeps a core of its machine busy',
  async run(foe) {
    while (!foe.isOver) {
      const untilMs = performance.now() + BURST_MS;
      while (performance.now() < untilMs);
      await turn();
    }
  },
};
