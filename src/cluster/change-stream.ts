/**
 * Every committed change to every other node, for what each keeps of all apartments: its search index, and the limit on
 * open holds. Gathered for CHANGES_EVERY_MS, numbered, and sent as notes; whoever misses one hears of the gap with the
 * next, at most a second later, and reads all of it anew. Sockets do not hang on it: they have their rooms in Redis.
 */

import type { CommittedChange, NightChange } from '../protocol/committed-change.ts';
import { epochMs } from '../protocol/instant.ts';
import { nightOf } from '../protocol/nights.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { CHANGES_AT_ONCE_MAX, CHANGES_EVERY_MS, CHANGES_SILENCE_MS } from './limits.ts';
import type { Peer } from './membership/ports.ts';

export interface ChangeStreamParts {
  readonly note: (peer: Peer, name: string, body: unknown) => void;
  readonly others: () => readonly Peer[];
  readonly scheduler: Scheduler;
  /** Monotonic, in milliseconds. */
  readonly monotonicMs: () => number;
  /** Another node's change, in order of each node. */
  readonly heard: (change: HeardChange) => void;
  /** Some may have been missed. */
  readonly missed: () => void;
}

/** What others need to know of a committed change. */
export interface HeardChange {
  readonly apartmentId: string;
  readonly changes: readonly NightChange[];
  /** Whose hold it is about; undefined where it is about none. */
  readonly hold: HeardHold | undefined;
}
export interface HeardHold {
  readonly guestId: string;
  readonly id: string;
  /** Until when it is open, in epoch milliseconds; 0 where it has ended. */
  readonly untilMs: number;
  /** The same guest's holds that ended with it. */
  readonly replaced: readonly string[];
}

export const CHANGES = 'changes';
type Note = readonly [sequence: number, changes: readonly Row[]];
/** In the order of `HeardChange`: there are many, and field names would be most of them. */
type Row = readonly [
  apartmentId: string,
  changes: readonly (readonly [from: number, to: number, status: NightChange['status']])[],
  hold?: readonly [guestId: string, id: string, untilMs: number, ...replaced: string[]],
];

export class ChangeStream {
  readonly #parts: ChangeStreamParts;
  #gathered: Row[] = [];
  #sequence = 0;
  #isArmed = false;
  #sentMs = 0;
  #isStopped = false;
  /** By node: the number of its last note. */
  readonly #heardOf = new Map<string, number>();

  constructor(parts: ChangeStreamParts) {
    this.#parts = parts;
    this.#beat();
  }

  /** A change of an apartment that runs here. */
  committed(change: CommittedChange): void {
    if (this.#parts.others().length === 0) {
      // Somebody may have asked already what is open here, and be counted among the others only later.
      this.untold();
      return;
    }
    this.#gathered.push(...rowsOf(change));
    if (this.#gathered.length >= CHANGES_AT_ONCE_MAX) return this.#send();
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#parts.scheduler.after(CHANGES_EVERY_MS, () => {
      this.#isArmed = false;
      if (this.#gathered.length > 0) this.#send();
    });
  }

  /** There is something here that others were not told: they notice that, and ask. */
  untold(): void {
    this.#sequence += 1;
  }

  receive(nodeId: string, body: unknown): void {
    const [sequence, changes] = body as Note;
    const before = this.#heardOf.get(nodeId);
    this.#heardOf.set(nodeId, sequence);
    for (const row of changes) this.#parts.heard(changeOf(row));
    // Also where the first that is heard of a node is not its first: it spoke while there was no link.
    if (sequence !== (before ?? 0) + 1) this.#parts.missed();
  }

  /** To be called when it may have changed who is there. What one that is gone committed last it may have told nobody. */
  othersChanged(): void {
    const present = new Set(this.#parts.others().map(({ id }) => id));
    const gone = [...this.#heardOf.keys()].filter((id) => !present.has(id));
    for (const id of gone) this.#heardOf.delete(id);
    if (gone.length > 0) this.#parts.missed();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #send(): void {
    const changes = this.#gathered;
    this.#gathered = [];
    this.#sentMs = this.#parts.monotonicMs();
    this.#sequence += 1;
    for (const peer of this.#parts.others()) this.#parts.note(peer, CHANGES, [this.#sequence, changes]);
  }

  /** Also where nothing changes: the last note could be the one that was lost. */
  #beat(): void {
    this.#parts.scheduler.after(CHANGES_SILENCE_MS, () => {
      if (this.#isStopped) return;
      if (this.#parts.monotonicMs() - this.#sentMs >= CHANGES_SILENCE_MS) this.#send();
      this.#beat();
    });
  }
}

/** What has become another guest's has ended for one and begun for the other, which servers of every version understand. */
function rowsOf(change: CommittedChange): Row[] {
  const { apartmentId, guestId, adopted } = change;
  if (adopted === undefined || guestId === undefined) return [rowOf(change)];
  const ofHolds = adopted.holds.flatMap((hold): Row[] => {
    const nights = [[nightOf(hold.checkIn), nightOf(hold.checkOut), 'held']] as const;
    return [
      [apartmentId, [], [adopted.guestId, hold.id, 0]],
      [apartmentId, nights, [guestId, hold.id, epochMs(hold.expiresAt)]],
    ];
  });
  return [...ofHolds, rowOf(change)];
}

function rowOf({ apartmentId, changes, guestId, hold, replaced = [] }: CommittedChange): Row {
  const nights = changes.map(({ from, to, status }) => [from, to, status] as const);
  if (guestId === undefined || hold === undefined) return [apartmentId, nights];
  const isOpen = hold.status === 'held' || hold.status === 'confirming';
  const untilMs = isOpen ? epochMs(hold.expiresAt) : 0;
  return [apartmentId, nights, [guestId, hold.id, untilMs, ...replaced.map(({ id }) => id)]];
}

function changeOf([apartmentId, nights, about]: Row): HeardChange {
  const changes = nights.map(([from, to, status]) => ({ from, to, status }));
  if (about === undefined) return { apartmentId, changes, hold: undefined };
  const [guestId, id, untilMs, ...replaced] = about;
  return { apartmentId, changes, hold: { guestId, id, untilMs, replaced } };
}
