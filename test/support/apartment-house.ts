import { Deadlines } from '../../src/actors/deadlines.ts';
import { OpenHolds } from '../../src/actors/open-holds.ts';
import type { Origins } from '../../src/actors/origins.ts';
import { PaymentSaga } from '../../src/actors/payment-saga.ts';
import type { Journal, PaymentProvider } from '../../src/actors/ports.ts';
import { ApartmentReads } from '../../src/actors/reads.ts';
import { Registry } from '../../src/actors/registry.ts';
import { SnapshotWriter } from '../../src/actors/snapshot-writer.ts';
import { Router } from '../../src/cluster/router.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import type { Feature } from '../../src/protocol/feature-levels.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import type { Hold, Subject } from '../../src/protocol/resources.ts';

type Unaddressed<Command> = Command extends unknown ? Omit<Command, 'apartmentId' | 'requestId'> : never;

/** Timers that go off when the test says so. */
export class ManualTime {
  nowMs: number;
  readonly #timers = new Map<number, { atMs: number; call: () => void }>();
  #next = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  after(ms: number, call: () => void): () => void {
    const id = ++this.#next;
    this.#timers.set(id, { atMs: this.nowMs + ms, call });
    return () => this.#timers.delete(id);
  }

  /** Time passes; what is due is called in order, and what that causes is let happen. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      await turnOfEvents();
      const due = [...this.#timers]
        .filter(([, timer]) => timer.atMs <= untilMs)
        .sort((a, b) => a[1].atMs - b[1].atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.nowMs = Math.max(this.nowMs, due[1].atMs);
      due[1].call();
    }
    this.nowMs = untilMs;
    await turnOfEvents();
  }
}

/** Lets everything happen that needs no timer: a few rounds of the event loop. */
export async function turnOfEvents(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Every apartment that is marked, of whatever shard. */
export function markedIn(journal: Journal): Promise<string[]> {
  const shards = new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 1]));
  return journal.restless(shards, { afterId: undefined, limit: 1_000 });
}

export interface HouseOptions {
  readonly journal: Journal;
  readonly time: ManualTime;
  readonly provider?: PaymentProvider;
  readonly epochOf?: (shard: number) => number | undefined;
  readonly holdsPerGuest?: number;
  readonly origins?: Origins;
  readonly mayWrite?: (feature: Feature) => boolean;
  readonly heirOf?: (guestId: string) => Promise<string | undefined>;
  /** Told each committed change, as watchers would be. */
  readonly told?: (change: CommittedChange) => void;
  /** Where several houses follow one another: different in each, as random characters would be. */
  readonly name?: string;
}

/** The actors of one server, whole, on a journal and a clock of the test's. */
export class House {
  readonly registry: Registry;
  readonly reads: ApartmentReads;
  readonly router: Router;
  readonly openHolds: OpenHolds;
  readonly changes: CommittedChange[] = [];
  readonly faults: { event: string; details: Record<string, unknown> }[] = [];
  /** How often others were to ask anew what is open here, as an apartment can be read again. */
  madeReadable = 0;
  readonly saga: PaymentSaga;
  readonly #time: ManualTime;
  static #requests = 0;

  constructor(options: HouseOptions) {
    const { journal, time, provider, epochOf, told } = options;
    const { holdsPerGuest = 5, mayWrite = () => true, name = '' } = options;
    this.#time = time;
    this.openHolds = new OpenHolds(options.origins);
    const nowMs = () => time.nowMs;
    const onFault = (event: string, details: object) =>
      void this.faults.push({ event, details: { ...details } });
    this.saga = new PaymentSaga({
      provider: provider ?? ({} as PaymentProvider),
      scheduler: time,
      report: (apartmentId, step) => this.registry.payment(apartmentId, step),
      pendingBooking: (apartmentId, holdId) => journal.bookingOfHold(apartmentId, holdId),
      onFault,
    });
    let ids = 0;
    this.registry = new Registry({
      journal,
      clock: { nowMs },
      publisher: {
        committed: (change) => {
          this.changes.push(change);
          told?.(change);
        },
      },
      deadlines: new Deadlines(time, nowMs),
      openHolds: this.openHolds,
      saga: this.saga,
      entropy: () => `${name}r${++ids}`,
      holdTtlMs: 600_000,
      holdsPerGuest,
      ownership: { epochOf: epochOf ?? (() => 1) },
      scheduler: time,
      mayWrite,
      heirOf: options.heirOf ?? (async () => undefined),
      snapshots: new SnapshotWriter(journal, time, onFault, (id) => this.registry.unsound(id)),
      elsewhere: (asked) => this.router.ask(asked),
      readable: () => void this.madeReadable++,
      onFault,
    });
    this.reads = new ApartmentReads(this.registry, journal, { nowMs }, time);
    const owns = epochOf ?? (() => 1);
    this.router = new Router({
      ...{ registry: this.registry, reads: this.reads, clock: { nowMs }, scheduler: time },
      routing: {
        accepts: (shard) => owns(shard) !== undefined,
        ownerOf: () => undefined,
        onOwnersChanged: () => () => {},
        hint() {},
        mayWrite,
      },
      peers: undefined,
    });
  }

  /** Its open holds, as `mine` tells them. */
  holdsOf(guestId: string): Promise<Hold[]> {
    return this.reads.openHolds(guestId, this.openHolds.apartmentsOf(guestId));
  }

  /** Every shard is another server's. */
  dropAll(): void {
    this.registry.drop(new Set(Array.from({ length: SHARDS }, (_, shard) => shard)), 'test');
  }

  static requestId(): string {
    return `00000000-0000-4000-8000-${(++House.#requests).toString().padStart(12, '0')}`;
  }

  ask(
    subject: Subject,
    apartmentId: string,
    body: Unaddressed<ApartmentCommand>,
    requestId = House.requestId(),
  ): Answer {
    const answer = new Answer();
    const command = { ...body, apartmentId, requestId } as ApartmentCommand;
    this.router.ask({
      subject,
      command,
      reply: (outcome) => answer.settle(outcome),
      sinceMs: this.#time.nowMs,
      attempts: 0,
    });
    return answer;
  }
}

/** An answer that may not be there yet, and must come once. */
export class Answer {
  outcome: Outcome<ApartmentAnswer> | undefined;

  settle(outcome: Outcome<ApartmentAnswer>): void {
    if (this.outcome !== undefined)
      throw new Error(`answered twice: ${JSON.stringify([this.outcome, outcome])}`);
    this.outcome = outcome;
  }

  get code(): string | undefined {
    if (this.outcome === undefined) return undefined;
    return this.outcome.ok ? 'ok' : this.outcome.error.code;
  }

  get holdId(): string {
    if (!this.outcome?.ok || !('hold' in this.outcome.data))
      throw new Error(`no hold: ${JSON.stringify(this.outcome)}`);
    return this.outcome.data.hold.id;
  }

  get bookingId(): string {
    if (!this.outcome?.ok || !('booking' in this.outcome.data)) {
      throw new Error(`no booking: ${JSON.stringify(this.outcome)}`);
    }
    return this.outcome.data.booking.id;
  }
}
