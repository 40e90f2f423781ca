/** Each page is a part of its own, loaded when somebody is about to see it. */
import { FIELDS } from '../guest/find/fields-part.ts';
import { Part } from '../part.ts';
import { type Route, routeOf } from '../route.ts';
import { PHONE } from '../shared/phone.ts';

export const PARTS = {
  find: new Part(async () => {
    const isFolded = window.matchMedia(PHONE).matches;
    const fields = isFolded ? undefined : FIELDS.preload();
    const [page] = await Promise.all([import('../guest/find-page.tsx'), fields]);
    return { Page: page.FindPage };
  }),
  apartment: new Part(async () => ({ Page: (await import('../guest/apartment-page.tsx')).ApartmentPage })),
  booking: new Part(async () => ({ Page: (await import('../guest/booking-page.tsx')).BookingPage })),
  stays: new Part(async () => ({ Page: (await import('../guest/stays-page.tsx')).StaysPage })),
  'sign-in': new Part(async () => ({ Page: (await import('../account/sign-in-page.tsx')).SignInPage })),
  admin: new Part(async () => ({ Page: (await import('../admin/occupancy-page.tsx')).OccupancyPage })),
  figures: new Part(async () => ({ Page: (await import('../admin/figures-page.tsx')).FiguresPage })),
  servers: new Part(async () => ({ Page: (await import('../admin/servers-page.tsx')).ServersPage })),
  history: new Part(async () => ({ Page: (await import('../admin/history-page.tsx')).HistoryPage })),
  hosting: new Part(async () => ({ Page: (await import('../hosting/hosting-page.tsx')).HostingPage })),
  listing: new Part(async () => ({ Page: (await import('../hosting/listing-page.tsx')).ListingPage })),
} as const;

export type PartName = keyof typeof PARTS;

/** Settles when the page's part is here. Where it fails, it is loaded again by who draws it, and told there. */
export async function preload({ page }: Route): Promise<void> {
  if (page !== 'nowhere') await PARTS[page].preload();
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
