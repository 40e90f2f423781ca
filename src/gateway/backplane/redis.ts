/**
 * Redis as servers beside each other use it: one connection that publishes, one that listens. Nothing waits for it and
 * nothing correct rests on it: while it is away what would be published is dropped and counted, subscriptions are
 * kept, and whoever must catch up afterwards is told when it is back.
 */
import { Cluster, Redis } from 'ioredis';
import {
  REDIS_COMMAND_TIMEOUT_MS,
  REDIS_INFLIGHT_MAX,
  REDIS_RECONNECT_FIRST_MS,
  REDIS_RECONNECT_MAX_MS,
} from '../../protocol/limits.ts';

export interface RedisOptionsHere {
  /** One URL, or several separated by commas: the nodes of a Redis Cluster. */
  readonly url: string;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

type Client = Redis | Cluster;

export class RedisLink {
  readonly #publisher: Client;
  readonly #subscriber: Client;
  readonly #onFault: RedisOptionsHere['onFault'];
  readonly #back: (() => void)[] = [];
  #wasAway = false;
  #inFlight = 0;
  #dropped = 0;

  constructor({ url, onFault }: RedisOptionsHere) {
    this.#onFault = onFault;
    // What cannot leave now is worth nothing later, so it is not queued; and a frozen Redis must not fill the memory.
    this.#publisher = connect(url, {
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      commandTimeout: REDIS_COMMAND_TIMEOUT_MS,
    });
    this.#subscriber = connect(url, { maxRetriesPerRequest: null, autoResubscribe: true });
    // Heard, or it would end the process; `close` says all that is to be said.
    for (const client of [this.#publisher, this.#subscriber]) client.on('error', () => {});
    this.#subscriber.on('close', () => this.#away());
    this.#subscriber.on('ready', () => this.#returned());
  }

  /** For commands other than publishing: each rejects at once while Redis is away. */
  get commands(): Client {
    return this.#publisher;
  }

  get isUp(): boolean {
    return this.#publisher.status === 'ready' && this.#subscriber.status === 'ready';
  }

  /** Messages that could not be published since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Called when Redis is back after it was away, once subscriptions stand again, and once more when all must be back. */
  onBack(listener: () => void): void {
    this.#back.push(listener);
  }

  // What the sharded adapter calls of a client, never rejecting: it catches nothing itself.

  on(event: 'smessageBuffer', listener: (channel: Buffer, message: Buffer) => void): this {
    this.#subscriber.on(event, listener);
    return this;
  }

  async spublish(channel: string, message: string | Buffer): Promise<void> {
    if (this.#publisher.status !== 'ready' || this.#inFlight >= REDIS_INFLIGHT_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#inFlight += 1;
    try {
      await this.#publisher.spublish(channel, message);
    } catch {
      this.#dropped += 1;
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Resolves once the channel is listened to; asked again, it is the way to wait for what was asked before. */
  async ssubscribe(...channels: string[]): Promise<void> {
    await this.#subscriber
      .ssubscribe(...channels)
      .catch((cause) => this.#onFault('redis.not_subscribed', { channels: channels.length, cause }));
  }

  async sunsubscribe(channel: string | string[]): Promise<void> {
    await this.#subscriber.sunsubscribe(...[channel].flat()).catch(() => {});
  }

  close(): void {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }

  #away(): void {
    if (this.#wasAway) return;
    this.#wasAway = true;
    this.#onFault('redis.away', {});
  }

  #returned(): void {
    if (!this.#wasAway) return;
    this.#wasAway = false;
    this.#onFault('redis.back', { dropped: this.#dropped });
    this.#tellBack();
    // Other servers' connections may come back after this one's: what they dropped until then is caught up with too.
    setTimeout(() => this.#tellBack(), 2 * REDIS_RECONNECT_MAX_MS).unref();
  }

  #tellBack(): void {
    for (const listener of this.#back) listener();
  }
}

interface ConnectOptions {
  readonly enableOfflineQueue?: boolean;
  readonly enableAutoPipelining?: boolean;
  readonly autoResubscribe?: boolean;
  readonly maxRetriesPerRequest?: null;
  readonly commandTimeout?: number;
}

function connect(url: string, options: ConnectOptions): Client {
  const retryStrategy = (attempt: number) =>
    Math.min(REDIS_RECONNECT_FIRST_MS * 2 ** Math.min(attempt, 10), REDIS_RECONNECT_MAX_MS);
  const urls = url.split(',').map((each) => each.trim());
  const [first = ''] = urls;
  if (urls.length === 1) return new Redis(first, { ...options, retryStrategy });
  const { enableOfflineQueue = true, enableAutoPipelining = false, ...redisOptions } = options;
  return new Cluster(urls, {
    enableOfflineQueue,
    enableAutoPipelining,
    redisOptions,
    shardedSubscribers: true,
    clusterRetryStrategy: retryStrategy,
  });
}
