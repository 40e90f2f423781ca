/**
 * Tells every watcher the current version of what it watches, at least every 15 s, so that a lost last delta is
 * noticed too. The version is asked of the apartment's owner, wherever that is: what has arrived here may be what is
 * old. One timer for all; the apartments are spread over the period, so that no tick is a burst.
 */
import { BEACON_EVERY_MS } from '../../protocol/limits.ts';
import type { FanOut } from './fan-out.ts';

const TICK_MS = 250;
const TICKS = BEACON_EVERY_MS / TICK_MS;
const ASKED_AT_ONCE = 1_000;

/** What their owners have last told, of those apartments that an owner has running. Never rejects. */
export type VersionsOf = (apartmentIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

export class Beacons {
  readonly #fanOut: FanOut;
  readonly #versionsOf: VersionsOf;
  readonly #timer: NodeJS.Timeout;
  /** Walks the watched apartments round and round; a map's iterator survives changes of the map. */
  #cursor: Iterator<string> | undefined;

  constructor(fanOut: FanOut, versionsOf: VersionsOf) {
    this.#fanOut = fanOut;
    this.#versionsOf = versionsOf;
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
    this.#timer.unref();
  }

  /** Resolves when this tick's beacons are sent. */
  async tick(): Promise<void> {
    const { versions } = this.#fanOut;
    const due: string[] = [];
    for (let left = Math.ceil(versions.size / TICKS); left > 0; left--) {
      let next = this.#cursor?.next();
      if (next === undefined || next.done) {
        this.#cursor = versions.keys();
        next = this.#cursor.next();
        if (next.done) break;
      }
      due.push(next.value);
    }
    const owned = await this.#versionsOf(due);
    for (const id of due) this.#fanOut.beacon(id, owned.get(id));
  }

  /** After deltas of other servers may have been lost: tells at once of every apartment that is ahead of what was heard. */
  async catchUp(): Promise<void> {
    const { versions } = this.#fanOut;
    const watched = [...versions.keys()];
    for (let i = 0; i < watched.length; i += ASKED_AT_ONCE) {
      const ids = watched.slice(i, i + ASKED_AT_ONCE);
      for (const [id, version] of await this.#versionsOf(ids)) {
        const heard = versions.get(id);
        if (heard !== undefined && version > heard) this.#fanOut.beacon(id, version);
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
