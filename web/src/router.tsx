/** The address bar is the state: what a page shows can be linked, reloaded and gone back to. */
import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'catalogue' }
  | { readonly page: 'apartment'; readonly apartmentId: string }
  | { readonly page: 'stays' }
  | { readonly page: 'sign-in' }
  | { readonly page: 'admin' }
  | { readonly page: 'nowhere' };

export function routeOf(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '');
  const [first, second] = parts;
  if (first === undefined) return { page: 'catalogue' };
  if (first === 'apartments' && second !== undefined && parts.length === 2) {
    return { page: 'apartment', apartmentId: decodeURIComponent(second) };
  }
  if (parts.length === 1 && (first === 'stays' || first === 'sign-in' || first === 'admin'))
    return { page: first };
  return { page: 'nowhere' };
}

const changed = new EventTarget();
window.addEventListener('popstate', () => changed.dispatchEvent(new Event('change')));

/** @param how `replace` for what is no step of its own, such as a date changed on the same page */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === window.location.pathname + window.location.search) return;
  window.history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
  if (how === 'push') window.scrollTo(0, 0);
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

/** An address of this site from a path and what is known of its query. */
export function addressOf(path: string, query: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
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
