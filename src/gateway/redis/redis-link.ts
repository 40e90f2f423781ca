/**
 * Redis as servers beside each other use it: one connection that publishes, and what listens. Nothing waits for it and
 * nothing correct rests on it: while it is away what would be published is dropped and counted, what is to be listened
 * to is remembered, and whoever must catch up afterwards is told when it is listened to again.
 */
import { Cluster, type Redis } from 'ioredis';
import {
  REDIS_INFLIGHT_MAX,
  REDIS_RECONNECT_MAX_MS,
  REDIS_SLOTS_EVERY_MS,
  REFUSALS_TOLD_EVERY_MS,
} from '../limits.ts';
import { ClusterSubscribers } from './cluster-subscribers.ts';
import { LISTENING, PUBLISHING, reconnectAfterMs } from './connecting.ts';
import { MasterConnection } from './master-connection.ts';
import type { Seal } from './seal.ts';
import { type Listening, type ListeningHost, Subscriber } from './subscriber.ts';

export interface RedisOptionsHere {
  /** One URL, or several separated by commas: the nodes of a Redis Cluster. */
  readonly url: string;
  /** Which system these servers are: others may be at the same Redis. */
  readonly system: string;
  readonly seal: Seal;
  /** Whether all servers understand what is sealed; until then nothing is, and what is not is believed. */
  readonly maySeal: () => boolean;
  readonly onFault: (event: string, details: Record<string, unknown>) => void;
}

export class RedisLink {
  /** What every name of this system in Redis begins with, channels and keys alike. */
  readonly prefix: string;
  readonly #publisher: Redis | Cluster;
  readonly #listening: Listening;
  /** Connections to one Redis that must be a master; a Redis Cluster sends its clients to its masters. */
  readonly #masters: readonly MasterConnection[];
  readonly #onFault: RedisOptionsHere['onFault'];
  readonly #seal: Seal;
  readonly #maySeal: () => boolean;
  readonly #listeners: ((channel: Buffer, message: Buffer) => void)[] = [];
  readonly #back: (() => void)[] = [];
  #wasAway = false;
  #isClosed = false;
  /** Why it went away, where it was said: a certificate that is not believed, say, is not Redis being down. */
  #lastFault: unknown;
  #inFlight = 0;
  #dropped = 0;
  /** Of messages that were refused; told of at most once in REFUSALS_TOLD_EVERY_MS. */
  #refused = 0;
  #refusalToldMs = Number.NEGATIVE_INFINITY;

  constructor({ url, system, seal, maySeal, onFault }: RedisOptionsHere) {
    this.prefix = `nl:${system}`;
    this.#seal = seal;
    this.#maySeal = maySeal;
    this.#onFault = onFault;
    const host: ListeningHost = {
      heard: (channel, message) => this.#heard(channel, message),
      lost: () => this.#away(),
      whole: () => this.#settle(),
      fault: onFault,
    };
    const urls = url.split(',').map((each) => each.trim());
    const [only = ''] = urls;
    if (urls.length === 1) {
      const found = () => this.#settle();
      const publisher = new MasterConnection(only, PUBLISHING, found);
      const subscriber = new MasterConnection(only, LISTENING, found);
      this.#masters = [publisher, subscriber];
      this.#publisher = publisher.client;
      this.#listening = new Subscriber(subscriber.client, host);
    } else {
      const cluster = connectToCluster(urls);
      this.#masters = [];
      this.#publisher = cluster;
      this.#listening = new ClusterSubscribers(cluster, host);
    }
    // Heard, or it would end the process; what it was is told when the connection closes, which follows.
    this.#publisher.on('error', (cause: unknown) => {
      this.#lastFault = cause;
    });
    this.#publisher.on('close', () => this.#away());
  }

  /** Under which something is kept of somebody. @param kind what, as `guest-day` */
  keyOf(kind: string, who: string): string {
    return `${this.prefix}:${kind}:${this.#seal.nameOf(who)}`;
  }

  /** For commands other than publishing: each rejects at once while Redis is away. */
  get commands(): Redis | Cluster {
    return this.#publisher;
  }

  get isUp(): boolean {
    return (
      this.#publisher.status === 'ready' && this.#listening.isWhole && this.#masters.every(({ isUp }) => isUp)
    );
  }

  /** Messages that could not be published since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Called when Redis is back after it was away, once subscriptions stand again, and once more when all must be back. */
  onBack(listener: () => void): void {
    this.#back.push(listener);
  }

  /** Resolves once these channels, asked for before, are listened to; where Redis is or goes away, without that. */
  listensTo(channels: readonly string[]): Promise<void> {
    return this.#listening.listensTo(channels);
  }

  // What the sharded adapter calls of a client, never rejecting: it catches nothing itself.

  on(_event: 'smessageBuffer', listener: (channel: Buffer, message: Buffer) => void): this {
    this.#listeners.push(listener);
    return this;
  }

  async spublish(channel: string, message: string | Buffer): Promise<void> {
    if (this.#publisher.status !== 'ready' || this.#inFlight >= REDIS_INFLIGHT_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#inFlight += 1;
    try {
      const bytes = typeof message === 'string' ? Buffer.from(message) : message;
      await this.#publisher.spublish(channel, this.#maySeal() ? this.#seal.seal(channel, bytes) : bytes);
    } catch {
      this.#dropped += 1;
    } finally {
      this.#inFlight -= 1;
    }
  }

  ssubscribe(channel: string): void {
    this.#listening.want(channel);
  }

  sunsubscribe(channel: string): void {
    this.#listening.forget(channel);
  }

  close(): void {
    this.#isClosed = true;
    this.#listening.close();
    for (const master of this.#masters) master.close();
    this.#publisher.disconnect();
  }

  /** Whatever it is that Redis brings: it ends nothing here. */
  #heard(channel: Buffer, sealed: Buffer): void {
    const opened = this.#seal.open(channel.toString(), sealed);
    if ('refused' in opened) {
      const isOfOlder = opened.refused === 'not_sealed' && !this.#maySeal();
      if (!isOfOlder) return this.#refuse(opened.refused);
    }
    const message = 'refused' in opened ? sealed : opened.message;
    try {
      for (const listener of this.#listeners) listener(channel, message);
    } catch (cause) {
      this.#refuse('not_understood', cause);
    }
  }

  #refuse(why: string, cause?: unknown): void {
    this.#refused += 1;
    const nowMs = performance.now();
    if (nowMs - this.#refusalToldMs < REFUSALS_TOLD_EVERY_MS) return;
    this.#refusalToldMs = nowMs;
    this.#onFault('redis.refused', { why, messages: this.#refused, cause });
    this.#refused = 0;
  }

  #away(): void {
    if (this.#wasAway || this.#isClosed) return;
    this.#wasAway = true;
    this.#onFault('redis.away', { cause: this.#lastFault });
  }

  #settle(): void {
    if (!this.#wasAway || !this.isUp) return;
    this.#wasAway = false;
    this.#lastFault = undefined;
    this.#onFault('redis.back', { dropped: this.#dropped });
    this.#tellBack();
    // Other servers may come back after this one: what they dropped until then is caught up with too.
    setTimeout(() => this.#tellBack(), 2 * REDIS_RECONNECT_MAX_MS).unref();
  }

  #tellBack(): void {
    for (const listener of this.#back) listener();
  }
}

function connectToCluster(urls: string[]): Cluster {
  const { enableOfflineQueue, enableAutoPipelining, ...redisOptions } = PUBLISHING;
  return new Cluster(urls, {
    enableOfflineQueue,
    enableAutoPipelining,
    redisOptions,
    slotsRefreshInterval: REDIS_SLOTS_EVERY_MS,
    clusterRetryStrategy: reconnectAfterMs,
  });
}
