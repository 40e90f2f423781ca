/** Which page a path leads to. */
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
