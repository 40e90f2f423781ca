/**
 * One connection that listens to channels. Which, is kept here, and Redis is told of changes in batches, one on its way
 * at a time: whether Redis is away or says nothing, nothing grows but the set of what is wanted, and a new connection is
 * told of what is wanted then.
 *
 *   away ──ready──> telling everything ──answered──> whole <──(channels come and go)
 *     ^───────────────────close───────────────────────┘
 */
import type { Redis } from 'ioredis';
import { REDIS_CHANNELS_AT_ONCE, REDIS_RECONNECT_MAX_MS } from '../limits.ts';

/** What listens to channels, over one connection or several. */
export interface Listening {
  /** Whether everything that is wanted is listened to, but for what has just come. */
  readonly isWhole: boolean;
  want(channel: string): void;
  forget(channel: string): void;
  /** Resolves once these, wanted before, are listened to; where Redis is away, or goes away meanwhile, without that. */
  listensTo(channels: readonly string[]): Promise<void>;
  close(): void;
}

export interface ListeningHost {
  readonly heard: (channel: Buffer, message: Buffer) => void;
  /** It is not whole any more; told more than once. */
  readonly lost: () => void;
  /** It is whole again. */
  readonly whole: () => void;
  readonly fault: (event: string, details: Record<string, unknown>) => void;
}

export interface SubscriberOptions extends ListeningHost {
  /** Channels of different slots are not told in one command; undefined where there are no slots. */
  readonly slotOf?: (channel: string) => number;
  /** Some channel is another node's. */
  readonly moved?: () => void;
}

export class Subscriber implements Listening {
  readonly #client: Redis;
  readonly #options: SubscriberOptions;
  readonly #wanted = new Set<string>();
  /** Answered by Redis, and not given up since. */
  #heard = new Set<string>();
  /** Those that are in one of the two and not in the other, and not on their way. */
  #changed = new Set<string>();
  #isReady = false;
  #isWhole = false;
  #isClosed = false;
  /** Everything is among what has changed. */
  #isAnew = false;
  /** Something of what was heard is not any more. */
  #isDoubtful = false;
  #isRefused = false;
  /** The batch on its way, and the one after it. */
  #flight: PromiseWithResolvers<void> | undefined;
  #next: PromiseWithResolvers<void> | undefined;
  #isSoon = false;
  #again: NodeJS.Timeout | undefined;

  constructor(client: Redis, options: SubscriberOptions) {
    this.#client = client;
    this.#options = options;
    client.on('error', () => {});
    client.on('ready', () => {
      this.#isReady = true;
      this.#tellAnew();
    });
    client.on('close', () => this.#away());
    client.on('moved', () => this.#moved());
    client.on('smessageBuffer', options.heard);
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  want(channel: string): void {
    if (this.#wanted.has(channel)) return;
    this.#wanted.add(channel);
    this.#change(channel);
  }

  forget(channel: string): void {
    if (this.#wanted.delete(channel)) this.#change(channel);
  }

  listensTo(channels: readonly string[]): Promise<void> {
    return channels.every((channel) => this.#heard.has(channel)) ? Promise.resolve() : this.told();
  }

  /** Resolves once Redis has answered what has changed until now, or is away. */
  told(): Promise<void> {
    if (this.#flight === undefined) {
      if (!this.#isReady || this.#changed.size === 0) return Promise.resolve();
      return this.#tell();
    }
    if (this.#changed.size === 0) return this.#flight.promise;
    this.#next ??= Promise.withResolvers();
    return this.#next.promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#away();
    this.#client.disconnect();
  }

  /** What changes in one turn of the event loop is one batch. */
  #change(channel: string): void {
    if (!this.#isReady) return;
    if (this.#wanted.has(channel) === this.#heard.has(channel)) this.#changed.delete(channel);
    else this.#changed.add(channel);
    if (this.#isSoon) return;
    this.#isSoon = true;
    queueMicrotask(() => {
      this.#isSoon = false;
      void this.told();
    });
  }

  /** What is wanted is not taken for heard. */
  #tellAnew(): void {
    this.#isDoubtful = false;
    this.#isAnew = true;
    this.#isWhole = false;
    const leaving = [...this.#heard].filter((channel) => !this.#wanted.has(channel));
    this.#heard = new Set(leaving);
    this.#changed = new Set([...this.#wanted, ...leaving]);
    if (this.#flight === undefined) void this.#tell();
  }

  #tell(): Promise<void> {
    const flight = this.#next ?? Promise.withResolvers<void>();
    this.#next = undefined;
    this.#flight = flight;
    this.#isAnew = false;
    const changed = [...this.#changed];
    this.#changed.clear();
    void this.#tellOf(changed, flight);
    return flight.promise;
  }

  async #tellOf(changed: readonly string[], flight: PromiseWithResolvers<void>): Promise<void> {
    let refused: { channels: number; cause: unknown } | undefined;
    for (let i = 0; i < changed.length; i += REDIS_CHANNELS_AT_ONCE) {
      const batch = changed.slice(i, i + REDIS_CHANNELS_AT_ONCE);
      const fresh = batch.filter((channel) => this.#wanted.has(channel) && !this.#heard.has(channel));
      const gone = batch.filter((channel) => !this.#wanted.has(channel) && this.#heard.delete(channel));
      const answers = await Promise.all([
        ...this.#bySlot(fresh).map((channels) => this.#ask('ssubscribe', channels)),
        ...this.#bySlot(gone).map((channels) => this.#ask('sunsubscribe', channels)),
      ]);
      // The connection that was told is gone.
      if (this.#flight !== flight) return;
      for (const { command, channels, cause } of answers) {
        if (command === 'sunsubscribe') continue;
        if (cause !== undefined) refused = { channels: channels.length + (refused?.channels ?? 0), cause };
        for (const channel of channels) {
          if (cause === undefined) this.#heard.add(channel);
          if (this.#wanted.has(channel) !== this.#heard.has(channel)) this.#changed.add(channel);
        }
      }
    }
    this.#flight = undefined;
    flight.resolve();
    if (refused !== undefined) this.#refused(refused);
    else if (!this.#isAnew && !this.#isDoubtful) this.#complete();
    const hasMore = this.#changed.size > 0 || this.#isAnew;
    if (this.#next !== undefined || (hasMore && refused === undefined)) void this.#tell();
  }

  #complete(): void {
    this.#isRefused = false;
    if (this.#isWhole) return;
    this.#isWhole = true;
    this.#options.whole();
  }

  /** Some slot has no node just now, say. */
  #refused(details: { channels: number; cause: unknown }): void {
    if (!this.#isRefused) this.#options.fault('redis.not_subscribed', details);
    this.#isRefused = true;
    this.#isWhole = false;
    this.#options.lost();
    this.#tellLater();
  }

  /** Which channels is not said: those that Redis has dropped, or a command that it refused. */
  #moved(): void {
    if (!this.#isReady) return;
    this.#isDoubtful = true;
    this.#isWhole = false;
    this.#options.lost();
    this.#options.moved?.();
    this.#tellLater();
  }

  #tellLater(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      if (this.#isDoubtful) this.#tellAnew();
      else void this.told();
    }, REDIS_RECONNECT_MAX_MS).unref();
  }

  #away(): void {
    this.#isReady = false;
    this.#isWhole = false;
    this.#isAnew = false;
    this.#isDoubtful = false;
    this.#isRefused = false;
    this.#heard.clear();
    this.#changed.clear();
    clearTimeout(this.#again);
    this.#again = undefined;
    const waiting = [this.#flight, this.#next];
    this.#flight = undefined;
    this.#next = undefined;
    for (const each of waiting) each?.resolve();
    if (!this.#isClosed) this.#options.lost();
  }

  async #ask(command: 'ssubscribe' | 'sunsubscribe', channels: readonly string[]) {
    try {
      await this.#client[command](...channels);
      return { command, channels };
    } catch (cause) {
      return { command, channels, cause };
    }
  }

  #bySlot(channels: readonly string[]): readonly (readonly string[])[] {
    const { slotOf } = this.#options;
    if (slotOf === undefined) return channels.length === 0 ? [] : [channels];
    return [...Map.groupBy(channels, slotOf).values()];
  }
}
