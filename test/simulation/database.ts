/**
 * PostgreSQL as the nodes know it: one clock, leases, a journal whose appends are fenced by epoch, the sandbox's books.
 * Each process reaches it over a connection of its own, which takes time, may be cut, and may break after a commit whose
 * answer nobody hears. What it has committed is never lost.
 *
 *   batch arrives ── fence, shards locked for share ── disk ── commit, unlocked ──> answer
 *   claim arrives ── passes over the shards that appends are under way in, or waits for these ── epoch + 1 ──> answer
 */
import type { Append, Journal } from '../../src/actors/ports.ts';
import { LEASE_TRUSTED_MS } from '../../src/cluster/limits.ts';
import type { LeaseStore } from '../../src/cluster/membership/lease-store.ts';
import { MemoryLeases } from '../../src/cluster/membership/memory-leases.ts';
import { GroupCommit } from '../../src/persistence/journal/group-commit.ts';
import type { BatchLane, LaneOptions } from '../../src/persistence/journal/lane.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { COMMIT_TIMEOUT_MS, RECONNECT_FIRST_MS } from '../../src/persistence/limits.ts';
import { SQLSTATE_FENCED } from '../../src/persistence/sqlstate.ts';
import type { SandboxBooks } from '../../src/persistence/statements/sandbox-payments.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import type { Bug } from './bug.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { VirtualTime } from './time.ts';

/** What the clock of the database shows when the run begins. */
export const START_MS = Date.UTC(2027, 0, 1, 12);
const STATEMENT_TIMEOUT_MS = 5_000;
const RETRANSMIT_MS = 200;
const BROKEN = 'the connection to PostgreSQL broke';

export class Database {
  readonly journal: MemoryJournal;
  readonly leases: MemoryLeases;
  readonly books: SandboxBooks;
  /** Of every payment that the provider has heard of. */
  readonly paymentKeys = new Set<string>();
  /** By apartment and version: under which epoch an entry was written. */
  readonly epochsOfEntries = new Map<string, number>();
  /** Takes no statement, and answers none. */
  isDown = false;
  /** Processes that cannot reach it. */
  readonly cut = new Set<SimulatedProcess>();
  /** The payment provider answers nothing; what it is asked may take effect all the same. */
  isProviderAway = false;
  /** A disk this many times slower than it should be. */
  slowness = 1;
  /** How far its clock has been set from the run's. */
  clockSetMs = 0;
  readonly #time: VirtualTime;
  readonly #prng: Prng;
  readonly #bug: Bug;
  readonly #epochs = new Array<number>(SHARDS).fill(0);
  readonly #underWay = new Array<number>(SHARDS).fill(0);
  #waiting: { readonly shards: readonly number[]; readonly go: () => void }[] = [];

  /** @param leastLevel what servers must understand from the beginning */
  constructor(time: VirtualTime, prng: Prng, bug: Bug, leastLevel: number) {
    this.#time = time;
    this.#prng = prng;
    this.#bug = bug;
    const books = memoryBooks();
    this.books = {
      load: (keys) => books.load(keys),
      save: (changes) => {
        for (const { key } of changes) this.paymentKeys.add(key);
        return books.save(changes);
      },
    };
    this.journal = new MemoryJournal({ epochOf: (shard) => this.#epochs[shard]! });
    this.leases = new MemoryLeases({
      nowMs: () => this.nowMs,
      leastLevel,
      appended: (shards) => this.#appended(shards),
      isBusy: (shard) => this.#underWay[shard]! > 0,
      moved: (shard, epoch) => {
        this.#epochs[shard] = epoch;
      },
    });
  }

  get nowMs(): number {
    return this.trueMs + this.clockSetMs;
  }

  /** What a clock says that nobody has set. */
  get trueMs(): number {
    return START_MS + this.#time.nowMs;
  }

  epochOf(shard: number): number {
    return this.#epochs[shard]!;
  }

  isReachableFrom(process: SimulatedProcess): boolean {
    return !this.isDown && !this.cut.has(process);
  }

  /** A statement from a process: asked, carried out, answered, each when it gets there. */
  query<T>(process: SimulatedProcess, run: () => Promise<T>, timeoutMs = STATEMENT_TIMEOUT_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const callOff = process.after(timeoutMs, () => reject(new Error('statement timeout')));
      const end = (settle: () => void) =>
        process.enter(() => {
          callOff();
          settle();
        });
      const broken = () => end(() => reject(new Error(BROKEN)));
      const answer = (settle: () => void) => this.#carry(process, () => end(settle), broken);
      const ask = () =>
        run().then(
          (found) => answer(() => resolve(found)),
          (cause: unknown) => answer(() => reject(cause)),
        );
      this.#carry(process, ask, broken);
    });
  }

  /** One way. Behind a cut it is sent again and again, as TCP does; a database that is down breaks the connection. */
  #carry(process: SimulatedProcess, arrive: () => void, broken: () => void, afterMs = this.#wayMs()): void {
    this.#time.after(afterMs, () => {
      if (this.cut.has(process)) this.#carry(process, arrive, broken, RETRANSMIT_MS);
      else if (this.isDown) broken();
      else arrive();
    });
  }

  leasesOf(process: SimulatedProcess): LeaseStore {
    const { leases } = this;
    const ask = <T>(run: () => Promise<T>, timeoutMs?: number) => this.query(process, run, timeoutMs);
    return {
      time: (here) => ask(() => leases.time(here)),
      renew: (...args) => ask(() => leases.renew(...args), LEASE_TRUSTED_MS),
      // What is asked meanwhile runs in the process: a new node joins in one step here, as its judgement takes no time.
      join: (...args) => ask(() => leases.join(...args)),
      declareDead: (...args) => ask(() => leases.declareDead(...args)),
      raiseLeastLevel: () => ask(() => leases.raiseLeastLevel()),
      startLeaving: (...args) => ask(() => leases.startLeaving(...args)),
      endLease: (...args) => ask(() => leases.endLease(...args)),
      claimShards: (...args) => ask(() => leases.claimShards(...args)),
      handOverShards: (...args) => ask(() => leases.handOverShards(...args)),
    };
  }

  /** The journal over the product's own queue of appends. */
  journalOf(process: SimulatedProcess): Journal {
    const { journal } = this;
    const ask = <T>(run: () => Promise<T>) => this.query(process, run);
    const commit = new GroupCommit({
      url: '',
      open: (options) => new SimulatedLane(this, process, options),
      soon: (call) => void process.after(0, call),
      monotonicMs: process.monotonicMs,
      scheduler: process,
      onFault: (event, { cause }) => {
        // What the product would log as a defect ends a run.
        if (event === 'journal.not_heard') throw cause;
      },
    });
    return {
      append: (append) => commit.append(append),
      load: (...args) => ask(() => journal.load(...args)),
      requests: (...args) => ask(() => journal.requests(...args)),
      entry: (...args) => ask(() => journal.entry(...args)),
      endOf: (...args) => ask(() => journal.endOf(...args)),
      booking: (...args) => ask(() => journal.booking(...args)),
      bookingsOf: (...args) => ask(() => journal.bookingsOf(...args)),
      bookingOfHold: (...args) => ask(() => journal.bookingOfHold(...args)),
      entries: (...args) => ask(() => journal.entries(...args)),
      saveSnapshots: (...args) => ask(() => journal.saveSnapshots(...args)),
      restless: (...args) => ask(() => journal.restless(...args)),
    };
  }

  /** A batch on its way. @param done called once, with the error that kept it from being committed, if any */
  append(process: SimulatedProcess, batch: readonly Append[], done: (error: unknown) => void): void {
    const broken = () => process.enter(() => done(new Error(BROKEN)));
    const answer = (error: unknown) => this.#carry(process, () => process.enter(() => done(error)), broken);
    const arrive = () => {
      const fenced = batch.filter(({ shard, epoch }) => epoch !== this.#epochs[shard]);
      if (fenced.length > 0 && this.#bug.appendsUnfenced !== true) {
        const detail = fenced.map(({ shard, epoch }) => `${shard}:${epoch}`).join(',');
        return answer(Object.assign(new Error('fenced'), { code: SQLSTATE_FENCED, detail }));
      }
      for (const { shard } of batch) this.#underWay[shard]! += 1;
      this.#time.after(this.#diskMs(), () => {
        for (const { shard } of batch) this.#underWay[shard]! -= 1;
        // Stopped before it was on disk: rolled back.
        const error = this.isDown ? new Error(BROKEN) : this.#commit(batch);
        this.#release();
        answer(error);
      });
    };
    this.#carry(process, arrive, broken);
  }

  #commit(batch: readonly Append[]): unknown {
    const isLoose = this.#bug.appendsUnfenced === true;
    const written = this.#bug.writes?.(batch, this.#prng) ?? batch;
    const as = isLoose
      ? written.map((a) => ({ ...a, chain: a.chain, epoch: this.#epochs[a.shard]! }))
      : written;
    const { status, cause } = { cause: undefined, ...this.journal.commit(as) };
    if (status !== 'committed') return Object.assign(new Error(status, { cause }), { code: '23505' });
    for (const { apartmentId, epoch, entries } of batch)
      for (const { version } of entries) this.epochsOfEntries.set(`${apartmentId} ${version}`, epoch);
    return undefined;
  }

  async #appended(shards: readonly number[]): Promise<void> {
    while (shards.some((shard) => this.#underWay[shard]! > 0)) {
      await new Promise<void>((go) => this.#waiting.push({ shards, go }));
    }
  }

  #release(): void {
    const ready = this.#waiting.filter(({ shards }) => shards.every((shard) => this.#underWay[shard] === 0));
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    for (const { go } of ready) go();
  }

  #wayMs(): number {
    return this.#prng.chance(0.02) ? this.#prng.between(2, 20) : this.#prng.between(0.1, 1);
  }

  #diskMs(): number {
    return this.#prng.between(0.3, 4) * this.slowness;
  }
}

/** The appends' own connection: one batch at a time; silence for too long breaks it. */
class SimulatedLane implements BatchLane {
  readonly #database: Database;
  readonly #process: SimulatedProcess;
  readonly #options: LaneOptions;
  #isUp = true;
  #isBusy = false;

  constructor(database: Database, process: SimulatedProcess, options: LaneOptions) {
    this.#database = database;
    this.#process = process;
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#isUp;
  }

  get isIdle(): boolean {
    return this.#isUp && !this.#isBusy;
  }

  send(batch: readonly Append[], done: (error: unknown) => void): void {
    this.#isBusy = true;
    let isOver = false;
    const end = (error: unknown, isBroken: boolean) => {
      if (isOver) return;
      isOver = true;
      stopWaiting();
      this.#isBusy = false;
      if (isBroken) this.#reconnect(error);
      done(error);
    };
    const stopWaiting = this.#process.after(COMMIT_TIMEOUT_MS, () => end(new Error(BROKEN), true));
    this.#database.append(this.#process, [...batch], (error) =>
      end(error, error !== undefined && !(error instanceof Error && 'code' in error)),
    );
  }

  become(): void {}

  async close(): Promise<void> {
    this.#isUp = false;
  }

  #reconnect(cause: unknown): void {
    this.#isUp = false;
    this.#options.lost(cause);
    const retry = () =>
      this.#process.after(RECONNECT_FIRST_MS, () => {
        if (!this.#database.isReachableFrom(this.#process)) return void retry();
        this.#isUp = true;
        this.#options.ready();
      });
    retry();
  }
}
