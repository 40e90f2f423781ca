import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeShards } from '../../src/cluster/membership/placement.ts';
import { SHARDS } from '../../src/protocol/limits.ts';

const nodeId = fc.stringMatching(/^node_[0-9a-f]{8}$/);
const nodeIds = (minLength: number) => fc.uniqueArray(nodeId, { minLength, maxLength: 12 });

describe('placement', () => {
  it('places every shard on one of the nodes, and none where there is no node', () => {
    expect(placeShards([])).toEqual([]);
    fc.assert(
      fc.property(nodeIds(1), (ids) => {
        const placed = placeShards(ids);
        expect(placed).toHaveLength(SHARDS);
        expect(placed.every((id) => ids.includes(id))).toBe(true);
      }),
    );
  });

  it('is the same on every node, in whatever order it knows the others', () => {
    fc.assert(
      fc.property(
        nodeIds(1).chain((ids) =>
          fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: ids.length })),
        ),
        ([ids, shuffled]) => {
          expect(placeShards(shuffled)).toEqual(placeShards(ids));
        },
      ),
    );
  });

  it('moves to a node that joins what it is to own, and nothing else; and back when it leaves', () => {
    fc.assert(
      fc.property(nodeIds(2), ([joiner = '', ...ids]) => {
        const before = placeShards(ids);
        const after = placeShards([...ids, joiner]);
        for (const [shard, id] of after.entries()) expect([before[shard], joiner]).toContain(id);
      }),
    );
  });

  it('gives each node its share, as even as dice are', () => {
    fc.assert(
      fc.property(nodeIds(2), (ids) => {
        const mean = SHARDS / ids.length;
        for (const id of ids) {
          const share = placeShards(ids).filter((placed) => placed === id).length;
          // Five standard deviations.
          expect(Math.abs(share - mean)).toBeLessThan(5 * Math.sqrt(mean));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is what it was: nodes of two versions must agree during a deployment', () => {
    const placed = placeShards(['node_00000001', 'node_00000002', 'node_00000003']);
    const digits = placed.map((id) => id.at(-1)).join('');
    expect(digits).toMatchInlineSnapshot(
      `"2231332123112212333231112131223331323322121131311333221331221232212213313132122333333121333313123322223131131223333123322323311123223213323122221311232232221113112121113312212331322333121221213233121221311113132132213321331212211222133312132212232232113121"`,
    );
  });
});
