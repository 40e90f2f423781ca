/** The address bar is the state: what a page shows can be linked, reloaded and gone back to. */
import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from 'react';

export { addressOf } from './address.ts';

export type Route =
  | { readonly page: 'find' }
  | { readonly page: 'apartment'; readonly apartmentId: string }
  | { readonly page: 'booking'; readonly bookingId: string }
  | { readonly page: 'stays' }
  | { readonly page: 'sign-in' }
  | { readonly page: 'admin' }
  | { readonly page: 'figures' }
  | { readonly page: 'servers' }
  | { readonly page: 'history'; readonly apartmentId: string }
  | { readonly page: 'hosting' }
  /** Undefined: a new one. */
  | { readonly page: 'listing'; readonly apartmentId: string | undefined }
  | { readonly page: 'nowhere' };
export type PageName = Route['page'];

const PLAIN: Record<string, Route> = {
  '': { page: 'find' },
  stays: { page: 'stays' },
  'sign-in': { page: 'sign-in' },
  admin: { page: 'admin' },
  'admin/figures': { page: 'figures' },
  'admin/servers': { page: 'servers' },
  hosting: { page: 'hosting' },
  'hosting/new': { page: 'listing', apartmentId: undefined },
};

export function routeOf(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '');
  const plain = PLAIN[parts.join('/')];
  if (plain !== undefined) return plain;
  const id = decoded(parts.at(-1));
  if (id === undefined) return { page: 'nowhere' };
  switch (parts.slice(0, -1).join('/')) {
    case 'apartments':
      return { page: 'apartment', apartmentId: id };
    case 'bookings':
      return { page: 'booking', bookingId: id };
    case 'admin/apartments':
      return { page: 'history', apartmentId: id };
    case 'hosting/apartments':
      return { page: 'listing', apartmentId: id };
    default:
      return { page: 'nowhere' };
  }
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

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
