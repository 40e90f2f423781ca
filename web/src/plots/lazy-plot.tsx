/** The plot, loaded when the first one is shown; the room for it is there before. */
import { Part } from '../part.ts';
import { usePart } from '../shared/live/use-part.ts';
import { NotLoaded } from '../shared/not-loaded.tsx';
import type { PlotProps } from './plot.tsx';

const PLOT = new Part(() => import('./plot.tsx'));

export function LazyPlot(props: PlotProps) {
  const { here, isMissing } = usePart(PLOT);
  if (here !== undefined) return <here.default {...props} />;
  return (
    <div className="plot-room" aria-hidden={!isMissing}>
      {isMissing && <NotLoaded />}
    </div>
  );
}
