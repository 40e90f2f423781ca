/** Each node's figures of the last second, told to all others, so that any of them can show the whole system's. */
import { NODE_FIGURES_FRESH_MS } from '../protocol/limits.ts';

export interface NodeFigures {
  readonly holdsOpen: number;
  readonly commandsPerSecond: number;
  readonly sockets: number;
  /** Admins on the feed. */
  readonly feeds: number;
  readonly commitMsP50: number;
  readonly commitMsP99: number;
}

export const FIGURES = 'figures';

export class ClusterFigures {
  readonly #monotonicMs: () => number;
  readonly #heard = new Map<string, { readonly figures: NodeFigures; readonly atMs: number }>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  receive(nodeId: string, body: unknown): void {
    this.#heard.set(nodeId, { figures: body as NodeFigures, atMs: this.#monotonicMs() });
  }

  /** Counts added up; of the commit times, those of the slowest node. */
  withOthers(own: NodeFigures): NodeFigures {
    let total = own;
    for (const [nodeId, { figures, atMs }] of this.#heard) {
      if (this.#monotonicMs() - atMs > NODE_FIGURES_FRESH_MS) {
        this.#heard.delete(nodeId);
        continue;
      }
      total = {
        holdsOpen: total.holdsOpen + figures.holdsOpen,
        commandsPerSecond: total.commandsPerSecond + figures.commandsPerSecond,
        sockets: total.sockets + figures.sockets,
        feeds: total.feeds + figures.feeds,
        commitMsP50: Math.max(total.commitMsP50, figures.commitMsP50),
        commitMsP99: Math.max(total.commitMsP99, figures.commitMsP99),
      };
    }
    return total;
  }
}
