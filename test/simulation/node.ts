/**
 * One server: the product's own parts, put together as `src/app/app.ts` does, on a simulated process, database and network.
 * In place of Socket.IO and Redis there is `Sockets`.
 */

import type { Pool } from 'pg';
import { bookingView } from '../../src/actors/calendar/views.ts';
import { ChangeBus } from '../../src/actors/change-bus.ts';
import { Deadlines } from '../../src/actors/deadlines.ts';
import type { BookingRecord } from '../../src/actors/facts.ts';
import { OpenHolds } from '../../src/actors/open-holds.ts';
import { PaymentSaga } from '../../src/actors/payment-saga.ts';
import type { Journal, PaymentProvider } from '../../src/actors/ports.ts';
import { ApartmentReads } from '../../src/actors/reads.ts';
import { Registry } from '../../src/actors/registry.ts';
import { SnapshotWriter } from '../../src/actors/snapshot-writer.ts';
import { watchHistory } from '../../src/app/history-watch.ts';
import { Cluster } from '../../src/cluster/cluster.ts';
import { Membership } from '../../src/cluster/membership/membership.ts';
import { ShardKeeping } from '../../src/cluster/shard-keeping.ts';
import type { Log } from '../../src/observability/log.ts';
import { History, HistoryRefused } from '../../src/persistence/history.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import type { MineAnswer } from '../../src/protocol/commands.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import { type Outcome, Refusal } from '../../src/protocol/errors.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import type { NightRange } from '../../src/protocol/nights.ts';
import type { Calendar, Subject } from '../../src/protocol/resources.ts';
import { REVOCATION_POLL_MS } from '../../src/services/accounts/limits.ts';
import { Adoptions } from '../../src/services/adoptions/index.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
import { inClear } from '../support/in-clear.ts';
import type { Bug, Place } from './bug.ts';
import type { Database } from './database.ts';
import { journalOfLevel, requestsOfLevel } from './levels.ts';
import type { Endpoint, Network } from './network.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';

export const HOLD_TTL_MS = 40_000;
/** So many that no guest comes near it: across nodes the limit is only as good as what each has heard. */
const HOLDS_PER_GUEST = 100;
const FIGURES_EVERY_MS = 1_000;

export interface NodeParts {
  readonly url: string;
  /** Different in every process that ever ran. */
  readonly name: string;
  readonly process: SimulatedProcess;
  readonly database: Database;
  readonly network: Network;
  readonly prng: Prng;
  readonly bug: Bug;
  /** The feature level of its program. */
  readonly level: number;
  /** Guests sign in. */
  readonly hasAccounts: boolean;
  /** It is given what a program of that level does not understand. */
  readonly notUnderstood: (node: string, apartmentId: string, what: string) => void;
  /** Committed by the owner, to be told to sockets everywhere. */
  readonly told: (node: SimulatedNode, change: CommittedChange) => void;
  /** It lets nobody in any more: its database has not the history that was acknowledged. */
  readonly refused: (node: SimulatedNode) => void;
  /** An operator has accepted another history: it is to begin anew. */
  readonly replaced: (node: SimulatedNode) => void;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
  /** It is there, and may be reached; nothing is its own yet. */
  readonly made: (node: SimulatedNode) => void;
}

export class SimulatedNode {
  readonly url: string;
  readonly process: SimulatedProcess;
  readonly registry: Registry;
  readonly membership: Membership;
  readonly cluster: Cluster;
  readonly keeping: ShardKeeping;
  readonly saga: PaymentSaga;
  /** Commands that have not been answered yet. */
  asked = 0;
  /** Answered more than once. */
  answeredTwice = 0;
  /** Lets clients in. */
  isOpen = false;
  isLeaving = false;
  #isRefusing = false;
  readonly #parts: NodeParts;
  #adoptions: Adoptions | undefined;

  static async start(parts: NodeParts): Promise<SimulatedNode> {
    const { url, name, process, database, prng, level, onFault } = parts;
    const keeper: { keeping?: ShardKeeping } = {};
    const pool = database.poolOf(process);
    const wallMs = () => database.trueMs;
    const opened = await History.open(pool, wallMs);
    const history = parts.bug.history?.(opened) ?? opened;
    if (history.refusal !== undefined) throw new HistoryRefused(history.refusal);
    const journal = database.journalOf(process, history);
    const membership = await Membership.open({
      leases: database.leasesOf(process),
      host: {
        time: { ...process, uptimeMs: process.monotonicMs, wallMs },
        scheduler: process,
        identity: { host: url, pid: 1, started: name },
        isKnownDead: async () => false,
        newNodeId: () => `node_${prng.hex(8)}`,
      },
      url,
      exclusive: false,
      level,
      onClaimed: (shards) => keeper.keeping!.onClaimed(shards),
      onDraining: (shards) => keeper.keeping!.onDraining(shards),
      onLost: (shards, reason) => keeper.keeping!.onLost(shards, reason),
      onEntered(nodeId) {
        journal.become(nodeId);
        history.become(nodeId, () => membership.generation);
      },
      onFault,
    });
    const node = new SimulatedNode(parts, membership, journal);
    keeper.keeping = node.keeping;
    parts.made(node);
    await membership.join();
    membership.onOwnersChanged(() => {
      node.keeping.ownersChanged((shard) => membership.ownerOf(shard)?.isSelf === false);
      node.cluster.tellMoves();
    });
    node.#watchHistory({ pool, history });
    node.#tellFigures();
    await node.keeping.awake();
    node.isOpen = !node.#isRefusing;
    return node;
  }

  private constructor(parts: NodeParts, membership: Membership, storedJournal: Journal) {
    const { url, process, database, network, bug, prng, name, level, onFault } = parts;
    this.#parts = parts;
    this.url = url;
    this.process = process;
    this.membership = membership;
    const place: Place = {
      process,
      prng,
      clock: membership.clock,
      epochOf: (shard) => database.epochOf(shard),
      isFirst: url.endsWith('0'),
    };
    const clock = bug.clock?.(membership.clock, place) ?? membership.clock;
    const nowMs = () => clock.nowMs();
    const notUnderstood = (apartmentId: string, what: string) => parts.notUnderstood(name, apartmentId, what);
    const realJournal = journalOfLevel(level, storedJournal, notUnderstood);
    const journal = bug.journal?.(realJournal, place) ?? realJournal;
    const changes = new ChangeBus(thrown);
    const openHolds = new OpenHolds();
    const sandbox = new SandboxPayments({
      books: database.booksOf(process),
      nowMs,
      after: process.after,
    });
    this.saga = new PaymentSaga({
      provider: reached(database, prng, bug.provider?.(sandbox, place) ?? sandbox),
      scheduler: process,
      report: (apartmentId, step) => this.registry.payment(apartmentId, step),
      pendingBooking: (apartmentId, holdId) => journal.bookingOfHold(apartmentId, holdId),
      onFault: (event, details) => onFault(event, { ...details }),
    });
    const seen = bug.membership?.(membership, place) ?? membership;
    const heirOf = (guestId: string) => database.heirOf(process, guestId);
    let ids = 0;
    this.registry = new Registry({
      journal,
      clock,
      publisher: bug.publisher?.(changes, place) ?? changes,
      deadlines: bug.deadlines?.(process, nowMs) ?? new Deadlines(process, nowMs),
      openHolds,
      saga: this.saga,
      entropy: () => `${name}r${++ids}`,
      holdTtlMs: HOLD_TTL_MS,
      holdsPerGuest: HOLDS_PER_GUEST,
      mayWrite: (feature) => seen.mayWrite(feature),
      heirOf: bug.heirOf?.(heirOf) ?? heirOf,
      ownership: bug.ownership?.(seen, place) ?? seen,
      scheduler: process,
      snapshots: new SnapshotWriter(journal, process, onFault, (id) => this.registry.unsound(id)),
      elsewhere: (asked) => this.cluster.ask(asked),
      readable: () => this.cluster.untold(),
      onFault,
    });
    this.keeping = new ShardKeeping({
      registry: this.registry,
      scheduler: process,
      restless: (...args) => journal.restless(...args),
      introduced: () => this.cluster.introduced(),
      onFault,
    });
    const reads = new ApartmentReads(this.registry, journal, clock, process);
    const isAwake = (shard: number) => this.keeping.isAwake(shard);
    const endpoint: Endpoint = {
      process,
      nodeId: () => membership.nodeId,
      onRequest: requestsOfLevel(level, (...request) => this.cluster.onRequest(...request), notUnderstood),
      onNote: (...note) => this.cluster.onNote(...note),
    };
    const peers = network.peersOf(url, endpoint);
    this.cluster = new Cluster({
      ...{ registry: this.registry, reads, openHolds, membership: seen, clock },
      peers: bug.peers?.(peers, place) ?? peers,
      scheduler: process,
      monotonicMs: process.monotonicMs,
      isAwake: bug.isAwake?.(isAwake) ?? isAwake,
      heard: () => {},
      missed: () => {},
    });
    if (parts.hasAccounts) this.#adoptions = this.#beginAdoptions();
    changes.subscribe((change) => parts.told(this, change));
    changes.subscribe((change) => this.cluster.committed(change));
    network.endpoints.set(url, endpoint);
  }

  ask(subject: Subject, command: ApartmentCommand, reply: (outcome: Outcome<ApartmentAnswer>) => void): void {
    this.asked += 1;
    let isAnswered = false;
    this.cluster.ask({
      subject,
      command,
      reply: (outcome) => {
        if (isAnswered) {
          this.answeredTwice += 1;
          return;
        }
        isAnswered = true;
        this.asked -= 1;
        reply(outcome);
      },
      sinceMs: this.membership.clock.nowMs(),
      attempts: 0,
    });
  }

  #beginAdoptions(): Adoptions {
    const { process, database, bug, prng, onFault } = this.#parts;
    const store = database.adoptionsOf(process);
    return new Adoptions({
      store: bug.adoptions?.(store) ?? store,
      openHoldsOf: (guestId) => this.cluster.openHoldsOf(guestId),
      ask: (subject, command) => new Promise((resolve) => this.ask(subject, command, resolve)),
      mayWrite: (feature) => this.membership.mayWrite(feature),
      newRequestId: () => `00000000-0000-4000-9000-${prng.hex(12)}`,
      scheduler: process,
      onFault,
    });
  }

  /** As `src/services/accounts/index.ts` answers a sign-in that comes with a guest's token. */
  async signIn(guestId: string, accountId: string): Promise<Outcome<object>> {
    try {
      const isBegun = await this.#parts.database.takeAlong(this.process, guestId, accountId);
      if (isBegun) await this.#adoptions?.begun(guestId, accountId);
      return { ok: true, data: {} };
    } catch (error) {
      return { ok: false, error: { code: 'unavailable', message: String(error), retryable: true } };
    }
  }

  /** Whose sessions have ended, as every server knows after a while; its tokens are refused then. */
  hasEnded(subjectId: string): boolean {
    const sinceMs = this.#parts.database.endedSinceMs(subjectId);
    return sinceMs !== undefined && this.#parts.database.nowMs >= sinceMs + REVOCATION_POLL_MS;
  }

  calendar(apartmentId: string, window: NightRange): Promise<Outcome<Calendar>> {
    return this.cluster.calendar(apartmentId, window);
  }

  /** As `src/services/bookings/index.ts` answers it. */
  async mine(subject: Subject): Promise<Outcome<MineAnswer>> {
    try {
      const open = await this.cluster.openHoldsOf(subject.id);
      const { database, process } = this.#parts;
      const rows = await database.query(process, { run: async () => confirmedOf(database, subject.id) });
      const booked = new Set(rows.map(({ holdId }) => holdId));
      return {
        ok: true,
        data: {
          holds: open.filter(({ id }) => !booked.has(id)),
          bookings: rows.map((row) => inClear(bookingView(row))),
        },
      };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.body };
      // An outage of the database: `refusingOutages` says so.
      return { ok: false, error: { code: 'unavailable', message: String(error), retryable: true } };
    }
  }

  versions(apartmentIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.cluster.versions(apartmentIds);
  }

  /** Serves this apartment, and everything that must run in its shard does. */
  answersFor(apartmentId: string): boolean {
    const shard = shardOf(apartmentId);
    return this.process.isRunning && this.membership.accepts(shard) && this.keeping.isAwake(shard);
  }

  /** A planned end: shards first, while everybody is still served. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    await this.membership.leave();
    this.isOpen = false;
    this.#adoptions?.stop();
    await this.registry.settle(COMMAND_DEADLINE_MS);
    this.cluster.stop();
    await this.registry.stop();
    this.saga.stop();
  }

  #watchHistory(storage: { readonly pool: Pool; readonly history: History }): void {
    const { process, bug, onFault, refused, replaced } = this.#parts;
    const isIn = bug.staysIn === true;
    const watch = watchHistory(
      storage,
      { membership: { abandon: () => isIn || this.membership.abandon() } },
      {
        refuseAll: () => {
          if (isIn) return;
          this.#isRefusing = true;
          this.isOpen = false;
          refused(this);
        },
      },
      { fatal: ({ event, ...details }: { event: string }) => onFault(event, details) } as Pick<Log, 'fatal'>,
      process,
    );
    void watch.replaced.then(() => replaced(this));
  }

  #tellFigures(): void {
    this.process.after(FIGURES_EVERY_MS, () => {
      const { commands } = this.registry;
      this.cluster.tell({
        holdsOpen: 0,
        commandsPerSecond: commands,
        sockets: 0,
        feeds: 0,
        commitMsP50: 0,
        commitMsP99: 0,
      });
      this.#tellFigures();
    });
  }
}

/** What the product would log as a defect ends a run. */
export function thrown(_event: string, { cause }: Record<string, unknown>): never {
  throw cause;
}

/** A provider that is away now and then: whoever asks hears nothing, and does not know what became of it. */
function reached(database: Database, prng: Prng, provider: PaymentProvider): PaymentProvider {
  const unanswered = <T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    if (!database.isProviderAway) return ask();
    if (prng.chance(0.5)) ask().catch(() => {});
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
  return {
    authorise: (request) => unanswered(() => provider.authorise(request), request.signal),
    capture: (request) => unanswered(() => provider.capture(request), request.signal),
    cancel: (request) => unanswered(() => provider.cancel(request), request.signal),
    refund: (request) => unanswered(() => provider.refund(request), request.signal),
    lookUp: (request) => unanswered(() => provider.lookUp(request), request.signal),
  };
}

/** The bookings table, one guest's part of it. */
function confirmedOf(database: Database, guestId: string): BookingRecord[] {
  return database
    .bookings()
    .filter((booking) => booking.status === 'confirmed' && booking.guestId === guestId);
}
