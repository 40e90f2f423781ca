/** A text that changes at most so often, for what is spoken or asked with it rather than read. */
import { useEffect, useRef, useState } from 'react';

/** @param text the empty one is passed on at once */
export function useUnhurried(text: string, everyMs: number): string {
  const [passed, setPassed] = useState(text);
  const latest = useRef(text);
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  latest.current = text;
  useEffect(() => {
    if (text === '') {
      clearTimeout(timer.current);
      timer.current = undefined;
      setPassed('');
      return;
    }
    if (timer.current !== undefined) return;
    const waitMs = Math.max(0, lastMs.current + everyMs - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      lastMs.current = performance.now();
      setPassed(latest.current);
    }, waitMs);
  }, [text, everyMs]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return passed;
}
