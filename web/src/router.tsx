/** The address bar is the state: what a page shows can be linked, reloaded and gone back to. */
import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from 'react';

export { addressOf } from './address.ts';

const changed = new EventTarget();
if (typeof window !== 'undefined') {
  window.addEventListener('popstate', () => changed.dispatchEvent(new Event('change')));
}

/** @param how `replace` for what is no step of its own, such as a date changed on the same page */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === window.location.pathname + window.location.search) return;
  window.history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
  // Another page begins at its top; gliding there is for links within one.
  if (how === 'push') window.scrollTo({ top: 0, behavior: 'instant' });
  changed.dispatchEvent(new Event('change'));
}

export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

export function useAddress(): Address {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  return useMemo(() => {
    const url = new URL(href, window.location.origin);
    return { path: url.pathname, query: url.searchParams };
  }, [href]);
}

function subscribe(listener: () => void): () => void {
  changed.addEventListener('change', listener);
  return () => changed.removeEventListener('change', listener);
}

/** A real link (it opens in a new tab, it can be copied) that changes the page without loading it. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
