import { useEffect, useState } from 'react';

/** Browsers without `requestIdleCallback` wait for so long, in milliseconds. */
const WITHOUT_MS = 200;
/** A page that is never idle, as it changes live, does not wait for longer. */
const IDLE_MS_MAX = 1_500;

/**
 * False until the page as first drawn is on the screen and the browser has nothing else to do. What is below the first
 * screen, and much to load or draw, keeps nobody waiting for what is on it.
 */
export function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const idle = () => setIdle(true);
    if (typeof requestIdleCallback !== 'function') {
      const timer = setTimeout(idle, WITHOUT_MS);
      return () => clearTimeout(timer);
    }
    const asked = requestIdleCallback(idle, { timeout: IDLE_MS_MAX });
    return () => cancelIdleCallback(asked);
  }, []);
  return isIdle;
}
