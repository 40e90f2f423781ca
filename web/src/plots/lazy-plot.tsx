/** The plot, loaded when the first one is shown; the room for it is there before. */
import { lazy, Suspense } from 'react';
import type { PlotProps } from './plot.tsx';

const Plot = lazy(() => import('./plot.tsx'));

export function LazyPlot(props: PlotProps) {
  return (
    <Suspense fallback={<div className="plot-room" aria-hidden="true" />}>
      <Plot {...props} />
    </Suspense>
  );
}
