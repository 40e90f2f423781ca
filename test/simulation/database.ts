/**
 * PostgreSQL as the nodes know it: a server (`postgres/`), over it the journal with the product's own group commit and
 * lanes, the leases, the sandbox's books, each process with its own connections. What it has committed is never lost,
 * unless it is told to come back older: then it knows what was.
 *
 *   batch arrives ── fence, shards locked for share ── rows ── disk ── commit, unlocked ──> answer
 *   claim arrives ── passes over the shards that appends are under way in, or waits for these ── epoch + 1 ──> answer
 */
import type { Pool } from 'pg';
import type { BookingRecord, JournalEntry } from '../../src/actors/facts.ts';
import type { Journal } from '../../src/actors/ports.ts';
import { LEASE_TRUSTED_MS } from '../../src/cluster/limits.ts';
import type { Judgement, LeaseStore } from '../../src/cluster/membership/lease-store.ts';
import { MemoryLeases } from '../../src/cluster/membership/memory-leases.ts';
import { acceptHistory, HISTORY_STATEMENTS, History } from '../../src/persistence/history.ts';
import { GroupCommit } from '../../src/persistence/journal/group-commit.ts';
import type { PostgresJournal } from '../../src/persistence/journal/journal.ts';
import { Lane, type LaneHistory } from '../../src/persistence/journal/lane.ts';
import type { AdoptionStore } from '../../src/persistence/statements/adoptions.ts';
import type { BookedPayment, SandboxBooks } from '../../src/persistence/statements/sandbox-payments.ts';
import { SHARDS } from '../../src/protocol/limits.ts';
import type { Terms } from '../../src/protocol/terms.ts';
import { ADOPTION_PATIENCE_MS } from '../../src/services/adoptions/limits.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import type { LostHistory, RecordedEntry } from '../history/history.ts';
import type { Bug } from './bug.ts';
import { clientsOf } from './postgres/client.ts';
import { changed, type HistoryRow, lookedAt, resting } from './postgres/histories.ts';
import { type PoolWork, SimulatedPool } from './postgres/pool.ts';
import * as reads from './postgres/reads.ts';
import { SimulatedPostgres } from './postgres/server.ts';
import { rowOf } from './postgres/statements.ts';
import { Changes, keyOf, type Tables } from './postgres/tables.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { VirtualTime } from './time.ts';

/** What the clock of the database shows when the run begins. */
export const START_MS = Date.UTC(2027, 0, 1, 12);
/** Connections, as the program has them: its pool, and the one of its leases. */
const POOL_MAX = 10;
const LEASE_POOL_MAX = 3;
/** Of whoever looks and is no node. */
const NOTHING_KNOWN = { generation: -1, clockMs: 0, clockBehindMs: 0, uptimeMs: 0 };

/** How long commands of a guest's may come whose session has ended: servers hear of it, and what is on its way is decided. */
const COMMANDS_OF_ENDED_MS = 40_000;

/** A guest who is being taken along, as the table has it. */
interface AdoptionRow {
  readonly accountId: string;
  readonly begunMs: number;
  passMs: number;
  failures: number;
}

/** All that is committed. */
interface Contents {
  readonly adoptions: Map<string, AdoptionRow>;
  /** By guest: the account, and since when. */
  readonly adoptedBy: Map<string, { readonly accountId: string; readonly sinceMs: number }>;
  readonly leases: MemoryLeases;
  readonly books: SandboxBooks;
  readonly epochs: number[];
  /** Every node that has ever joined. */
  readonly nodes: Set<string>;
  history: HistoryRow;
}

/** What was committed, and how it is once more. */
interface Committed {
  readonly atMs: number;
  readonly nowMs: number;
  readonly again: (contents: Contents) => unknown;
}

/** As the checker takes it, while it is not over. */
type Loss = Pick<LostHistory, 'copyMs' | 'fromMs' | 'journal' | 'heads'> & {
  refusedMs?: number;
  acceptedMs?: number;
};

export class Database {
  readonly server: SimulatedPostgres;
  /** Of every payment that the provider has heard of. */
  readonly paymentKeys = new Set<string>();
  /** The payment provider answers nothing; what it is asked may take effect all the same. */
  isProviderAway = false;
  /** How far its clock has been set from the run's. */
  clockSetMs = 0;
  /** Histories in whose place an older copy has come. */
  readonly lost: Loss[] = [];
  /** When what was a guest's was no longer looked for. */
  readonly adoptedByMs: Record<string, number> = {};
  /** How often servers refused a history that nothing was missing of. */
  refusedWhole = 0;
  readonly #time: VirtualTime;
  readonly #leastLevel: number;
  /** By whoever has them: apartments whose rows, or tables, somebody else has to himself. */
  readonly #lockedFromOutside = new Map<object, readonly string[]>();
  readonly #pools = new Map<SimulatedProcess, SimulatedPool>();
  readonly #log: Committed[] = [];
  /** While what was committed is committed once more: what the clock showed then. */
  #thenMs: number | undefined;
  #isGoingBack = false;
  #timeline = 1;
  #histories = 0;
  #contents: Contents;
  readonly #tellsTimeFlushed: boolean;

  /** @param leastLevel what servers must understand from the beginning */
  constructor(time: VirtualTime, prng: Prng, bug: Bug, leastLevel: number) {
    this.#tellsTimeFlushed = bug.tellsTimeFlushed === true;
    this.#time = time;
    this.#leastLevel = leastLevel;
    this.server = new SimulatedPostgres({
      ...{ time, prng, bug },
      epochOf: (shard) => this.epochOf(shard),
      historyFor: (values) => this.#lookedAt(values),
      committed: (changes) => this.#committed(() => this.server.tables.apply(changes)),
    });
    this.#contents = this.#empty();
  }

  get nowMs(): number {
    return this.#thenMs ?? this.trueMs + this.clockSetMs;
  }

  /** What a clock says that nobody has set. */
  get trueMs(): number {
    return START_MS + this.#time.nowMs;
  }

  get apartmentIds(): readonly string[] {
    return [...this.tables.listings.keys()];
  }

  get tables(): Tables {
    return this.server.tables;
  }

  epochOf(shard: number): number {
    return this.#contents.epochs[shard]!;
  }

  isReachableFrom(process: SimulatedProcess): boolean {
    return !this.server.isDown && !this.server.cut.has(process);
  }

  addListing(apartmentId: string, terms: Terms): void {
    const changes = new Changes();
    changes.listings.set(apartmentId, { terms, status: 'listed' });
    this.server.commit(changes);
  }

  /** Another owner of a shard, whoever that is. Returns its epoch. */
  moveShard(shard: number): number {
    this.#contents.epochs[shard]! += 1;
    return this.epochOf(shard);
  }

  /**
   * Somebody's own transaction has rows to itself: those of an apartment, or the tables of bookings (`lock table`).
   * @returns the way to end it
   */
  lockFromOutside(apartmentId: string, isWhole: boolean): () => void {
    const { tables, locks } = this.server;
    const rows = isWhole
      ? [rowOf.table('pending'), rowOf.table('bookings')]
      : [
          rowOf.listing(apartmentId),
          ...[...tables.bookings.keys()].filter(isOf(apartmentId)).map(rowOf.booking),
          ...[...tables.pending.keys()].filter(isOf(apartmentId)).map(rowOf.pending),
        ];
    const psql = {};
    const waits = rows.map((row) => locks.take(psql, row, 'alone', () => {}));
    this.#lockedFromOutside.set(psql, isWhole ? this.apartmentIds : [apartmentId]);
    return () => {
      this.#lockedFromOutside.delete(psql);
      for (const stop of waits) stop?.();
      locks.release(psql);
    };
  }

  isLockedFromOutside(apartmentId: string): boolean {
    return [...this.#lockedFromOutside.values()].some((ids) => ids.includes(apartmentId));
  }

  entries(apartmentId: string): JournalEntry[] {
    return reads.entries(this.tables, apartmentId, 0);
  }

  bookings(): BookingRecord[] {
    return reads.bookings(this.tables);
  }

  /** By guest: the account that has taken them along. */
  get adopted(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#contents.adoptedBy].map(([guest, { accountId }]) => [guest, accountId]),
    );
  }

  /** Guests of whom something may have to come yet. */
  get beingAdopted(): readonly string[] {
    return [...this.#contents.adoptions.keys()];
  }

  /** Since when a guest's sessions have ended, by the database's clock. */
  endedSinceMs(guestId: string): number | undefined {
    return this.#contents.adoptedBy.get(guestId)?.sinceMs;
  }

  /**
   * A session of the account is opened with a guest's token: written with what is to be done about it, as
   * `openSessionAdopting` does it.
   * @returns whether the guest was there to be taken along
   */
  takeAlong(process: SimulatedProcess, guestId: string, accountId: string): Promise<boolean> {
    const run = () =>
      this.#commit(async ({ adoptions, adoptedBy }) => {
        if (adoptedBy.has(guestId)) return false;
        adoptedBy.set(guestId, { accountId, sinceMs: this.nowMs });
        const passMs = this.nowMs + ADOPTION_PATIENCE_MS;
        adoptions.set(guestId, { accountId, begunMs: this.nowMs, passMs, failures: 0 });
        return true;
      });
    return this.query(process, { writes: true, run });
  }

  /** The account that has what was a guest's, as `adopterOf` reads it. */
  heirOf(process: SimulatedProcess, guestId: string): Promise<string | undefined> {
    return this.query(process, { run: async () => this.#contents.adoptedBy.get(guestId)?.accountId });
  }

  /** As `postgresAdoptions` keeps them. */
  adoptionsOf(process: SimulatedProcess): AdoptionStore {
    const write = <T>(change: (adoptions: Contents['adoptions']) => T): Promise<T> =>
      this.query(process, {
        writes: true,
        run: () => this.#commit(async ({ adoptions }) => change(adoptions)),
      });
    return {
      take: ({ limit, leaseMs }) =>
        write((adoptions) => {
          const { nowMs } = this;
          const due = [...adoptions].filter(([, { passMs }]) => passMs <= nowMs);
          due.sort(([, a], [, b]) => a.passMs - b.passMs);
          return due.slice(0, limit).map(([guestId, row]) => {
            row.passMs = nowMs + leaseMs;
            const { accountId, failures, begunMs } = row;
            return { guestId, accountId, failures, isLast: begunMs + COMMANDS_OF_ENDED_MS <= nowMs };
          });
        }),
      passed: (guestId, secondPassMs) =>
        write((adoptions) => {
          const row = adoptions.get(guestId);
          if (row === undefined) return;
          const second = row.begunMs + secondPassMs;
          row.passMs = second > this.nowMs ? second : row.begunMs + COMMANDS_OF_ENDED_MS;
          row.failures = 0;
        }),
      failed: (guestId, againMs) =>
        write((adoptions) => {
          const row = adoptions.get(guestId);
          if (row === undefined) return;
          row.passMs = this.nowMs + againMs;
          row.failures += 1;
        }),
      end: (guestId) =>
        write((adoptions) => {
          if (adoptions.delete(guestId)) this.adoptedByMs[guestId] = this.#time.nowMs;
        }),
      apartmentsBookedBy: (guestId, after, limit) =>
        this.query(process, {
          run: async () => {
            const own = this.bookings().filter((booking) => booking.guestId === guestId);
            const ids = new Set(own.map(({ apartmentId }) => apartmentId).filter((id) => id > after));
            return [...ids].sort().slice(0, limit);
          },
        }),
    };
  }

  /** Every apartment that is marked, of whatever shard. */
  marked(): string[] {
    return [...this.tables.marks.values()].map(({ apartmentId }) => apartmentId);
  }

  payments(): Promise<Map<string, BookedPayment>> {
    return this.#contents.books.load([...this.paymentKeys]);
  }

  /** Whether a server has found that what was acknowledged is not here, and nobody has accepted that yet. */
  get isRefused(): boolean {
    return this.#contents.history.refused !== null;
  }

  /**
   * As it was at an instant, in milliseconds of the run: what has been committed since is gone. Only while it is down.
   * @param isPromoted it is a standby's copy, whose log goes on under another timeline, and not the disk as it was
   * @returns a promise of a fixed number of turns for each that is left
   */
  async goBack(untilMs: number, isPromoted: boolean): Promise<void> {
    this.#isGoingBack = true;
    const journal = this.recorded();
    const kept = this.#log.filter(({ atMs }) => atMs <= untilMs);
    this.#log.length = 0;
    this.#log.push(...kept);
    this.server.forget();
    this.#contents = this.#empty();
    for (const { nowMs, again } of kept) {
      this.#thenMs = nowMs;
      await again(this.#contents);
    }
    this.#thenMs = undefined;
    this.#isGoingBack = false;
    if (isPromoted) this.#timeline += 1;
    const heads = this.apartmentIds.map((id) => [id, this.entries(id).at(-1)?.version ?? 0] as const);
    this.lost.push({ copyMs: untilMs, fromMs: this.#time.nowMs, journal, heads: Object.fromEntries(heads) });
  }

  /** Every entry, each with the epoch under which it was written. */
  recorded(): RecordedEntry[] {
    const { epochsOfEntries } = this.server;
    return this.apartmentIds.flatMap((id) =>
      this.entries(id).map((entry) => {
        const epoch = epochsOfEntries.get(keyOf(id, entry.version));
        return epoch === undefined ? entry : { ...entry, epoch };
      }),
    );
  }

  /** What the server's own code asks of a history, over a process's pool. */
  poolOf(process: SimulatedProcess): Pool {
    const query = (asked: string | { text: string; values: unknown[] }, given: unknown[] = []) => {
      const { text, values } = typeof asked === 'string' ? { text: asked, values: given } : asked;
      const writes = text === HISTORY_STATEMENTS.refuse || text === HISTORY_STATEMENTS.accept;
      return this.query(process, { writes, run: async () => this.#answer(text, values) });
    };
    return { query } as unknown as Pool;
  }

  /** As `nightlatch history accept`, by an operator at a terminal. */
  async accept(terminal: SimulatedProcess): Promise<void> {
    const pool = this.poolOf(terminal);
    await acceptHistory(pool, await History.open(pool));
  }

  /** Does nothing before it is back where it goes. */
  start(): void {
    if (!this.#isGoingBack) this.server.start();
  }

  /** A statement of a process, through its pool. */
  query<T>(process: SimulatedProcess, work: PoolWork<T>): Promise<T> {
    return this.#poolOf(process).query(work);
  }

  booksOf(process: SimulatedProcess): SandboxBooks {
    return {
      load: (keys) => this.query(process, { run: () => this.#contents.books.load(keys) }),
      save: (changes) => {
        for (const { key } of changes) this.paymentKeys.add(key);
        const run = () => this.#commit(({ books }) => books.save(changes));
        return this.query(process, { writes: true, run });
      },
    };
  }

  leasesOf(process: SimulatedProcess): LeaseStore {
    const pool = new SimulatedPool(this.server, process, { max: LEASE_POOL_MAX });
    const write = <T>(
      run: (leases: LeaseStore, holder: object, contents: Contents) => Promise<T>,
      how: Partial<PoolWork<T>> = {},
    ) =>
      pool.query<T>({
        writes: true,
        ...how,
        run: (holder) => this.#commit((contents) => run(contents.leases, holder, contents)),
      });
    return {
      clocksBefore: (here) => pool.query({ run: () => this.#contents.leases.clocksBefore(here) }),
      nowMs: () =>
        this.#tellsTimeFlushed
          ? write((leases) => leases.nowMs())
          : pool.query({ run: () => this.#contents.leases.nowMs(), costs: () => 0 }),
      renew: (...args) => write((leases) => leases.renew(...args), { queryTimeoutMs: LEASE_TRUSTED_MS }),
      // What is asked meanwhile runs in the process: a new node joins in one step here, as its judgement takes no time.
      join: (node, identity, judge) => {
        let judged: Judgement | undefined;
        return write(async (leases, _, { nodes }) => {
          const inTheWay = await leases.join(node, identity, async (others) => {
            judged ??= await judge(others);
            return judged;
          });
          if (inTheWay === undefined) nodes.add(node.id);
          return inTheWay;
        });
      },
      declareDead: (...args) => write((leases) => leases.declareDead(...args)),
      raiseLeastLevel: () => write((leases) => leases.raiseLeastLevel()),
      startLeaving: (...args) => write((leases) => leases.startLeaving(...args)),
      endLease: (...args) => write((leases) => leases.endLease(...args)),
      claimShards: (nodeId, wanted, busy) => {
        if (busy === 'wait') {
          const rows = [...wanted].sort((a, b) => a - b).map(rowOf.shard);
          return write((leases) => leases.claimShards(nodeId, wanted, busy), { rows });
        }
        let free: readonly number[] | undefined;
        return write(async (leases, holder) => {
          free ??= await this.#lockFree(wanted, holder);
          return leases.claimShards(nodeId, free, busy);
        });
      },
      handOverShards: (nodeId, gifts) => {
        const shards = gifts.map(({ shard }) => shard).sort((a, b) => a - b);
        return write((leases) => leases.handOverShards(nodeId, gifts), { rows: shards.map(rowOf.shard) });
      },
    };
  }

  /**
   * The journal over the product's own queue of appends, and its lanes.
   * @param history default: whatever is there is what was acknowledged
   */
  journalOf(process: SimulatedProcess, history?: LaneHistory): Journal & Pick<PostgresJournal, 'become'> {
    const { server } = this;
    const commit = new GroupCommit({
      url: '',
      open: (options) => new Lane({ ...options, client: clientsOf(server, process), scheduler: process }),
      soon: (call) => void process.after(0, call),
      monotonicMs: process.monotonicMs,
      scheduler: process,
      history,
      onFault: (event, { cause }) => {
        // What the product would log as a defect ends a run.
        if (event === 'journal.not_heard') throw cause;
      },
    });
    const read = <T>(run: (tables: Tables) => T, costs?: (found: T) => number) =>
      this.query(process, { run: async () => run(server.tables), ...(costs && { costs }) });
    return {
      become: (nodeId) => commit.become(nodeId),
      append: (append) => commit.append(append),
      load: (...args) =>
        read(
          (tables) => reads.load(tables, ...args),
          (found) => 1 + (found?.entries.length ?? 0),
        ),
      requests: (...args) =>
        read(
          (tables) => reads.requests(tables, ...args),
          ({ length }) => length,
        ),
      // Nothing is archived within a run.
      baseline: async () => undefined,
      entry: (apartmentId, version) =>
        read((tables) =>
          reads.entries(tables, apartmentId, version - 1, 1).find((entry) => entry.version === version),
        ),
      endOf: (...args) => read((tables) => reads.endOf(tables, ...args)),
      booking: (...args) => read((tables) => reads.booking(tables, ...args)),
      bookingsOf: (...args) =>
        read(
          (tables) => reads.bookingsOf(tables, ...args),
          ({ length }) => length,
        ),
      bookingsOfGuest: (...args) =>
        read(
          (tables) => reads.bookingsOfGuest(tables, ...args),
          ({ length }) => length,
        ),
      bookingOfHold: (...args) => read((tables) => reads.bookingOfHold(tables, ...args)),
      entries: (...args) =>
        read(
          (tables) => reads.entries(tables, ...args),
          ({ length }) => length,
        ),
      saveSnapshots: (snapshots) =>
        this.query(process, {
          writes: true,
          run: async () => {
            const { changes, refused } = reads.savedSnapshots(server.tables, snapshots);
            server.commit(changes);
            return refused;
          },
        }),
      restless: (...args) =>
        read(
          (tables) => reads.restless(tables, ...args),
          ({ length }) => length,
        ),
    };
  }

  #poolOf(process: SimulatedProcess): SimulatedPool {
    let pool = this.#pools.get(process);
    if (pool === undefined) {
      pool = new SimulatedPool(this.server, process, { max: POOL_MAX });
      this.#pools.set(process, pool);
    }
    return pool;
  }

  /** As `claim_free_shards` does it: who appends for the dead is cut off, and what is locked all the same is left alone. */
  async #lockFree(wanted: readonly number[], holder: object): Promise<number[]> {
    const { server } = this;
    const { nodes, shards } = await this.#contents.leases.renew('', NOTHING_KNOWN);
    const owners = new Set(wanted.map((shard) => shards?.[shard]?.[0]));
    const dead = new Set(
      nodes.filter(({ id, state }) => state === 'dead' && owners.has(id)).map(({ id }) => id),
    );
    server.terminate((name) => name.startsWith('nightlatch lane ') && dead.has(name.split(' ')[3] ?? ''));
    const free = wanted.filter((shard) => !server.locks.isHeld(rowOf.shard(shard)));
    for (const shard of free) server.locks.take(holder, rowOf.shard(shard), 'alone', () => {});
    return free;
  }

  #lookedAt(values: readonly unknown[]): object {
    const { history, epochs, nodes } = this.#contents;
    const { tables } = this;
    const place = { timeline: this.#timeline, lsn: this.#log.length };
    return lookedAt({ ...{ history, tables, epochs }, ...place, hasNode: (id) => nodes.has(id) }, values);
  }

  #answer(sql: string, values: readonly unknown[]): { rows: object[]; rowCount: number } {
    const { history } = this.#contents;
    if (sql === HISTORY_STATEMENTS.look) return { rows: [this.#lookedAt(values)], rowCount: 1 };
    if (sql === HISTORY_STATEMENTS.followed)
      return { rows: [], rowCount: Number(history.follows === values[0]) };
    const next = changed(history, sql, values, () => `history ${++this.#histories}`);
    if (next === undefined) return { rows: [], rowCount: 0 };
    const loss = this.lost.at(-1);
    const isAccepted = sql === HISTORY_STATEMENTS.accept;
    if (loss === undefined || loss.acceptedMs !== undefined) this.refusedWhole += 1;
    else loss[isAccepted ? 'acceptedMs' : 'refusedMs'] ??= this.#time.nowMs;
    void this.#commit(async (contents) => {
      contents.history = next;
      if (isAccepted) contents.leases.disown(Number(values[0]));
    });
    if (isAccepted) this.#dropGroundless();
    return { rows: [], rowCount: 1 };
  }

  #dropGroundless(): void {
    const changes = new Changes();
    for (const [id, snapshots] of this.tables.snapshots) {
      const left = resting(this.tables, snapshots);
      if (left.length < snapshots.length) changes.snapshots.set(id, left.length > 0 ? left : null);
    }
    this.server.commit(changes);
  }

  #empty(): Contents {
    const epochs = new Array<number>(SHARDS).fill(0);
    const moved = (shard: number, epoch: number) => {
      epochs[shard] = epoch;
    };
    const leases = new MemoryLeases({ nowMs: () => this.nowMs, leastLevel: this.#leastLevel, moved });
    const history = { id: 'history', follows: null, refused: null };
    const accounts = { adoptions: new Map(), adoptedBy: new Map() };
    return { ...{ leases, epochs, history }, ...accounts, books: memoryBooks(), nodes: new Set() };
  }

  #commit<T>(again: (contents: Contents) => Promise<T>): Promise<T> {
    this.#committed(again);
    return again(this.#contents);
  }

  #committed(again: (contents: Contents) => unknown): void {
    this.#log.push({ atMs: this.#time.nowMs, nowMs: this.nowMs, again });
  }
}

function isOf(apartmentId: string): (key: string) => boolean {
  return (key) => key.startsWith(keyOf(apartmentId, ''));
}
