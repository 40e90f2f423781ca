/** Several real servers as one system: processes on free ports, over one database of the test's and a Redis of its own. */
import { placeShards } from '../../src/cluster/membership/placement.ts';
import { upsertListings } from '../../src/persistence/statements/listings.ts';
import { demoListings } from '../../src/services/listings/demo/listings.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { freePort } from './program.ts';
import { TestRedis } from './redis.ts';
import { ServerProcess } from './server-process.ts';
import { openTerms } from './terms.ts';

export class Server {
  readonly port: number;
  readonly url: string;
  readonly #environment: Record<string, string>;
  #process: ServerProcess | undefined;

  constructor(port: number, environment: Record<string, string>) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = { PORT: String(port), NIGHTLATCH_NODE_URL: this.url, ...environment };
  }

  /** Of its last start. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  /** Resolves once it has said that it is ready. */
  async start(): Promise<void> {
    this.#process = new ServerProcess(['serve'], this.#environment);
    await this.#process.ready();
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  /** @returns the exit code of a server that was asked to stop, null of one that was killed */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    return (await this.#process?.end(signal)) ?? null;
  }
}

export class Servers {
  readonly all: readonly Server[];
  readonly database: TestDatabase;
  readonly redis: TestRedis;

  /** All of them ready, with sixty apartments that take any stay. */
  static async start(count: number, environment: Record<string, string> = {}): Promise<Servers> {
    const [database, redis] = await Promise.all([createTestDatabase(), TestRedis.start()]);
    const today = Math.floor(Date.now() / 86_400_000);
    const listings = demoListings(today).map(({ sourceId, apartment }) => ({
      ...{ sourceId, hostId: null },
      apartment: { ...apartment, terms: openTerms() },
    }));
    await upsertListings(database.pool, 'test', listings);
    const common = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      NIGHTLATCH_ADMIN_PASSWORD: 'a password for tests',
      NIGHTLATCH_RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      ...environment,
    };
    const all: Server[] = [];
    for (let i = 0; i < count; i++) all.push(new Server(await freePort(), common));
    const servers = new Servers(all, database, redis);
    try {
      await Promise.all(all.map((server) => server.start()));
    } catch (error) {
      await servers.stop();
      throw error;
    }
    return servers;
  }

  private constructor(all: readonly Server[], database: TestDatabase, redis: TestRedis) {
    this.all = all;
    this.database = database;
    this.redis = redis;
  }

  /** Shards by the url of who owns them. */
  async owners(): Promise<Map<string, number[]>> {
    const { rows } = await this.database.pool.query<{ url: string; shards: number[] }>(
      `select n.url, array_agg(s.shard::int order by s.shard) as shards
       from shards s join nodes n on n.id = s.node_id where n.state = 'up' group by n.url`,
    );
    return new Map(rows.map(({ url, shards }) => [url, shards]));
  }

  /** Whether every shard has the owner that it keeps as long as nobody comes or goes. */
  async areShared(): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ id: string; url: string }>(
      `select id, url from nodes where state = 'up'`,
    );
    if (rows.length < this.all.length) return false;
    const wanted = placeShards(rows.map(({ id }) => id)).map(
      (id) => rows.find((node) => node.id === id)?.url,
    );
    const owners = await this.owners();
    return wanted.every((url, shard) => owners.get(url ?? '')?.includes(shard));
  }

  async stop(): Promise<void> {
    for (const server of this.all) server.signal('SIGCONT');
    await Promise.all(this.all.map((server) => server.end('SIGKILL')));
    await this.redis.kill();
    await this.database.drop();
  }
}
