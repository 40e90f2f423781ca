/** One attack, in a process of its own, so that what it costs the attacker is not taken for what it costs others. */
import type { Toll } from './attack.ts';
import { ATTACKS } from './attacks/index.ts';
import { burning } from './burning.ts';
import { Foe } from './foe.ts';

export interface Order {
  /** One of ATTACKS, or `burning`. */
  readonly attack: string;
  readonly port: number;
  readonly seconds: number;
}

// Nobody looks on any more.
process.once('disconnect', () => process.exit(1));
const { attack, port, seconds } = JSON.parse(process.argv[2] ?? '') as Order;
const foe = new Foe(port, seconds);
await { ...ATTACKS, burning }[attack]?.run(foe);
const toll: Toll = foe.toll();
process.send?.(toll, () => process.exit(0));
