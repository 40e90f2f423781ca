/** Each page is a part of its own, loaded when somebody is about to see it. */
import { type Route, routeOf } from '../route.ts';

export const LOADS = {
  find: async () => ({ default: (await import('../guest/find-page.tsx')).FindPage }),
  apartment: async () => ({ default: (await import('../guest/apartment-page.tsx')).ApartmentPage }),
  booking: async () => ({ default: (await import('../guest/booking-page.tsx')).BookingPage }),
  stays: async () => ({ default: (await import('../guest/stays-page.tsx')).StaysPage }),
  'sign-in': async () => ({ default: (await import('../account/sign-in-page.tsx')).SignInPage }),
  admin: async () => ({ default: (await import('../admin/occupancy-page.tsx')).OccupancyPage }),
  figures: async () => ({ default: (await import('../admin/figures-page.tsx')).FiguresPage }),
  servers: async () => ({ default: (await import('../admin/servers-page.tsx')).ServersPage }),
  history: async () => ({ default: (await import('../admin/history-page.tsx')).HistoryPage }),
  hosting: async () => ({ default: (await import('../hosting/hosting-page.tsx')).HostingPage }),
  listing: async () => ({ default: (await import('../hosting/listing-page.tsx')).ListingPage }),
} as const;

export type Parts = { [Name in keyof typeof LOADS]: Awaited<ReturnType<(typeof LOADS)[Name]>>['default'] };

/** Those that are here by now. */
export const HERE: Partial<Parts> = {};

/** Settles when the page's part is here. Where it fails, it is loaded again by who draws it, and told there. */
export async function preload({ page }: Route): Promise<void> {
  if (page !== 'nowhere') await load(page).catch(() => {});
}

async function load<Name extends keyof Parts>(name: Name): Promise<void> {
  const { default: part } = await LOADS[name]();
  HERE[name] = part as Parts[Name];
}

/** A link that is pointed at or focused will likely be followed: what it leads to is asked for by then. */
export function preloadWhatLinksLeadTo(): void {
  const ahead = ({ target }: Event) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
    if (link?.origin === window.location.origin) void preload(routeOf(link.pathname));
  };
  document.addEventListener('pointerover', ahead, { passive: true });
  document.addEventListener('focusin', ahead);
}
