/** Figures of this second and the last ten minutes. */
import { useMemo } from 'react';
import type { Stats } from '../../../../src/client/index.ts';
import { numberText } from '../../format.ts';
import { overSeconds, type Plotted } from '../../plots/series.ts';
import { t } from '../../texts/index.ts';
import { FigureCard } from './figure-card.tsx';

/** What "before" is for a live figure: so many seconds ago. */
const BEFORE_SECONDS = 60;

export function HoldsOpen({ history }: { history: readonly Stats[] }) {
  const says = t.admin.figures.holdsOpen;
  return (
    <LiveCard
      id="holds-open"
      title={says.title}
      means={says.means}
      history={history}
      of={holdsOf}
      labels={[says.title]}
      format={numberText}
    />
  );
}

export function CommandsPerSecond({ history }: { history: readonly Stats[] }) {
  const says = t.admin.figures.commands;
  return (
    <LiveCard
      id="commands"
      title={says.title}
      means={says.means}
      history={history}
      of={commandsOf}
      labels={[says.title]}
      format={numberText}
    />
  );
}

export function CommitTimes({ history }: { history: readonly Stats[] }) {
  const says = t.admin.figures.commit;
  return (
    <LiveCard
      id="commit"
      title={says.title}
      means={says.means}
      note={says.note(milliseconds(history.at(-1)?.commitMsP99 ?? 0))}
      history={history}
      of={commitOf}
      labels={[says.p50, says.p99]}
      format={milliseconds}
      good="down"
    />
  );
}

export function Sockets({ history }: { history: readonly Stats[] }) {
  const says = t.admin.figures.sockets;
  return (
    <LiveCard
      id="sockets"
      title={says.title}
      means={says.means}
      history={history}
      of={socketsOf}
      labels={[says.title]}
      format={numberText}
    />
  );
}

const milliseconds = (value: number) => t.admin.milliseconds(numberText(value));

const holdsOf = ({ holdsOpen }: Stats) => [holdsOpen];
const commandsOf = ({ commandsPerSecond }: Stats) => [commandsPerSecond];
const commitOf = ({ commitMsP50, commitMsP99 }: Stats) => [commitMsP50, commitMsP99];
const socketsOf = ({ sockets }: Stats) => [sockets];

function LiveCard({
  history,
  of,
  labels,
  format,
  good,
  ...card
}: {
  id: string;
  title: string;
  means: string;
  note?: string;
  history: readonly Stats[];
  /** The same function at every drawing: the plot is only made anew with the history. */
  of: (stats: Stats) => number[];
  labels: readonly string[];
  format: (value: number) => string;
  good?: 'up' | 'down';
}) {
  const said = labels.join('\n');
  const plotted: Plotted = useMemo(
    () =>
      overSeconds(
        history.map((stats) => ({ atMs: Date.parse(stats.at), values: of(stats) })),
        said.split('\n'),
      ),
    [history, of, said],
  );
  const latest = history.at(-1);
  const before = ago(history, BEFORE_SECONDS);
  const now = latest === undefined ? undefined : of(latest)[0];
  return (
    <FigureCard
      {...card}
      value={now === undefined ? '–' : format(now)}
      change={{
        now,
        before: before === undefined ? undefined : of(before)[0],
        format,
        against: t.admin.change.thanAMinuteAgo,
        ...(good === undefined ? {} : { good }),
      }}
      plot={{ plotted, format }}
    />
  );
}

/** The newest statistics that are at least so old. */
function ago(history: readonly Stats[], seconds: number): Stats | undefined {
  const newest = history.at(-1);
  if (newest === undefined) return undefined;
  const untilMs = Date.parse(newest.at) - seconds * 1_000;
  return history.findLast(({ at }) => Date.parse(at) <= untilMs);
}
