/** Figures of this second and the last ten minutes. */
import { useMemo } from 'react';
import type { Stats } from '../../../../src/client/index.ts';
import { numberText } from '../../format.ts';
import { overSeconds, type Plotted } from '../../plots/series.ts';
import { t } from '../../texts/index.ts';
import { FigureCard } from './figure-card.tsx';

/** What "before" is for a live figure: so many seconds ago. */
const BEFORE_SECONDS = 60;

/** Those of one value, each with what it is of the server's figures. */
const SINGLE = {
  holdsOpen: { id: 'holds-open', of: ({ holdsOpen }: Stats) => [holdsOpen] },
  commands: { id: 'commands', of: ({ commandsPerSecond }: Stats) => [commandsPerSecond] },
  sockets: { id: 'sockets', of: ({ sockets }: Stats) => [sockets] },
} as const;

export function LiveFigure({ figure, history }: { figure: keyof typeof SINGLE; history: readonly Stats[] }) {
  const says = t.admin.figures[figure];
  const { id, of } = SINGLE[figure];
  return (
    <LiveCard
      {...{ id, of, history }}
      title={says.title}
      means={says.means}
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

const milliseconds = (value: number) => t.admin.milliseconds(numberText(value));
const commitOf = ({ commitMsP50, commitMsP99 }: Stats) => [commitMsP50, commitMsP99];

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
