/**
 * Listening on a Redis Cluster: a connection to each master, and each channel on that of its slot. The library's own
 * sharded subscribers are not used: they keep a channel as often as it was asked for, tell nobody that they could
 * not subscribe, and say of the loss of one master nothing as long as another is there. Where the masters are is read by
 * the client that publishes: every REDIS_SLOTS_EVERY_MS, and while a connection is lost at each attempt.
 */
import { type Cluster, Command } from 'ioredis';
import { LISTENING, reconnectAfterMs } from './connecting.ts';
import { type Listening, type ListeningHost, Subscriber } from './subscriber.ts';

const SLOTS = 16_384;

export class ClusterSubscribers implements Listening {
  readonly #cluster: Cluster;
  readonly #host: ListeningHost;
  /** By the address of a master. */
  readonly #subscribers = new Map<string, Subscriber>();
  /** By slot; undefined where it is not known, or nobody's. */
  #addresses: readonly (string | undefined)[] = [];
  /** Of the channels that are wanted. */
  readonly #slots = new Map<string, number>();
  #moves = 0;

  constructor(cluster: Cluster, host: ListeningHost) {
    this.#cluster = cluster;
    this.#host = host;
    cluster.on('refresh', () => this.#looked());
    cluster.on('ready', () => this.#told());
  }

  get isWhole(): boolean {
    const subscribers = [...this.#subscribers.values()];
    return subscribers.length > 0 && this.#moves === 0 && subscribers.every(({ isWhole }) => isWhole);
  }

  want(channel: string): void {
    const slot = slotOf(channel);
    this.#slots.set(channel, slot);
    this.#at(this.#addresses[slot])?.want(channel);
  }

  forget(channel: string): void {
    const slot = this.#slots.get(channel);
    if (slot === undefined) return;
    this.#slots.delete(channel);
    this.#at(this.#addresses[slot])?.forget(channel);
  }

  async listensTo(channels: readonly string[]): Promise<void> {
    const byAddress = Map.groupBy(channels, (channel) => this.#addresses[slotOf(channel)]);
    await Promise.all([...byAddress].map(([address, own]) => this.#at(address)?.listensTo(own)));
  }

  close(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.close();
  }

  #at(address: string | undefined): Subscriber | undefined {
    return address === undefined ? undefined : this.#subscribers.get(address);
  }

  #looked(): void {
    const { slots } = this.#cluster;
    const addresses = Array.from({ length: SLOTS }, (_, slot) => slots[slot]?.[0]);
    const before = this.#addresses;
    if (addresses.every((address, slot) => address === before[slot])) return;
    const present = new Set(addresses.filter((address) => address !== undefined));
    for (const address of present) this.#open(address);
    this.#addresses = addresses.map((address) => (this.#at(address) === undefined ? undefined : address));
    this.#move(before);
    for (const [address, subscriber] of this.#subscribers) {
      if (present.has(address)) continue;
      this.#subscribers.delete(address);
      subscriber.close();
    }
    this.#told();
  }

  /** Until they are listened to where they are now, they are nowhere. */
  #move(before: readonly (string | undefined)[]): void {
    let isMoving = false;
    for (const [channel, slot] of this.#slots) {
      const [from, to] = [before[slot], this.#addresses[slot]];
      if (from === to) continue;
      this.#at(from)?.forget(channel);
      this.#at(to)?.want(channel);
      isMoving ||= from !== undefined;
    }
    if (!isMoving) return;
    this.#host.lost();
    this.#moves += 1;
    void Promise.all([...this.#subscribers.values()].map((subscriber) => subscriber.told())).then(() => {
      this.#moves -= 1;
      this.#told();
    });
  }

  /** As the client that publishes reaches that node. */
  #open(address: string): void {
    if (this.#subscribers.has(address)) return;
    const node = this.#cluster
      .nodes('master')
      .find(({ options }) => `${options.host}:${options.port}` === address);
    if (node === undefined) return;
    const client = node.duplicate({
      ...LISTENING,
      retryStrategy: reconnectAfterMs,
      commandTimeout: undefined,
      readOnly: false,
      lazyConnect: false,
    });
    const subscriber = new Subscriber(client, {
      slotOf,
      heard: this.#host.heard,
      lost: () => {
        this.#host.lost();
        this.#look();
      },
      whole: () => this.#told(),
      moved: () => this.#look(),
      fault: this.#host.fault,
    });
    this.#subscribers.set(address, subscriber);
  }

  #look(): void {
    if (this.#cluster.status === 'ready') this.#cluster.refreshSlotsCache();
  }

  #told(): void {
    if (this.isWhole) this.#host.whole();
  }
}

function slotOf(channel: string): number {
  return new Command('ssubscribe', [channel]).getSlot() ?? 0;
}
