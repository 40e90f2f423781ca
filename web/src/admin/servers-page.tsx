/** The servers, what each of them has to do, and how fast they write. */

import { StaffOnly } from '../account/staff-only.tsx';
import { timeText } from '../format.ts';
import { Refusal } from '../shared/refusal.tsx';
import { t } from '../texts/index.ts';
import { AdminNav } from './admin-nav.tsx';
import { CommitTimes, LiveFigure } from './figures/live-figures.tsx';
import { useHouse } from './servers/house.ts';
import { NodeTable } from './servers/node-table.tsx';
import { ShardBar } from './servers/shard-bar.tsx';
import { Stale } from './stale.tsx';
import '../styles/admin-figures.css';
import '../styles/admin-servers.css';

export function ServersPage() {
  return (
    <StaffOnly kinds={['admin']} title={t.shell.titles.servers} invitation={t.account.forStaff}>
      <Servers />
    </StaffOnly>
  );
}

function Servers() {
  const { state, stats, history, nodes, error } = useHouse();
  const says = t.admin.servers;
  const there = nodes.filter(({ goneAtMs }) => goneAtMs === undefined);
  return (
    <section className="admin">
      <AdminNav page="servers" />
      <header className="admin-bar">
        <h1>{t.shell.titles.servers}</h1>
        {stats !== undefined && (
          <p className="muted">{says.summary(there.length, stats.sockets, timeText(stats.at))}</p>
        )}
      </header>
      <Stale state={state} at={stats?.at} />
      {error !== undefined && <Refusal error={error} />}
      {stats === undefined ? (
        <p role="status">{t.common.loading}</p>
      ) : (
        <div data-stale={state !== 'online' || undefined}>
          <section className="panel" aria-labelledby="shards">
            <h2 id="shards">{says.shardsTitle}</h2>
            <ShardBar nodes={nodes} />
            <NodeTable nodes={nodes} />
            <p className="small muted">{says.shardsMean}</p>
          </section>
          <section aria-labelledby="work" className="servers-work">
            <h2 id="work">{says.work}</h2>
            <div className="figures">
              <CommitTimes history={history} />
              <LiveFigure figure="commands" history={history} />
              <LiveFigure figure="sockets" history={history} />
            </div>
            <p className="small muted">{says.together}</p>
          </section>
        </div>
      )}
    </section>
  );
}
