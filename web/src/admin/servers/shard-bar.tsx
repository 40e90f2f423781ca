/** All shards as one bar: which server has how many of them, and how many nobody has. */
import { SHARDS } from '../../../../src/protocol/limits.ts';
import { t } from '../../texts/index.ts';
import type { SeenNode } from './gone-nodes.ts';

export function ShardBar({ nodes }: { nodes: readonly SeenNode[] }) {
  const owned = nodes.reduce((sum, { shards }) => sum + shards, 0);
  const nobody = Math.max(0, SHARDS - owned);
  const says = t.admin.servers;
  return (
    <>
      <div className="shard-bar" aria-hidden="true">
        {nodes
          .filter(({ shards }) => shards > 0)
          .map(({ id, shards, state }, i) => (
            <span
              key={id}
              className="shard-part"
              data-pattern={i % 4}
              data-node-state={state}
              style={{ flexGrow: shards }}
            >
              {shards}
            </span>
          ))}
        {nobody > 0 && (
          <span className="shard-part" data-pattern="nobody" style={{ flexGrow: nobody }}>
            {nobody}
          </span>
        )}
      </div>
      <p className="small">{nobody === 0 ? says.allOwned(SHARDS) : says.nobodys(nobody, SHARDS)}</p>
    </>
  );
}
