/** Carries out the faults of a schedule at their instants, and writes down what each did and when. */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { shardOf } from '../../src/protocol/ids.ts';
import { factsLost } from '../history/eras.ts';
import type { Damage, LostHistory } from '../history/history.ts';
import { machineClockMs } from '../history/recorder.ts';
import type { House } from './house.ts';
import { headsOf, ownersNow, type StaleRow } from './ledger.ts';
import type { Load } from './load.ts';
import { type Fault, TOUCHES_DATABASE } from './schedule.ts';
import type { ChaosServer } from './server.ts';

export interface Struck {
  readonly fault: Fault;
  /** By the run's clock. */
  readonly fromMs: number;
  /** When what was struck could work again: the process woken, the server or the storage ready. */
  readonly backMs: number;
  /** Apartments whose owner, or whose storage, was struck; none where nothing should be noticed. */
  readonly apartmentIds: readonly string[];
  /** What it could not do, or what else went wrong. */
  readonly problem?: string;
}

const OWNERS_EVERY_MS = 250;
const LOOK_EVERY_MS = 50;
/** Within which every server has seen that the database is an older one, or serves again, in milliseconds. */
const NOTICED_WITHIN_MS = 10_000;
const SERVES_WITHIN_MS = 30_000;
/** What a server answered before it had seen that is on its way to its client for so long on a busy machine, in milliseconds. */
const ON_ITS_WAY_MS = 50;

export class Injector {
  readonly struck: Struck[] = [];
  /** What could not be read, until it began to be put right. */
  readonly damages: Damage[] = [];
  /** Each history in whose place an older one came. */
  readonly lost: LostHistory[] = [];
  /** Rows of what is lost that were written under an epoch that was over. */
  readonly staleLost: StaleRow[] = [];
  /** Those under way, for people. */
  readonly now = new Set<Fault>();
  readonly #house: House;
  readonly #load: Load;
  /** By server's address; as of a moment ago, so that it is at hand when PostgreSQL is not. */
  #owners = new Map<string, string[]>();
  /** Of what is under way: a fault may be planned before it is felt. */
  readonly #beganMs = new Map<Fault, number>();
  readonly #underWay = new Map<number | 'replacing', Promise<unknown>>();
  /** What has been, or is to be, done to the database or to what runs on it. */
  readonly #onDatabase: Promise<void>[] = [];
  #lastHistory = Promise.resolve();

  constructor(house: House, load: Load) {
    this.#house = house;
    this.#load = load;
  }

  /** Resolves when the last one is over and everything is up. */
  async run(faults: readonly Fault[], startMs: number, untilMs: number): Promise<void> {
    const isOver = new AbortController();
    const looking = this.#lookAtOwners(isOver.signal);
    const underWay: Promise<void>[] = [];
    for (const fault of faults) {
      await delay(Math.max(0, startMs + fault.atMs - machineClockMs()));
      underWay.push(this.#strike(fault));
    }
    await Promise.all(underWay);
    await delay(Math.max(0, untilMs - machineClockMs()));
    isOver.abort();
    await looking;
  }

  #strike(fault: Fault): Promise<void> {
    const isHistory = fault.kind === 'history';
    if (!isHistory && !TOUCHES_DATABASE.has(fault.kind)) return this.#strikeNow(fault);
    // A copy of the database comes while nothing else is done to it, also where that takes longer than was planned.
    const before = isHistory ? Promise.all(this.#onDatabase) : this.#lastHistory;
    const done = before.then(() => this.#strikeNow(fault));
    this.#onDatabase.push(done);
    if (isHistory) this.#lastHistory = done;
    return done;
  }

  async #strikeNow(fault: Fault): Promise<void> {
    this.now.add(fault);
    const apartmentIds = this.#affected(fault);
    this.#beganMs.set(fault, machineClockMs());
    const problem = await this.#carryOut(fault).catch((error: unknown) => String(error));
    const fromMs = this.#beganMs.get(fault)!;
    const struck = { fault, fromMs, backMs: machineClockMs(), apartmentIds };
    this.struck.push(problem === undefined ? struck : { ...struck, problem });
    this.now.delete(fault);
  }

  /** @returns what went wrong */
  async #carryOut(fault: Fault): Promise<string | undefined> {
    const { servers, redis } = this.#house;
    switch (fault.kind) {
      case 'kill': {
        const server = servers[fault.server]!;
        await this.#inTurn(fault.server, async () => {
          await server.kill();
          await delay(fault.forMs);
          await server.start();
        });
        return;
      }
      case 'freeze': {
        const server = servers[fault.server]!;
        await this.#inTurn(fault.server, async () => {
          server.freeze();
          await delay(fault.forMs);
          server.wake();
        });
        return;
      }
      case 'redis':
        await redis.kill();
        await delay(fault.forMs);
        await redis.start();
        return;
      case 'postgres':
        await this.#house.killPostgres();
        await delay(fault.forMs);
        await this.#house.startPostgres();
        return;
      case 'cut': {
        const link = servers[fault.server]!.links[fault.link];
        await link.become(fault.how);
        await delay(fault.forMs);
        await link.become('pass');
        return;
      }
      case 'clock': {
        const clock = fault.server === undefined ? this.#load : servers[fault.server]!;
        await clock.setClock(fault.jumpSeconds);
        await delay(fault.forMs);
        await clock.setClock(0);
        return;
      }
      case 'deploy': {
        const wrong: string[] = [];
        for (const i of servers.keys()) {
          const problem = await this.#replaced(i, async (server) => {
            const code = await server.leave();
            await server.start();
            return code;
          });
          if (problem !== undefined) wrong.push(`${servers[i]!.name} ${problem}`);
        }
        return wrong.length > 0 ? wrong.join(', ') : undefined;
      }
      case 'lock':
        await this.#house.holdLocked(fault.rows, this.#affected(fault), fault.forMs);
        return;
      case 'role':
        await this.#house.setOnRole(fault.setting);
        await delay(fault.forMs);
        await this.#house.resetRole(fault.setting);
        return;
      case 'poison': {
        const apartments = this.#affected(fault);
        const fromMs = machineClockMs();
        await this.#house.poison(fault.with, apartments);
        await delay(fault.forMs);
        this.damages.push({ fromMs, toMs: machineClockMs(), apartmentIds: apartments });
        await this.#house.mend(fault.with, apartments);
        return;
      }
      case 'history':
        return this.#comeBackOlder(fault);
      case 'upgrade':
        return this.#replaced(fault.server, (server) => this.#house.upgrade(server));
      case 'downgrade':
        return this.#replaced(fault.server, (server) => this.#house.downgrade(server));
    }
  }

  /** @returns what a server, or the operator, should have done and did not */
  async #comeBackOlder(fault: Fault): Promise<string | undefined> {
    const { servers } = this.#house;
    const copyMs = machineClockMs();
    await this.#house.copyDatabase();
    await delay(fault.forMs);
    const fromMs = machineClockMs();
    this.#beganMs.set(fault, fromMs);
    const saidBefore = servers.map(({ refusedHistories }) => refusedHistories);
    const { heads, journal, stale } = await this.#house.comeBackOlder();
    const problems = [await this.#noticed(saidBefore)];
    const untilMs = machineClockMs() + ON_ITS_WAY_MS;
    if (!isDeepStrictEqual(await headsOf(this.#house.owner), heads))
      problems.push('facts were written on top of the older history before it was accepted');
    this.#load.forget();
    // When it is over somebody may have begun anew already.
    const acceptedMs = machineClockMs();
    const { isAccepted, output } = await this.#house.acceptHistory();
    if (!isAccepted) problems.push(`history accept: ${output}`);
    const lost = { copyMs, fromMs, untilMs, acceptedMs, journal, heads };
    // All that it had together is as much again at each of these.
    this.lost.push({ ...lost, journal: factsLost(lost) });
    // The others are found in the copy, or in what follows it.
    this.staleLost.push(...stale.filter(({ apartmentId, version }) => version > (heads[apartmentId] ?? 0)));
    problems.push(await this.#servesAgain());
    for (const [i, { name, refusedHistories }] of servers.entries()) {
      const times = refusedHistories - saidBefore[i]!;
      if (times > 1) problems.push(`${name} said ${times} times that the history is an older one`);
    }
    const found = problems.filter((problem) => problem !== undefined);
    return found.length > 0 ? found.join('; ') : undefined;
  }

  /** No server that is up is ready, and each says why: at `/readyz`, and in a line of its log. */
  #noticed(saidBefore: readonly number[]): Promise<string | undefined> {
    const { servers } = this.#house;
    return this.#until(NOTICED_WITHIN_MS, async () => {
      const looks = await Promise.all(servers.map((server) => server.readiness()));
      const up = servers.flatMap((server, i) => (server.state === 'up' ? [{ server, i }] : []));
      const unaware = up.find(({ i }) => !looks[i]!.text.includes('nightlatch history accept'));
      if (unaware !== undefined)
        return `${unaware.server.name} goes on with an older history: ${looks[unaware.i]!.text || 'no answer'}`;
      const silent = up.find(({ server, i }) => server.refusedHistories === saidBefore[i]);
      if (silent !== undefined)
        return `${silent.server.name} has not said in its log that the history is older`;
      return up.length > 0 ? undefined : 'no server is up that could notice the older history';
    });
  }

  #servesAgain(): Promise<string | undefined> {
    const { servers } = this.#house;
    return this.#until(SERVES_WITHIN_MS, async () => {
      const looks = await Promise.all(servers.map((server) => server.readiness()));
      const out = servers.findIndex(({ state }, i) => state === 'up' && looks[i]!.status !== 200);
      return out === -1 ? undefined : `${servers[out]!.name} does not serve again: ${looks[out]!.text}`;
    });
  }

  /** @param look what is still wrong @returns what stayed wrong */
  async #until(withinMs: number, look: () => Promise<string | undefined>): Promise<string | undefined> {
    for (const endMs = machineClockMs() + withinMs; ; await delay(LOOK_EVERY_MS)) {
      const wrong = await look();
      if (wrong === undefined || machineClockMs() > endMs) return wrong;
    }
  }

  /** One server is struck, and one is replaced at a time, also where that takes longer than was planned. */
  #inTurn<T>(of: number | 'replacing', work: () => Promise<T>): Promise<T> {
    const done = (this.#underWay.get(of) ?? Promise.resolve()).then(work);
    this.#underWay.set(
      of,
      done.catch(() => {}),
    );
    return done;
  }

  #replaced(
    server: number,
    by: (server: ChaosServer) => Promise<number | null>,
  ): Promise<string | undefined> {
    const replace = () => by(this.#house.servers[server]!);
    return this.#inTurn('replacing', () => this.#inTurn(server, replace)).then(wrongExit);
  }

  #affected(fault: Fault): readonly string[] {
    const of = (server: number) => this.#owners.get(this.#house.servers[server]!.url) ?? [];
    switch (fault.kind) {
      case 'kill':
      case 'freeze':
      case 'upgrade':
      case 'downgrade':
        return of(fault.server);
      case 'cut':
        return fault.link === 'redis' ? [] : of(fault.server);
      case 'postgres':
      case 'deploy':
      case 'role':
      case 'history':
        return this.#house.apartments;
      case 'poison':
        return this.#tenth(fault.tenth);
      case 'lock': {
        const tenth = this.#tenth(fault.tenth);
        if (fault.rows === 'bookings') return tenth;
        const shards = new Set(tenth.map(shardOf));
        return this.#house.apartments.filter((id) => shards.has(shardOf(id)));
      }
      default:
        return [];
    }
  }

  #tenth(tenth: number): readonly string[] {
    return this.#house.apartments.filter((_, i) => i % 10 === tenth);
  }

  async #lookAtOwners(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      // PostgreSQL may be away: then it is as it was.
      this.#owners = await ownersNow(this.#house.owner).catch(() => this.#owners);
      await delay(OWNERS_EVERY_MS, undefined, { signal: over }).catch(() => {});
    }
  }
}

function wrongExit(code: number | null): string | undefined {
  return code === 0 ? undefined : `left with ${code === null ? 'no code' : `code ${code}`}`;
}
