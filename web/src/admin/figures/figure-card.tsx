/** One figure: its number, how it moved, what it means, and how it went. */
import { useId } from 'react';
import { LazyPlot } from '../../plots/lazy-plot.tsx';
import type { PlotProps } from '../../plots/plot.tsx';
import { Change, type ChangeProps } from './change.tsx';

export interface FigureCardProps {
  /** For tests and for the address of one figure: `#adr`. */
  readonly id: string;
  readonly title: string;
  readonly value: string;
  readonly note?: string;
  readonly means: string;
  readonly change: ChangeProps;
  readonly plot: Omit<PlotProps, 'label'>;
}

export function FigureCard({ id, title, value, note, means, change, plot }: FigureCardProps) {
  const heading = useId();
  return (
    <article className="panel figure" id={id} aria-labelledby={heading} data-figure={id}>
      <h3 id={heading}>{title}</h3>
      <p className="figure-value">
        <strong>{value}</strong> {note !== undefined && <span className="muted">{note}</span>}
      </p>
      <Change {...change} />
      <LazyPlot label={title} {...plot} />
      <p className="figure-means small muted">{means}</p>
    </article>
  );
}
