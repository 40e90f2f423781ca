/** One row a server: how it is, in words, and how many shards it has. */
import { Cell, Column, Meter, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import { SHARDS } from '../../../../src/protocol/limits.ts';
import { timeText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import type { SeenNode } from './gone-nodes.ts';

type State = keyof typeof t.admin.servers.states;

export function NodeTable({ nodes }: { nodes: readonly SeenNode[] }) {
  const says = t.admin.servers;
  return (
    <div className="node-table">
      <Table aria-label={says.table} selectionMode="none">
        <TableHeader>
          <Column isRowHeader>{says.server}</Column>
          <Column>{says.state}</Column>
          <Column>{says.shards}</Column>
        </TableHeader>
        <TableBody items={nodes} dependencies={[nodes]}>
          {(node) => (
            <Row id={node.id} data-node={node.id} data-node-state={stateOf(node)}>
              <Cell>
                <code>{node.id}</code>
              </Cell>
              <Cell>
                <StateText node={node} />
              </Cell>
              <Cell>
                <Meter
                  className="shard-meter"
                  value={node.shards}
                  maxValue={SHARDS}
                  valueLabel={says.ofShards(node.shards, SHARDS)}
                  aria-label={says.shardsOf(node.id)}
                >
                  {({ percentage, valueText }) => (
                    <>
                      <span className="shard-meter-track">
                        <span className="shard-meter-fill" style={{ width: `${percentage}%` }} />
                      </span>
                      <span>{valueText}</span>
                    </>
                  )}
                </Meter>
              </Cell>
            </Row>
          )}
        </TableBody>
      </Table>
    </div>
  );
}

const stateOf = ({ state, goneAtMs }: SeenNode): string => (goneAtMs === undefined ? state : 'gone');

function StateText({ node }: { node: SeenNode }) {
  const state = stateOf(node);
  const says = t.admin.servers.states[state as State] ?? { name: state, means: '' };
  return (
    <>
      <strong className="node-state">
        <span aria-hidden="true">{MARKS[state] ?? '?'}</span> {says.name}
        {node.goneAtMs !== undefined &&
          ` ${t.admin.servers.since(timeText(new Date(node.goneAtMs).toISOString()))}`}
      </strong>
      <br />
      <span className="small muted">{says.means}</span>
    </>
  );
}

const MARKS: Record<string, string> = {
  up: '●',
  leaving: '◐',
  silent: '◌',
  dead: '✕',
  left: '○',
  gone: '✕',
};
