/** What goes wrong in a run, drawn from its seed: from nothing at all to everything at once. */
import type { Database } from './database.ts';
import type { Network } from './network.ts';
import type { SimulatedNode } from './node.ts';
import { ROW_MS } from './postgres/server.ts';
import type { Prng } from './prng.ts';
import type { VirtualTime } from './time.ts';

export interface FaultParts {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly database: Database;
  readonly network: Network;
  readonly nodes: readonly (SimulatedNode | undefined)[];
  readonly clients: () => readonly string[];
  readonly crash: (place: number) => void;
  readonly start: (place: number) => void;
  readonly leave: (place: number) => void;
  readonly trace: (line: string) => void;
  /** These, one after another in haste, in place of what the seed says. */
  readonly only: readonly Kind[] | undefined;
}

export const KINDS = [
  'crash',
  'pause',
  'leave',
  'cut',
  'cut from clients',
  'cut from database',
  'lossy',
  'slow disk',
  'database down',
  'clock set',
  'provider away',
  'slow reads',
  'role settings',
  'row locked',
  'older history',
] as const;
export type Kind = (typeof KINDS)[number];

/** How far the database's clock may be set in one run, in milliseconds: declared as skew, which hides as much. */
const CLOCK_SET_MAX_MS = 150;
/** Of PostgreSQL, as `alter role … set` may have them. */
const TIME_OUTS = ['lock_timeout', 'statement_timeout', 'transaction_timeout'];
const IN_HASTE_MS = 3_000;
/** Of a kind to be among those of a run; an older history takes some ten seconds of it, in which nobody serves. */
const ODDS = 0.5;
const ODDS_OF_OLDER_HISTORY = 0.1;
/** How much older. */
const OLDER_BY_MS = { from: 20, to: 3_000 };
/** From when PostgreSQL is back, as an older copy: by then whoever is up has found that out. */
const FOUND_WITHIN_MS = 3_000;

export class Faults {
  readonly counts = new Map<string, number>();
  /** How far the database's clock was set at most. */
  clockSetMs = 0;
  readonly #parts: FaultParts;
  readonly #kinds: readonly Kind[];
  readonly #everyMs: number;
  readonly #ends: (() => void)[] = [];
  #isOver = false;
  /** PostgreSQL comes back as an older copy: those who know it are to live to say so. */
  #isGoingBack = false;

  constructor(parts: FaultParts) {
    this.#parts = parts;
    const { prng } = parts;
    // One run in eight is calm: then nothing may be late, either.
    const isCalm = prng.chance(0.125);
    this.#kinds = isCalm
      ? []
      : KINDS.filter((kind) => prng.chance(kind === 'older history' ? ODDS_OF_OLDER_HISTORY : ODDS));
    this.#everyMs = prng.between(1_500, 20_000);
    if (parts.only === undefined) return;
    this.#kinds = parts.only;
    this.#everyMs = IN_HASTE_MS;
  }

  /** Whether PostgreSQL may come back as an older copy. */
  get mayGoBack(): boolean {
    return this.#kinds.includes('older history');
  }

  begin(untilMs: number): void {
    if (this.#kinds.length === 0) return;
    const { time, prng } = this.#parts;
    const next = () => {
      time.after(prng.between(this.#everyMs / 4, this.#everyMs * 2), () => {
        if (this.#isOver || time.nowMs >= untilMs) return;
        if (!this.#isGoingBack) this.#happen(prng.pick(this.#kinds));
        next();
      });
    };
    next();
  }

  /** Heals everything at once. */
  end(): void {
    this.#isOver = true;
    for (const end of this.#ends.splice(0)) end();
    this.#parts.network.heal();
  }

  #happen(kind: Kind): void {
    const { prng, nodes, network, database, trace } = this.#parts;
    const place = prng.int(0, nodes.length - 1);
    const node = nodes[place];
    const olderByMs = prng.between(OLDER_BY_MS.from, OLDER_BY_MS.to);
    if (kind === 'older history' && !this.#isRemembered(olderByMs)) return;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    trace(`fault: ${kind} (node ${place})`);
    switch (kind) {
      case 'crash':
        this.#parts.crash(place);
        return this.#later(prng.between(100, 10_000), () => this.#parts.start(place));
      case 'pause':
        node?.process.freeze();
        return this.#later(prng.between(20, 9_000), () => node?.process.wake(prng.chance(0.5)));
      case 'leave':
        return this.#parts.leave(place);
      case 'cut': {
        const other = (place + 1) % nodes.length;
        network.cut(`http://node-${place}`, `http://node-${other}`);
        return this.#later(prng.between(50, 8_000), () => network.heal());
      }
      case 'cut from clients':
        for (const client of this.#parts.clients()) {
          if (prng.chance(0.6)) network.cut(client, `http://node-${place}`);
        }
        return this.#later(prng.between(5, 3_000), () => network.heal());
      case 'cut from database':
        if (node === undefined) return;
        database.server.cut.add(node.process);
        return this.#later(prng.between(50, 6_000), () => database.server.cut.delete(node.process));
      case 'lossy':
        network.lossy = prng.between(0.01, 0.3);
        network.twice = prng.between(0.01, 0.3);
        return this.#later(prng.between(500, 8_000), () => {
          network.lossy = 0;
          network.twice = 0;
        });
      case 'slow disk':
        database.server.slowness = prng.between(2, 1_500);
        return this.#later(prng.between(500, 6_000), () => {
          database.server.slowness = 1;
        });
      case 'database down':
        database.server.crash();
        return this.#later(prng.between(20, 4_000), () => {
          database.start();
        });
      case 'clock set':
        database.clockSetMs = (prng.unit() * 2 - 1) * CLOCK_SET_MAX_MS;
        this.clockSetMs = Math.max(this.clockSetMs, Math.abs(database.clockSetMs));
        return;
      case 'provider away':
        // Also longer than a payment may take, and than the work goes on.
        database.isProviderAway = true;
        return void this.#parts.time.after(prng.between(1_000, 170_000), () => {
          database.isProviderAway = false;
        });
      case 'slow reads':
        // Rows out of a cold disk: what reads many of them runs into its time-out.
        database.server.rowMs = prng.between(0.1, 60);
        return this.#later(prng.between(500, 8_000), () => {
          database.server.rowMs = ROW_MS;
        });
      case 'role settings': {
        const { roleSettings } = database.server;
        const setting = prng.pick(TIME_OUTS);
        roleSettings.set(setting, String(prng.int(5, 2_000)));
        return this.#later(prng.between(2_000, 20_000), () => roleSettings.delete(setting));
      }
      case 'older history': {
        this.#isGoingBack = true;
        database.server.crash();
        const back = database.goBack(this.#parts.time.nowMs - olderByMs, prng.chance(0.5));
        return this.#later(prng.between(20, 4_000), () => {
          void back.then(() => database.start());
          this.#parts.time.after(FOUND_WITHIN_MS, () => {
            this.#isGoingBack = false;
          });
        });
      }
      case 'row locked':
        return this.#later(
          prng.between(500, 9_000),
          database.lockFromOutside(prng.pick(database.apartmentIds), prng.chance(0.5)),
        );
    }
  }

  /** What nobody who is up remembers, nobody misses (ADR 20): everybody has been there since, and is about to find out. */
  #isRemembered(forMs: number): boolean {
    const { nodes, time, database } = this.#parts;
    if (database.isRefused) return false;
    return nodes.every(
      (node) =>
        node?.isOpen === true &&
        !node.isLeaving &&
        node.process.isRunning &&
        node.process.startedMs < time.nowMs - forMs &&
        database.isReachableFrom(node.process),
    );
  }

  /** Ends by itself, or when all faults do. */
  #later(ms: number, end: () => void): void {
    let isOver = false;
    const once = () => {
      if (isOver) return;
      isOver = true;
      end();
    };
    this.#ends.push(once);
    this.#parts.time.after(ms, once);
  }
}
