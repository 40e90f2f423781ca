/**
 * Which node should own which shard: rendezvous hashing (Thaler and Ravishankar, 1998). Every node gives every shard a
 * weight, and the heaviest has it. So everybody who knows the same nodes comes to the same answer, a node that joins
 * takes from each of the others only what it will own, and one that leaves moves nothing but its own.
 * Shares are even as dice are even: with ten nodes most are within a fifth of the mean. That is bought for moving
 * no shard without need; how busy a shard is differs more.
 */
import { SHARDS } from '../../protocol/limits.ts';

/**
 * @param nodeIds in any order, without repeats
 * @returns by shard, the id of the node that should own it; empty where there is no node
 */
export function placeShards(nodeIds: readonly string[]): string[] {
  if (nodeIds.length === 0) return [];
  // In order, so that of two equal weights the same one wins everywhere.
  const nodes = [...nodeIds].sort().map((id) => ({ id, seed: hashOf(id) }));
  return Array.from({ length: SHARDS }, (_, shard) => {
    let best = '';
    let heaviest = -1;
    for (const { id, seed } of nodes) {
      const weight = mixed(seed ^ mixed(shard + 1));
      if (weight > heaviest) {
        heaviest = weight;
        best = id;
      }
    }
    return best;
  });
}

/** FNV-1a over UTF-16 units; alone it spreads too little of a late character into the high bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** MurmurHash3's finaliser: every bit of the input changes half of the output's; in [0, 2^32). */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
