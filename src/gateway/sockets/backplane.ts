/**
 * Rooms across servers: Socket.IO's sharded Redis adapter, with one channel a room that is listened to only where
 * somebody is in it. What a server tells its own sockets does not go through here; what it tells the others' arrives
 * there as an event for a room, and is delivered as one of their own, in the same bounded way.
 */
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Namespace, Server } from 'socket.io';
import { TIMERS } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import { REDIS_COMMAND_TIMEOUT_MS } from '../limits.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { publishEvent, redirectBroadcasts, roomChannel } from './socket-io-internals.ts';

export type RemoteEvent = (room: string, event: string, payload: unknown) => void;

/** What other servers' sockets want to hear just now; for nobody nothing is published. */
export interface Audience {
  hasOthers(): boolean;
  isWatched(apartmentId: string): boolean;
  hasFeed(): boolean;
  /** Resolves once the others know that this server's feed is watched. */
  tellFeed(): Promise<void>;
}

export class Backplane {
  readonly audience: Audience;
  readonly #redis: RedisLink;

  constructor(redis: RedisLink, audience: Audience) {
    this.#redis = redis;
    this.audience = audience;
  }

  /** Before any namespace is made. */
  serve(io: Server): void {
    const options = { subscriptionMode: 'dynamic', channelPrefix: this.#redis.prefix } as const;
    io.adapter(createShardedAdapter(this.#redis, this.#redis, options) as never);
  }

  listen(namespace: Namespace, deliver: RemoteEvent): void {
    redirectBroadcasts(namespace, deliver);
  }

  /** Best effort: versions and beacons tell a watcher what was lost on the way. */
  publish(namespace: Namespace, room: string, event: string, payload: unknown): void {
    publishEvent(namespace, room, event, payload);
  }

  /**
   * Resolves once events for these rooms, joined before, arrive here; where Redis is away, or does not answer within
   * REDIS_COMMAND_TIMEOUT_MS, without that: the beacons tell what is missed.
   */
  async subscribed(namespace: Namespace, rooms: readonly string[]): Promise<void> {
    if (!this.#redis.isUp || rooms.length === 0) return;
    const channels = rooms.map((room) => roomChannel(namespace, room));
    await within(TIMERS, REDIS_COMMAND_TIMEOUT_MS, this.#redis.listensTo(channels));
  }

  onBack(listener: () => void): void {
    this.#redis.onBack(listener);
  }
}
