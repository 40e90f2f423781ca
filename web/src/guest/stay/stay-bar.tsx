/**
 * On a phone, at the foot of the window: what the stay costs and the one next step, for as long as the place where that
 * step is taken is out of view.
 */
import { type ReactNode, useEffect, useState } from 'react';
import '../../styles/stay-bar.css';

/** Ids of what the steps are taken in, for the bar to lead to and to look for. */
export const PLACES = { nights: 'nights', chooser: 'chooser', button: 'hold-button', hold: 'hold' } as const;
type Place = (typeof PLACES)[keyof typeof PLACES];

export function StayBar({ place, children }: { place: Place; children: ReactNode }) {
  const isInView = useInView(place);
  return (
    <div className="stay-bar" hidden={isInView} data-place={place}>
      {children}
    </div>
  );
}

/** True until the browser has looked: a bar that goes at once would be in the way of the first paint. */
function useInView(id: string): boolean {
  const [isInView, setInView] = useState(true);
  useEffect(() => {
    const element = document.getElementById(id);
    if (element === null) return;
    const observer = new IntersectionObserver(([entry]) => setInView(entry?.isIntersecting ?? true));
    observer.observe(element);
    return () => observer.disconnect();
  }, [id]);
  return isInView;
}
