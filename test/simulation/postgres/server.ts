/**
 * A PostgreSQL server: what is committed, who holds which lock, who is connected. It crashes without losing what it has
 * acknowledged: a transaction on its way to disk is committed or not, never half. What it is told may come back older all
 * the same (`goBack`), as from a backup, or on a standby that had not heard the last of it.
 */
import { shardOf } from '../../../src/protocol/ids.ts';
import type { Bug } from '../bug.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';
import type { VirtualTime } from '../time.ts';
import { RowLocks } from './row-locks.ts';
import { Session, type SessionEvents } from './session.ts';
import { Changes, keyOf, Tables } from './tables.ts';
import { Wire } from './wire.ts';

/** A connection's server side. */
export interface Backend {
  /** Without a word. */
  end(): void;
}

/** One that is lost with its machine is noticed after this, in milliseconds (`tcp_user_timeout`). */
const VANISHED_MS = 5_000;
/** Times slower than it should be: from then on a write may take as long as anything is waited for. */
const SLOW = 20;

export const ROW_MS = 0.003;

export interface ServerOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly bug: Bug;
  readonly epochOf: (shard: number) => number;
  /** What a session is told of the history that is here; see `History`. */
  readonly historyFor: (values: readonly unknown[]) => object;
  /** Told what is on disk from now on. */
  readonly committed?: (changes: Changes) => void;
}

export class SimulatedPostgres {
  readonly time: VirtualTime;
  readonly epochOf: (shard: number) => number;
  readonly historyFor: ServerOptions['historyFor'];
  readonly isUnfenced: boolean;
  readonly locks = new RowLocks();
  readonly sessions = new Set<Session>();
  /** By apartment and version: under which epoch an entry was written. */
  readonly epochsOfEntries = new Map<string, number>();
  /** Processes that cannot reach it. */
  readonly cut = new Set<SimulatedProcess>();
  /** `alter role … set`: what a session has that sets nothing else. */
  readonly roleSettings = new Map<string, string>();
  /** A disk this many times slower than it should be: each write that begins meanwhile, however soon it is itself again. */
  slowness = 1;
  /** How long a statement takes for each row that it reads, in milliseconds. */
  rowMs = ROW_MS;
  tables = new Tables();
  readonly #prng: Prng;
  readonly #bug: Bug;
  readonly #committed: ((changes: Changes) => void) | undefined;
  readonly #backends = new Set<Backend>();
  #isDown = false;
  /** When the last write ends that began while the disk was slow. */
  #slowUntilMs = 0;

  constructor({ time, prng, bug, epochOf, historyFor, committed }: ServerOptions) {
    this.time = time;
    this.#prng = prng;
    this.#bug = bug;
    this.epochOf = epochOf;
    this.historyFor = historyFor;
    this.#committed = committed;
    this.isUnfenced = bug.appendsUnfenced === true;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  /** Whether what is written takes longer than anybody may rely on. */
  get isSlow(): boolean {
    return this.slowness > SLOW || this.time.nowMs < this.#slowUntilMs;
  }

  /** Everybody's connection is over. */
  crash(): void {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#slowUntilMs = 0;
    for (const { committing } of this.sessions)
      if (committing !== undefined && this.#prng.chance(0.5)) this.commit(this.#leftOf(committing));
    for (const backend of this.#backends) backend.end();
    this.#backends.clear();
    this.sessions.clear();
  }

  start(): void {
    this.#isDown = false;
  }

  open(process: SimulatedProcess, settings: Iterable<[string, string]>, events: SessionEvents): Session {
    const session = new Session(this, [...this.roleSettings, ...settings], {
      answered: events.answered,
      ended: () => {
        this.sessions.delete(session);
        this.#backends.delete(session);
        events.ended();
      },
    });
    this.sessions.add(session);
    this.#backends.add(session);
    // A machine that vanishes says nothing.
    const noticedMs = this.#prng.chance(0.2) ? VANISHED_MS : this.wayMs();
    process.onKilled(() => this.time.after(noticedMs, () => session.hangUp()));
    return session;
  }

  serve(backend: Backend): void {
    this.#backends.add(backend);
  }

  leave(backend: Backend): void {
    this.#backends.delete(backend);
  }

  wire(process: SimulatedProcess): Wire {
    return new Wire(
      this.time,
      () => this.wayMs(),
      () => !this.cut.has(process),
    );
  }

  /** What a new session is told about the server. */
  factOf(column: string): unknown {
    if (column === 'isReadOnly' || column === 'isStandby') return false;
    if (column === 'fsync' || column === 'full_page_writes') return 'on';
    throw new Error(`the simulated PostgreSQL knows no "${column}": teach it in test/simulation/postgres`);
  }

  /** `pg_terminate_backend` of the sessions with such a name. Returns how many. */
  terminate(isMeant: (name: string) => boolean): number {
    const meant = [...this.sessions].filter(({ name }) => isMeant(name));
    for (const session of meant) session.terminate();
    return meant.length;
  }

  toDisk(written: () => void): void {
    const takesMs = this.#prng.between(0.3, 4) * this.slowness;
    if (this.slowness > SLOW) this.#slowUntilMs = Math.max(this.#slowUntilMs, this.time.nowMs + takesMs);
    this.time.after(takesMs, written);
  }

  commit(changes: Changes): void {
    const { copies, commits } = this.#bug;
    if (commits?.(this.#prng) === false) return;
    const journal = copies?.(changes.journal) ?? changes.journal;
    const written: Changes = { ...changes, journal };
    this.tables.apply(written);
    this.#committed?.(written);
    for (const { apartmentId, version } of journal) {
      const epoch = changes.epochs.get(shardOf(apartmentId));
      if (epoch !== undefined) this.epochsOfEntries.set(keyOf(apartmentId, version), epoch);
    }
  }

  /** Nothing has ever been committed. */
  forget(): void {
    this.tables = new Tables();
  }

  /** How many of these bytes the kernel takes at once; mostly all. */
  fits(bytes: number): number {
    return this.#prng.chance(0.03) ? this.#prng.int(1, bytes) : bytes;
  }

  #leftOf(changes: Changes): Changes {
    if (this.#bug.tears !== true) return changes;
    return Object.assign(new Changes(), { journal: changes.journal, epochs: changes.epochs });
  }

  wayMs(): number {
    return this.#prng.chance(0.02) ? this.#prng.between(2, 20) : this.#prng.between(0.1, 1);
  }
}
