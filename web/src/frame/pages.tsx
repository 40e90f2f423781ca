/** Which page an address shows. Each is a part of its own that is loaded when it is first gone to. */
import { lazy, Suspense } from 'react';
import { Link, type Route } from '../router.tsx';
import { t } from '../texts/index.ts';

const LOADS = {
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

const FindPage = lazy(LOADS.find);
const ApartmentPage = lazy(LOADS.apartment);
const BookingPage = lazy(LOADS.booking);
const StaysPage = lazy(LOADS.stays);
const SignInPage = lazy(LOADS['sign-in']);
const OccupancyPage = lazy(LOADS.admin);
const FiguresPage = lazy(LOADS.figures);
const ServersPage = lazy(LOADS.servers);
const HistoryPage = lazy(LOADS.history);
const HostingPage = lazy(LOADS.hosting);
const ListingPage = lazy(LOADS.listing);

/** Begins to load a page's part before anything is drawn: beside the texts, not after them. */
export function preload({ page }: Route): void {
  // Where it fails, it is loaded again by who draws it, and told there.
  if (page !== 'nowhere') LOADS[page]().catch(() => {});
}

export function Page({ route }: { route: Route }) {
  return (
    <Suspense fallback={<p role="status">{t.common.loading}</p>}>
      <PageOf route={route} />
    </Suspense>
  );
}

function PageOf({ route }: { route: Route }) {
  switch (route.page) {
    case 'find':
      return <FindPage />;
    case 'apartment':
      return <ApartmentPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'booking':
      return <BookingPage key={route.bookingId} bookingId={route.bookingId} />;
    case 'stays':
      return <StaysPage />;
    case 'sign-in':
      return <SignInPage />;
    case 'admin':
      return <OccupancyPage />;
    case 'figures':
      return <FiguresPage />;
    case 'servers':
      return <ServersPage />;
    case 'history':
      return <HistoryPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'hosting':
      return <HostingPage />;
    case 'listing':
      return <ListingPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'nowhere':
      return (
        <section className="narrow">
          <h1>{t.shell.titles.nowhere}</h1>
          <p>
            {t.shell.nowhere} <Link href="/">{t.shell.toApartments}</Link>
          </p>
        </section>
      );
  }
}
