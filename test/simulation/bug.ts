/** Where a run may be given a broken part in place of the product's own; none of this is in the product. */

import type { Deadlines } from '../../src/actors/deadlines.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import type { Journal, Ownership, PaymentProvider, Publisher } from '../../src/actors/ports.ts';
import type { Peers } from '../../src/cluster/cluster.ts';
import type { Membership } from '../../src/cluster/membership/membership.ts';
import type { History } from '../../src/persistence/history.ts';
import type { AdoptionStore } from '../../src/persistence/statements/adoptions.ts';
import type { Clock } from '../../src/time/clock.ts';
import type { Scheduler } from '../../src/time/scheduler.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';

/** What a broken part may look at. */
export interface Place {
  readonly process: SimulatedProcess;
  readonly prng: Prng;
  readonly clock: Clock;
  /** As the database has it now. */
  readonly epochOf: (shard: number) => number;
  readonly isFirst: boolean;
}

export interface Bug {
  readonly appendsUnfenced?: boolean;
  /** Whether a transaction that is acknowledged is on disk. */
  readonly commits?: (prng: Prng) => boolean;
  /** What of a transaction's rows reaches the journal. */
  readonly copies?: (rows: readonly JournalEntry[]) => readonly JournalEntry[];
  /** Whether a crash in the middle of a commit leaves half of it. */
  readonly tears?: boolean;
  /** Whether the time is told by what is answered only once it is on disk. */
  readonly tellsTimeFlushed?: boolean;
  /** What a server knows of its database's history. */
  readonly history?: (history: History) => History;
  /** Whether a server that refuses a history goes on with what it has in memory. */
  readonly staysIn?: boolean;
  readonly journal?: (journal: Journal, place: Place) => Journal;
  readonly clock?: (clock: Clock, place: Place) => Clock;
  readonly deadlines?: (scheduler: Scheduler, nowMs: () => number) => Deadlines;
  readonly provider?: (provider: PaymentProvider, place: Place) => PaymentProvider;
  readonly publisher?: (publisher: Publisher, place: Place) => Publisher;
  readonly membership?: (membership: Membership, place: Place) => Membership;
  readonly ownership?: (ownership: Ownership, place: Place) => Ownership;
  readonly peers?: (peers: Peers, place: Place) => Peers;
  readonly isAwake?: (isAwake: (shard: number) => boolean) => (shard: number) => boolean;
  /** What of the guests who are taken along is written down, and read. */
  readonly adoptions?: (store: AdoptionStore) => AdoptionStore;
  /** Who repeats what a guest began who was taken along. */
  readonly heirOf?: (heirOf: (guestId: string) => Promise<string | undefined>) => typeof heirOf;
  /** A client's payload, at each try. */
  readonly asks?: (payload: Record<string, unknown>, attempt: number) => Record<string, unknown>;
  /** Beacons to watchers. */
  readonly versions?: (versions: ReadonlyMap<string, number>) => ReadonlyMap<string, number>;
}
