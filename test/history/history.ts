/**
 * What a run hands to the checker: what clients did and saw, what the journal says, what the payment provider has.
 * Plain objects, so that a simulator feeds them as they are; parse.ts reads the same from JSONL.
 *
 * Two clocks: `atMs` of an event is the run's one monotonic clock; a journal entry's and a hold's are the system's.
 * `Run` says how they lie to each other.
 */
import type { BookingRecord, JournalEntry } from '../../src/actors/facts.ts';
import type { PaymentRecord } from '../../src/actors/ports.ts';
import type { CommandPayload, MineAnswer } from '../../src/protocol/commands.ts';
import type { ErrorBody } from '../../src/protocol/errors.ts';
import type { Availability } from '../../src/protocol/events.ts';
import type { Block, Booking, Calendar, Hold, SubjectKind } from '../../src/protocol/resources.ts';

export interface History {
  readonly run: Run;
  /** In any order: sorted by `atMs`, those of one instant as they stand. */
  readonly events: readonly HistoryEvent[];
  /** In order; where there are any, `journal` and the rest are of the last history. */
  readonly lost?: readonly LostHistory[] | undefined;
  /** Every entry of every apartment that an event is about, from version 1 on, in any order. */
  readonly journal: readonly RecordedEntry[];
  /** The provider's books at the end; undefined: payments are not checked. */
  readonly payments?: readonly RecordedPayment[] | undefined;
  /** The bookings table at the end; undefined: it is not checked. */
  readonly bookings?: readonly BookingRow[] | undefined;
}

export interface Run {
  /** What the system's clock showed when the run's was at 0, in epoch milliseconds. */
  readonly systemAtZeroMs: number;
  /** The system's clock, on any node, was never further than this from `systemAtZeroMs` + the run's clock. */
  readonly skewMs: number;
  /** How long after its deadline a hold may still be open while its owner is up (I5). Default 1,000. */
  readonly lateMs?: number;
  /** What one node has committed all others know within this, outages apart. Default 0. */
  readonly toldMs?: number;
  /** A watcher that has noticed a jump is whole again within this, outages apart. Default 5,000. */
  readonly resyncMs?: number;
  /** What anybody has been told is known to every watcher within this, outages apart. Default 20,000. */
  readonly watchLagMs?: number;
  /** Times, by the run's clock, in which owners may have been down; until answers flowed again. */
  readonly outages?: readonly Outage[];
  /** Times in which what was stored of some apartments could not be read: damaged, or by a newer program. */
  readonly damages?: readonly Damage[];
  /** Times in which some servers could not hear each other. */
  readonly deafs?: readonly Span[];
  /** Open holds of one guest at once; undefined: not checked. */
  readonly holdsPerGuest?: number;
  /** Subjects who may end and lengthen anybody's hold (H10). */
  readonly admins?: readonly string[];
  /** Guests whom an account has taken along, and which (G9): by the end all that was theirs is the account's. */
  readonly adopted?: Readonly<Record<string, string>>;
  /** By guest: from when on, by the run's clock, nothing was looked for any more that might be theirs still. */
  readonly adoptedByMs?: Readonly<Record<string, number>>;
  /** Lifetime of a hold, where all apartments have this one; undefined: only the caps are checked. */
  readonly holdTtlMs?: number;
  /** IANA zones of apartments, for refunds; where one is missing, its cancellations' refunds are not checked. */
  readonly timeZones?: Readonly<Record<string, string>>;
  /** The run waited until no hold was being paid and no payment was owed anything. */
  readonly isSettled?: boolean;
}

/** By the run's clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Outage extends Span {
  /** Default: all. */
  readonly apartmentIds?: readonly string[];
}

/** `toMs`: when it had been put right; it is tried again after as long a pause as it was so, at most. */
export interface Damage extends Outage {
  readonly apartmentIds: readonly string[];
}

/**
 * A history in whose place an older copy of it came: servers refused it, and an operator accepted it as it was (ADR 20).
 * By the run's clock.
 */
export interface LostHistory {
  /** As of when the copy was: what has happened since has not, and may be due again. */
  readonly copyMs: number;
  /** When the copy took its place. */
  readonly fromMs: number;
  /** By when every server had heard that it is refused, or could trust its lease no longer. */
  readonly untilMs: number;
  readonly acceptedMs: number;
  /** Its facts, at least those that the copy did not have: with what it had they are this history, whole. */
  readonly journal: readonly RecordedEntry[];
  /** Up to which version the copy had it, by apartment; what is not named it did not have. */
  readonly heads: Readonly<Record<string, number>>;
}

/** `epoch`: under which the entry was written, where the run knows it. */
export type RecordedEntry = Omit<JournalEntry, 'booking'> & { readonly epoch?: number };

/** `pending`, `down`: of the sandbox, before it has said anything. */
export interface RecordedPayment extends Omit<PaymentRecord, 'status' | 'currency'> {
  readonly key: string;
  readonly status: PaymentRecord['status'] | 'pending' | 'down';
}

export type BookingRow = Omit<BookingRecord, 'contact'>;

/** A client, as the run names it. `op` numbers its operations; any number, each once. */
interface ByClient {
  readonly atMs: number;
  readonly process: string;
}

type Intent<Name extends 'hold' | 'extend' | 'release' | 'confirm' | 'cancel'> = Omit<
  CommandPayload<Name>,
  'requestId'
>;
/** `calendar` and `mine` read; the others change something. */
export type Asked =
  | { readonly command: 'hold'; readonly args: Intent<'hold'> }
  | { readonly command: 'extend'; readonly args: Intent<'extend'> }
  | { readonly command: 'release'; readonly args: Intent<'release'> }
  | { readonly command: 'confirm'; readonly args: Intent<'confirm'> }
  | { readonly command: 'cancel'; readonly args: Intent<'cancel'> }
  | {
      readonly command: 'block';
      readonly args: { apartmentId: string; from: string; to: string; reason?: string | undefined };
    }
  | { readonly command: 'unblock'; readonly args: { apartmentId: string; blockId: string } }
  | { readonly command: 'calendar'; readonly args: { apartmentId: string; from: string; to: string } }
  | { readonly command: 'mine'; readonly args: Record<string, never> };
export type CommandName = Asked['command'];

export type Invoke = ByClient &
  Asked & {
    readonly type: 'invoke';
    readonly op: number;
    readonly subject: string;
    /** Default `guest`: what a cancellation refunds depends on it. */
    readonly kind?: SubjectKind | undefined;
    readonly requestId?: string | undefined;
    /** It was put on the wire once: no earlier try can take effect after its refusal. */
    readonly sentOnce?: boolean | undefined;
  };

export type Answer =
  | { readonly hold: Hold }
  | { readonly booking: Booking }
  | { readonly block: Block }
  | { readonly calendar: Calendar }
  | MineAnswer;

export type Ok = ByClient & {
  readonly type: 'ok';
  readonly op: number;
  readonly data: Answer;
  readonly server?: string | undefined;
};
/** A refusal. One with code `unavailable` is `unknown`, whatever it is called. */
export type Fail = ByClient & {
  readonly type: 'fail';
  readonly op: number;
  readonly error: ErrorBody;
  readonly server?: string | undefined;
};
/** The client gave up without an answer. An operation without any end is taken for one, too. */
export type Unknown = ByClient & { readonly type: 'unknown'; readonly op: number };

/** A whole calendar, told to a watch: its first, or an explicit resync. `watch` numbers the watches of a client. */
export type Resync = ByClient & {
  readonly type: 'calendar';
  readonly watch: number;
  readonly calendar: Calendar;
};
/**
 * A delta or a beacon. `applied`: the client library told its listener so; otherwise a frame as it came, which may
 * jump, and then a resync must follow.
 */
export type Delta = ByClient &
  Availability & { readonly type: 'availability'; readonly watch: number; readonly applied?: boolean };
/** The watch ended in good order: until then it was to be kept informed. */
export type Unwatch = ByClient & {
  readonly type: 'unwatch';
  readonly watch: number;
  readonly apartmentId: string;
};
export type HoldEvent = ByClient & { readonly type: 'hold'; readonly hold: Hold };
export type BookingEvent = ByClient & { readonly type: 'booking'; readonly booking: Booking };

export type HistoryEvent = Invoke | Ok | Fail | Unknown | Resync | Delta | Unwatch | HoldEvent | BookingEvent;

/** A guest whom an account has taken along is who that is: what one began the other may repeat. */
export function personOf<Id extends string | null>({ adopted }: Run, subjectId: Id): Id | string {
  return (subjectId !== null && adopted?.[subjectId]) || subjectId;
}
