/** Servers as the statistics list them, and for a while those that they have ceased to list. */
import type { Stats } from '../../../../src/client/index.ts';

/** How long a server that disappeared is still shown, in milliseconds. */
export const GONE_SHOWN_MS = 120_000;

export interface SeenNode {
  readonly id: string;
  readonly state: string;
  readonly shards: number;
  /** When it was first missing, by the server's clock; undefined where it is there. */
  readonly goneAtMs: number | undefined;
}

/** By id, so that no row changes its place. */
export function seenNodes(known: readonly SeenNode[], { nodes, at }: Stats): readonly SeenNode[] {
  const nowMs = Date.parse(at);
  const listed = new Set(nodes.map(({ id }) => id));
  const gone = known.flatMap((node) => {
    if (listed.has(node.id)) return [];
    const goneAtMs = node.goneAtMs ?? nowMs;
    return nowMs - goneAtMs > GONE_SHOWN_MS ? [] : [{ ...node, shards: 0, goneAtMs }];
  });
  return [...nodes.map((node) => ({ ...node, goneAtMs: undefined })), ...gone].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}
