/**
 * Tells every watcher the current version of what it watches, at least every 15 s, so that a lost last delta is
 * noticed too. One timer for all; the apartments are spread over the period, so that no tick is a burst.
 */
import { BEACON_EVERY_MS } from '../../protocol/limits.ts';
import type { FanOut } from './fan-out.ts';

const TICK_MS = 250;
const TICKS = BEACON_EVERY_MS / TICK_MS;

export class Beacons {
  readonly #fanOut: FanOut;
  readonly #timer: NodeJS.Timeout;
  /** Walks the watched apartments round and round; a map's iterator survives changes of the map. */
  #cursor: Iterator<string> | undefined;

  constructor(fanOut: FanOut) {
    this.#fanOut = fanOut;
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
  }

  tick(): void {
    const { versions } = this.#fanOut;
    for (let left = Math.ceil(versions.size / TICKS); left > 0; left--) {
      let next = this.#cursor?.next();
      if (next === undefined || next.done) {
        this.#cursor = versions.keys();
        next = this.#cursor.next();
        if (next.done) return;
      }
      this.#fanOut.beacon(next.value);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
