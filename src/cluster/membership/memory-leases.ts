/** The tables of nodes and shards in memory, for tests and simulation: the same promises as in PostgreSQL. */
import { EPOCHS_UNSEEN_MAX } from '../../persistence/limits.ts';
import { LevelTooLow } from '../../persistence/statements/least-level.ts';
import { SHARDS } from '../../protocol/limits.ts';
import { LEASE_MS } from '../limits.ts';
import type { ClocksBefore } from './first-clock.ts';
import type {
  Accusation,
  Gift,
  Judgement,
  LeaseStore,
  Look,
  NewNode,
  NodeRow,
  NodeState,
  RecordedClock,
} from './lease-store.ts';
import { bootOf, type ProcessIdentity } from './process-identity.ts';

export interface MemoryLeasesOptions {
  /** The store's clock, in epoch milliseconds. */
  readonly nowMs: () => number;
  /** Resolves when no append to these shards is under way. */
  readonly appended?: (shards: readonly number[]) => Promise<void>;
  /** Whether one is. */
  readonly isBusy?: (shard: number) => boolean;
  /** A shard has a new owner: appends at an earlier epoch are fenced from now on. */
  readonly moved?: (shard: number, epoch: number) => void;
  /** What must be understood from the beginning. */
  readonly leastLevel?: number;
}

/** As long as a node that is gone may come back. */
const GONE_COUNTED_MS = 600_000;

interface Node extends NewNode {
  readonly identity: ProcessIdentity;
  state: NodeState;
  leaseUntilMs: number;
  clockMs: number;
  clockBehindMs: number;
  uptimeMs: number | undefined;
}

export class MemoryLeases implements LeaseStore {
  readonly #options: MemoryLeasesOptions;
  readonly #nodes = new Map<string, Node>();
  readonly #shards: { nodeId: string | null; epoch: number }[] = Array.from({ length: SHARDS }, () => ({
    nodeId: null,
    epoch: 0,
  }));
  /** The sum of all epochs. */
  #generation = 0;
  #joining: Promise<unknown> = Promise.resolve();
  #leastLevel: number;

  constructor(options: MemoryLeasesOptions) {
    this.#options = options;
    this.#leastLevel = options.leastLevel ?? 0;
  }

  async clocksBefore({ host }: ProcessIdentity): Promise<ClocksBefore> {
    const nodes = [...this.#nodes.values()].sort((a, b) => b.clockMs - a.clockMs);
    const [last] = nodes;
    const here = nodes.find(
      ({ identity, uptimeMs }) =>
        bootOf(host) !== '' && bootOf(identity.host) === bootOf(host) && uptimeMs !== undefined,
    );
    return {
      ...(last && { last: { clockMs: last.clockMs, behindMs: last.clockBehindMs } }),
      ...(here && { here: { clockMs: here.clockMs, uptimeMs: here.uptimeMs! } }),
    };
  }

  async nowMs(): Promise<number> {
    return this.#options.nowMs();
  }

  async renew(nodeId: string, known: { readonly generation: number } & RecordedClock): Promise<Look> {
    const nowMs = this.#options.nowMs();
    // As one statement of PostgreSQL sees it: the nodes as they were before this renewal.
    const owners = new Set(this.#shards.map(({ nodeId }) => nodeId));
    const nodes = [...this.#nodes.values()].filter((node) => isPresent(node) || owners.has(node.id));
    const rows = nodes.map((node) => this.#row(node));
    const node = this.#nodes.get(nodeId);
    const isRenewed = node !== undefined && isPresent(node);
    if (isRenewed) {
      node.leaseUntilMs = nowMs + LEASE_MS;
      const { clockMs, clockBehindMs, uptimeMs } = known;
      Object.assign(node, { clockMs, clockBehindMs, uptimeMs });
    }
    return {
      state: isRenewed ? (node.state as 'up' | 'leaving') : null,
      nodes: rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
      leastLevel: this.#leastLevel,
      generation: this.#generation,
      shards:
        known.generation === this.#generation
          ? null
          : this.#shards.map(({ nodeId, epoch }) => [nodeId, epoch] as const),
    };
  }

  join(
    node: NewNode,
    identity: ProcessIdentity,
    judge: (others: readonly NodeRow[]) => Promise<Judgement>,
  ): Promise<NodeRow | undefined> {
    const joined = this.#joining.then(async () => {
      const others = [...this.#nodes.values()].filter(isPresent).map((other) => this.#row(other));
      const judgement = await judge(others.sort((a, b) => (a.id < b.id ? -1 : 1)));
      if ('inTheWay' in judgement) return judgement.inTheWay;
      for (const id of judgement.dead) {
        const dead = this.#nodes.get(id);
        if (dead !== undefined && isPresent(dead)) dead.state = 'dead';
      }
      const { id, url, exclusive, level } = node;
      if (level < this.#leastLevel) throw new LevelTooLow(this.#leastLevel, level);
      if (this.#nodes.has(id)) throw new Error(`node ${id} is there already`);
      const leaseUntilMs = this.#options.nowMs() + LEASE_MS;
      const begun: Node = {
        id,
        url,
        exclusive,
        level,
        identity,
        state: 'up',
        leaseUntilMs,
        clockMs: this.#options.nowMs(),
        clockBehindMs: 0,
        uptimeMs: undefined,
      };
      this.#nodes.set(id, begun);
      return undefined;
    });
    this.#joining = joined.catch(() => {});
    return joined;
  }

  async declareDead(witnessId: string, accused: readonly Accusation[]): Promise<string[]> {
    if (this.#nodes.get(witnessId)?.state !== 'up') return [];
    const declared: string[] = [];
    for (const { id, lease } of accused) {
      const node = this.#nodes.get(id);
      if (node === undefined || !isPresent(node) || (lease !== null && leaseOf(node) !== lease)) continue;
      node.state = 'dead';
      declared.push(id);
    }
    return declared;
  }

  async raiseLeastLevel(): Promise<number> {
    const sinceMs = this.#options.nowMs() - GONE_COUNTED_MS;
    const nodes = [...this.#nodes.values()];
    const present = nodes.filter(isPresent);
    const mayComeBack = nodes.filter(
      ({ url, leaseUntilMs }) => leaseUntilMs > sinceMs && !present.some((next) => next.url === url),
    );
    const counted = [...present, ...mayComeBack];
    if (counted.length > 0)
      this.#leastLevel = Math.max(this.#leastLevel, Math.min(...counted.map(({ level }) => level)));
    return this.#leastLevel;
  }

  async startLeaving(nodeId: string): Promise<void> {
    const node = this.#nodes.get(nodeId);
    if (node?.state === 'up') node.state = 'leaving';
  }

  async endLease(nodeId: string): Promise<void> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined || !isPresent(node)) return;
    node.state = 'left';
    node.leaseUntilMs = this.#options.nowMs();
  }

  async claimShards(
    nodeId: string,
    wanted: readonly number[],
    busy: 'pass over' | 'wait',
  ): Promise<Map<number, number>> {
    const { appended, isBusy } = this.#options;
    if (busy === 'wait') await appended?.(wanted);
    const taken = new Map<number, number>();
    if (this.#nodes.get(nodeId)?.state !== 'up') return taken;
    for (const shard of wanted) {
      if (isBusy?.(shard) === true) continue;
      const owner = this.#nodes.get(this.#shards[shard]?.nodeId ?? '');
      if (owner === undefined || !isPresent(owner)) taken.set(shard, this.#move(shard, nodeId));
    }
    return taken;
  }

  async handOverShards(nodeId: string, gifts: readonly Gift[]): Promise<number[]> {
    await this.#options.appended?.(gifts.map(({ shard }) => shard));
    const given: number[] = [];
    for (const { shard, epoch, takerId } of gifts) {
      const owned = this.#shards[shard];
      if (owned?.nodeId !== nodeId || owned.epoch !== epoch) continue;
      if (this.#nodes.get(takerId)?.state !== 'up') continue;
      this.#move(shard, takerId);
      given.push(shard);
    }
    return given;
  }

  /**
   * As `nightlatch history accept` leaves them: every epoch above any that was seen, and no owner, nor anybody who might be one.
   * @param epochMax the highest that was seen in the history which was acknowledged
   */
  disown(epochMax: number): void {
    for (const node of this.#nodes.values()) if (isPresent(node)) node.state = 'dead';
    this.#generation = 0;
    for (const [shard, { epoch: last }] of this.#shards.entries()) {
      const epoch = Math.max(last, epochMax) + EPOCHS_UNSEEN_MAX;
      this.#shards[shard] = { nodeId: null, epoch };
      this.#generation += epoch;
      this.#options.moved?.(shard, epoch);
    }
  }

  #move(shard: number, nodeId: string): number {
    const epoch = this.#shards[shard]!.epoch + 1;
    this.#shards[shard] = { nodeId, epoch };
    this.#generation += 1;
    this.#options.moved?.(shard, epoch);
    return epoch;
  }

  #row(node: Node): NodeRow {
    const { id, url, state, exclusive, level, identity } = node;
    const leaseLeftMs = node.leaseUntilMs - this.#options.nowMs();
    return { id, url, state, exclusive, level, lease: leaseOf(node), leaseLeftMs, ...identity };
  }
}

function isPresent({ state }: Node): boolean {
  return state === 'up' || state === 'leaving';
}

function leaseOf({ leaseUntilMs }: Node): string {
  return String(leaseUntilMs);
}
