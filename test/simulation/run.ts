/** One run: a cluster, its clients, what goes wrong, and the rest in which everything must come right again. */
import { createHash } from 'node:crypto';
import { apply } from '../../src/actors/calendar/apply.ts';
import { emptyCalendar, isRestless } from '../../src/actors/calendar/calendar.ts';
import { HISTORY_LOOK_EVERY_MS } from '../../src/app/limits.ts';
import { LEASE_MS } from '../../src/cluster/limits.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Hold, Subject } from '../../src/protocol/resources.ts';
import { check } from '../history/check.ts';
import type { History, HistoryEvent, LostHistory, Outage } from '../history/history.ts';
import type { Counts, Rule } from '../history/report.ts';
import { openTerms } from '../support/terms.ts';
import type { Bug } from './bug.ts';
import { SimulatedClient } from './client.ts';
import { Database, START_MS } from './database.ts';
import { Faults, type Kind } from './faults.ts';
import { NEWER, OLDER } from './levels.ts';
import { Network } from './network.ts';
import { HOLD_TTL_MS, SimulatedNode } from './node.ts';
import { Prng } from './prng.ts';
import { SimulatedProcess } from './process.ts';
import { Sockets } from './sockets.ts';
import { VirtualTime } from './time.ts';

export interface RunOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Of work and faults, in virtual minutes; then things come to rest. */
  readonly minutes: number;
  readonly bug?: Bug;
  /** Servers of two feature levels, and an admin whose extensions only those of the newer understand. */
  readonly isMixed?: boolean | undefined;
  /** These faults, in haste, in place of what the seed says. */
  readonly faults?: readonly Kind[] | undefined;
  /** Told what happens, a line each. */
  readonly trace?: (line: string) => void;
}

/** Besides the checker's rules: what must hold of the parts when all has come to rest. */
export const END_RULES = {
  'never-whole': 'after the last fault every apartment is served again',
  'never-adopted': 'a guest who signs in is taken along in the end, whatever fails',
  'never-answered': 'every command is answered or given up by its client',
  'answered-twice': 'a command is answered once',
  'left-waiting': 'nothing waits inside a server when nobody asks',
  'not-running': 'an apartment with an open hold or payment runs',
  'not-marked': 'an apartment with an open hold or payment is marked',
  'not-understood': 'a server is given nothing that a program of its feature level does not understand',
  'refused-whole': 'servers refuse no history that nothing is missing of',
  'clock-wrong': "the system's clock on every node stays within what is declared",
} as const;
export type EndRule = keyof typeof END_RULES;

export interface Finding {
  readonly rule: Rule | EndRule;
  readonly message: string;
  readonly apartmentId?: string | undefined;
}

export interface RunReport {
  readonly findings: readonly Finding[];
  readonly byRule: ReadonlyMap<string, number>;
  readonly counts: Counts;
  readonly faults: ReadonlyMap<string, number>;
  readonly history: History;
  /** SHA-256 of the history. */
  readonly hash: string;
  readonly virtualMs: number;
  readonly happened: number;
}

const POLICIES = ['flexible', 'moderate', 'strict'] as const;
const TODAY = Math.floor(START_MS / 86_400_000);
const NIGHTS = { from: TODAY + 1, to: TODAY + 21 };
/** Some of them open still. */
const HELD_LATELY_MAX = 6;
const SKEW_MS = 30;
/** After a server has refused a history: by then all have heard of it, or have lost their lease. */
const GIVEN_UP_WITHIN_MS = HISTORY_LOOK_EVERY_MS + LEASE_MS + 1_000;
/** How often an onlooker sees who serves what. */
const LOOK_MS = 100;
/** After which every apartment must be served, however things stood: leases end, and are waited for. */
const WHOLE_WITHIN_MS = 30_000;
/** How long an operator compares before accepting what is there: longer than the lease of a server that has not heard. */
const COMPARES_MS = { from: GIVEN_UP_WITHIN_MS + 1_000, to: 12_000 };
const OPERATOR_LOOKS_MS = 500;
/** A confirm is tried for this long at most, and a payment's last steps take their back-off. */
const REST_MS = 600_000;

export async function simulate(options: RunOptions): Promise<RunReport> {
  const run = new Run(options);
  return run.play();
}

class Run {
  readonly #options: RunOptions;
  readonly #time = new VirtualTime();
  readonly #prng: Prng;
  readonly #bug: Bug;
  readonly #database: Database;
  readonly #network: Network;
  readonly #sockets: Sockets;
  readonly #faults: Faults;
  readonly #apartments: readonly string[];
  readonly #events: HistoryEvent[] = [];
  readonly #outages: Outage[] = [];
  readonly #findings: Finding[] = [];
  /** By place; undefined while nothing runs there. */
  readonly #nodes: (SimulatedNode | undefined)[];
  /** Places where a process is on its way up. */
  readonly #starting = new Set<number>();
  readonly #everyNode: SimulatedNode[] = [];
  readonly #clients: SimulatedClient[];
  readonly #downSince = new Map<string, number>();
  #starts = 0;
  /** Guests sign in: to one account, or each to their own. */
  #accounts: { readonly prng: Prng; readonly areOne: boolean } | undefined;
  readonly #levels: Prng;
  /** The last ones, for the admin. */
  readonly #heldLately: Hold[] = [];
  readonly #operator: { readonly terminal: SimulatedProcess; readonly prng: Prng };
  #refusedSinceMs: number | undefined;
  #comparesForMs = 0;
  #worstSkewMs = 0;
  #isOver = false;

  constructor(options: RunOptions) {
    const { seed, nodes, bug = {} } = options;
    this.#options = options;
    this.#bug = bug;
    this.#prng = new Prng(seed, 'run');
    this.#levels = new Prng(seed, 'levels');
    const leastLevel = options.isMixed === true ? OLDER : NEWER;
    this.#database = new Database(this.#time, new Prng(seed, 'database'), bug, leastLevel);
    this.#network = new Network(this.#time, new Prng(seed, 'network'));
    this.#sockets = new Sockets(this.#network, bug);
    this.#apartments = Array.from({ length: this.#prng.int(2, 5) }, (_, i) => `apartment-${seed % 97}-${i}`);
    for (const [i, id] of this.#apartments.entries()) {
      const terms = openTerms({ cancellationPolicy: POLICIES[i % 3]!, horizonNights: 90 });
      this.#database.addListing(id, terms);
    }
    this.#operator = {
      terminal: new SimulatedProcess(this.#time, { rate: 1, firstMs: 0 }),
      prng: new Prng(seed, 'operator'),
    };
    this.#nodes = new Array(nodes).fill(undefined);
    this.#faults = new Faults({
      time: this.#time,
      prng: new Prng(seed, 'faults'),
      database: this.#database,
      network: this.#network,
      nodes: this.#nodes,
      crash: (place) => this.#crash(place),
      start: (place) => this.#start(place),
      leave: (place) => this.#leave(place),
      trace: (line) => this.#trace(line),
      only: options.faults,
      clients: () => this.#clients.map(({ name }) => name),
    });
    this.#clients = this.#prng.chance(0.5) ? this.#crowd(5) : this.#crowd(8);
    const accounts = new Prng(seed, 'accounts');
    if (options.isMixed !== true && !this.#faults.mayGoBack && accounts.chance(0.5))
      this.#accounts = { prng: accounts, areOne: accounts.chance(0.4) };
    if (options.isMixed === true)
      this.#clients.push(this.#client(this.#clients.length, { id: 'admin', kind: 'admin' }));
  }

  async play(): Promise<RunReport> {
    const { minutes } = this.#options;
    for (let place = 0; place < this.#nodes.length; place++) this.#start(place);
    await this.#time.pass(WHOLE_WITHIN_MS, () => this.#isWhole());
    this.#look();
    this.#operate();
    const stops = this.#clients.map((client, i) => (i % 2 === 0 ? this.#watch(client) : () => {}));
    const untilMs = this.#time.nowMs + minutes * 60_000;
    for (const client of this.#clients) this.#live(client, untilMs);
    this.#signInSome(minutes * 60_000);
    this.#faults.begin(untilMs);
    await this.#time.pass(untilMs);
    await this.#rest();
    for (const stop of stops) stop();
    this.#isOver = true;
    await this.#time.pass(this.#time.nowMs + 500);
    return this.#report();
  }

  /** Of every run with accounts the first two guests, at an instant of its work. */
  #signInSome(withinMs: number): void {
    if (this.#accounts === undefined) return;
    const { prng, areOne } = this.#accounts;
    for (const client of this.#clients.slice(0, 2)) {
      const accountId = areOne ? 'account' : `account of ${client.subject.id}`;
      client.process.after(prng.between(0.1, 0.9) * withinMs, () => client.signIn(accountId));
    }
  }

  /** Faults end; everything that is under way must. */
  async #rest(): Promise<void> {
    this.#faults.end();
    const wholeByMs = this.#time.nowMs + WHOLE_WITHIN_MS;
    for (const place of this.#nodes.keys()) this.#start(place);
    await this.#time.pass(wholeByMs, () => this.#isWhole());
    if (!this.#isWhole()) this.#found('never-whole', `not whole ${WHOLE_WITHIN_MS} ms after the last fault`);
    const restedByMs = this.#time.nowMs + REST_MS;
    const lastMs = this.#time.nowMs + HOLD_TTL_MS;
    await this.#time.pass(lastMs);
    while (this.#time.nowMs < restedByMs && !this.#isAtRest())
      await this.#time.pass(this.#time.nowMs + 2_000);
    for (const client of this.#clients) {
      if (client.pending > 0) this.#found('never-answered', `${client.name} still waits for an answer`);
    }
    for (const guestId of this.#database.beingAdopted)
      this.#found('never-adopted', `what was ${guestId}'s is on its way still`);
    await this.#readAll();
    for (const node of this.#running()) {
      if (node.asked > 0) this.#found('left-waiting', `${node.url} has not answered ${node.asked} commands`);
    }
    for (const node of this.#everyNode) {
      if (node.answeredTwice > 0) this.#found('answered-twice', `${node.url} answered a command twice`);
    }
    const marked = this.#database.marked();
    for (const id of this.#restless()) {
      const isRunning = this.#running().some((node) => node.registry.get(id) !== undefined);
      if (!isRunning) this.#found('not-running', `${id} does not run anywhere`, id);
      if (!marked.includes(id)) this.#found('not-marked', `${id} has something open and no mark`, id);
    }
    const { refusedWhole } = this.#database;
    if (refusedWhole > 0)
      this.#found('refused-whole', `servers refused a whole history ${refusedWhole} times`);
    if (this.#worstSkewMs > this.#skewMs)
      this.#found('clock-wrong', `a node's clock was ${Math.round(this.#worstSkewMs)} ms off`);
  }

  /** By all that has ever happened to them, as far as it follows: what does not is the checker's to find. */
  #restless(): string[] {
    const restless: string[] = [];
    for (const id of this.#apartments) {
      const calendar = emptyCalendar();
      try {
        for (const entry of this.#database.entries(id)) apply(calendar, entry);
      } catch {
        continue;
      }
      if (isRestless(calendar)) restless.push(id);
    }
    return restless;
  }

  /** Everybody looks once more, from every server: what they see must be what the journal says. */
  async #readAll(): Promise<void> {
    const window = { from: dateOf(NIGHTS.from), to: dateOf(NIGHTS.to + 5) };
    const untilMs = this.#time.nowMs + 20_000;
    let left = this.#clients.length;
    for (const client of this.#clients) {
      void (async () => {
        for (const apartmentId of this.#apartments)
          await client.ask({ command: 'calendar', args: { apartmentId, ...window } });
        await client.ask({ command: 'mine', args: {} });
        left -= 1;
      })();
    }
    await this.#time.pass(untilMs, () => left === 0);
    if (left > 0) this.#found('never-answered', `${left} clients could not read at the end`);
  }

  #crowd(size: number): SimulatedClient[] {
    return Array.from({ length: size }, (_, i) => {
      const isHost = i === size - 1;
      return this.#client(i, isHost ? { id: 'host', kind: 'host' } : { id: `g${i}`, kind: 'guest' });
    });
  }

  #client(i: number, subject: Subject): SimulatedClient {
    return new SimulatedClient(`c${i}`, subject, {
      time: this.#time,
      prng: new Prng(this.#options.seed, `client ${i}`),
      network: this.#network,
      sockets: this.#sockets,
      bug: this.#bug,
      open: () => this.#running().filter(({ isOpen }) => isOpen),
      write: (event) => this.#write(event),
      apartments: this.#apartments,
      heldLately: () => this.#heldLately,
      nights: NIGHTS,
    });
  }

  #live(client: SimulatedClient, untilMs: number): void {
    const { time } = client.process;
    const prng = this.#prng;
    const next = () => {
      if (time.nowMs >= untilMs) return;
      const pauseMs = prng.chance(0.1) ? prng.between(2_000, 30_000) : prng.between(5, 2_000);
      client.process.after(pauseMs, () => void client.act().then(next));
    };
    next();
    next();
  }

  #watch(client: SimulatedClient): () => void {
    return client.watch({ from: dateOf(NIGHTS.from), to: dateOf(NIGHTS.to + 5) });
  }

  #start(place: number): void {
    if (this.#nodes[place] !== undefined || this.#starting.has(place)) return;
    this.#starting.add(place);
    const prng = this.#prng;
    const process = new SimulatedProcess(this.#time, {
      rate: 1 + (prng.unit() - 0.5) * 4e-4,
      firstMs: prng.between(100, 1e6),
    });
    const name = `n${place}i${++this.#starts}`;
    const level = this.#levelOfNext();
    this.#trace(`${name} starts`);
    const begun = SimulatedNode.start({
      url: `http://node-${place}`,
      name,
      process,
      database: this.#database,
      network: this.#network,
      prng: new Prng(this.#options.seed, name),
      bug: this.#bug,
      level,
      hasAccounts: this.#accounts !== undefined,
      notUnderstood: (node, apartmentId, what) =>
        this.#found('not-understood', `${node}, of level ${level}, is given ${what}`, apartmentId),
      refused: (node) => this.#sockets.gone(node),
      replaced: (node) => this.#beginAnew(place, node),
      told: (node, change) => this.#sockets.committed(node, change, this.#running()),
      onFault: (event, details) => {
        if (this.#options.trace !== undefined) this.#trace(`${name} ${event} ${textOf(details)}`);
      },
      made: (node) => {
        this.#starting.delete(place);
        this.#nodes[place] = node;
        this.#everyNode.push(node);
      },
    });
    begun.then(
      (node) => {
        if (node.process.isAlive) this.#sockets.beacon(node);
      },
      (cause) => {
        this.#trace(`${name} did not start: ${cause}`);
        process.kill();
        this.#starting.delete(place);
        this.#nodes[place] = undefined;
        this.#time.after(1_000, () => this.#start(place));
      },
    );
  }

  /** All are of the older level at first; who comes later is of either. */
  #levelOfNext(): number {
    if (this.#options.isMixed !== true) return NEWER;
    return this.#starts > this.#nodes.length && this.#levels.chance(0.6) ? NEWER : OLDER;
  }

  #crash(place: number): void {
    const node = this.#nodes[place];
    if (node === undefined) return;
    this.#nodes[place] = undefined;
    node.process.kill();
    this.#network.endpoints.delete(node.url);
    this.#sockets.gone(node);
    // Nobody listens there any more, and its machine says so to whoever had a link.
    for (const other of this.#running()) {
      if (this.#network.isCut(other.url, node.url)) continue;
      const { nodeId } = node.membership;
      this.#time.after(this.#network.wayMs(), () =>
        other.process.enter(() => other.membership.suspect(nodeId, 'its address refuses connections')),
      );
    }
  }

  /** Goes in good order, and is then free to be started anew. */
  #leave(place: number): void {
    const node = this.#nodes[place];
    if (node === undefined || !node.isOpen) return;
    void node.leave().then(() => {
      if (this.#nodes[place] !== node) return;
      this.#trace(`${node.url} has left`);
      this.#crash(place);
      this.#start(place);
    });
  }

  /** In the same process: what stands here for one is its memory, and its connections. */
  #beginAnew(place: number, node: SimulatedNode): void {
    if (this.#nodes[place] !== node) return;
    this.#trace(`${node.url} begins anew`);
    this.#crash(place);
    this.#start(place);
  }

  /** Looks now and then whether servers have refused the database, compares bookings with payments, and accepts what is there. */
  #operate(): void {
    const { nowMs } = this.#time;
    if (!this.#database.isRefused) this.#refusedSinceMs = undefined;
    else if (this.#refusedSinceMs === undefined) {
      this.#refusedSinceMs = nowMs;
      this.#comparesForMs = this.#operator.prng.between(COMPARES_MS.from, COMPARES_MS.to);
    } else if (nowMs > this.#refusedSinceMs + this.#comparesForMs) {
      this.#trace('the operator accepts the history');
      this.#database.accept(this.#operator.terminal).catch((cause) => this.#trace(`not accepted: ${cause}`));
      this.#refusedSinceMs = undefined;
    }
    if (!this.#isOver) this.#time.after(OPERATOR_LOOKS_MS, () => this.#operate());
  }

  #running(): SimulatedNode[] {
    return this.#nodes.filter((node) => node?.process.isAlive === true) as SimulatedNode[];
  }

  #isWhole(): boolean {
    return this.#apartments.every((id) => this.#isServed(id));
  }

  #isServed(apartmentId: string): boolean {
    return this.#running().some(
      (node) => node.answersFor(apartmentId) && this.#database.isReachableFrom(node.process),
    );
  }

  #isAtRest(): boolean {
    return (
      this.#clients.every(({ pending }) => pending === 0) &&
      this.#database.beingAdopted.length === 0 &&
      this.#running().every(({ saga, asked }) => saga.size === 0 && asked === 0)
    );
  }

  /** Looks every now and then who serves what: an apartment that nobody did serve was down since the look before. */
  #look(): void {
    if (this.#isOver) return;
    for (const id of this.#apartments) {
      const isDown =
        !this.#isServed(id) || this.#database.server.isSlow || this.#database.isLockedFromOutside(id);
      const sinceMs = this.#downSince.get(id);
      if (isDown && sinceMs === undefined) this.#downSince.set(id, this.#time.nowMs - LOOK_MS);
      else if (!isDown && sinceMs !== undefined) {
        this.#downSince.delete(id);
        this.#outages.push({ fromMs: sinceMs, toMs: this.#time.nowMs + 1_000, apartmentIds: [id] });
      }
    }
    for (const node of this.#running()) {
      if (!node.isOpen || !node.process.isRunning) continue;
      const offMs = Math.abs(node.membership.clock.nowMs() - START_MS - this.#time.nowMs);
      if (offMs > this.#worstSkewMs) this.#worstSkewMs = offMs;
    }
    this.#time.after(LOOK_MS, () => this.#look());
  }

  get #skewMs(): number {
    return SKEW_MS + this.#faults.clockSetMs;
  }

  #write(event: HistoryEvent): void {
    this.#events.push(event);
    if (event.type === 'ok' && 'hold' in event.data && event.data.hold.status === 'held') {
      this.#heldLately.unshift(event.data.hold);
      this.#heldLately.splice(HELD_LATELY_MAX);
    }
    if (this.#options.trace !== undefined) this.#trace(textOf(event));
  }

  #found(rule: EndRule, message: string, apartmentId?: string): void {
    this.#findings.push({ rule, message, apartmentId });
  }

  #trace(line: string): void {
    this.#options.trace?.(`${this.#time.nowMs.toFixed(1).padStart(10)} ${line}`);
  }

  async #report(): Promise<RunReport> {
    for (const [id, fromMs] of this.#downSince)
      this.#outages.push({ fromMs, toMs: this.#time.nowMs, apartmentIds: [id] });
    const history: History = {
      run: {
        systemAtZeroMs: START_MS,
        skewMs: this.#skewMs,
        holdTtlMs: HOLD_TTL_MS,
        admins: ['admin'],
        adopted: this.#database.adopted,
        adoptedByMs: this.#database.adoptedByMs,
        outages: this.#outages,
        isSettled: true,
        timeZones: Object.fromEntries(this.#apartments.map((id) => [id, 'UTC'])),
      },
      events: this.#events,
      journal: this.#database.recorded(),
      lost: this.#lost(),
      payments: await this.#payments(),
      bookings: this.#database.bookings(),
    };
    const { violations, byRule, counts } = check(history);
    const rules = new Map<string, number>(byRule);
    for (const { rule } of this.#findings) rules.set(rule, (rules.get(rule) ?? 0) + 1);
    return {
      findings: [...this.#findings, ...violations],
      byRule: rules,
      counts,
      faults: this.#faults.counts,
      history,
      hash: createHash('sha256').update(JSON.stringify(history)).digest('hex'),
      virtualMs: this.#time.nowMs,
      happened: this.#time.happened,
    };
  }

  /** What nobody refused, or nobody accepted, was not to be lost. */
  #lost(): LostHistory[] {
    const lost: LostHistory[] = [];
    for (const { copyMs, fromMs, journal, heads, refusedMs, acceptedMs } of this.#database.lost) {
      if (refusedMs === undefined || acceptedMs === undefined) continue;
      lost.push({
        ...{ copyMs, fromMs, journal, heads, acceptedMs },
        untilMs: refusedMs + GIVEN_UP_WITHIN_MS,
      });
    }
    return lost;
  }

  async #payments() {
    const books = await this.#database.payments();
    return [...books].map(([key, { status, amountMinor, refundedMinor }]) => ({
      ...{ key, status, amountMinor, refundedMinor },
    }));
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Error ? part.message : part));
}
