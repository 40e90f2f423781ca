/** Each node's stats of the last second, told to all others, so that any of them can show the whole system's. */
import { NODE_FIGURES_FRESH_MS } from './limits.ts';

export interface NodeStats {
  readonly holdsOpen: number;
  readonly commandsPerSecond: number;
  readonly sockets: number;
  /** Admins on the feed. */
  readonly feeds: number;
  readonly commitMsP50: number;
  readonly commitMsP99: number;
}

/** As peers call it, also those of an older version. */
export const NODE_STATS = 'figures';

export class StatsOfNodes {
  readonly #monotonicMs: () => number;
  readonly #heard = new Map<string, { readonly stats: NodeStats; readonly atMs: number }>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  receive(nodeId: string, body: unknown): void {
    this.#heard.set(nodeId, { stats: body as NodeStats, atMs: this.#monotonicMs() });
  }

  /** Counts added up; of the commit times, those of the slowest node. */
  withOthers(own: NodeStats): NodeStats {
    let total = own;
    for (const [nodeId, { stats, atMs }] of this.#heard) {
      if (this.#monotonicMs() - atMs > NODE_FIGURES_FRESH_MS) {
        this.#heard.delete(nodeId);
        continue;
      }
      total = {
        holdsOpen: total.holdsOpen + stats.holdsOpen,
        commandsPerSecond: total.commandsPerSecond + stats.commandsPerSecond,
        sockets: total.sockets + stats.sockets,
        feeds: total.feeds + stats.feeds,
        commitMsP50: Math.max(total.commitMsP50, stats.commitMsP50),
        commitMsP99: Math.max(total.commitMsP99, stats.commitMsP99),
      };
    }
    return total;
  }
}
