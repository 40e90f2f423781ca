/**
 * The plot, loaded once the page around the first one is there, and drawn when somebody is about to see it: ten canvases
 * are much to draw at once. The room for it is there before.
 */
import { useEffect, useRef, useState } from 'react';
import { Part } from '../part.ts';
import { usePart } from '../shared/live/use-part.ts';
import { NotLoaded } from '../shared/not-loaded.tsx';
import { useIdle } from '../shared/use-idle.ts';
import type { PlotProps } from './plot.tsx';
import '../styles/admin-plot.css';

const PLOT = new Part(() => import('./plot.tsx'));
/** So far outside of the window it is drawn already: a flick of the thumb does not find it missing. */
const AHEAD = '300px';

export function LazyPlot(props: PlotProps) {
  const room = useRef<HTMLDivElement>(null);
  const isIdle = useIdle();
  const [isNear, setNear] = useState(false);
  const { here, isMissing } = usePart(PLOT, isNear);
  useEffect(() => {
    if (room.current === null || !isIdle) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        // Once drawn it stays: its room goes with that, and would be told of as out of view.
        if (entry?.isIntersecting === true) setNear(true);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(room.current);
    return () => observer.disconnect();
  }, [isIdle]);
  if (here !== undefined && isNear) return <here.default {...props} />;
  return (
    <div className="plot-room" ref={room} {...(isMissing ? {} : { role: 'img', 'aria-label': props.label })}>
      {isMissing && <NotLoaded />}
    </div>
  );
}
