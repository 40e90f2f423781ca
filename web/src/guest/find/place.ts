/**
 * How far down a page was scrolled, kept with its entry in the browser's history: back and reload lead there once
 * what was shown is there again, a new address begins at the top. The browser's own way gives up when the page is
 * still short.
 */
import { useEffect } from 'react';

const SETTLED_MS = 120;

/** @param isReady what the place is in is on the page; until then nothing is kept, which would be the wrong place */
export function usePlace(address: string, isReady: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another entry.
  useEffect(() => {
    // The browser would glide as far as the page is long by then, and be on its way when the place is known.
    window.history.scrollRestoration = 'manual';
    return () => {
      window.history.scrollRestoration = 'auto';
    };
  }, [address]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another entry.
  useEffect(() => {
    if (!isReady) return;
    const top = (window.history.state as { top?: number } | null)?.top;
    if (top !== undefined) window.scrollTo({ top, behavior: 'instant' });
    let timer = 0;
    const keep = () => {
      window.clearTimeout(timer);
      const here = window.location.href;
      timer = window.setTimeout(() => {
        if (window.location.href !== here) return;
        window.history.replaceState({ ...window.history.state, top: Math.round(window.scrollY) }, '');
      }, SETTLED_MS);
    };
    // An entry that was replaced has forgotten where it was.
    keep();
    window.addEventListener('scroll', keep, { passive: true });
    return () => {
      window.removeEventListener('scroll', keep);
      window.clearTimeout(timer);
    };
  }, [address, isReady]);
}
