/**
 * One turn of an apartment: what one event made it decide, as data. The shell appends `entries` to the journal
 * and lets the rest out once they are on disk. A turn is its own `Append`, so that the hot path allocates one
 * object a command.
 */
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import type { CommittedChange } from '../protocol/committed-change.ts';
import type { Outcome } from '../protocol/errors.ts';
import type { Subject } from '../protocol/resources.ts';
import type { Settlement } from './calendar/calendar.ts';
import type { ChainHead } from './chain.ts';
import type { JournalEntry, PendingBooking } from './facts.ts';
import type { Append, AppendResult, MarkChange } from './ports.ts';

export type Reply = (outcome: Outcome<ApartmentAnswer>) => void;

/** A command on its way: kept until its answer has left, so that it can be asked again if its turn is lost. */
export interface Asked {
  readonly subject: Subject;
  readonly command: ApartmentCommand;
  reply: Reply;
  /** When it came, in epoch milliseconds: its deadline counts from here. */
  readonly sinceMs: number;
  /** Turns lost so far. */
  attempts: number;
}

/** A step outside, to be taken once the facts that announce it are on disk (I6). */
export type OutsideStep =
  | { readonly do: 'authorise'; readonly payment: PaymentJob }
  | { readonly do: 'capture'; readonly payment: PaymentJob }
  | { readonly do: 'settle'; readonly settlement: Settlement }
  | { readonly do: 'refund'; readonly settlement: Settlement };

export interface PaymentJob {
  readonly key: string;
  readonly holdId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly method: string;
  /** Undefined after a restart: read back from the bookings table when it is needed. */
  readonly booking: PendingBooking | undefined;
}

export interface Follower {
  readonly released: () => void;
  readonly lost: () => void;
}

export interface TurnOwner extends ChainHead {
  settled(turn: Turn, result: AppendResult): void;
}

const NO_ENTRIES: readonly JournalEntry[] = [];
const NO_CHANGES: readonly CommittedChange[] = [];

export class Turn implements Append {
  readonly apartmentId: string;
  readonly shard: number;
  readonly epoch: number;
  readonly atMs: number;
  readonly asked: Asked | undefined;
  entries: readonly JournalEntry[] = NO_ENTRIES;
  /** One for each entry. */
  changes: readonly CommittedChange[] = NO_CHANGES;
  /** Undefined while the answer is the payment provider's to give. */
  outcome: Outcome<ApartmentAnswer> | undefined = undefined;
  steps: OutsideStep[] | undefined = undefined;
  /** What became of payments: the answer to the confirms that wait for them. */
  verdicts: { readonly key: string; readonly outcome: Outcome<ApartmentAnswer> }[] | undefined = undefined;
  /** Reads that must not leave before this turn is on disk. */
  followers: Follower[] | undefined = undefined;
  mark: MarkChange | undefined = undefined;
  readonly #owner: TurnOwner;

  constructor(
    owner: TurnOwner,
    apartmentId: string,
    shard: number,
    epoch: number,
    atMs: number,
    asked: Asked | undefined,
  ) {
    this.#owner = owner;
    this.apartmentId = apartmentId;
    this.shard = shard;
    this.epoch = epoch;
    this.atMs = atMs;
    this.asked = asked;
  }

  /** Nearly always one: a literal array of one takes a tenth of what an array takes that is pushed to. */
  record(entry: JournalEntry, change: CommittedChange): void {
    const isFirst = this.entries.length === 0;
    this.entries = isFirst ? [entry] : [...this.entries, entry];
    this.changes = isFirst ? [change] : [...this.changes, change];
  }

  get chain(): ChainHead {
    return this.#owner;
  }

  done(result: AppendResult): void {
    this.#owner.settled(this, result);
  }
}
