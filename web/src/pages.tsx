/** Which page an address shows. Each is a part of its own that is loaded when it is first gone to. */
import { lazy, Suspense } from 'react';
import { Link, type Route } from './router.tsx';
import { t } from './texts/index.ts';

const FindPage = lazy(async () => ({ default: (await import('./pages/find.tsx')).FindPage }));
const ApartmentPage = lazy(async () => ({ default: (await import('./pages/apartment.tsx')).ApartmentPage }));
const BookingPage = lazy(async () => ({ default: (await import('./pages/booking.tsx')).BookingPage }));
const StaysPage = lazy(async () => ({ default: (await import('./pages/stays.tsx')).StaysPage }));
const SignInPage = lazy(async () => ({ default: (await import('./pages/sign-in.tsx')).SignInPage }));
const OccupancyPage = lazy(async () => ({ default: (await import('./pages/occupancy.tsx')).OccupancyPage }));
const FiguresPage = lazy(async () => ({ default: (await import('./pages/figures.tsx')).FiguresPage }));
const ServersPage = lazy(async () => ({ default: (await import('./pages/servers.tsx')).ServersPage }));
const HistoryPage = lazy(async () => ({ default: (await import('./pages/history.tsx')).HistoryPage }));
const HostingPage = lazy(async () => ({ default: (await import('./pages/hosting.tsx')).HostingPage }));
const ListingPage = lazy(async () => ({ default: (await import('./pages/listing.tsx')).ListingPage }));

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
