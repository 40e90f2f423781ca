/**
 * Which faults come when: made from the seed alone, before anything runs, so that the same seed brings the same faults at
 * the same instants whatever the servers do. One server at least is left alone at any time, where there are several.
 */
import { pick, type Random, seeded } from './random.ts';

export const FAULT_KINDS = [
  ...(['kill', 'freeze', 'redis', 'postgres', 'cut', 'clock', 'deploy', 'lock', 'role'] as const),
  ...(['poison', 'history'] as const),
  ...(['upgrade', 'downgrade'] as const),
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

interface At {
  readonly n: number;
  /** From the beginning of the load, in milliseconds. */
  readonly atMs: number;
  /** Until it is undone; of a deploy: for how long nothing else is planned. */
  readonly forMs: number;
}
export type Fault = At &
  (
    | { readonly kind: 'kill' | 'freeze' | 'upgrade' | 'downgrade'; readonly server: number }
    /** `forMs` of `history`: from when a copy is made until it takes the place of the database. */
    | { readonly kind: 'redis' | 'postgres' | 'deploy' | 'history' }
    | { readonly kind: 'cut'; readonly server: number; readonly link: Link; readonly how: 'refuse' | 'stall' }
    /** `server` undefined: the clients' clock. */
    | { readonly kind: 'clock'; readonly server: number | undefined; readonly jumpSeconds: number }
    /** `tenth`: of the apartments, which are one in ten. */
    | { readonly kind: 'lock'; readonly rows: LockedRows; readonly tenth: number }
    | { readonly kind: 'role'; readonly setting: RoleSetting }
    | { readonly kind: 'poison'; readonly with: Poison; readonly tenth: number }
  );
/** `peers`: nobody reaches the server at its address for other servers. The other two: the server cannot reach them. */
export type Link = 'peers' | 'postgres' | 'redis';

/** Of the apartments concerned: everything about their bookings, or their shards, with whoever else is in those. */
export type LockedRows = 'bookings' | 'shards';
/** What is put after the last fact of each apartment: one of a kind that nobody knows, or one that does not follow. */
export type Poison = 'unknown' | 'unchained';
/** What is set on the program's role, each so that nothing would work by it. */
export const ROLE_SETTINGS = [
  ...([
    'lock_timeout = 1',
    'statement_timeout = 20',
    'idle_session_timeout = 50',
    'transaction_timeout = 50',
    `default_transaction_isolation = 'serializable'`,
    'synchronous_commit = off',
    'search_path = elsewhere',
    `datestyle = 'German'`,
  ] as const),
] as const;
export type RoleSetting = (typeof ROLE_SETTINGS)[number];

export interface Plan {
  readonly seed: number;
  readonly nodes: number;
  readonly kinds: readonly FaultKind[];
  readonly lengthMs: number;
  readonly everyMs: number;
  readonly lasting: Readonly<Partial<Record<FaultKind, number>>>;
}

/** Load alone, before the first fault. */
const WARM_UP_MS = 3_000;
/** After a fault is undone, until the same thing is struck again: a server has started by then. */
const REST_MS: Record<FaultKind, number> = {
  ...{ kill: 4_000, freeze: 2_000, redis: 2_000, postgres: 4_000, cut: 3_000, clock: 1_000, deploy: 2_000 },
  ...{ lock: 2_000, role: 3_000 },
  // What cannot be read is tried again after as long a pause; an operator looks, and every server begins anew.
  ...{ poison: 10_000, history: 12_000 },
  ...{ upgrade: 2_000, downgrade: 2_000 },
};
/** How long each lasts, in milliseconds, at random. */
const LASTS_MS: Record<Exclude<FaultKind, Replacing>, readonly [min: number, max: number]> = {
  kill: [200, 3_000],
  freeze: [500, 6_000],
  redis: [1_000, 8_000],
  postgres: [100, 2_000],
  cut: [500, 5_000],
  clock: [2_000, 10_000],
  lock: [500, 6_000],
  role: [2_000, 10_000],
  poison: [3_000, 8_000],
  history: [1_000, 8_000],
};
const STRIKES_SERVERS: ReadonlySet<FaultKind> = new Set([
  ...(['kill', 'freeze', 'cut', 'deploy', 'upgrade', 'downgrade'] as const),
]);
/** A copy of the database is made, and brought back, while none of these is done to it or to what runs on it. */
export const TOUCHES_DATABASE: ReadonlySet<FaultKind> = new Set([
  ...(['postgres', 'cut', 'lock', 'role', 'poison', 'deploy', 'upgrade', 'downgrade'] as const),
]);
/** In which a server leaves, and the next process starts: as long as that takes, on a busy machine. */
type Replacing = 'deploy' | 'upgrade' | 'downgrade';
const REPLACING_MS = 6_000;
const HOUR_SECONDS = 3_600;

export function schedule({ seed, nodes, kinds, lengthMs, everyMs, lasting }: Plan): Fault[] {
  const random = seeded(seed);
  const faults: Fault[] = [];
  const busy = new Busy(nodes);
  const servers = Array.from({ length: nodes }, (_, server) => server);
  const versions = new Versions(servers, kinds);
  let bag: FaultKind[] = [];
  if (kinds.length === 0) return faults;
  for (let atMs = WARM_UP_MS; ; ) {
    atMs += everyMs * (0.5 + random());
    if (bag.length === 0) bag = shuffled(kinds, random);
    const drawn = bag.pop()!;
    const kind = drawn === 'upgrade' || drawn === 'downgrade' ? versions.next() : drawn;
    if (atMs > lengthMs) return faults;
    if (kind === undefined) continue;
    const among = kind === 'upgrade' || kind === 'downgrade' ? versions.left() : servers;
    atMs = Math.round(Math.max(atMs, busy.freeFor(kind, among)));
    const [min, max] = lastsMs(kind, nodes);
    const fixedS = lasting[kind];
    const forMs = Math.round(fixedS === undefined ? min + random() * (max - min) : fixedS * 1_000);
    const at = { n: faults.length + 1, atMs, forMs };
    const untilMs = atMs + forMs + REST_MS[kind];
    busy.touch(kind, untilMs);
    // Load goes on until what it struck has been asked again.
    if (untilMs > lengthMs) return faults;
    switch (kind) {
      case 'kill':
      case 'freeze':
        faults.push({ ...at, kind, server: busy.take(atMs, untilMs, random, among) });
        break;
      case 'upgrade':
      case 'downgrade':
        faults.push({ ...at, kind, server: versions.replace(busy.take(atMs, untilMs, random, among)) });
        break;
      case 'cut': {
        const server = busy.take(atMs, untilMs, random, among);
        const link = pick(['peers', 'postgres', 'redis'] as const, random);
        faults.push({ ...at, kind, server, link, how: pick(['refuse', 'stall'] as const, random) });
        break;
      }
      case 'clock': {
        const jumpSeconds = Math.round((2 * random() - 1) * HOUR_SECONDS);
        const whose = Math.floor(random() * (nodes + 1));
        faults.push({ ...at, kind, server: whose === nodes ? undefined : whose, jumpSeconds });
        busy.takeOther(kind, untilMs);
        break;
      }
      case 'lock': {
        const rows = pick(['bookings', 'shards'] as const, random);
        faults.push({ ...at, kind, rows, tenth: Math.floor(random() * 10) });
        busy.takeOther(kind, untilMs);
        break;
      }
      case 'role':
        faults.push({ ...at, kind, setting: pick(ROLE_SETTINGS, random) });
        busy.takeOther(kind, untilMs);
        break;
      case 'poison': {
        const poison = pick(['unknown', 'unchained'] as const, random);
        faults.push({ ...at, kind, with: poison, tenth: Math.floor(random() * 10) });
        busy.takeOther(kind, untilMs);
        break;
      }
      case 'deploy':
        busy.takeAll(untilMs);
        faults.push({ ...at, kind });
        break;
      default:
        busy.takeOther(kind, untilMs);
        faults.push({ ...at, kind });
    }
  }
}

function lastsMs(kind: FaultKind, nodes: number): readonly [min: number, max: number] {
  switch (kind) {
    case 'deploy':
      return [REPLACING_MS * nodes, REPLACING_MS * nodes];
    case 'upgrade':
    case 'downgrade':
      return [REPLACING_MS, REPLACING_MS];
    default:
      return LASTS_MS[kind];
  }
}

/**
 * Which servers run which version: all the older one at first. One at a time they are replaced, until all are; then back
 * the same way. So servers of two versions stand beside each other for most of the time, and all other faults strike them.
 */
class Versions {
  readonly #all: readonly number[];
  readonly #kinds: readonly FaultKind[];
  #left: readonly number[];
  #direction: 'upgrade' | 'downgrade' = 'upgrade';

  constructor(servers: readonly number[], kinds: readonly FaultKind[]) {
    this.#all = servers;
    this.#left = servers;
    this.#kinds = kinds;
  }

  /** Undefined where there is no way on. */
  next(): 'upgrade' | 'downgrade' | undefined {
    if (this.#left.length === 0) {
      this.#direction = this.#direction === 'upgrade' ? 'downgrade' : 'upgrade';
      this.#left = this.#all;
    }
    return this.#kinds.includes(this.#direction) ? this.#direction : undefined;
  }

  /** Not replaced yet on this way. */
  left(): readonly number[] {
    return this.#left;
  }

  replace(server: number): number {
    this.#left = this.#left.filter((other) => other !== server);
    return server;
  }
}

/** Until when each thing is being struck, or recovers. */
class Busy {
  readonly #servers: number[];
  readonly #others = new Map<FaultKind, number>();
  #databaseMs = 0;
  #historyMs = 0;

  constructor(nodes: number) {
    this.#servers = Array.from({ length: nodes }, () => 0);
  }

  /** From when on a fault of this kind finds something that is at rest, of these servers where it strikes one. */
  freeFor(kind: FaultKind, among: readonly number[]): number {
    if (kind === 'history') return Math.max(this.#databaseMs, this.#historyMs);
    return Math.max(TOUCHES_DATABASE.has(kind) ? this.#historyMs : 0, this.#freeFor(kind, among));
  }

  touch(kind: FaultKind, untilMs: number): void {
    if (kind === 'history') this.#historyMs = untilMs;
    else if (TOUCHES_DATABASE.has(kind)) this.#databaseMs = Math.max(this.#databaseMs, untilMs);
  }

  #freeFor(kind: FaultKind, among: readonly number[]): number {
    if (!STRIKES_SERVERS.has(kind)) return this.#others.get(kind) ?? 0;
    const ends = [...this.#servers].sort((a, b) => a - b);
    if (kind === 'deploy') return ends.at(-1)!;
    const oneIsLeftAlone = ends[Math.min(1, ends.length - 1)]!;
    return Math.max(oneIsLeftAlone, Math.min(...among.map((server) => this.#servers[server]!)));
  }

  /** @returns which server is struck */
  take(atMs: number, untilMs: number, random: Random, among: readonly number[]): number {
    const free = among.filter((server) => this.#servers[server]! <= atMs);
    const server = pick(free, random);
    this.#servers[server] = untilMs;
    return server;
  }

  takeOther(kind: FaultKind, untilMs: number): void {
    this.#others.set(kind, untilMs);
  }

  takeAll(untilMs: number): void {
    this.#servers.fill(untilMs);
  }
}

function shuffled<T>(of: readonly T[], random: Random): T[] {
  const left = [...of];
  return of.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

/** One word or two on what it strikes, for people. */
export function targetOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
    case 'upgrade':
    case 'downgrade':
      return `server ${fault.server + 1}`;
    case 'cut':
      return `server ${fault.server + 1} ${fault.link} ${fault.how}`;
    case 'clock':
      return `${fault.server === undefined ? 'clients' : `server ${fault.server + 1}`} ${fault.jumpSeconds} s`;
    case 'deploy':
      return 'each server in turn';
    case 'lock':
      return `${fault.rows} of tenth ${fault.tenth}`;
    case 'role':
      return fault.setting;
    case 'poison':
      return `${fault.with} after tenth ${fault.tenth}`;
    default:
      return fault.kind;
  }
}
