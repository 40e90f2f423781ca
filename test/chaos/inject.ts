/** Carries out the faults of a schedule at their instants, and writes down what each did and when. */
import { setTimeout as delay } from 'node:timers/promises';
import { shardOf } from '../../src/protocol/ids.ts';
import { machineClockMs } from '../history/recorder.ts';
import type { House } from './house.ts';
import { ownersNow } from './ledger.ts';
import type { Load } from './load.ts';
import type { Fault } from './schedule.ts';
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

export class Injector {
  readonly struck: Struck[] = [];
  /** Those under way, for people. */
  readonly now = new Set<Fault>();
  readonly #house: House;
  readonly #load: Load;
  /** By server's address; as of a moment ago, so that it is at hand when PostgreSQL is not. */
  #owners = new Map<string, string[]>();
  readonly #underWay = new Map<number | 'replacing', Promise<unknown>>();

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

  async #strike(fault: Fault): Promise<void> {
    this.now.add(fault);
    const apartmentIds = this.#affected(fault);
    const fromMs = machineClockMs();
    const problem = await this.#carryOut(fault).catch((error: unknown) => String(error));
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
        for (const server of servers) {
          const code = await server.leave();
          const problem = wrongExit(code);
          if (problem !== undefined) wrong.push(`${server.name} ${problem}`);
          await server.start();
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
      case 'upgrade':
        return this.#replaced(fault.server, (server) => this.#house.upgrade(server));
      case 'downgrade':
        return this.#replaced(fault.server, (server) => this.#house.downgrade(server));
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
        return this.#house.apartments;
      case 'lock': {
        const tenth = this.#house.apartments.filter((_, i) => i % 10 === fault.tenth);
        if (fault.rows === 'bookings') return tenth;
        const shards = new Set(tenth.map(shardOf));
        return this.#house.apartments.filter((id) => shards.has(shardOf(id)));
      }
      default:
        return [];
    }
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
