/** The whole system on one machine: PostgreSQL, Redis, servers with their links, and the address that clients know. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../../src/persistence/postgres/embedded.ts';
import { findPostmaster } from '../../src/persistence/postgres/postmaster.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { TestRedis } from '../support/redis.ts';
import { Front } from './front.ts';
import { headsOf, keepLedger, nameShards } from './ledger.ts';
import { copyDatabase, type Lost, restoreBooks, takeLeave } from './older.ts';
import type { Options } from './options.ts';
import type { LockedRows, Poison, RoleSetting } from './schedule.ts';
import { ChaosServer } from './server.ts';
import { migrateTo, THIS_VERSION, type Version, versionAt } from './versions.ts';

/** Short, so that holds end by themselves, and longer than a failover, so that not all of them do. */
export const HOLD_TTL_SECONDS = 4;
export const TIME_ZONE = 'Europe/Lisbon';
const BROKEN_MODULES = {
  'acks-before-commit': ['acks-before-commit.ts'],
  unfenced: ['trusts-for-ever.ts'],
} as const;

/** Of the fact that is put there: nobody knows this one, or it is known, and its hash says that it follows something else. */
const POISON_KIND: Record<Poison, string> = { unknown: 'from-elsewhere', unchained: 'resumed' };

const INSIST_EVERY_MS = 100;
const INSIST_TRIES = 100;
const READ_TIMEOUT_MS = 5_000;

type Embedded = Awaited<ReturnType<typeof startEmbedded>>;

export class House {
  readonly redis: TestRedis;
  readonly servers: readonly ChaosServer[];
  readonly front: Front;
  readonly apartments: readonly string[];
  /** As who owns everything. Each statement is to expect that PostgreSQL is away. */
  owner: pg.Pool;
  /** The version that the servers begin with. */
  readonly #older: Version;
  readonly #data: string;
  #postgres: Embedded;

  /** @param onEnded a server that was up ended by itself */
  static async open(
    options: Options,
    folder: string,
    onEnded: (name: string, how: string) => void,
  ): Promise<House> {
    const { otherVersion } = options;
    const older = otherVersion === undefined ? THIS_VERSION : await versionAt(otherVersion);
    const isGoingBack = options.faults.includes('downgrade');
    if (isGoingBack && older.level === undefined)
      throw new Error(
        `${otherVersion} tells no feature level, and refuses a database of this version; leave downgrade out of --faults, or take a later one`,
      );
    const data = await mkdtemp(join(tmpdir(), 'nightlatch-chaos-'));
    await chmod(data, 0o755);
    const postgres = await startEmbedded(data);
    await migrateTo(older, postgres.ownerUrl, postgres.role);
    const owner = poolOf(postgres.ownerUrl);
    await keepLedger(owner, { isFenced: options.broken !== 'unfenced', hosts: options.hosts });
    const apartments = Array.from({ length: options.apartments }, (_, i) => `airbnb-${i + 1}`);
    await importListings(older, apartments.length, folder, postgres);
    await nameShards(owner, new Map(apartments.map((id) => [id, shardOf(id)])));
    const redis = await TestRedis.start();
    const broken = options.broken === undefined ? [] : BROKEN_MODULES[options.broken];
    const servers = await Promise.all(
      Array.from({ length: options.nodes }, (_, i) =>
        ChaosServer.create({
          name: `server-${i + 1}`,
          folder,
          version: older,
          databaseUrl: postgres.url,
          redisPort: redis.port,
          imports: broken.map((file) => new URL(`./broken/${file}`, import.meta.url).href),
          environment: {
            NIGHTLATCH_RATE_LIMIT: 'off',
            NIGHTLATCH_SEED: 'none',
            NIGHTLATCH_HOLD_TTL_SECONDS: String(HOLD_TTL_SECONDS),
            NIGHTLATCH_HOLDS_PER_GUEST: String(options.holds),
            LOG_LEVEL: 'info',
            NIGHTLATCH_PAYMENTS: 'sandbox-takes-no-money',
            // What is written must be understood after the way back, too.
            ...(isGoingBack && { NIGHTLATCH_FEATURE_LEVEL: String(older.level) }),
          },
          onEnded: (server, how) => onEnded(server.name, how),
        }),
      ),
    );
    const front = await new Front(servers.map(({ port }) => port)).open();
    const house = new House({ redis, servers, front, apartments, owner, older, data, postgres });
    try {
      for (const server of servers) await server.start();
    } catch (error) {
      await house.close();
      throw error;
    }
    return house;
  }

  private constructor(parts: {
    redis: TestRedis;
    servers: readonly ChaosServer[];
    front: Front;
    apartments: readonly string[];
    owner: pg.Pool;
    older: Version;
    data: string;
    postgres: Embedded;
  }) {
    this.redis = parts.redis;
    this.servers = parts.servers;
    this.front = parts.front;
    this.apartments = parts.apartments;
    this.owner = parts.owner;
    this.#older = parts.older;
    this.#data = parts.data;
    this.#postgres = parts.postgres;
  }

  /** SIGKILL of PostgreSQL's first process and of all its children. */
  async killPostgres(): Promise<void> {
    const running = await findPostmaster(join(this.#data, 'postgres'));
    if (running === undefined) throw new Error('PostgreSQL was to be killed, and does not run');
    const { pid } = running;
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
    for (const each of [
      pid,
      ...children
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    ])
      kill(each);
  }

  /** As an operator does: who may change the tables does so first, while the servers serve. @returns the exit code of what left */
  async upgrade(server: ChaosServer): Promise<number | null> {
    // PostgreSQL may be killed meanwhile.
    await this.#insist(() => migrateTo(THIS_VERSION, this.#postgres.ownerUrl, this.#postgres.role));
    return server.become(THIS_VERSION);
  }

  downgrade(server: ChaosServer): Promise<number | null> {
    return server.become(this.#older);
  }

  /** As the program's own start does: the cluster recovers, on another port. */
  async startPostgres(): Promise<void> {
    await this.#startPostgres();
    this.#reachPostgres();
  }

  async #startPostgres(): Promise<void> {
    this.#postgres = await startEmbedded(this.#data);
    const old = this.owner;
    this.owner = poolOf(this.#postgres.ownerUrl);
    await old.end().catch(() => {});
  }

  #reachPostgres(): void {
    const port = Number(new URL(this.#postgres.url).port);
    for (const { links } of this.servers) links.postgres.targetPort = port;
  }

  copyDatabase(): Promise<void> {
    return copyDatabase(this.owner, join(this.#data, 'postgres'), join(this.#data, 'older'));
  }

  /** The copy takes the place of the database (older.ts). @returns with the version of each apartment's last fact in it */
  async comeBackOlder(): Promise<Lost & { readonly heads: Record<string, number> }> {
    const lost = await takeLeave(this.owner, this.#postgres.role);
    await this.killPostgres();
    const folder = join(this.#data, 'postgres');
    await rename(folder, `${folder}-lost`);
    await rename(join(this.#data, 'older'), folder);
    await this.#startPostgres();
    await restoreBooks(this.owner, lost);
    const heads = await headsOf(this.owner);
    this.#reachPostgres();
    await rm(`${folder}-lost`, { recursive: true, force: true });
    return { ...lost, heads };
  }

  /** `nightlatch history accept`, as the operator does; what it said, and whether there was anything to accept. */
  async acceptHistory(): Promise<{ isAccepted: boolean; output: string }> {
    const { code, output } = await program(THIS_VERSION, ['history', 'accept'], this.#postgres);
    return { isAccepted: code === 0 && output.includes('Accepted: '), output: output.trim() };
  }

  /** After the last fact of each comes one that cannot be read, by the owner's hand. */
  async poison(poison: Poison, apartments: readonly string[]): Promise<void> {
    await this.#insist(async () => {
      const { rows } = await this.#unguarded<{ id: string }>(
        `insert into journal (version, at, apartment_id, kind, fact, hash)
         select coalesce(max(version), 0) + 1, now(), id, $2, '{}', 0
         from unnest($1::text[]) id left join journal on apartment_id = id group by id
         on conflict do nothing returning apartment_id as id`,
        [apartments, POISON_KIND[poison]],
      );
      const done = new Set(rows.map(({ id }) => id));
      const left = apartments.filter((id) => !done.has(id));
      // Its owner was quicker.
      if (left.length > 0) await this.poison(poison, left);
    });
  }

  /** What had been put there is taken away again. */
  async mend(poison: Poison, apartments: readonly string[]): Promise<void> {
    await this.#insist(() =>
      this.#unguarded('delete from journal where apartment_id = any ($1) and kind = $2 and hash = 0', [
        apartments,
        POISON_KIND[poison],
      ]),
    );
  }

  /** As a psql that was left open in the middle of a transaction. */
  async holdLocked(rows: LockedRows, apartments: readonly string[], forMs: number): Promise<void> {
    const [statements, which] =
      rows === 'shards'
        ? [['select from shards where shard = any ($1) for update'], apartments.map(shardOf)]
        : [['bookings', 'pending_bookings'].map(lockRowsOf), apartments];
    await this.#insist(async () => {
      const client = await this.owner.connect();
      // PostgreSQL may be killed meanwhile: then nothing is locked any more.
      client.on('error', () => {});
      try {
        await client.query('begin');
        for (const statement of statements) await client.query(statement, [which]);
        await delay(forMs);
      } finally {
        client.release(true);
      }
    });
  }

  /** And ends every connection of the program, so that it makes new ones, which follow. */
  async setOnRole(setting: RoleSetting): Promise<void> {
    await this.#insist(() => this.owner.query(`alter role ${this.#postgres.role} set ${setting}`));
    await this.#insist(() =>
      this.owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'nightlatch%'`,
      ),
    );
  }

  async resetRole(setting: RoleSetting): Promise<void> {
    const [name] = setting.split(' ');
    await this.#insist(() => this.owner.query(`alter role ${this.#postgres.role} reset ${name}`));
  }

  /** One statement for which no trigger goes off: neither the program's nor the ledger's. */
  async #unguarded<Row extends pg.QueryResultRow>(
    statement: string,
    values: unknown[],
  ): Promise<pg.QueryResult<Row>> {
    const client = await this.owner.connect();
    client.on('error', () => {});
    try {
      await client.query('begin');
      await client.query('set local session_replication_role = replica');
      const result = await client.query<Row>(statement, values);
      await client.query('commit');
      return result;
    } finally {
      client.release(true);
    }
  }

  /** Until it succeeds: PostgreSQL may be away. */
  async #insist(work: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await work();
        return;
      } catch (error) {
        if (tries === INSIST_TRIES) throw error;
        await delay(INSIST_EVERY_MS);
      }
    }
  }

  /** What is answered in place of its calendar to whoever asks at the front; undefined where that comes. */
  async failureToRead(apartmentId: string, today: number): Promise<string | undefined> {
    const url = `${this.front.url}/v1/apartments/${apartmentId}/calendar?from=${dateOf(today)}&to=${dateOf(today + 1)}`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
      return answer.ok ? undefined : await answer.text();
    } catch (error) {
      return String(error);
    }
  }

  /** `nightlatch verify` on the same database; its output, and whether it was content. */
  async verify(): Promise<{ isContent: boolean; output: string }> {
    const { code, output } = await program(THIS_VERSION, ['verify'], this.#postgres);
    return { isContent: code === 0, output: output.trim() };
  }

  async close(): Promise<void> {
    this.front.close();
    for (const server of this.servers) server.wake();
    await Promise.all(this.servers.map((server) => server.kill()));
    for (const server of this.servers) server.close();
    await this.redis.kill();
    await this.owner.end();
    await this.#postgres.stop();
    await rm(this.#data, { recursive: true, force: true });
  }
}

function lockRowsOf(table: string): string {
  return `select from ${table} where apartment_id = any ($1) for update`;
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 2_000 });
  pool.on('error', () => {});
  return pool;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself, as PostgreSQL's processes do without their first one.
  }
}

async function importListings(
  version: Version,
  count: number,
  folder: string,
  postgres: Embedded,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'listings.csv');
  const header = 'id,name,latitude,longitude,room_type,price,minimum_nights,neighbourhood,city';
  const rows = Array.from(
    { length: count },
    (_, i) => `${i + 1},Flat ${i + 1},38.7,-9.1,Entire home/apt,${60 + (i % 50)},1,Baixa,Lisbon`,
  );
  await writeFile(file, [header, ...rows, ''].join('\n'));
  const { code, output } = await program(version, ['import', 'listings', file], postgres);
  if (code !== 0) throw new Error(`the listings could not be imported:\n${output}`);
}

async function program(
  { root }: Version,
  args: string[],
  { url, ownerUrl }: Embedded,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
